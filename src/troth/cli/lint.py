"""``troth lint``."""

from datetime import date
from pathlib import Path

import click

from troth.cli import options
from troth.cli.guard import guarded
from troth.reporting.wording import number
from troth.session.lint import lint_problems
from troth.session.reach import select


@click.command("lint")
@options.vendors
@options.spec
@guarded
def command(vendors: tuple[str, ...], spec: str | None) -> int:
    """Check specs, contracts, cassettes and waivers without sending anything; every problem with its line."""
    problems = lint_problems(select(Path.cwd(), vendors=vendors, spec=spec), date.today())
    for problem in problems:
        click.echo(problem)
    errors = sum(problem.severity == "error" for problem in problems)
    counted = f"{number(errors, 'error')}, {number(len(problems) - errors, 'warning')}"
    click.echo(counted if problems else "no problems")
    return 2 if errors else 0
