"""``troth explain``."""

import click

from troth.cli.guard import guarded
from troth.reporting.codes import explain


@click.command("explain")
@click.argument("code")
@guarded
def command(code: str) -> int:
    """What a finding's code means, why it matters, and what to do."""
    click.echo(explain(code))
    return 0
