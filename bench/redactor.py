"""Soak of the redactor: how long, and in how much memory, does it learn and clean 100,000 exchanges?

    .venv/bin/python bench/redactor.py [--exchanges 100000]

Each answer brings a token of 2,000 characters that no answer brought before; each second exchange is in a finding,
which quotes the token in five ways. What is cleaned is written down as a journal would, and looked through for the
token. Prints the time and the memory of every tenth of the run; ends with 1 if a token was written.
"""

import argparse
import random
import resource
import string
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import msgspec

from troth.errors import Position
from troth.model.exchange import Exchange, Request, Response
from troth.model.operation import Basis
from troth.model.report import Finding, Reported, Verdict
from troth.secrets.redactor import Redactor

TOKEN_CHARACTERS = 2_000
_PARTS = 10
_ALPHABET = string.ascii_letters + string.digits
_JSON = (("Content-Type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Part:
    """A tenth of a run."""

    exchanges: int
    seconds: float
    megabytes: float
    """Resident memory at its end."""
    written: int
    """Bytes."""
    leaks: int


def token_of(number: int) -> str:
    """A token like a JSON Web Token: every one begins alike, and no two are the same."""
    return "eyJhbGciOiJIUzI1NiJ9." + "".join(random.Random(number).choices(_ALPHABET, k=TOKEN_CHARACTERS - 21))


def exchange_of(token: str) -> Exchange:
    """An answer that brings a token, and says it again where no field's name tells."""
    body = {"access_token": token, "expires_in": 3600, "links": [f"https://api.example/sessions/{quote(token)}"]}
    request = Request("POST", "https://api.example/sessions", _JSON, b'{"user":"nobody"}')
    return Exchange(request, Response(200, _JSON, msgspec.json.encode(body)))


def finding_of(token: str, exchange: Exchange) -> Reported:
    """A finding that quotes the token as checks do: plain, cut, in JSON, in a URL and in base64."""
    carried = b64encode(f"user:{token}".encode()).decode()
    found = Finding(
        code="TR301",
        vendor="shop",
        operation="openSession",
        subject="token-is-a-uuid",
        message=f"{token[:200]}… is not a UUID; sent again as Basic {carried}",
        basis=Basis.DOCUMENTED,
        citation=None,
        position=Position("contracts/shop/sessions.yaml", 12),
        where="body /access_token",
        expected="a UUID",
        answered=repr(token),
    )
    curl = f"curl -i https://api.example/sessions/{quote(token)}"
    return Reported(found, Verdict.BROKEN, "breach", 1, "shop/openSession/cases/any", exchange, curl)


def soak(exchanges: int, journal: Path) -> Iterator[Part]:
    """Learn and clean so many exchanges; a tenth of the run at a time.

    Args:
        exchanges: how many.
        journal: where what was cleaned is written.
    """
    redactor = Redactor({"the-key-of-the-run": "SHOP_KEY"}, b"k" * 32)
    redactor.look_into_answers((), b"k" * 32)
    with journal.open("wb") as file:
        for part in range(_PARTS):
            started, leaks, count = time.perf_counter(), 0, exchanges // _PARTS
            making = 0.0
            for number in range(part * count, (part + 1) * count):
                begun = time.perf_counter()
                token = token_of(number)
                exchange = exchange_of(token)
                making += time.perf_counter() - begun
                redactor.learn_exchange(exchange)
                if number % 2:
                    line = msgspec.json.encode(redactor.clean(finding_of(token, exchange)))
                    file.write(line + b"\n")
                    leaks += leaked(token, line)
            seconds = time.perf_counter() - started - making
            yield Part(count, seconds, resident_megabytes(), file.tell(), leaks)


def leaked(token: str, line: bytes) -> bool:
    """Whether any 40 characters in a row of a token stand in a line, or their base64."""
    secret = token.encode()
    pieces = (secret[start : start + 40] for start in range(21, len(secret) - 40, 40))
    return any(piece in line or b64encode(piece[:39])[4:-4] in line for piece in pieces)


def resident_megabytes() -> float:
    """How much memory the process holds now; its peak where the system does not tell."""
    statm = Path("/proc/self/statm")
    if statm.is_file():
        return int(statm.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main() -> int:
    """Run from the command line; 1 if a token was written."""
    parser = argparse.ArgumentParser(description="Soak of the redactor.")
    parser.add_argument("--exchanges", type=int, default=100_000)
    arguments = parser.parse_args()
    leaks = 0
    with tempfile.TemporaryDirectory() as folder:
        for part in soak(arguments.exchanges, Path(folder) / "journal.jsonl"):
            leaks += part.leaks
            speed = part.seconds / part.exchanges * 1e3
            print(
                f"{part.exchanges:>7,} exchanges  {part.seconds:7.1f} s  {speed:6.2f} ms each  "
                f"{part.megabytes:6.1f} MB resident  {part.written / 1e6:7.1f} MB written  {part.leaks} leaks",
                flush=True,
            )
    return 1 if leaks else 0


if __name__ == "__main__":
    sys.exit(main())
