"""Campaigns that take too long for ``make check``, one after the other; a campaign that fails does not stop the next.

Run: ``python bench/soak.py``, or ``make soak``. ``--only NAME`` runs one; ``--list`` says what there is. A new campaign
is a row of ``CAMPAIGNS``: a command that needs nothing but the checkout, writes nothing that is committed, and exits
with something else than 0 when it found something. Exits with 1 if any did.
"""

import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import click

ROOT = Path(__file__).parents[1]


class Campaign(NamedTuple):
    """What is run, and what a failure of it would mean."""

    command: tuple[str, ...]
    holds: str


CAMPAIGNS = {
    "kills": Campaign(
        ("bench/kills.py", "--kills", "200", "--seed", "1"),
        "a recording that is killed leaves readable cassettes, and resumes to the same end",
    ),
    "clean": Campaign(
        ("bench/drill.py", "--clean", "--seeds", "20"),
        "nothing is found in the mocks without a fault, whatever their data and our draws",
    ),
    "xml": Campaign(
        ("-m", "pytest", "-q", "--hypothesis-profile", "soak", "tests/wire/test_xml_schema.py"),
        "20,000 pairs of schema and document: XML is accepted by its schema as libxml2 accepts it by the same in XSD",
    ),
}


@click.command()
@click.option("--only", "names", multiple=True, type=click.Choice(tuple(CAMPAIGNS)), help="This one (may be repeated).")
@click.option("--list", "listed", is_flag=True, help="Say what there is, and run nothing.")
def main(names: tuple[str, ...], listed: bool) -> None:
    """Run the long campaigns; exit with 1 if one of them found something."""
    wanted = {name: CAMPAIGNS[name] for name in names or CAMPAIGNS}
    told = []
    for name, campaign in wanted.items():
        click.echo(f"{name}: {campaign.holds}\n  python {' '.join(campaign.command)}")
        if not listed:
            start = perf_counter()
            done = subprocess.run([sys.executable, *campaign.command], cwd=ROOT, check=False)
            told.append((name, done.returncode, perf_counter() - start))
    for name, code, seconds in told:
        click.echo(f"{'held' if code == 0 else f'FAILED with {code}':<16} {seconds / 60:6.1f} min  {name}")
    sys.exit(any(code for _, code, _ in told))


if __name__ == "__main__":
    main()
