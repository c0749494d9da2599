"""The line is really run: what arrives is compared byte by byte with what the request says."""

import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import environ
from tempfile import NamedTemporaryFile
from threading import Thread
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from troth.model.exchange import Request
from troth.reporting.curl import curl
from troth.secrets.encodings import ENCODINGS
from troth.secrets.redactor import Redactor

SHELLS = [name for name in ("sh", "bash", "dash") if shutil.which(name)]
needs_curl = pytest.mark.skipif(
    not (shutil.which("curl") and SHELLS), reason="curl or a POSIX shell is missing, so no line can be run"
)
KEY, PASSWORD = "pub-5f3a9c", "prv&7e\"1d'2b é<%>\\$(id)"
SECRETS = {KEY: "SITE_KEY", PASSWORD: "SITE_PASSWORD"}
SERVER = "https://example.api.oneall.com"


@dataclass
class Heard:
    """What the server was sent last."""

    address: str = ""
    method: str = ""
    target: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def locate(self, url: str) -> str:
        return self.address + url.removeprefix(SERVER)


@pytest.fixture(scope="module")
def heard() -> Iterator[Heard]:
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            heard.method, heard.target, heard.headers = self.command, self.path, self.headers.items()
            heard.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield heard
    server.shutdown()
    server.server_close()
    thread.join()


def run(line: str, shell: str = SHELLS[0] if SHELLS else "sh") -> None:
    variables = {**environ, **{name: value for value, name in SECRETS.items()}, "LC_ALL": "C.UTF-8"}
    quiet = line.replace("curl ", "curl -sS --noproxy '*' --max-time 20 ", 1)
    with NamedTemporaryFile("w", encoding="utf-8", suffix=".sh") as script:
        script.write(quiet)
        script.flush()
        subprocess.run([shell, script.name], check=True, env=variables, capture_output=True, timeout=30)


def basic(user: str, password: str) -> tuple[str, str]:
    return "Authorization", "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def json_post(body: bytes, *headers: tuple[str, str]) -> Request:
    return Request("POST", f"{SERVER}/users.json", (("Content-Type", "application/json"), *headers), body)


CASES = {
    "plain get": Request("GET", f"{SERVER}/users.json?page=2"),
    "query with signs": Request("GET", f"{SERVER}/users.json?f=[a]&g={{b,c}}&h=it's&i=$HOME`id`"),
    "dots in the path": Request("GET", f"{SERVER}/a/../b/./c"),
    "head": Request("HEAD", f"{SERVER}/users.json"),
    "delete": Request("DELETE", f"{SERVER}/users/1.json?confirm_deletion=true"),
    "get with a body": Request("GET", f"{SERVER}/users.json", (("Content-Type", "text/plain"),), b"odd"),
    "put without a body": Request("PUT", f"{SERVER}/users/1.json"),
    "keys": json_post(b'{"a": 1}', basic(KEY, PASSWORD)),
    "no password": json_post(b"{}", basic(KEY, "")),
    "no user": json_post(b"{}", basic("", PASSWORD)),
    "strangers": json_post(b"{}", basic("nobody", "it's a 'guess' $x")),
    "half of the keys": json_post(b"{}", basic("nobody", PASSWORD)),
    "password with a line end": json_post(b"{}", basic("nobody", PASSWORD + "\n")),
    "padding left out": json_post(b"{}", ("Authorization", "Basic " + b64encode(b"a:b").decode().rstrip("="))),
    "not base64": json_post(b"{}", ("Authorization", "Basic ?")),
    "bearer": json_post(b"{}", ("Authorization", "Bearer " + b64encode(PASSWORD.encode()).decode())),
    "two of them": json_post(b"{}", basic("a", "b"), ("X-Again", "1"), ("X-Again", "2")),
    "empty header": json_post(b"{}", ("X-Empty", "")),
    "Latin-1 header": json_post(b"{}", ("X-Name", "Zoë's")),
    "no content type": Request("POST", f"{SERVER}/users.json", (), b"a=b"),
    "at sign": json_post(b"@/etc/hosts"),
    "quotes": json_post(b"""{"it's": "\\"so\\"", "cost": "$HOME `id` \\\\ !!"}"""),
    "text beyond ASCII": json_post("Zoë, 東京, 😀".encode()),
    "lines": json_post(b"<a>\r\n\t<b/>\n</a>\n\n"),
    "NUL": json_post(b"\0a\0001%s%%\\n'\"\0"),
    "dash": json_post(b"-n\n"),
    "not UTF-8": json_post(bytes(range(256))),
    "large": json_post(b"x%'" * 70_000),
    "secret in the body": json_post(f"key={KEY}&more".encode()),
    "secret first": json_post(KEY.encode()),
    "secret and lines": json_post(f"one {KEY}\ntwo\n".encode()),
    **{f"secret in {name}": json_post(b'{"p":"' + encode(PASSWORD) + b'"}') for name, encode in ENCODINGS.items()},
    "secret in base64 with others": json_post(b64encode(f"a:{PASSWORD}:b".encode())),
    "secret in the path": Request("GET", f"{SERVER}/{quote(PASSWORD, safe='')}/x"),
    "secret in the query": Request("GET", f"{SERVER}/x?key={KEY}&p={quote_plus(PASSWORD)}&z=1"),
}
INEXACT = ("secret in percent in lower case", "secret in form in lower case", "secret in base64 for URLs")


