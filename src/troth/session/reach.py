"""From a target's name to who answers, with every guard in place."""

import os
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import random
from time import monotonic, sleep
from urllib.parse import urlsplit

from troth.errors import UsageInvalid, did_you_mean
from troth.judging.terms import Terms
from troth.mocks.service import Clock
from troth.model.book import Book, Recording
from troth.model.exchange import Exchange, Request
from troth.model.facts import Facts
from troth.model.ports import Target
from troth.secrets.needles import SHORTEST
from troth.secrets.project_key import project_key
from troth.secrets.pseudonyms import Pseudonyms
from troth.secrets.redactor import Redactor
from troth.secrets.scrubber import Scrubber
from troth.secrets.sensitive import is_distinct, names_person, names_secret
from troth.session.extensions import Extensions
from troth.session.folders import Folders, find_folders, shown
from troth.sources.routing import Router
from troth.targets.by_vendor import ByVendorTarget
from troth.targets.embedded import EmbeddedTarget
from troth.targets.live.addresses import loopback_address
from troth.targets.live.authentication import AuthenticatedTarget
from troth.targets.live.client import Limits, LiveTarget
from troth.targets.live.conduct import Conduct
from troth.targets.live.dotenv import read_environment
from troth.targets.live.facts import check_facts, fact_texts
from troth.targets.live.manners import REPEATABLE, Hands, MannersTarget
from troth.targets.live.mock_server import MockServerTarget, ask_for_world
from troth.targets.live.permission import Permission
from troth.targets.live.settings import EFFECTS, Pace, TargetSettings
from troth.targets.live.settings_file import FILE, TargetFile
from troth.targets.live.world_file import read_world
from troth.targets.recorder import RecordingTarget
from troth.targets.replay import ReplayTarget
from troth.vendors.installed import InstalledVendors

MOCK_PORT = 8765
"""Where ``troth mock`` listens unless told otherwise."""

CAREFUL = ("cases", "recordings")
"""Sources that make no request up, for targets that are not this machine."""

