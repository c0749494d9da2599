"""Killed at any moment: cassettes stay readable, and the run goes on where it was."""

import signal
import time
from pathlib import Path
from random import Random

from interrupting import begin, finished, project, promises, recorded, wait_for

from troth.mocks.server.http import running
from troth.mocks.socialidnow.service import SocialIdNow


def test_kill_9_leaves_readable_cassettes_and_a_run_to_resume(tmp_path: Path) -> None:
    mock, chance = SocialIdNow(), Random(0)
    with running([mock]) as address:
        killed, whole = project(tmp_path / "killed", address), project(tmp_path / "whole", address)
        before: list[str] = []
        for stop in (1, 5, 9):
            process = begin(killed, "--resume")
            wait_for(killed, stop, process)
            time.sleep(chance.random() * 0.05)
            process.kill()
            process.communicate()
            assert all(recorded(killed).values())
            assert finished(killed)[: len(before)] == before
            before = finished(killed)
        last = begin(killed, "--resume")
        output, _ = last.communicate(timeout=300)
        mock.reset()
        uninterrupted = begin(whole)
        expected, _ = uninterrupted.communicate(timeout=300)
    assert len(before) < len(finished(whole))
    assert (last.returncode, uninterrupted.returncode) == (0, 0)
    assert finished(killed) == finished(whole)
    assert promises(output) == promises(expected)
    assert recorded(killed) == recorded(whole) != {}


def test_sigterm_ends_with_a_report_like_ctrl_c(tmp_path: Path) -> None:
    with running([SocialIdNow()]) as address:
        process = begin(project(tmp_path, address))
        wait_for(tmp_path, 2, process)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 143, errors.decode()
    assert b"exit code 143: interrupted" in output
    assert b"Tally" in output
    assert (tmp_path / "cassettes").is_dir()
