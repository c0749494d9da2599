"""Recorded answers as a target: found by index, in order, and the nearest one named when there is none."""

from hypothesis import given
from hypothesis import strategies as st

from troth.errors import Position
from troth.model.book import Recording
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.facts import Facts
from troth.targets.replay import ReplayTarget


def recording(method: str, url: str, body: bytes, status: int) -> Recording:
    exchange = Exchange(Request(method, url, (), body), Response(status, (), str(status).encode()))
    return Recording(exchange, "shop", "a test", "one", Position("x.yaml"))


def statuses(target: ReplayTarget, request: Request, times: int) -> list[int]:
    answers = [target.send(request).answer for _ in range(times)]
    return [answer.status for answer in answers if isinstance(answer, Response)]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(100, 599)), min_size=1, max_size=30))
def test_answers_come_in_the_recorded_order_and_the_last_one_stays(recorded: list[tuple[str, int]]) -> None:
    target = ReplayTarget([recording("GET", f"https://x/{path}", b"", status) for path, status in recorded], {})
    for path in {path for path, _ in recorded}:
        own = [status for other, status in recorded if other == path]
        assert statuses(target, Request("GET", f"https://x/{path}"), len(own) + 2) == [*own, own[-1], own[-1]]
    reset = target.abilities("shop").reset
    assert reset is not None
    reset()
    path, status = recorded[0]
    assert statuses(target, Request("GET", f"https://x/{path}"), 1) == [status]


def test_a_request_without_a_recording_names_the_nearest_and_what_differs() -> None:
    target = ReplayTarget([recording("POST", "https://x/orders?page=1", b'{"a":1}', 200)], {"shop": Facts({"a": 1})})

    def missed(request: Request) -> str:
        answer = target.send(request).answer
        assert isinstance(answer, NoAnswer)
        assert answer.reason is Silence.NOT_RECORDED
        return answer.detail

    same = "POST https://x/orders was recorded with another"
    assert missed(Request("POST", "https://x/orders?page=1", (), b'{"a":2}')) == f"{same} body"
    assert missed(Request("POST", "https://x/orders?page=2", (), b"")) == f"{same} query and body"
    assert missed(Request("POST", "https://x/order")) == "the nearest recording is POST https://x/orders"
    assert missed(Request("GET", "https://x/orders?page=1")) == "no GET request was recorded"
    assert target.facts("shop").world == {"a": 1}
    assert target.facts("other").world == {}


def test_the_nearest_is_the_one_that_differs_in_the_least() -> None:
    bodies = [b'{"a":1}', b'{"a":2}']
    target = ReplayTarget(
        [recording("POST", f"https://x/orders?page={page}", body, 200) for page, body in enumerate(bodies)], {}
    )
    answer = target.send(Request("POST", "https://x/orders?page=5", (), bodies[1])).answer
    assert isinstance(answer, NoAnswer)
    assert answer.detail == "POST https://x/orders was recorded with another query"


def test_the_same_question_of_somebody_else_is_another_one() -> None:
    """An API key says who is asking, as Authorization does."""

    def kept(key: str, status: int) -> Recording:
        request = Request("GET", "https://x/orders", (("X-Key", key),))
        return Recording(Exchange(request, Response(status)), "shop", "a test", "one", Position("x.yaml"), item="i")

    target = ReplayTarget([kept("right", 200), kept("wrong", 401)], {}, ("x-key",))
    target.begin("another")
    for key, status in (("wrong", 401), ("right", 200), ("wrong", 401)):
        assert statuses(target, Request("GET", "https://x/orders", (("x-key", key),)), 1) == [status]
    answer = target.send(Request("GET", "https://x/orders", (("X-Key", "nobody's"),))).answer
    assert isinstance(answer, NoAnswer)
    assert "another credentials" in answer.detail
