"""Credentials are put on at the last moment, never shown above, and renewed when they end."""

from collections.abc import Callable

import pytest

from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence, header
from troth.model.facts import Facts
from troth.model.ports import Target
from troth.targets.live.authentication import AuthenticatedTarget
from troth.targets.live.settings import Authentication

ASK = Request("GET", "https://api.example/x?a=1")


class Service(Target):
    """Answers 200 to the newest token, 401 to any other, and remembers what it saw."""

    name, kind = "service", "live"

    def __init__(self) -> None:
        self.seen: list[Request] = []
        self.valid = ""
        self.issued: set[str] = set()

    def send(self, request: Request) -> Exchange:
        self.seen.append(request)
        bearer = header(request.headers, "authorization")
        return Exchange(request, Response(200 if not self.valid or bearer == f"Bearer {self.valid}" else 401))

    def facts(self, vendor: str) -> Facts:
        return Facts()

    def close(self) -> None: ...


def authenticated(
    one: Authentication,
    ask: Callable[[Request], Exchange] = lambda request: Exchange(request, Response(500)),
    now: list[float] | None = None,
) -> tuple[AuthenticatedTarget, Service]:
    service = Service()
    clock = now if now is not None else [0.0]
    return AuthenticatedTarget(
        service, {"shop": one}, lambda _url: "shop", ask, lambda: clock[0], service.issued.add
    ), service


def test_query_secrets_are_sent_and_not_shown() -> None:
    target, service = authenticated(Authentication("query", query={"key": "s&cret"}))
    exchange = target.send(ASK)
    assert service.seen[0].url == "https://api.example/x?a=1&key=s%26cret"
    assert exchange.request == ASK


def test_a_bearer_token_leaves_a_contract_s_own_credentials_alone() -> None:
    target, service = authenticated(Authentication("bearer", token="t0ken"))
    assert target.send(ASK).request == ASK
    assert header(service.seen[0].headers, "authorization") == "Bearer t0ken"
    own = Request("GET", ASK.url, (("authorization", "Basic eDp5"),))
    target.send(own)
    assert service.seen[1] == own


class Issuer:
    """Issues tokens in order; each lasts so many seconds."""

    def __init__(self, service: Callable[[], Service], lasts: float = 3600) -> None:
        self.service, self.lasts, self.asked = service, lasts, 0

    def __call__(self, request: Request) -> Exchange:
        self.asked += 1
        self.service().valid = f"token-{self.asked}"
        body = b'{"access_token": "token-%d", "expires_in": %d, "token_type": "bearer"}' % (self.asked, self.lasts)
        return Exchange(request, Response(200, (), body))


def test_a_token_is_asked_for_once_and_again_when_it_ends_or_is_refused() -> None:
    now = [0.0]
    issuer = Issuer(lambda: service, lasts=100)
    one = Authentication("oauth2", token_url="https://id.example/t", client_id="me", client_secret="s", scope="read")
    target, service = authenticated(one, issuer, now)
    assert [target.send(ASK).answer for _ in range(5)] == [Response(200)] * 5
    assert issuer.asked == 1
    now[0] = 80
    assert target.send(ASK).answer == Response(200)
    assert issuer.asked == 2
    service.valid = "revoked"
    assert target.send(ASK).answer == Response(200)
    assert issuer.asked == 3
    assert service.issued == {"token-1", "token-2", "token-3"}


@pytest.mark.parametrize(
    "answer", [Response(401, (), b"canary"), Response(200, (), b"canary"), NoAnswer(Silence.TIMEOUT, "canary")]
)
def test_without_a_token_nothing_is_sent_and_the_issuer_is_not_quoted(answer: Response | NoAnswer) -> None:
    one = Authentication("oauth2", token_url="https://id.example/t", client_id="me", client_secret="s")
    target, service = authenticated(one, lambda request: Exchange(request, answer))
    said = target.send(ASK).answer
    assert isinstance(said, NoAnswer)
    assert said.reason is Silence.NOT_SENT
    assert "canary" not in said.detail
    assert not service.seen


def test_a_refusal_of_a_fresh_token_is_an_answer() -> None:
    one = Authentication("oauth2", token_url="https://id.example/t", client_id="me", client_secret="s")
    issuer = Issuer(lambda: Service())
    target, service = authenticated(one, issuer)
    service.valid = "another"
    assert target.send(ASK).answer == Response(401)
    assert issuer.asked == 1
