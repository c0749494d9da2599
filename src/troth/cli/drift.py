"""``troth drift``."""

from pathlib import Path

import click

from troth.cli import options
from troth.cli.guard import guarded, redactor
from troth.drift.command import drift
from troth.model.ports import Budget, RunOptions
from troth.session.reach import Selection, select


@click.command("drift")
@click.argument("old")
@click.argument("new")
@options.vendors
@options.operations
@click.option("--only", "sources", default="", metavar="cases,properties,…", help="What to ask a target (cases).")
@options.max_examples
@options.seed
@click.option("--strict", is_flag=True, help="Exit with 1 for any change.")
@click.option("--report", "reports", multiple=True, metavar="KIND=FILE", help="Also write json=FILE or markdown=FILE.")
@options.spec
@options.world
@click.option("-v", "--verbose", is_flag=True, help="Show every change, and what could not be compared.")
@guarded
def command(
    old: str,
    new: str,
    vendors: tuple[str, ...],
    operations: tuple[str, ...],
    sources: str,
    max_examples: int | None,
    seed: int,
    strict: bool,
    reports: tuple[str, ...],
    spec: str | None,
    world: Path | None,
    verbose: bool,
) -> int:
    """Say how NEW answers differ from OLD ones: each a cassette, a folder of them, or a target."""
    run_options = RunOptions(
        operations=operations,
        sources=options.source_names(sources),
        budget=Budget(seed, max_examples),
    )

    def choose(target: str) -> Selection:
        return select(Path.cwd(), target=target, vendors=vendors, spec=spec, world=world, redactor=redactor())

    return drift(old, new, choose, run_options, reports, verbose, strict)
