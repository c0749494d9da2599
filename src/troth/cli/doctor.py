"""``troth doctor``."""

from pathlib import Path

import click

from troth.cli.guard import guarded, redactor
from troth.session.doctor import doctor


@click.command("doctor")
@click.argument("target", required=False)
@guarded
def command(target: str | None) -> int:
    """Say of each target in troth.toml what is set, what is missing, and whether it answers."""
    return doctor(Path.cwd(), target, redactor())
