"""``troth waive``."""

from datetime import date
from pathlib import Path

import click

from troth.cli.guard import guarded
from troth.errors import UsageInvalid
from troth.waivers.file import read_waivers
from troth.waivers.project import listed, waive


@click.command("waive")
@click.argument("finding", nargs=-1, metavar="FINDING")
@click.option("--reason", default="", help="Why it is accepted.")
@click.option("--until", default="", metavar="YYYY-MM-DD", help="The last day on which it is; a year ahead at most.")
@click.option("--who", default="", metavar="NAME", help="Who accepts it (git's user.name).")
@click.option("--target", default="", metavar="mock|replay|URL|NAME", help="Only on this target.")
@click.option("--list", "wanted_list", is_flag=True, help="Show the waivers there are; add none.")
@guarded
def command(finding: tuple[str, ...], reason: str, until: str, who: str, target: str, wanted_list: bool) -> int:
    """Accept a known finding until a day: put it into waivers.yaml.

    FINDING is what the line "accept it" of a report shows, and the key "id" of the JSON report.
    """
    today = date.today()
    if wanted_list:
        click.echo("\n".join(listed(read_waivers(Path.cwd(), today), today)))
        return 0
    if not finding:
        raise UsageInvalid("name a finding, or --list: troth waive 'TR203 oneall.readUser found at …' --reason …")
    for name, given in (("--reason", reason), ("--until", until)):
        if not given.strip():
            raise UsageInvalid(f"a waiver needs {name}")
    click.echo(waive(Path.cwd(), " ".join(finding), reason, until, who, target, today))
    return 0
