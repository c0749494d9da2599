"""What stops a command, as a sentence and an exit code; never a traceback for a user."""

import os
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from troth.errors import InputInvalid, TrothError
from troth.secrets.redactor import Redactor
from troth.targets.live.named_secrets import named_secrets

INTERNAL_ERROR = 4
INTERRUPTED = 130


def guarded(command: Callable[..., int]) -> Callable[..., None]:
    """Turn what stops us into a sentence and an exit code; a traceback only with ``--debug``."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        debug = bool(click.get_current_context().find_root().params.get("debug"))
        try:
            code = command(*args, **options)
        except TrothError as error:
            if debug:
                click.echo(_harmless(traceback.format_exc()), err=True)
            click.echo(_harmless(_sentence(error)), err=True)
            code = error.exit_code
        except (KeyboardInterrupt, BrokenPipeError):
            code = INTERRUPTED
        except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback for a user
            if debug:
                click.echo(_harmless(traceback.format_exc()), err=True)
            click.echo(_harmless(f"troth: an error inside Troth: {type(error).__name__}: {error}"), err=True)
            click.echo("This is ours to mend. `troth --debug …` shows where; please report it.", err=True)
            code = INTERNAL_ERROR
        sys.exit(code)

    return run


def _sentence(error: TrothError) -> str:
    if isinstance(error, InputInvalid):
        number = len(error.problems)
        return f"{error}\n{number} {'problem' if number == 1 else 'problems'}"
    return f"troth: {error}"


def _harmless(text: str) -> str:
    """The text without the secrets that targets name: what an error says may repeat what a request carried."""
    return Redactor(named_secrets(Path.cwd(), os.environ)).text(text)
