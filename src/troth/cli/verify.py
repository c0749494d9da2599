"""``troth verify``."""

from datetime import date
from pathlib import Path

import click

from troth.cli import options
from troth.cli.guard import guarded, redactor
from troth.model.ports import Budget, Depth, RunOptions
from troth.session.doctor import plan as print_plan
from troth.session.reach import select
from troth.session.verify import verify
from troth.waivers.file import read_waivers


@click.command("verify")
@options.target("mock|replay|URL|NAME")
@options.vendors
@options.operations
@click.option("--only", "sources", default="", metavar="cases,properties,…", help="Only these sources of requests.")
@options.max_examples
@click.option("--thorough", is_flag=True, help="A generous generation budget.")
@options.seed
@options.checks
@options.fail_on
@click.option("--complete", is_flag=True, help="Exit with 5 unless everything that can be provoked was exercised.")
@click.option(
    "--report", "reports", multiple=True, metavar="KIND=FILE", help="Also write junit, json or markdown=FILE."
)
@options.spec
@options.world
@click.option(
    "--record", type=click.Path(file_okay=False, path_type=Path), help="Keep all exchanges as cassettes here."
)
@click.option("--cassettes", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Read cassettes here.")
@options.resume
@click.option("--plan", is_flag=True, help="List the requests that would be sent; send none.")
@click.option("--tally", "sums", is_flag=True, help="Add up what became of every promise on every exchange.")
@click.option("-v", "--verbose", is_flag=True, help="Show every finding in full.")
@guarded
def command(
    target: str,
    vendors: tuple[str, ...],
    operations: tuple[str, ...],
    sources: str,
    max_examples: int | None,
    thorough: bool,
    seed: int,
    checks: tuple[str, ...],
    fail_on: str,
    strict: bool,
    complete: bool,
    reports: tuple[str, ...],
    spec: str | None,
    world: Path | None,
    record: Path | None,
    cassettes: Path | None,
    resume: bool,
    plan: bool,
    sums: bool,
    verbose: bool,
) -> int:
    """Provoke every promise, judge every answer, and say which are kept."""
    selection = select(
        Path.cwd(),
        target=target,
        vendors=vendors,
        spec=spec,
        world=world,
        record=record,
        cassettes=cassettes,
        redactor=redactor(),
    )
    today = date.today()
    run_options = RunOptions(
        operations=operations,
        sources=options.source_names(sources),
        budget=Budget(seed, max_examples, Depth.THOROUGH if thorough else Depth.NORMAL),
        checks=checks,
        fail_on=options.weakest(fail_on, strict),
        complete=complete,
        waivers=read_waivers(Path.cwd(), today),
        today=today,
    )
    if plan:
        return print_plan(selection, run_options)
    return verify(selection, run_options, reports, verbose, resume, sums)
