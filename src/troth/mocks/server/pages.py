"""What the mock server shows of itself in a browser: the start page and the log."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from troth.mocks.html import html_page
from troth.mocks.server.request_log import Line
from troth.mocks.service import Service


def start_page(services: Sequence[Service], base_url: str) -> str:
    """Which vendors answer here, how to try each, what each holds and what it leaves out.

    ``base_url`` is scheme, host and port, without a slash at the end.
    """
    sections = "\n".join(_section(service, base_url) for service in services)
    return html_page(
        "Troth's mocks",
        f"""<main><h1>Troth&#x27;s mocks</h1>
<p>These are mocks of the vendors&#x27; APIs. They say nothing about the live vendors. Every credential on this
page is made up, works here alone, and is the same whenever the mocks start with the same seed.</p>
{sections}
<section><h2>Controls</h2>
<pre>curl -X POST {escape(base_url)}/_mock/reset
curl -X POST -d '{{"advance": 3600}}' {escape(base_url)}/_mock/clock</pre>
<p><a href="/_mock/world">All facts as JSON</a> · <a href="/_mock/log">The last requests</a>. A reset puts state,
tokens and clock back; the clock moves by so many seconds. The log keeps no bodies, headers or secrets.</p>
</section></main>""",
    )


def log_page(lines: Iterable[Line]) -> str:
    """The log as a table, newest first."""
    rows = "\n".join(
        f"<tr><td>{escape(line.time)}</td><td>{escape(line.method)}</td><td><code>{escape(line.path)}</code></td>"
        f"<td>{line.status}</td></tr>"
        for line in reversed(tuple(lines))
    )
    head = "<tr><th>Time</th><th>Method</th><th>Address</th><th>Status</th></tr>"
    return html_page("Requests", f"<main><h1>The last requests</h1><table>{head}\n{rows}</table></main>")


def _section(service: Service, base_url: str) -> str:
    addresses = "".join(f"<li><code>{escape(base_url + prefix)}</code></li>" for prefix in service.prefixes)
    facts = "\n".join(
        f"<tr><th>{escape(name)}</th><td><code>{escape(str(value))}</code></td></tr>"
        for name, value in _flat(service.world())
    )
    limits = "".join(f"<li>{escape(limit)}</li>" for limit in service.limits)
    return f"""<section id="{service.vendor}"><h2>{service.vendor}</h2>
<p>Answers for every address that begins with</p><ul>{addresses}</ul>
<p>Try it:</p><pre>{escape(service.curl(base_url))}</pre>
<details><summary>What it holds</summary><table>{facts}</table></details>
<details><summary>What it does not do</summary><ul>{limits}</ul></details></section>"""


def _flat(facts: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield above + name, value
