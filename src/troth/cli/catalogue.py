"""``troth catalogue``."""

from pathlib import Path

import click

from troth.cli.guard import guarded
from troth.session.catalogue import write_catalogue
from troth.session.reach import select


@click.command("catalogue")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="docs/promises")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a page is not current.")
@guarded
def command(folder: Path, check: bool) -> int:
    """Write a page for each vendor with every promise, its source and its basis."""
    stale = write_catalogue(select(Path.cwd()), folder, check)
    for path in stale:
        click.echo(f"{path}: {'not current; run `troth catalogue`' if check else 'written'}")
    return 1 if check and stale else 0
