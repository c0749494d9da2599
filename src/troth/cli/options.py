"""Options that several commands share, each declared once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from troth.model.operation import STRENGTHS, Basis

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

vendors: Decorator = click.option(
    "--vendor", "vendors", multiple=True, metavar="NAME", help="Only this vendor (may be repeated)."
)
operations: Decorator = click.option(
    "--operation", "operations", multiple=True, metavar="NAME", help="Only this operation; * and ? are wild."
)
seed: Decorator = click.option(
    "--seed", type=int, default=0, show_default=True, help="Decides everything that is random."
)
max_examples: Decorator = click.option(
    "--max-examples", type=click.IntRange(0), help="Generated requests for each operation and mode."
)
spec: Decorator = click.option("--spec", metavar="FILE|URL", help="Any OpenAPI document instead of the vendors' own.")
checks: Decorator = click.option(
    "--check", "checks", multiple=True, metavar="NAME", help="Also ask this check of an installed package."
)
world: Decorator = click.option(
    "--world", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Facts of the target (YAML)."
)
resume: Decorator = click.option("--resume", is_flag=True, help="Go on where the same run was interrupted.")


def fail_on(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--fail-on BASIS``, and ``--strict`` for its weakest."""
    bases = click.Choice([basis.value for basis in STRENGTHS])
    command = click.option(
        "--fail-on",
        type=bases,
        default="documented",
        show_default=True,
        help="Which findings fail the run: up to these.",
    )(command)
    return click.option("--strict", is_flag=True, help="The same as --fail-on assumed.")(command)


def weakest(fail_on: str, strict: bool) -> Basis:
    """What ``--fail-on`` and ``--strict`` come to."""
    return Basis.ASSUMED if strict else Basis(fail_on)


def target(metavar: str) -> Decorator:
    """``--target``; the metavar says what a command takes."""
    return click.option("--target", default="mock", show_default=True, metavar=metavar, help="Who answers.")


def source_names(text: str) -> tuple[str, ...]:
    """``cases,properties`` as names."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