@needs_curl
@pytest.mark.parametrize("name", CASES)
def test_what_the_line_sends_is_the_request(heard: Heard, name: str) -> None:
    request = CASES[name]
    line = curl(request, heard.locate, Redactor(SECRETS))
    run(line)
    assert heard.method == request.method
    if name not in INEXACT:
        assert heard.body == request.body
    expected = quote(request.url.removeprefix(SERVER), safe="!#$%&'()*+,/:;=?@[]~-._")
    assert heard.target == expected
    for header_name, value in request.headers:
        sent = [given.strip() for key, given in heard.headers if key.lower() == header_name.lower()]
        assert value in sent
    if not any(key == "Content-Type" for key, _ in request.headers):
        assert "Content-Type" not in dict(heard.headers)


@pytest.mark.parametrize("name", CASES)
def test_no_line_shows_a_secret(name: str) -> None:
    line = curl(CASES[name], lambda url: url, Redactor(SECRETS))
    assert Redactor(SECRETS).text(line) == line
    assert "\n" not in line
    assert line.isprintable()


@needs_curl
@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_reads_it_alike(heard: Heard, shell: str) -> None:
    for name in ("keys", "NUL", "not UTF-8", "secret in JSON", "quotes"):
        run(curl(CASES[name], heard.locate, Redactor(SECRETS)), shell)
        assert heard.body == CASES[name].body, (shell, name)


PIECES = st.one_of(
    st.binary(max_size=8),
    st.text(max_size=8).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [encode(secret) for secret in SECRETS for name, encode in ENCODINGS.items() if "lower" not in name]
    ),
    st.sampled_from([b"'", b'"', b"\\", b"%", b"$(id)", b"`", b"\0", b"\n"]),
)


@needs_curl
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, min_size=1, max_size=6).map(b" ".join).filter(bool))
def test_any_body_arrives_as_it_was(heard: Heard, body: bytes) -> None:
    redactor = Redactor(SECRETS)
    line = curl(json_post(body), heard.locate, Redactor(SECRETS))
    assert redactor.text(line) == line
    run(line)
    exact = {encode(secret) for secret in SECRETS for encode in ENCODINGS.values()} - {
        ENCODINGS[name](secret) for name in ("base64 for URLs",) for secret in SECRETS
    }
    if all(body[span.start : span.end] in exact for span in redactor.find(body)):
        assert heard.body == body


def test_the_words_of_a_usual_request() -> None:
    request = json_post(b'{"request":{}}', basic(KEY, PASSWORD), ("Content-Length", "14"), ("Host", "example"))
    assert curl(request, lambda url: url, Redactor(SECRETS)) == (
        "curl -i -X POST -H 'Content-Type: application/json' -u \"$SITE_KEY:$SITE_PASSWORD\" "
        "https://example.api.oneall.com/users.json -d '{\"request\":{}}'"
    )


def test_a_short_password_is_known_where_it_stands_alone() -> None:
    body = b'{"pin":"abc","word":"abcd"}'
    line = curl(json_post(body, basic("k", "abc")), lambda url: url, Redactor({"abc": "PIN"}))
    assert '-u k:"$PIN"' in line
    assert line.endswith("""-d '{"pin":"'"$PIN"'","word":"abcd"}'""")


def test_a_request_that_was_never_made_has_no_line() -> None:
    assert curl(Request("", ""), lambda url: url, Redactor()) == ""


def test_what_no_variable_holds_is_a_mark_in_quotes() -> None:
    redactor = Redactor({"ada@mail.example": "shop.ada.email", KEY: "KEY"})
    request = Request("GET", f"https://shop.example/?email=ada%40mail.example&key={KEY}&other={KEY.upper()}")
    line = curl(request, lambda url: url, redactor)
    head = """curl -i 'https://shop.example/?email=''<shop.ada.email>''&key='"$KEY"'&other=''<KEY~"""
    assert line.startswith(head)
    assert redactor.text(line) == line
