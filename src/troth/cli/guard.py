"""What stops a command, as a sentence and an exit code: never a traceback for a user, never a secret in any word."""

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any

import click

from troth.cli.stream import CleanStream
from troth.errors import InputInvalid, TrothError
from troth.secrets.redactor import Redactor
from troth.targets.live.named_secrets import named_secrets

INTERNAL_ERROR = 4
INTERRUPTED = 130


def guarded(command: Callable[..., int]) -> Callable[..., None]:
    """Turn what stops us into a sentence and an exit code; a traceback only with ``--debug``.

    Whatever the command writes to its standard streams goes through the redactor that :func:`redactor` gives.
    """

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        debug = bool(click.get_current_context().find_root().params.get("debug"))
        with _cleaned_streams(redactor()):
            try:
                code = command(*args, **options)
            except TrothError as error:
                _learn_what_targets_name()
                if debug:
                    click.echo(traceback.format_exc(), err=True)
                click.echo(_sentence(error), err=True)
                code = error.exit_code
            except (KeyboardInterrupt, BrokenPipeError):
                code = INTERRUPTED
            except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback for a user
                _learn_what_targets_name()
                if debug:
                    click.echo(traceback.format_exc(), err=True)
                click.echo(f"troth: an error inside Troth: {type(error).__name__}: {error}", err=True)
                click.echo("This is ours to mend. `troth --debug …` shows where; please report it.", err=True)
                code = INTERNAL_ERROR
        sys.exit(code)

    return run


def redactor() -> Redactor:
    """The redactor of the command that runs: one for all that it does."""
    return click.get_current_context().ensure_object(Redactor)


@contextmanager
def _cleaned_streams(knowing: Redactor) -> Iterator[None]:
    """Have both standard streams cleaned, until the block ends."""
    plain = sys.stdout, sys.stderr
    clean = CleanStream(plain[0], knowing.text), CleanStream(plain[1], knowing.text)
    sys.stdout, sys.stderr = clean
    try:
        yield
    finally:
        sys.stdout, sys.stderr = plain
        with suppress(OSError):  # nobody reads any more
            for stream in clean:
                stream.flush()


def _sentence(error: TrothError) -> str:
    if isinstance(error, InputInvalid):
        number = len(error.problems)
        return f"{error}\n{number} {'problem' if number == 1 else 'problems'}"
    return f"troth: {error}"


def _learn_what_targets_name() -> None:
    """Have the redactor know the secrets of every target: what an error says may repeat what a request carried."""
    redactor().learn(named_secrets(Path.cwd(), os.environ))
