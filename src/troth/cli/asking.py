"""Commands that ask a target: ``verify``, ``record``, ``doctor``."""

from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from troth.cli.guard import guarded


@click.command()
@click.option("--target", default="mock", show_default=True, metavar="mock|replay|URL|NAME", help="Who answers.")
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="Only this vendor (may be repeated).")
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="Only this operation; * and ? are wild.")
@click.option("--only", "sources", default="", metavar="cases,properties,…", help="Only these sources of requests.")
@click.option("--max-examples", type=click.IntRange(0), help="Generated requests for each operation and mode.")
@click.option("--thorough", is_flag=True, help="A generous generation budget.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides everything that is random.")
@click.option("--strict", is_flag=True, help="Surprises fail the run too.")
@click.option("--complete", is_flag=True, help="Exit with 3 unless everything that can be provoked was exercised.")
@click.option(
    "--report", "reports", multiple=True, metavar="KIND=FILE", help="Also write junit, json or markdown=FILE."
)
@click.option("--spec", metavar="FILE|URL", help="Any OpenAPI document instead of the vendors' own.")
@click.option(
    "--world", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Facts of the target (YAML)."
)
@click.option(
    "--record", type=click.Path(file_okay=False, path_type=Path), help="Keep all exchanges as cassettes here."
)
@click.option("--cassettes", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Read cassettes here.")
@click.option("--resume", is_flag=True, help="Go on where the same run was interrupted.")
@click.option("--plan", is_flag=True, help="List the requests that would be sent; send none.")
@click.option("-v", "--verbose", is_flag=True, help="Show every finding in full.")
@guarded
def verify(
    target: str,
    vendors: tuple[str, ...],
    operations: tuple[str, ...],
    sources: str,
    max_examples: int | None,
    thorough: bool,
    seed: int,
    strict: bool,
    complete: bool,
    reports: tuple[str, ...],
    spec: str | None,
    world: Path | None,
    record: Path | None,
    cassettes: Path | None,
    resume: bool,
    plan: bool,
    verbose: bool,
) -> int:
    """Provoke every promise, judge every answer, and say which are kept."""
    wiring = import_module("troth.wiring")
    verifying = import_module("troth.verifying")
    selection = wiring.select(
        Path.cwd(), target=target, vendors=vendors, spec=spec, world=world, record=record, cassettes=cassettes
    )
    options = wiring.RunOptions(
        operations=operations,
        sources=tuple(part.strip() for part in sources.split(",") if part.strip()),
        max_examples=max_examples,
        seed=seed,
        strict=strict,
        thorough=thorough,
        complete=complete,
        waivers=_waivers(today := date.today()),
        today=today,
    )
    if plan:
        planned: int = import_module("troth.doctoring").plan(selection, options)
        return planned
    code: int = verifying.verify(selection, options, reports, verbose, resume)
    return code


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="cassettes")
@click.option("--target", default="mock", show_default=True, metavar="mock|URL|NAME", help="Who answers.")
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="Only this vendor (may be repeated).")
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="Only this operation; * and ? are wild.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides everything that is random.")
@click.option("--resume", is_flag=True, help="Go on where the same run was interrupted.")
@guarded
def record(
    folder: Path, target: str, vendors: tuple[str, ...], operations: tuple[str, ...], seed: int, resume: bool
) -> int:
    """Verify the decision tables and keep every exchange as a cassette, secrets replaced."""
    wiring = import_module("troth.wiring")
    selection = wiring.select(Path.cwd(), target=target, vendors=vendors, record=folder)
    today = date.today()
    options = wiring.RunOptions(
        operations=operations, sources=("cases",), seed=seed, waivers=_waivers(today), today=today
    )
    code: int = import_module("troth.verifying").verify(selection, options, (), False, resume)
    return code


@click.command()
@click.argument("target", required=False)
@guarded
def doctor(target: str | None) -> int:
    """Say of each target in troth.toml what is set, what is missing, and whether it answers."""
    code: int = import_module("troth.doctoring").doctor(Path.cwd(), target)
    return code


def _waivers(today: date) -> Any:
    return import_module("troth.loading.waivers").read_waivers(Path.cwd(), today)
