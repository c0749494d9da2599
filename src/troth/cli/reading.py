"""Commands about promises as they are written: ``lint``, ``catalogue``, ``explain``, ``strength``."""

from datetime import date
from importlib import import_module
from pathlib import Path

import click

from troth.cli.guard import guarded


@click.command()
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="Only this vendor (may be repeated).")
@click.option("--spec", metavar="FILE|URL", help="Any OpenAPI document instead of the vendors' own.")
@guarded
def lint(vendors: tuple[str, ...], spec: str | None) -> int:
    """Check specs, contracts, cassettes and waivers without sending anything; every problem with its line."""
    wiring = import_module("troth.wiring")
    selection = wiring.select(Path.cwd(), vendors=vendors, spec=spec)
    of_waivers = import_module("troth.waiving").waiver_problems(selection, date.today())
    problems = (*wiring.lint_problems(selection), *of_waivers)
    for problem in problems:
        click.echo(problem)
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    counted = (
        f"{errors} {'error' if errors == 1 else 'errors'}, {warnings} {'warning' if warnings == 1 else 'warnings'}"
    )
    click.echo(counted if problems else "no problems")
    return 2 if errors else 0


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="docs/promises")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a page is not current.")
@guarded
def catalogue(folder: Path, check: bool) -> int:
    """Write a page for each vendor with every promise, its source and its basis."""
    wiring = import_module("troth.wiring")
    stale = wiring.write_catalogue(wiring.select(Path.cwd()), folder, check)
    for path in stale:
        click.echo(f"{path}: {'not current; run `troth catalogue`' if check else 'written'}")
    return 1 if check and stale else 0


@click.command()
@click.argument("code")
@guarded
def explain(code: str) -> int:
    """What a finding's code means, why it matters, and what to do."""
    click.echo(import_module("troth.reporting.codes").explain(code))
    return 0


@click.command()
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="Only this vendor (may be repeated).")
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="Only this operation; * and ? are wild.")
@click.option("--changed", default="", metavar="REV", help="Only contracts touched since this git revision.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides everything that is random.")
@click.option("--minimum", type=click.FloatRange(0, 100), default=0, metavar="PERCENT", help="Exit with 1 below this.")
@click.option("--redundant", is_flag=True, help="Name the clauses without which nothing more would pass.")
@click.option("--report", "reports", multiple=True, metavar="json=FILE", help="Also write the whole measurement.")
@click.option("-v", "--verbose", is_flag=True, help="Show every survivor, and the scores of the operators.")
@guarded
def strength(
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
    wiring = import_module("troth.wiring")
    strengthening = import_module("troth.strengthening")
    selection = wiring.select(Path.cwd(), vendors=vendors)
    options = wiring.RunOptions(operations=operations, sources=("cases", "recordings"), seed=seed)
    wanted = strengthening.StrengthOptions(minimum, changed, reports, redundant, verbose)
    code: int = strengthening.strengthen(selection, options, wanted)
    return code
