"""What the tests of this folder share: how a tool of somebody else's is run, and how tools from npm are fetched."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from werkzeug.wrappers import Request, Response

from troth.mocks.socialidnow.service import SocialIdNow

MOMENT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
"""When the stand-ins believe it is."""

PATIENCE_SECONDS = 240

HERE = Path(__file__).parent


def quiet(environ: Mapping[str, str]) -> dict[str, str]:
    """Our own environment with these changes, without proxies, and with the tools' calls home switched off."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", **environ}


class Uninstallable(Exception):
    """npm could not install the tools; the message says why."""


@dataclass(frozen=True)
class NodeTools:
    """Node, and the packages that npm has installed beside the package.json of this folder."""

    node: str
    modules: Path

    def command(self, name: str, *arguments: str) -> list[str]:
        """The command line for a command that a package brings."""
        return [self.node, str((self.modules / ".bin" / name).resolve()), *arguments]

    def run(self, command: list[str], **environ: str) -> "subprocess.CompletedProcess[str]":
        """Run to the end and give back what was written."""
        return subprocess.run(
            command,
            env=quiet(environ),
            cwd=HERE,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )


def install(npm: str) -> None:
    """Install what package.json names. Raises ``Uninstallable``."""
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--prefix", str(HERE)]
    # Without a registry, npm would wait more than a minute before it says so.
    options += ["--fetch-retries", "1", "--fetch-retry-mintimeout", "1000"]
    try:
        done = subprocess.run(
            [npm, "install", *options], cwd=HERE, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Uninstallable(f"npm did not install the tools within {PATIENCE_SECONDS} s") from None
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        raise Uninstallable(f"npm could not install the tools: {'; '.join(said[:3]) or 'it said nothing'}")


class LyingSocialIdNow(SocialIdNow):
    """A stand-in whose connections have a number where the spec promises text: for showing that a tool can object."""

    def connection(self, request: Request, connection_id: str) -> Response:
        answer = super().connection(request, connection_id)
        return Response(answer.get_data().replace(b'"user_token":"', b'"user_token":7,"spare":"'), 200, answer.headers)
