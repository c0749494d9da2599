"""The command line: arguments in, words and an exit code out; a command is imported when it is run."""

from importlib import import_module

import click

from troth import __version__
from troth.errors import did_you_mean

_EPILOG = """\b
Exit codes: 0 kept, 1 broken, 2 wrong usage or wrong input of ours, 3 could not
judge (the target is down, nothing was judged), 4 an error inside Troth, 5
incomplete by limits of ours (budget, required, --complete), 130 and 143
interrupted."""

_COMMANDS = {
    "catalogue": "Write a page for each vendor with every promise, its source and its basis.",
    "doctor": "Say of each target in troth.toml what is set, what is missing, and whether it answers.",
    "drift": "Say how NEW answers differ from OLD ones: each a cassette, a folder of them, or a target.",
    "explain": "What a finding's code means, why it matters, and what to do.",
    "init": "Write what a project needs to ask a vendor: a target, its variables, a nightly run.",
    "lint": "Check specs, contracts, cassettes and waivers without sending anything; every problem with its line.",
    "mock": "Serve the vendors' mocks on loopback until Ctrl-C.",
    "record": "Verify the decision tables and keep every exchange as a cassette, secrets replaced.",
    "strength": "Measure what the contracts hold a vendor to: change kept answers, and count what is noticed.",
    "verify": "Provoke every promise, judge every answer, and say which are kept.",
    "waive": "Accept a known finding until a day: put it into waivers.yaml.",
}
"""Command → its line in the help; ``troth.cli.<command>`` holds it as ``command``."""


class _LazyGroup(click.Group):
    """Knows its commands by name and imports the module of the one that is run, or asked for its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"troth.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS:
            ctx.fail(f"no such command {args[0]!r}: {did_you_mean(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=_LazyGroup, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="troth")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def main(debug: bool) -> None:
    """Hold API vendors to their documented word."""
