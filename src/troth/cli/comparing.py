"""``troth drift``."""

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from troth.cli.guard import guarded


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="Only this vendor (may be repeated).")
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="Only this operation; * and ? are wild.")
@click.option("--only", "sources", default="", metavar="cases,properties,…", help="What to ask a target (cases).")
@click.option("--max-examples", type=click.IntRange(0), help="Generated requests for each operation and mode.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides everything that is random.")
@click.option("--strict", is_flag=True, help="Exit with 1 for any change.")
@click.option("--report", "reports", multiple=True, metavar="KIND=FILE", help="Also write json=FILE or markdown=FILE.")
@click.option("--spec", metavar="FILE|URL", help="Any OpenAPI document instead of the vendors' own.")
@click.option(
    "--world", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Facts of the targets (YAML)."
)
@click.option("-v", "--verbose", is_flag=True, help="Show every change, and what could not be compared.")
@guarded
def drift(
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
    wiring = import_module("troth.wiring")
    drifting = import_module("troth.drifting")
    options = wiring.RunOptions(
        operations=operations,
        sources=tuple(part.strip() for part in sources.split(",") if part.strip()),
        max_examples=max_examples,
        seed=seed,
        strict=strict,
    )

    def choose(target: str) -> Any:
        return wiring.select(Path.cwd(), target=target, vendors=vendors, spec=spec, world=world)

    code: int = drifting.drift(old, new, choose, options, reports, verbose)
    return code
