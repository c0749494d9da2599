"""The command line: arguments in, words and an exit code out. Everything heavy is fetched when a command needs it."""

import click

from troth import __version__
from troth.cli.asking import doctor, record, verify
from troth.cli.comparing import drift
from troth.cli.mocking import mock
from troth.cli.projects import init, waive
from troth.cli.reading import catalogue, explain, lint, strength
from troth.errors import did_you_mean

_EPILOG = """\b
Exit codes: 0 kept, 1 broken, 2 wrong usage or wrong input of ours, 3 could not
judge (the target is down, nothing was judged), 4 an error inside Troth, 130
interrupted."""


class _Commands(click.Group):
    """Suggests the command that was meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"no such command {args[0]!r}: {did_you_mean(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="troth")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def main(debug: bool) -> None:
    """Hold API vendors to their documented word."""


for command in (catalogue, doctor, drift, explain, init, lint, mock, record, strength, verify, waive):
    main.add_command(command)