_HANDS = Hands(monotonic, lambda: datetime.now(UTC), sleep, random)
_ANYTHING = frozenset((*EFFECTS, ""))
_NEARBY = Pace(longest_wait=2.0)
"""An address on loopback that nobody has described: a dead one is found out soon."""
_LIVE = "live: "
_LOCKOUTS = "lockouts"


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user asked to have read and who should answer."""

    folders: Folders
    target: str = "mock"
    vendors: tuple[str, ...] = ()
    spec: str | None = None
    world: Mapping[str, Mapping[str, object]] | None = None
    settings: TargetSettings | None = None
    """What ``troth.toml`` says of the target, where it is named there."""
    record: Path | None = None
    """Where to keep what is asked and answered."""
    here: Path = Path()
    hands: Hands = _HANDS
    """Clock, sleep and chance; a test hands in its own."""
    redactor: Redactor = field(default_factory=Redactor, compare=False, repr=False)
    """Learns every secret that becomes known, and takes them out of whatever leaves the process."""
    extensions: Extensions = field(default_factory=Extensions)
    """The checks, sources and reporters that installed packages add."""


@dataclass(frozen=True)
class Reached:
    """Who answers, and how to behave."""

    target: Target
    conduct: Conduct = field(default_factory=Conduct)
    sources: tuple[str, ...] | None = None
    """Sources that may be used; None for all."""
    build: str = ""
    recorder: RecordingTarget | None = None


def select(
    here: Path,
    target: str = "mock",
    vendors: tuple[str, ...] = (),
    spec: str | None = None,
    world: Path | None = None,
    record: Path | None = None,
    cassettes: Path | None = None,
    environment: Mapping[str, str] | None = None,
    redactor: Redactor | None = None,
) -> Selection:
    """A selection from the folders that hold in ``here``; the redactor learns the secrets of its target.

    Raises:
        InputInvalid: the world file, ``troth.toml`` or ``.env`` cannot be used.
        UsageInvalid: there is no target of that name.
    """
    redactor = redactor or Redactor()
    process = os.environ if environment is None else environment
    facts = None if world is None else read_world(world, shown(world), read_environment(here, process), redactor.learn)
    folders = find_folders(here)
    if cassettes is not None:
        folders = replace(folders, cassettes=cassettes, only_these_cassettes=True)
    settings = None
    if target not in ("mock", "replay") and "://" not in target:
        settings = _settings(here, target, process)
        redactor.learn(settings.secrets)
        named = {*settings.addresses, *settings.specs} - {""}
        vendors = vendors or (tuple(sorted(named)) if "" not in settings.addresses else ())
    return Selection(folders, target, vendors, spec, facts, settings, record, here, redactor=redactor)


def _settings(here: Path, name: str, environment: Mapping[str, str]) -> TargetSettings:
    path = here / FILE
    if not path.is_file():
        fix = did_you_mean(name, ("mock", "replay"))
        raise UsageInvalid(
            f"unknown target {name!r}: {fix}, an address like http://127.0.0.1:{MOCK_PORT}, or a target of {FILE}, "
            "which is not here"
        )
    return TargetFile(path, shown(path)).settings(name, read_environment(here, environment))


def reach(selection: Selection, book: Book, terms: Terms) -> Reached:
    """Who answers, with guards, manners and a recorder around where they belong.

    Raises:
        UsageInvalid: there is no such target, or it may not be spoken to.
        InputInvalid: the target's facts or vendors are not what the book knows.
    """
    if selection.settings is not None:
        path = selection.here / FILE
        check_facts(TargetFile(path, shown(path)), selection.settings, book, set(selection.folders.known))
        reached = _reach_named(selection.settings, book, terms, selection.hands, selection.redactor)
    else:
        reached = _reach_plain(selection, book, terms)
    return reached if selection.record is None else _recording(selection, selection.record, book, reached)


def embedded(book: Book, installed: InstalledVendors, clock: Clock | None = None) -> EmbeddedTarget:
    """The embedded mocks of a book's vendors.

    Args:
        book: what was read.
        installed: the vendors of installed packages, some with a mock.
        clock: what the mocks take for the time; real time where none is given.

    Raises:
        UsageInvalid: a vendor has no mock.
        PluginInvalid: a vendor's description cannot be used.
    """
    missing = [name for name in book.vendors if not installed.has_mock(name)]
    if missing:
        raise UsageInvalid(f"there is no embedded mock of {', '.join(missing)}; name an address with --target")
    services = {name: installed.mock(name)(clock) for name in book.vendors}
    origins = {_origin(operation.server): operation.vendor for operation in book.operations()}
    return EmbeddedTarget(services, origins, f"http://127.0.0.1:{MOCK_PORT}")


def _reach_plain(selection: Selection, book: Book, terms: Terms) -> Reached:
    if selection.target == "mock":
        return Reached(embedded(book, selection.folders.installed))
    if selection.target == "replay":
        return _reach_replay(book, terms)
    address = loopback_address(selection.target)
    servers = tuple({operation.server for operation in book.operations()})
    worlds = {name: Facts(world=world) for name, world in (selection.world or {}).items()}
    effect_of = effect_in(book)
    live = LiveTarget(address, servers, worlds, repeatable=lambda request: effect_of(request) in REPEATABLE)
    world_of_mock = None if worlds else ask_for_world(live)
    if world_of_mock is not None:
        return Reached(MockServerTarget(live, world_of_mock))
    polite = MannersTarget(live, _NEARBY, effect_of, _ANYTHING, selection.hands)
    return Reached(polite, Conduct(halted=polite.halted, ask_again=True))


def _reach_replay(book: Book, terms: Terms) -> Reached:
    recordings = [one for vendor in book.vendors.values() for one in vendor.recordings]
    # What a run recorded speaks for a whole world; a page's own example speaks for a few facts.
    worlds = {one.vendor: Facts(world=one.facts, closed=one.closed) for one in sorted(recordings, key=_whole)}
    replay = ReplayTarget(recordings, worlds, key_fields(book))
    live = any(one.item and one.origin.startswith(_LIVE) for one in recordings)
    # What the recorded run held back was not recorded, and is held back again.
    limits = [frozenset(one.allowed) for one in recordings if one.item and one.allowed is not None]
    allowed = frozenset.intersection(*limits) if limits else None
    permission = None if allowed is None else Permission(terms, allowed - {_LOCKOUTS}, _LOCKOUTS in allowed)
    return Reached(replay, Conduct(permission, begin=replay.begin, ask_again=live))


def key_fields(book: Book) -> frozenset[str]:
    """The header fields that carry the API keys of a book's vendors, in lower case."""
    fields: set[str] = set()
    for vendor in book.vendors.values():
        for scheme in vendor.spec.schemes.values():
            kind, _, rest = scheme.partition(":")
            place, _, name = rest.partition(":")
            if kind == "apiKey" and place in ("header", "cookie"):
                fields.add(name.lower() if place == "header" else "cookie")
    return frozenset(fields)


def _whole(recording: Recording) -> bool:
    return bool(recording.item)


