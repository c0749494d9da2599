"""The mock server: who gets which request, the controls, the start page, the log, and the life of the server."""

import contextlib
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import lxml.html
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.test import Client, create_environ, run_wsgi_app
from werkzeug.wrappers import Request, Response

from troth.mocks.esws.service import Esws
from troth.mocks.server.http import Origin, running, serve
from troth.mocks.service import Clock, Service, World
from troth.mocks.socialidnow.service import SocialIdNow


class Greedy(Service):
    """A vendor that answers for everything, as one of the three does."""

    vendor = "greedy"
    prefixes = ("/",)
    routes = Map([Rule("/", endpoint="root"), Rule("/<path:path>", endpoint="rest")])

    def seed(self) -> None:
        self.calls: list[str] = []

    def world(self) -> World:
        return {"deep": {"er": {"fact": "<&>"}}, "flat": 1}

    def root(self, request: Request) -> Response:
        return Response(f"greedy root {request.method}")

    def rest(self, request: Request, path: str) -> Response:
        self.calls.append(path)
        return Response(f"greedy {path} {request.get_data(as_text=True)}")

    def refuse(self, request: Request, error: HTTPException) -> Response:
        return Response("greedy refusal", error.code)


def make_services() -> tuple[Esws, SocialIdNow, Greedy]:
    start = datetime(2026, 5, 4, tzinfo=UTC)
    return Esws(Clock(start)), SocialIdNow(Clock(start)), Greedy(Clock(start))


@pytest.fixture
def services() -> tuple[Esws, SocialIdNow, Greedy]:
    return make_services()


@pytest.fixture
def client(services: tuple[Service, ...]) -> Client:
    return Client(Origin(services))


def log_of(client: Client) -> list[dict[str, Any]]:
    answer = client.get("/_mock/log")
    assert answer.content_type == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


# --- who gets which request -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/marketing/login/info", '"error":"bad_request"'),
        ("/v1/marketing/nonsense", '"error":"not_found"'),
        ("/webservicesesws?wsdl", "wsdl:definitions"),
        ("/users/login", "Please log in"),
        ("/users/anything.json", "greedy users/anything.json"),
        ("/v1/other", "greedy v1/other"),
        ("/index", "greedy index"),
        ("/_mockery", "greedy _mockery"),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_the_longest_prefix_gets_the_request(path: str, said: str, backwards: bool) -> None:
    services = make_services()
    assert said in Client(Origin(services[::-1] if backwards else services)).get(path).text


def test_nobody_gets_a_request_that_no_prefix_matches() -> None:
    answer = Client(Origin([SocialIdNow()])).get("/users/login")
    assert answer.status_code == 404
    assert "No mock" in answer.text


def test_a_body_reaches_the_service(client: Client) -> None:
    assert client.post("/echo", data="hello").text == "greedy echo hello"


# --- start page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/_mock/", "/_mock"])
def test_the_start_page_shows_vendors_facts_curl_lines_and_limits(
    client: Client, services: tuple[Esws, SocialIdNow, Greedy], path: str
) -> None:
    answer = client.get(path, base_url="http://127.0.0.1:4711")
    assert answer.status_code == 200
    shown = lxml.html.fromstring(answer.text)
    assert shown.xpath("//section/h2/text()") == ["esws", "socialidnow", "greedy", "Controls"]
    text = shown.text_content()
    for service in services:
        assert service.curl("http://127.0.0.1:4711") in text
        assert all(limit in text for limit in service.limits)
        assert all(f"http://127.0.0.1:4711{prefix}" in text for prefix in service.prefixes)
    facts = {row[0].text_content(): row[1].text_content() for row in shown.xpath("//section//tr")}
    assert facts["deep.er.fact"] == "<&>"
    assert facts["flat"] == "1"
    assert facts["company.code"] == services[0].world()["company"]["code"]  # type: ignore[index]
    assert facts["app.keys.username"] == str(services[1].store.example.connection.user.app.id)
    assert "say nothing about the live vendors" in text


def test_only_a_read_of_the_exact_root_is_the_start_page(client: Client) -> None:
    assert client.post("/").text == "greedy root POST"
    assert client.head("/").content_type == "text/html; charset=utf-8"


@pytest.mark.parametrize("service", [Esws, SocialIdNow])
def test_the_curl_line_works_as_it_stands(service: type[Service]) -> None:
    with running([service()]) as url:
        command = service().curl(url).replace("curl -i", "curl -sS --fail --max-time 20", 1)
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    if done.returncode == 127:
        pytest.skip("no curl on this machine")
    assert done.returncode == 0, done.stderr
    assert "Zoë Marlow" in done.stdout or "getSyncTokenResponse" in done.stdout


# --- controls -------------------------------------------------------------------------------------------------------


def test_reset_puts_every_service_back(client: Client, services: tuple[Esws, SocialIdNow, Greedy]) -> None:
    esws, social, greedy = services
    client.get("/something")
    esws.store.companies.clear()
    social.advance(100)
    assert client.post("/_mock/reset").status_code == 204
    assert greedy.calls == []
    assert len(esws.store.companies) == 3
    assert social.clock.now() == datetime(2026, 5, 4, tzinfo=UTC)


def test_the_clock_moves_for_every_service(client: Client, services: tuple[Esws, SocialIdNow, Greedy]) -> None:
    answer: Any = client.post("/_mock/clock", json={"advance": 90}).json
    assert set(answer["now"].values()) == {"2026-05-04T00:01:30+00:00"}
    client.post("/_mock/clock", data=b'{"advance": -30.5}')
    assert {service.clock.now().isoformat() for service in services} == {"2026-05-04T00:00:59.500000+00:00"}


