"""``--report KIND=FILE``: checked before a command runs, and written at its end."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from troth.errors import UsageInvalid, did_you_mean

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Output(Generic[R]):
    """A report that was asked for."""

    write: Callable[[R, Path], None]
    path: Path


def read_outputs(given: Iterable[str], writers: Mapping[str, Callable[[R, Path], None]]) -> tuple[Output[R], ...]:
    """The reports that ``KIND=FILE`` arguments ask for.

    Args:
        given: the arguments.
        writers: kind → what writes it.

    Raises:
        UsageInvalid: an unknown kind, no file name, or a folder that does not exist.
    """
    outputs = []
    for argument in given:
        kind, equals, name = argument.partition("=")
        if kind not in writers:
            raise UsageInvalid(f"unknown report {kind!r}: {did_you_mean(kind, writers)}")
        if not equals or not name:
            raise UsageInvalid(f"--report {kind} needs a file: --report {kind}=FILE")
        path = Path(name)
        if not path.parent.is_dir():
            raise UsageInvalid(f"--report {argument}: the folder {path.parent} does not exist")
        outputs.append(Output(writers[kind], path))
    return tuple(outputs)


def write_outputs(report: R, outputs: Iterable[Output[R]]) -> None:
    """Write every report that was asked for.

    Raises:
        UsageInvalid: a file cannot be written.
    """
    for output in outputs:
        try:
            output.write(report, output.path)
        except OSError as error:
            raise UsageInvalid(f"the report {output.path} cannot be written: {error.strerror or error}") from error
