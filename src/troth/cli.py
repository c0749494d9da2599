"""The command line: arguments in, words and an exit code out. Everything heavy is fetched when a command needs it."""

import sys
import traceback
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from troth import __version__
from troth.errors import InputInvalid, TrothError, UsageInvalid, did_you_mean

INTERNAL_ERROR = 4
INTERRUPTED = 130

_EPILOG = """\b
Exit codes: 0 kept, 1 broken, 2 wrong usage or wrong input of ours, 3 could not
judge (the target is down, nothing was judged), 4 an error inside Troth, 130
interrupted."""


def _guarded(command: Callable[..., int]) -> Callable[..., None]:
    """Turn what stops us into a sentence and an exit code; a traceback only with ``--debug``."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        debug = bool(click.get_current_context().find_root().params.get("debug"))
        try:
            code = command(*args, **options)
        except TrothError as error:
            if debug:
                traceback.print_exc()
            click.echo(_sentence(error), err=True)
            code = error.exit_code
        except (KeyboardInterrupt, BrokenPipeError):
            code = INTERRUPTED
        except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback for a user
            if debug:
                traceback.print_exc()
            click.echo(f"troth: an error inside Troth: {type(error).__name__}: {error}", err=True)
            click.echo("This is ours to mend. `troth --debug …` shows where; please report it.", err=True)
            code = INTERNAL_ERROR
        sys.exit(code)

    return run


def _sentence(error: TrothError) -> str:
    if isinstance(error, InputInvalid):
        number = len(error.problems)
        return f"{error}\n{number} {'problem' if number == 1 else 'problems'}"
    return f"troth: {error}"


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


@main.command()
@click.option("--target", default="mock", show_default=True, metavar="mock|replay|URL|NAME", help="Who answers.")
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="Only this vendor (may be repeated).")
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="Only this operation; * and ? are wild.")
@click.option("--only", "sources", default="", metavar="cases,properties,…", help="Only these sources of requests.")
@click.option("--max-examples", type=click.IntRange(0), help="Generated requests for each operation and mode.")
@click.option("--thorough", is_flag=True, help="A generous generation budget.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides everything that is random.")
@click.option("--strict", is_flag=True, help="Surprises fail the run too.")
@click.option("--complete", is_flag=True, help="Exit with 3 unless everything that can be provoked was exercised.")
@click.option("--report", "reports", multiple=True, metavar="KIND=FILE", help="Also write junit=FILE or json=FILE.")
@click.option("--spec", metavar="FILE|URL", help="Any OpenAPI document instead of the vendors' own.")
@click.option(
    "--world", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Facts of the target (YAML)."
)
@click.option(
    "--record", type=click.Path(file_okay=False, path_type=Path), help="Keep all exchanges as cassettes here."
)
@click.option("--cassettes", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Read cassettes here.")
@click.option("--resume", is_flag=True, help="Go on where the same run was interrupted.")
@click.option("--plan", is_flag=True, help="List the requests that would be sent; send none.")
@click.option("-v", "--verbose", is_flag=True, help="Show every finding in full.")
@_guarded
def verify(
    target: str,
    vendors: tuple[str, ...],
    operations: tuple[str, ...],
    sources: str,
    max_examples: int | None,
    thorough: bool,
    seed: int,
    strict: bool,
    complete: bool,
    reports: tuple[str, ...],
    spec: str | None,
    world: Path | None,
    record: Path | None,
    cassettes: Path | None,
    resume: bool,
    plan: bool,
    verbose: bool,
) -> int:
    """Provoke every promise, judge every answer, and say which are kept."""
    wiring = import_module("troth.wiring")
    verifying = import_module("troth.verifying")
    selection = wiring.select(
        Path.cwd(), target=target, vendors=vendors, spec=spec, world=world, record=record, cassettes=cassettes
    )
    options = wiring.RunOptions(
        operations=operations,
        sources=tuple(part.strip() for part in sources.split(",") if part.strip()),
        max_examples=max_examples,
        seed=seed,
        strict=strict,
        thorough=thorough,
        complete=complete,
    )
    if plan:
        planned: int = import_module("troth.doctoring").plan(selection, options)
        return planned
    code: int = verifying.verify(selection, options, reports, verbose, resume)
    return code


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="cassettes")
@click.option("--target", default="mock", show_default=True, metavar="mock|URL|NAME", help="Who answers.")
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="Only this vendor (may be repeated).")
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="Only this operation; * and ? are wild.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides everything that is random.")
@click.option("--resume", is_flag=True, help="Go on where the same run was interrupted.")
@_guarded
def record(
    folder: Path, target: str, vendors: tuple[str, ...], operations: tuple[str, ...], seed: int, resume: bool
) -> int:
    """Verify the decision tables and keep every exchange as a cassette, secrets replaced."""
    wiring = import_module("troth.wiring")
    selection = wiring.select(Path.cwd(), target=target, vendors=vendors, record=folder)
    options = wiring.RunOptions(operations=operations, sources=("cases",), seed=seed)
    code: int = import_module("troth.verifying").verify(selection, options, (), False, resume)
    return code


@main.command()
@click.argument("target", required=False)
@_guarded
def doctor(target: str | None) -> int:
    """Say of each target in troth.toml what is set, what is missing, and whether it answers."""
    code: int = import_module("troth.doctoring").doctor(Path.cwd(), target)
    return code


@main.command()
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="Only this vendor (may be repeated).")
@click.option("--spec", metavar="FILE|URL", help="Any OpenAPI document instead of the vendors' own.")
@_guarded
def lint(vendors: tuple[str, ...], spec: str | None) -> int:
    """Check specs, contracts and cassettes without sending anything; every problem with its line."""
    wiring = import_module("troth.wiring")
    problems = wiring.lint_problems(wiring.select(Path.cwd(), vendors=vendors, spec=spec))
    for problem in problems:
        click.echo(problem)
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    counted = (
        f"{errors} {'error' if errors == 1 else 'errors'}, {warnings} {'warning' if warnings == 1 else 'warnings'}"
    )
    click.echo(counted if problems else "no problems")
    return 2 if errors else 0


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="docs/promises")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a page is not current.")
@_guarded
def catalogue(folder: Path, check: bool) -> int:
    """Write a page for each vendor with every promise, its source and its basis."""
    wiring = import_module("troth.wiring")
    stale = wiring.write_catalogue(wiring.select(Path.cwd()), folder, check)
    for path in stale:
        click.echo(f"{path}: {'not current; run `troth catalogue`' if check else 'written'}")
    return 1 if check and stale else 0


@main.command()
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="Only this vendor (may be repeated).")
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="Only this operation; * and ? are wild.")
@click.option("--changed", default="", metavar="REV", help="Only contracts touched since this git revision.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides everything that is random.")
@click.option("--minimum", type=click.FloatRange(0, 100), default=0, metavar="PERCENT", help="Exit with 1 below this.")
@click.option("--redundant", is_flag=True, help="Name the clauses without which nothing more would pass.")
@click.option("--report", "reports", multiple=True, metavar="json=FILE", help="Also write the whole measurement.")
@click.option("-v", "--verbose", is_flag=True, help="Show every survivor, and the scores of the operators.")
@_guarded
def strength(
    vendors: tuple[str, ...],
    operations: tuple[str, ...],
    changed: str,
    seed: int,
    minimum: float,
    redundant: bool,
    reports: tuple[str, ...],
    verbose: bool,
) -> int:
    """Measure what the contracts hold a vendor to: change kept answers, and count what is noticed."""
    wiring = import_module("troth.wiring")
    strengthening = import_module("troth.strengthening")
    selection = wiring.select(Path.cwd(), vendors=vendors)
    options = wiring.RunOptions(operations=operations, sources=("cases", "recordings"), seed=seed)
    wanted = strengthening.StrengthOptions(minimum, changed, reports, redundant, verbose)
    code: int = strengthening.strengthen(selection, options, wanted)
    return code


@main.command()
@click.argument("old")
@click.argument("new")
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="Only this vendor (may be repeated).")
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="Only this operation; * and ? are wild.")
@click.option("--only", "sources", default="", metavar="cases,properties,…", help="What to ask a target (cases).")
@click.option("--max-examples", type=click.IntRange(0), help="Generated requests for each operation and mode.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides everything that is random.")
@click.option("--strict", is_flag=True, help="Exit with 1 for any change.")
@click.option("--report", "reports", multiple=True, metavar="KIND=FILE", help="Also write json=FILE or markdown=FILE.")
@click.option("--spec", metavar="FILE|URL", help="Any OpenAPI document instead of the vendors' own.")
@click.option(
    "--world", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Facts of the targets (YAML)."
)
@click.option("-v", "--verbose", is_flag=True, help="Show every change, and what could not be compared.")
@_guarded
def drift(
    old: str,
    new: str,
    vendors: tuple[str, ...],
    operations: tuple[str, ...],
    sources: str,
    max_examples: int | None,
    seed: int,
    strict: bool,
    reports: tuple[str, ...],
    spec: str | None,
    world: Path | None,
    verbose: bool,
) -> int:
    """Say how NEW answers differ from OLD ones: each a cassette, a folder of them, or a target."""
    wiring = import_module("troth.wiring")
    drifting = import_module("troth.drifting")
    options = wiring.RunOptions(
        operations=operations,
        sources=tuple(part.strip() for part in sources.split(",") if part.strip()),
        max_examples=max_examples,
        seed=seed,
        strict=strict,
    )

    def choose(target: str) -> Any:
        return wiring.select(Path.cwd(), target=target, vendors=vendors, spec=spec, world=world)

    code: int = drifting.drift(old, new, choose, options, reports, verbose)
    return code


@main.command()
@click.argument("code")
@_guarded
def explain(code: str) -> int:
    """What a finding's code means, why it matters, and what to do."""
    click.echo(import_module("troth.reporting.codes").explain(code))
    return 0


