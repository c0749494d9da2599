"""The pages behind the sync tokens of the ESWS stand-in, as a browser sees them."""

from datetime import timedelta

import lxml.html
import pytest
from esws_bench import MOMENT, Bench
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from troth.mocks.esws.pages import sync_page
from troth.mocks.esws.store import Company, Grant, Person


@pytest.fixture
def bench() -> Bench:
    return Bench()


def page(answer: TestResponse) -> lxml.html.HtmlElement:
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    return lxml.html.fromstring(answer.text)


def test_a_token_logs_the_browser_in_and_shows_the_page(bench: Bench) -> None:
    answer = bench.browser.get(f"/users/oneSyncUserLogin/{bench.token()}")
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "Path=/users" in cookie
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    shown = bench.browser.get("/users/synchronise")
    assert (
        bench.mock.store.companies[bench.value("code")].people[bench.value("user")].name in page(shown).text_content()
    )
    assert cookie.partition(";")[0].partition("=")[2] not in shown.text
    assert "Set-Cookie" not in shown.headers


@pytest.mark.parametrize(("location", "starts"), [("location", True), ("", False), ("nowhere", False), ("000", False)])
def test_the_page_starts_by_itself_exactly_when_a_known_location_was_given(
    bench: Bench, location: str, starts: bool
) -> None:
    answer = bench.follow("oneSyncUserLogin", bench.token(location=location))
    shown = page(answer)
    assert ('data-autostart="true"' in answer.text) is starts
    assert bool(shown.xpath("//script")) is starts
    assert bool(shown.xpath("//select[@name='location']/option")) is not starts
    assert bool(shown.xpath("//form[@method='post']/button")) is not starts


def test_the_form_starts_the_synchronisation(bench: Bench) -> None:
    for location in ("location", ""):
        form = page(bench.follow("oneSyncUserLogin", bench.token(location=location))).forms[0]
        started = bench.browser.post(form.action, data=dict(form.form_values()))
        assert page(started).xpath("//main/@data-sync") == ["started"]
    assert bench.browser.post("/users/synchronise", data={"location": "nowhere"}).status_code == 400
    assert bench.browser.post("/users/synchronise").status_code == 400


@pytest.mark.parametrize("kind", ["totalSyncUserLogin", "totalSyncUsersLogin"])
def test_a_total_token_leads_to_a_button_for_all_users(bench: Bench, kind: str) -> None:
    answer = bench.follow(kind, bench.total_token())
    shown = page(answer)
    assert shown.xpath("//main/@data-sync") == ["all"]
    assert 'data-autostart="true"' not in answer.text
    assert shown.xpath("//form/button")
    assert not shown.xpath("//select")
    assert page(bench.browser.post("/users/synchronise")).xpath("//main/@data-sync") == ["started"]


@pytest.mark.parametrize(
    ("kind", "token"),
    [
        ("oneSyncUserLogin", "nonsense"),
        ("oneSyncUserLogin", "total"),
        ("totalSyncUserLogin", "one"),
        ("totalSyncUsersLogin", "one"),
        ("totalSyncUsersLogin", "nonsense"),
    ],
)
def test_a_token_that_is_not_good_leads_to_the_login_page(bench: Bench, kind: str, token: str) -> None:
    tokens = {"one": bench.token(), "total": bench.total_token()}
    answer = bench.browser.get(f"/users/{kind}/{tokens.get(token, token)}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/users/login")
    assert "Set-Cookie" not in answer.headers
    assert "log in" in page(bench.browser.get("/users/login")).text_content()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("cookie", [None, "", "nonsense"])
def test_without_a_session_there_is_no_page(bench: Bench, method: str, cookie: str | None) -> None:
    if cookie is not None:
        bench.browser.set_cookie("i3_session", cookie, path="/users")
    answer = getattr(bench.browser, method)("/users/synchronise")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/users/login")


def test_two_browsers_see_their_own_page(bench: Bench) -> None:
    second = Client(bench.mock)
    bench.follow("oneSyncUserLogin", bench.token(location="location"))
    second.get(f"/users/oneSyncUserLogin/{bench.token(user='other user')}")
    people = bench.mock.store.companies[bench.value("code")].people
    assert people[bench.value("user")].name in page(bench.browser.get("/users/synchronise")).text_content()
    assert people[bench.value("other user")].name in page(second.get("/users/synchronise")).text_content()


def test_a_token_works_again_unless_it_is_told_not_to() -> None:
    for single_use, refused in ((False, False), (True, True)):
        bench = Bench(single_use=single_use)
        token = bench.token()
        assert bench.follow("oneSyncUserLogin", token).request.path != "/users/login"
        assert (bench.follow("oneSyncUserLogin", token).request.path == "/users/login") is refused


def test_a_token_lives_as_long_as_it_is_told_to() -> None:
    bench = Bench(token_lifetime=timedelta(minutes=5))
    token = bench.token()
    bench.mock.advance(299)
    assert bench.follow("oneSyncUserLogin", token).request.path != "/users/login"
    bench.mock.advance(1)
    assert bench.follow("oneSyncUserLogin", token).request.path == "/users/login"


@settings(deadline=None)
@given(user=st.text(min_size=1), place=st.text(min_size=1), company=st.text(min_size=1), number=st.text(min_size=1))
def test_no_name_can_pass_for_markup(user: str, place: str, company: str, number: str) -> None:
    owner = Company("code", company, locations={number: place})
    shown = lxml.html.fromstring(sync_page(Grant(owner, Person("1", user), None, MOMENT)).encode("utf-8", "replace"))
    assert [element.tag for element in shown.iter("main", "form", "select", "option", "button", "script")] == [
        "main",
        "form",
        "select",
        "option",
        "button",
    ]
    mark = f'{user} data-autostart="true"'
    assert 'data-autostart="true"' not in sync_page(Grant(owner, Person("1", mark), None, MOMENT))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/users/oneSyncUserLogin/", 404),
        ("GET", "/users/oneSyncUserLogin/a/b", 404),
        ("GET", "/users/login/x", 404),
        ("POST", "/users/oneSyncUserLogin/a", 405),
        ("DELETE", "/users/synchronise", 405),
    ],
)
def test_an_unknown_page_is_a_page(bench: Bench, method: str, path: str, status: int) -> None:
    answer = bench.browser.open(path, method=method)
    assert answer.status_code == status
    assert answer.content_type == "text/html; charset=utf-8"
