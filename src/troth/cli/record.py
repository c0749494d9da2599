"""``troth record``: the short form of ``troth verify --only cases --record FOLDER``."""

from datetime import date
from pathlib import Path

import click

from troth.cli import options
from troth.cli.guard import guarded, redactor
from troth.model.ports import Budget, RunOptions
from troth.session.reach import select
from troth.session.verify import verify
from troth.waivers.file import read_waivers


@click.command("record")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="cassettes")
@options.target("mock|URL|NAME")
@options.vendors
@options.operations
@options.seed
@options.resume
@guarded
def command(
    folder: Path, target: str, vendors: tuple[str, ...], operations: tuple[str, ...], seed: int, resume: bool
) -> int:
    """Verify the decision tables and keep every exchange as a cassette, secrets replaced."""
    selection = select(Path.cwd(), target=target, vendors=vendors, record=folder, redactor=redactor())
    today = date.today()
    run_options = RunOptions(
        operations=operations,
        sources=("cases",),
        budget=Budget(seed),
        waivers=read_waivers(Path.cwd(), today),
        today=today,
    )
    return verify(selection, run_options, (), False, resume)
