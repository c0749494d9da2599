"""``troth.toml``: named targets, with secrets from the environment only."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from troth.errors import InputInvalid, Position, Problem, UsageInvalid, did_you_mean
from troth.loading.contract import schema_problems
from troth.loading.plain import mapping, sequence
from troth.loading.positions.toml import read_toml
from troth.loading.positions.yaml import Document, Located
from troth.secrets.needles import SHORTEST
from troth.targets.live.addresses import address_problem, host_of, is_loopback_host, trimmed
from troth.targets.live.settings import EFFECTS, Authentication, Pace, TargetSettings, Way
from troth.targets.live.variables import VariableUse, fill_variables, names_variable, texts, variable_uses
from troth.wire.pointers import KeyPath

FILE = "troth.toml"
_SECRET = ("bearer", "client_secret")
_AS_IT_IS = frozenset(("bearer", "token_url", "address", "hosts", "proxy"))
_FIRST_PRINTABLE, _DELETE, _LAST_LATIN = 0x20, 0x7F, 0xFF
NOT_SECRET = ("address", "build", "hosts", "spec", "ca_bundle", "client_certificate", "client_key", "world")


class TargetFile:
    """The targets of a project, read and checked for their shape.

    Args:
        path: ``troth.toml``.
        shown: its name in messages.

    Raises:
        InputInvalid: the file cannot be used; every problem.
    """

    def __init__(self, path: Path, shown: str = FILE) -> None:
        document = read_toml(path, shown)
        self._document = replace(
            document, places={place: _unquoted(place, at) for place, at in document.places.items()}
        )
        self._folder = path.parent
        problems = list(schema_problems(replace(self._document, value=_masked(document.value)), "targets"))
        if problems:
            raise InputInvalid(problems)
        self._targets = mapping(mapping(self._document.value).get("targets"))

    @property
    def names(self) -> tuple[str, ...]:
        """The targets, in the order of the file."""
        return tuple(self._targets)

    def position(self, name: str, *path: str | int) -> Position:
        """Where something of a target stands."""
        return self._document.at("targets", name, *path)

    def raw(self, name: str) -> Mapping[str, object]:
        """A target as written, variables unfilled.

        Raises:
            UsageInvalid: there is no such target.
        """
        if name not in self._targets:
            raise UsageInvalid(
                f"there is no target {name!r} in {self._document.file}: {did_you_mean(name, self.names)}"
            )
        return mapping(self._targets[name])

    def uses(self, name: str) -> tuple[VariableUse, ...]:
        """Every environment variable of a target, in the order of the file."""
        return variable_uses(self.raw(name))

    def settings(self, name: str, environment: Mapping[str, str]) -> TargetSettings:
        """A target with every variable filled in.

        Args:
            name: the target.
            environment: where variables come from.

        Raises:
            UsageInvalid: there is no such target.
            InputInvalid: what cannot be used; every problem, never with a value.
        """
        return _SettingsReading(self, self._document, self._folder, name, environment).settings()


def _is_private(path: KeyPath) -> bool:
    """Whether a value may be a secret, though none should be written down."""
    return len(path) > 2 and path[2] in ("facts", "authentication", "proxy")


def _unquoted(path: KeyPath, place: Located) -> Located:
    if not _is_private(path):
        return place
    return replace(place, value=replace(place.value, text=""), key=replace(place.key, text=""))


def _masked(value: object, path: KeyPath = ()) -> object:
    """The file's values with whatever may be a secret hidden, since problems of shape show the values they are of."""
    if isinstance(value, Mapping):
        return {key: _masked(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, (*path, index)) for index, item in enumerate(value)]
    return "…" if isinstance(value, str) and _is_private(path) else value


