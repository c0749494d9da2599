"""``troth init``."""

from pathlib import Path

import click

from troth.cli.guard import guarded
from troth.scaffold.project import initialise


@click.command("init")
@click.option("--ci", type=click.Choice(("github", "gitlab")), help="Also write a nightly workflow for this service.")
@guarded
def command(ci: str | None) -> int:
    """Write what a project needs to ask a vendor: a target, its variables, a nightly run. Overwrites nothing."""
    for line in initialise(Path.cwd(), ci):
        click.echo(line)
    return 0
