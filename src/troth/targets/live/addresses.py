"""What counts as the address of a service, and which addresses are this machine's own."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from troth.errors import UsageInvalid


def is_loopback_host(host: str) -> bool:
    """Whether a host is this machine: ``localhost``, or an address in 127.0.0.0/8 or ``::1``. No name is looked up."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """The host of a URL in lower case; ``""`` where it has none."""
    return (urlsplit(url).hostname or "").lower()


def url_problem(url: str) -> str:
    """What is wrong with a URL of HTTP; ``""`` where nothing is. Nothing of it is repeated: it may hold a password."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "the address has no valid host or port"
    if parts.scheme not in ("http", "https") or not usable:
        return "this is not an HTTP address: write it like https://api.example.com"
    if parts.username or parts.password:
        return "credentials do not belong in an address: they would be printed"
    return ""


def address_problem(address: str) -> str:
    """What is wrong with the address of a service, below which requests are sent; ``""`` where nothing is."""
    problem = url_problem(address)
    if problem:
        return problem
    parts = urlsplit(address)
    return "an address ends before its query" if parts.query or parts.fragment else ""


def loopback_url(url: str) -> str:
    """A URL of this machine that was given as an option, such as that of a document.

    Raises:
        UsageInvalid: it is no URL of HTTP, or its host is another machine.
    """
    problem = url_problem(url)
    if problem:
        raise UsageInvalid(problem)
    host = host_of(url)
    if not is_loopback_host(host):
        raise UsageInvalid(
            f"{host} is not on loopback. Describe it as a target in troth.toml, its host among the allowed "
            "ones: there Troth learns what it may ask, how often, and what to keep secret (docs/live.md)"
        )
    return url


def loopback_address(address: str) -> str:
    """The address of a service on this machine that was given as an option; see :func:`trimmed`.

    Raises:
        UsageInvalid: it is no address of a service, or its host is another machine.
    """
    problem = address_problem(address)
    if problem:
        raise UsageInvalid(problem)
    return trimmed(loopback_url(address))


def trimmed(address: str) -> str:
    """An address without a slash at the end, unless the slash is its whole path: then it names the root."""
    bare = address.rstrip("/")
    return bare if urlsplit(bare).path or not address.endswith("/") else f"{bare}/"