class _SettingsReading:
    def __init__(
        self, file: TargetFile, document: Document, folder: Path, name: str, environment: Mapping[str, str]
    ) -> None:
        self.file = file
        self.document = document
        self.folder = folder
        self.name = name
        self.environment = environment
        self.problems: list[Problem] = []
        self.raw = file.raw(name)

    def settings(self) -> TargetSettings:
        for use in self.file.uses(self.name):
            if not self.environment.get(use.name):
                self._problem(use.place, *use.unset)
        self._no_secrets_written_down()
        self._nothing_unsendable()
        if self.problems:
            raise InputInvalid(self.problems)
        filled = mapping(fill_variables(self.raw, self.environment))
        addresses = self._addresses(filled)
        hosts = self._hosts(filled, addresses)
        settings = TargetSettings(
            name=self.name,
            addresses=addresses,
            build=_text(filled, "build"),
            closed=filled.get("world") == "closed",
            specs={vendor: str(self.folder / str(path)) for vendor, path in mapping(filled.get("spec")).items()},
            facts={vendor: mapping(facts) for vendor, facts in mapping(filled.get("facts")).items()},
            writes=_writes(filled.get("writes")),
            fuzzing=_choice(filled.get("fuzzing")),
            lockouts=_choice(filled.get("lockouts")),
            pace=_pace(filled),
            way=self._way(filled, hosts),
            authentication={
                vendor: _authentication(mapping(raw)) for vendor, raw in mapping(filled.get("authentication")).items()
            },
            secrets=self._secrets(),
        )
        self._check_token_urls(settings)
        if self.problems:
            raise InputInvalid(self.problems)
        return settings

    def _no_secrets_written_down(self) -> None:
        for vendor, raw in mapping(self.raw.get("authentication")).items():
            for path, text in texts(raw):
                if (path[-1] in _SECRET or path[0] == "query") and not names_variable(text):
                    place = ("authentication", vendor, *path)
                    self._problem(place, f"{path[-1]} is written down", 'name a variable instead: "${NAME}"')
        proxy = self.raw.get("proxy")
        if isinstance(proxy, str) and urlsplit(proxy).password and not names_variable(proxy):
            self._problem(("proxy",), "a password is written down", 'name a variable instead: "${NAME}"')

    def _nothing_unsendable(self) -> None:
        """What stands in a header or in an address as it is (RFC 9110, 5.5; RFC 3986) holds no control characters."""
        for use in self.file.uses(self.name):
            value = self.environment.get(use.name, "")
            if _AS_IT_IS.isdisjoint(use.place):
                continue
            if any(ord(char) < _FIRST_PRINTABLE or ord(char) == _DELETE for char in value):
                what = "a line break" if "\n" in value or "\r" in value else "a control character"
                fix = f"take it out of {use.name}: a file read into a variable often ends in one"
                self._problem(use.place, f"the environment variable {use.name} cannot be sent: it holds {what}", fix)
            elif "bearer" in use.place and any(ord(char) > _LAST_LATIN for char in value):
                message = f"the environment variable {use.name} cannot be sent: a header holds Latin-1 alone"
                self._problem(use.place, message)

    def _addresses(self, filled: Mapping[str, object]) -> dict[str, str]:
        written = filled["address"]
        by_vendor = written if isinstance(written, Mapping) else {"": written}
        if not by_vendor:
            self._problem(("address",), "names no address", 'write address = "https://…", or one for each vendor')
        addresses = {}
        for vendor, address in by_vendor.items():
            place = ("address", vendor) if vendor else ("address",)
            complaint = address_problem(str(address))
            if complaint:
                self._problem(place, complaint)
            else:
                addresses[str(vendor)] = trimmed(str(address))
        return addresses

    def _hosts(self, filled: Mapping[str, object], addresses: Mapping[str, str]) -> frozenset[str]:
        named = {str(host).lower() for host in sequence(filled.get("hosts"))}
        reached = set()
        for vendor, address in addresses.items():
            host = host_of(address)
            reached.add(host)
            if not is_loopback_host(host) and host not in named:
                message = f"{host} is not on loopback and not among the allowed hosts"
                self._problem(("address", vendor) if vendor else ("address",), message, f'hosts = ["{host}"]')
        return frozenset(named | reached)

    def _way(self, filled: Mapping[str, object], hosts: frozenset[str]) -> Way:
        files = {}
        for key in ("ca_bundle", "client_certificate", "client_key"):
            written = _text(filled, key)
            path = self.folder / written
            if written and not path.is_file():
                self._problem((key,), f"there is no file {written}")
            files[key] = str(path) if written else ""
        if files["client_key"] and not files["client_certificate"]:
            self._problem(("client_key",), "a client key needs a client_certificate")
        default = Way()
        return Way(
            hosts=hosts,
            connect_seconds=_number(filled, "connect_timeout", default.connect_seconds),
            total_seconds=_number(filled, "timeout", default.total_seconds),
            proxy=_text(filled, "proxy"),
            **files,
        )

    def _check_token_urls(self, settings: TargetSettings) -> None:
        for vendor, authentication in settings.authentication.items():
            place = ("authentication", vendor, "oauth2", "token_url")
            if authentication.kind != "oauth2":
                continue
            complaint = address_problem(authentication.token_url)
            host = host_of(authentication.token_url)
            if complaint:
                self._problem(place, complaint)
            elif not is_loopback_host(host) and host not in settings.way.hosts:
                self._problem(place, f"{host} is not among the allowed hosts", f'hosts = ["{host}", …]')

    def _secrets(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for use in self.file.uses(self.name):
            value = self.environment[use.name]
            # A short id would be found everywhere; a fact that must not be shown is known by its world.yaml too.
            short = use.place[0] == "facts" and len(value) < SHORTEST
            if use.place[0] not in NOT_SECRET and not short:
                names.setdefault(value, use.name)
            if use.place[0] == "proxy":
                password = urlsplit(value).password
                names.update({password: f"{use.name}.password"} if password else {})
        return names

    def _problem(self, path: KeyPath, message: str, fix: str = "") -> None:
        self.problems.append(Problem(self.document.at("targets", self.name, *path), message, fix))


def _authentication(raw: Mapping[str, object]) -> Authentication:
    if "query" in raw:
        return Authentication("query", query={name: str(value) for name, value in mapping(raw["query"]).items()})
    if "bearer" in raw:
        return Authentication("bearer", token=str(raw["bearer"]))
    oauth = mapping(raw["oauth2"])
    return Authentication(
        "oauth2",
        token_url=str(oauth["token_url"]),
        client_id=str(oauth["client_id"]),
        client_secret=str(oauth["client_secret"]),
        scope=_text(oauth, "scope"),
    )


def _pace(filled: Mapping[str, object]) -> Pace:
    default = Pace()
    rate, budget = filled.get("requests_per_second"), filled.get("budget")
    return Pace(
        per_second=float(rate) if isinstance(rate, (int, float)) else None,
        budget=budget if isinstance(budget, int) else None,
        retries=int(_number(filled, "retries", default.retries)),
        longest_wait=_number(filled, "longest_wait", default.longest_wait),
    )


def _choice(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _writes(raw: object) -> frozenset[str] | None:
    if raw is None:
        return None
    if raw is True:
        return frozenset(EFFECTS[1:])
    return frozenset(str(effect) for effect in sequence(raw))


def _text(raw: Mapping[str, object], key: str) -> str:
    value = raw.get(key, "")
    return value if isinstance(value, str) else ""


def _number(raw: Mapping[str, object], key: str, default: float) -> float:
    value = raw.get(key, default)
    return float(value) if isinstance(value, (int, float)) else default