@main.command()
@click.argument("vendors", nargs=-1, metavar="[VENDOR]…")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 picks a free one.")
@click.option("--fault", metavar="NAME", help="Plant a seeded defect (in a checkout, which has tests/faults).")
@click.option("--from-cassettes", metavar="FOLDER", help="Serve the recordings of this folder instead.")
@_guarded
def mock(vendors: tuple[str, ...], port: int, fault: str | None, from_cassettes: str | None) -> int:
    """Serve the vendors' mocks on loopback until Ctrl-C."""
    wiring = import_module("troth.wiring")
    server = import_module("troth.mocks.server")
    for name in vendors:
        if name not in wiring.MOCKS:
            raise UsageInvalid(f"there is no mock of {name!r}: {did_you_mean(name, wiring.MOCKS)}")
    if from_cassettes is None:
        services = [wiring.MOCKS[name]() for name in vendors or wiring.MOCKS]
    else:
        selection = wiring.select(Path.cwd(), target="replay", vendors=vendors, cassettes=Path(from_cassettes))
        services = import_module("troth.serving").recorded_services(selection)
    if fault is not None:
        services = _planted(fault, services)
    try:
        server.serve(services, port, announce=_announce)
    except OSError as error:
        raise UsageInvalid(f"port {port} cannot be used: {error.strerror or error}; try --port 0") from error
    return 0


def _planted(name: str, services: list[Any]) -> list[Any]:
    """The same mocks, the one that the fault is of with the fault in it."""
    tests = Path(__file__).parents[2] / "tests"
    if not (tests / "faults" / "corpus.py").is_file():
        raise UsageInvalid("--fault needs the corpus in tests/faults, which only a checkout of Troth has")
    sys.path.insert(0, str(tests))
    known = import_module("faults.corpus").BY_NAME
    if name not in known:
        raise UsageInvalid(f"there is no fault {name!r}: {did_you_mean(name, known)}")
    vendor = known[name].vendor
    if vendor not in [service.vendor for service in services]:
        raise UsageInvalid(f"{name!r} is a fault of {vendor}, which is not served")
    return [known[name].plant(service) if service.vendor == vendor else service for service in services]


def _announce(address: str) -> None:
    click.echo(f"Mocks at {address} (start page there; Ctrl-C ends). They stand in; they are not the vendors.")


if __name__ == "__main__":
    main()
