"""``troth strength``."""

from pathlib import Path

import click

from troth.cli import options
from troth.cli.guard import guarded, redactor
from troth.model.ports import Budget, RunOptions
from troth.session.reach import select
from troth.strength.command import StrengthOptions, strengthen


@click.command("strength")
@options.vendors
@options.operations
@click.option("--changed", default="", metavar="REV", help="Only contracts touched since this git revision.")
@options.seed
@click.option("--minimum", type=click.FloatRange(0, 100), default=0, metavar="PERCENT", help="Exit with 1 below this.")
@click.option("--redundant", is_flag=True, help="Name the clauses without which nothing more would pass.")
@click.option("--report", "reports", multiple=True, metavar="json=FILE", help="Also write the whole measurement.")
@click.option("-v", "--verbose", is_flag=True, help="Show every survivor, and the scores of the operators.")
@guarded
def command(
    vendors: tuple[str, ...],
    operations: tuple[str, ...],
    changed: str,
    seed: int,
    minimum: float,
    redundant: bool,
    reports: tuple[str, ...],
    verbose: bool,
) -> int:
    """Measure what the contracts hold a vendor to: change kept answers, and count what is noticed."""
    selection = select(Path.cwd(), vendors=vendors, redactor=redactor())
    run_options = RunOptions(operations=operations, sources=("cases", "recordings"), budget=Budget(seed))
    return strengthen(selection, run_options, StrengthOptions(minimum, changed, reports, redundant, verbose))
