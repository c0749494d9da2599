"""Recordings killed with SIGKILL at random moments: cassettes are read, the run is resumed and held to a whole one.

Run: ``python bench/kills.py --kills 20 --seed 1``. A moment is so many items after the beginning, drawn evenly over all
items, and up to a twentieth of a second. Exits with 1 if any cassette cannot be read or any resumed run differs.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from troth.mocks.server.http import running
from troth.mocks.socialidnow.service import SocialIdNow

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "live"))

from interrupting import begin, finished, project, promises, recorded, wait_for


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    chance, bad = Random(arguments.seed), 0
    mock = SocialIdNow()
    with tempfile.TemporaryDirectory() as folder, running([mock]) as address:
        whole = project(Path(folder) / "whole", address)
        expected, _ = begin(whole).communicate()
        items = len(finished(whole))
        for number in range(arguments.kills):
            mock.reset()
            here = project(Path(folder) / str(number), address)
            process = begin(here)
            wait_for(here, stop := chance.randrange(items), process)
            time.sleep(moment := chance.random() * 0.05)
            process.kill()
            process.communicate()
            ended, readable = len(finished(here)), recorded(here)
            resumed = begin(here, "--resume")
            output, _ = resumed.communicate()
            same = promises(output) == promises(expected) and recorded(here) == recorded(whole)
            bad += not same or not all(readable.values()) or resumed.returncode != 0
            print(
                f"{number + 1:>3}  killed {moment * 1000:3.0f} ms after item {stop:>2}: {ended:>2} of {items} ended, "
                f"{len(readable):>2} cassettes readable; resumed: {'the same' if same else 'DIFFERS'}"
            )
    print(f"{arguments.kills - bad} of {arguments.kills} kills left readable cassettes and a run that ended the same")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