def _reach_named(settings: TargetSettings, book: Book, terms: Terms, hands: Hands, redactor: Redactor) -> Reached:
    vendor_of, effect_of = vendor_in(book), effect_in(book)
    way, pace = settings.way, settings.pace
    limits = Limits(connect_seconds=way.connect_seconds, total_seconds=way.total_seconds)
    services = {}

    def repeatable(request: Request) -> bool:
        return effect_of(request) in REPEATABLE

    for vendor in book.vendors.values():
        address = settings.addresses.get(vendor.name, settings.addresses.get("", ""))
        servers = tuple({operation.server for operation in vendor.spec.operations.values()})
        facts = Facts(world=settings.facts.get(vendor.name, {}), closed=settings.closed)
        if address:
            services[vendor.name] = LiveTarget(address, servers, {vendor.name: facts}, limits, way, repeatable)
    name = f"{settings.name} at {', '.join(sorted(set(settings.addresses.values())))}"

    def ask_for_token(request: Request) -> Exchange:
        with closing(LiveTarget(_origin(request.url), (), {}, limits, way)) as issuer:
            return issuer.send(request)

    by_vendor = ByVendorTarget(name, services, vendor_of)
    live = AuthenticatedTarget(
        by_vendor, settings.authentication, vendor_of, ask_for_token, hands.clock, redactor.learn_issued
    )
    allowed = settings.effects if not settings.loopback or settings.writes is not None else _ANYTHING
    polite = MannersTarget(live, pace, effect_of, allowed, hands)
    permission = Permission(terms, settings.effects, settings.may_lock_out)
    conduct = Conduct(permission, halted=polite.halted, ask_again=True)
    sources = None if settings.may_fuzz else CAREFUL
    return Reached(polite, conduct, sources, settings.build)


def vendor_in(book: Book) -> Callable[[str], str]:
    """Whose a documented URL is; ``""`` where nobody's."""
    servers = sorted({(one.server, one.vendor) for one in book.operations()}, key=lambda pair: -len(pair[0]))

    def vendor_of(url: str) -> str:
        return next((vendor for server, vendor in servers if url.startswith(server)), "")

    return vendor_of


def effect_in(book: Book) -> Callable[[Request], str]:
    """The side-effect class of a request; ``""`` where no operation describes it."""
    vendor_of = vendor_in(book)
    routers = {name: Router(vendor) for name, vendor in book.vendors.items()}

    def effect_of(request: Request) -> str:
        router = routers.get(vendor_of(request.url))
        operation = None if router is None else router.operation_of(request)
        return "" if operation is None else operation.effect

    return effect_of


def _recording(selection: Selection, folder: Path, book: Book, reached: Reached) -> Reached:
    redactor = selection.redactor
    redactor.learn(secret_names(book, reached.target))
    short = sorted(name for value, name in redactor.declared.items() if len(value) < SHORTEST)
    if short:
        raise UsageInvalid(f"a recording could not hide {', '.join(short)}: shorter than {SHORTEST} characters")
    scrubber = make_scrubber(project_key(selection.here, os.environ), redactor.declared, book, reached.target)
    settings = selection.settings
    build = f", build {settings.build}" if settings is not None and settings.build else ""
    prefix = _LIVE if reached.target.kind == "live" else ""
    name = f"the target {settings.name}" if settings is not None else reached.target.name.partition(" at ")[0]
    permission = reached.conduct.permission
    allowed = None
    if permission is not None:
        allowed = (*sorted(permission.effects), *((_LOCKOUTS,) if permission.lockouts else ()))
    origin = f"{prefix}{name}{build}"
    target = RecordingTarget(reached.target, folder, origin, scrubber, allowed)
    redactor.pass_on(scrubber.learn)
    conduct = replace(reached.conduct, begin=target.begin, end=target.end, announce=target.announce)
    return replace(reached, target=target, conduct=conduct, recorder=target)


def make_scrubber(key: bytes, secrets: Mapping[str, str], book: Book, target: Target) -> Scrubber:
    """What replaces secrets and personal data of a target.

    Args:
        key: decides the pseudonyms.
        secrets: the known ones.
        book: whose facts are looked at.
        target: gives the facts.
    """
    personal, public = told_facts(book, target)
    return Scrubber(Pseudonyms(key), [*secrets], set(personal) - set(secrets), public - set(secrets))


def told_facts(book: Book, target: Target) -> tuple[dict[str, str], set[str]]:
    """The values of a target's facts: those about a person → ``vendor.fact``, and all others."""
    personal: dict[str, str] = {}
    public: set[str] = set()
    for vendor in book.vendors:
        for path, value in fact_texts(target.facts(vendor).world, ()):
            # What cannot be told from a word in passing could not be replaced wherever it stands.
            if is_distinct(value) and ("@" in value or names_secret(path) or names_person(path)):
                personal.setdefault(value, ".".join((vendor, *path)))
            else:
                public.add(value)
    return personal, public


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def secret_names(book: Book, target: Target) -> dict[str, str]:
    """Secret value → the environment variable that stands for it in a curl line, from the facts marked ``secret``."""
    names: dict[str, str] = {}
    for vendor in book.vendors.values():
        world = target.facts(vendor.name).world
        for fact in vendor.world.values():
            value: object = world
            for part in fact.name.split("."):
                value = value.get(part) if isinstance(value, Mapping) else None
            if fact.secret and value is not None:
                names.setdefault(str(value), re.sub(r"[^A-Z0-9_]|^(?=\d)", "_", f"{vendor.name}_{fact.name}".upper()))
    return names
