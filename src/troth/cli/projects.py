"""Commands about a project's own files: ``init`` and ``waive``."""

from datetime import date
from importlib import import_module
from pathlib import Path

import click

from troth.cli.guard import guarded
from troth.errors import UsageInvalid


@click.command()
@click.argument("finding", nargs=-1, metavar="FINDING")
@click.option("--reason", default="", help="Why it is accepted.")
@click.option("--until", default="", metavar="YYYY-MM-DD", help="The last day on which it is; a year ahead at most.")
@click.option("--who", default="", metavar="NAME", help="Who accepts it (git's user.name).")
@click.option("--target", default="", metavar="mock|replay|URL|NAME", help="Only on this target.")
@click.option("--list", "wanted_list", is_flag=True, help="Show the waivers there are; add none.")
@guarded
def waive(finding: tuple[str, ...], reason: str, until: str, who: str, target: str, wanted_list: bool) -> int:
    """Accept a known finding until a day: put it into waivers.yaml.

    FINDING is what the line "accept it" of a report shows, and the key "id" of the JSON report.
    """
    waiving = import_module("troth.waiving")
    if wanted_list:
        waivers = import_module("troth.loading.waivers").read_waivers(Path.cwd(), date.today())
        click.echo("\n".join(waiving.listed(waivers, date.today())))
        return 0
    if not finding:
        raise UsageInvalid("name a finding, or --list: troth waive 'TR203 oneall.readUser found at …' --reason …")
    for name, given in (("--reason", reason), ("--until", until)):
        if not given.strip():
            raise UsageInvalid(f"a waiver needs {name}")
    click.echo(waiving.waive(Path.cwd(), " ".join(finding), reason, until, who, target, date.today()))
    return 0


@click.command()
@click.option("--ci", type=click.Choice(("github", "gitlab")), help="Also write a nightly workflow for this service.")
@guarded
def init(ci: str | None) -> int:
    """Write what a project needs to ask a vendor: a target, its variables, a nightly run. Overwrites nothing."""
    for line in import_module("troth.initialising").initialise(Path.cwd(), ci):
        click.echo(line)
    return 0