def test_a_clock_that_two_services_share_moves_once() -> None:
    clock = Clock(datetime(2026, 5, 4, tzinfo=UTC))
    Client(Origin([Esws(clock), SocialIdNow(clock)])).post("/_mock/clock", json={"advance": 60})
    assert clock.now() == datetime(2026, 5, 4, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        *("", "{", "[]", "{}", "[" * 100_000),
        *(f'{{"advance": {value}}}' for value in ('"1"', "true", "NaN", "1e999", "1e300", "-1e12", "1e11")),
    ],
)
def test_a_clock_order_that_makes_no_sense_moves_nothing(
    client: Client, services: tuple[Esws, SocialIdNow, Greedy], body: str
) -> None:
    assert client.post("/_mock/clock", data=body).status_code == 400
    assert services[0].clock.now() == datetime(2026, 5, 4, tzinfo=UTC)


def test_the_world_is_every_services_world(client: Client, services: tuple[Esws, SocialIdNow, Greedy]) -> None:
    assert client.get("/_mock/world").json == {service.vendor: service.world() for service in services}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/_mock/reset", 405), ("GET", "/_mock/clock", 405), ("POST", "/_mock/log", 405), ("GET", "/_mock/x", 404)],
)
def test_an_unknown_control_reaches_no_service(client: Client, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert "greedy" not in answer.text
    assert log_of(client) == []


# --- the log --------------------------------------------------------------------------------------------------------


def test_the_log_holds_time_method_address_and_status_of_vendor_requests(client: Client) -> None:
    client.get("/v1/marketing/login/info?fields=name,birthday")
    client.post("/webservicesesws?wsdl", data="hello")
    client.get("/_mock/world")
    lines = log_of(client)
    assert [list(line) for line in lines] == [["time", "method", "path", "status"]] * 2
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("GET", "/v1/marketing/login/info?fields=name,birthday", 400),
        ("POST", "/webservicesesws?wsdl", 500),
    ]
    assert all(datetime.fromisoformat(line["time"]).tzinfo is not None for line in lines)
    page = client.get("/_mock/log", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.content_type == "text/html; charset=utf-8"
    assert lxml.html.fromstring(page.text).xpath("//td[2]/text()") == ["POST", "GET"]


wire_text = st.text(st.characters(max_codepoint=0xFF))


@settings(max_examples=300, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "HEAD"]) | wire_text,
    path=st.builds("/_mock/{}".format, wire_text) | st.sampled_from(["/_mock/clock", "/_mock/log", "/"]) | wire_text,
    query=wire_text,
    accept=wire_text,
    host=wire_text,
    body=st.binary(),
)
def test_any_request_gets_an_answer(method: str, path: str, query: str, accept: str, host: str, body: bytes) -> None:
    environ = create_environ("/", data=body)
    environ |= {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
    environ |= {"HTTP_ACCEPT": accept, "HTTP_HOST": host}
    _, status, _ = run_wsgi_app(Origin(make_services()[:2]), environ, buffered=True)
    assert 200 <= int(status[:3]) <= 500


# --- the server -----------------------------------------------------------------------------------------------------


def test_the_server_answers_while_the_block_runs_and_not_after() -> None:
    with running(make_services()) as url:
        assert requests.get(url, timeout=10).status_code == 200
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=10)


def test_the_server_stops_when_the_block_fails() -> None:
    addresses: list[str] = []
    with contextlib.suppress(ZeroDivisionError), running(make_services()) as url:
        addresses.append(url)
        raise ZeroDivisionError
    with pytest.raises(requests.ConnectionError):
        requests.get(addresses[0], timeout=10)


def test_two_servers_run_side_by_side() -> None:
    with running([SocialIdNow(seed=1)]) as first, running([SocialIdNow(seed=2)]) as second:
        worlds = [requests.get(f"{url}/_mock/world", timeout=10).json() for url in (first, second)]
    assert worlds[0] != worlds[1]


def test_requests_from_several_threads_all_count() -> None:
    mock = SocialIdNow()
    world: Any = mock.world()
    keys: Mapping[str, str] = world["account"]["keys"]
    made: list[str] = []

    def sign_in(url: str) -> None:
        with requests.Session() as session:
            session.auth = (keys["username"], keys["password"])
            for _ in range(10):
                answer = session.post(
                    f"{url}/v1/marketing/login/apps/{world['app']['id']}/sign_ins",
                    json={"sign_in": {"user_id": world["user"]["id"]}},
                    timeout=20,
                )
                made.append(answer.headers["Location"])

    with running([mock]) as url:
        threads = [threading.Thread(target=sign_in, args=(url,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(requests.get(f"{url}/_mock/log", timeout=10).text.splitlines()) == 40
    assert len(set(made)) == len(made) == 40


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "localhost", ""])
def test_the_server_listens_on_a_loopback_address_only(host: str) -> None:
    with pytest.raises(ValueError, match=r"loopback|address"):
        serve([], 0, host=host)


def test_a_taken_port_is_an_os_error() -> None:
    with running([]) as url, pytest.raises(OSError, match="in use"):
        serve([], int(url.rpartition(":")[2]))


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process on Windows")
def test_serve_announces_its_address_and_ends_on_an_interrupt() -> None:
    # A shell that starts the tests in the background has SIGINT ignored, and Python would leave it so.
    code = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "from troth.mocks.esws.service import Esws\nfrom troth.mocks.server.http import serve\nserve([Esws()], 0)\n"
    with subprocess.Popen([sys.executable, "-u", "-c", code], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert requests.get(f"{url}/_mock/world", timeout=10).json().keys() == {"esws"}
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
