"""``troth explain``."""

import click

from troth.cli.guard import guarded
from troth.reporting.codes import explain
from troth.session.extensions import Extensions


@click.command("explain")
@click.argument("code")
@guarded
def command(code: str) -> int:
    """What a finding's code means, why it matters, and what to do."""
    click.echo(explain(code, Extensions().codes_like(code)))
    return 0
