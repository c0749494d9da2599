"""Recordings of a mock over HTTP by the command line, to be killed and resumed."""

import json
import subprocess
import sys
import time
from pathlib import Path

from projects import make_project

from troth.loading.cassettes.reader import read_cassette
from troth.mocks.socialidnow.service import SocialIdNow

OPERATIONS = ("createSignIn", "getSignIn", "getLoginUser")
JOURNAL = ".troth/journal-staging.jsonl"


def project(folder: Path, address: str) -> Path:
    return make_project(folder, address, {"socialidnow": SocialIdNow().world()})


def begin(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    asked = [part for name in OPERATIONS for part in ("--operation", name)]
    command = [sys.executable, "-m", "troth", "record", "cassettes", "--target", "staging", *asked, *more]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finished(folder: Path) -> list[str]:
    """The items that the journal says have ended, in order; torn lines left out."""
    journal = folder / JOURNAL
    names = []
    for line in journal.read_bytes().split(b"\n")[1:] if journal.is_file() else ():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if event["event"] == "item":
            names.append(event["result"]["name"])
    return names


def wait_for(folder: Path, number: int, process: subprocess.Popen[bytes]) -> None:
    """Until so many items have ended, or the process has."""
    for _ in range(6000):
        if len(finished(folder)) >= number or process.poll() is not None:
            return
        time.sleep(0.01)


def recorded(folder: Path) -> dict[str, int]:
    """The cassettes and how many exchanges each holds.

    Raises:
        InputInvalid: one cannot be read.
    """
    paths = sorted((folder / "cassettes").rglob("*.yaml"))
    return {
        path.relative_to(folder).as_posix(): len(read_cassette(path, "socialidnow", path.name))
        for path in paths
        if not path.name.startswith(".")
    }


def promises(output: bytes) -> list[bytes]:
    """The tally and the last lines, without the time."""
    lines = output[output.index(b"Tally") :].split(b"\n")
    return [line.partition(b" exchanges in")[0] for line in lines]
