"""Credentials that every request to a vendor carries, put on at the last moment: nothing above ever sees them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

import msgspec

from troth.model.exchange import Exchange, NoAnswer, Request, Silence, header
from troth.model.ports import Target
from troth.targets.before import Before
from troth.targets.live.settings import Authentication

_MARGIN = 30.0
"""Seconds before its end at which a token is no longer used."""
_LIFETIME = 3600.0
"""Of a token whose answer does not say."""


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: float


class _TokenAnswer(msgspec.Struct):
    access_token: str
    expires_in: float | None = None


class AuthenticatedTarget(Before):
    """A target whose requests get query secrets, a bearer token, or an OAuth 2 token by client credentials.

    A request that has an Authorization header keeps it: what a contract varies is not tampered with.

    Args:
        target: who answers.
        authentication: vendor → how.
        vendor_of: whose a URL is.
        ask_for_token: sends a request to the token's address; its hosts are checked where the settings are read.
        clock: seconds that only grow.
        learn: told every token that was issued, whenever it is used.
    """

    def __init__(
        self,
        target: Target,
        authentication: Mapping[str, Authentication],
        vendor_of: Callable[[str], str],
        ask_for_token: Callable[[Request], Exchange],
        clock: Callable[[], float],
        learn: Callable[[str], None],
    ) -> None:
        super().__init__(target)
        self._authentication = authentication
        self._vendor_of = vendor_of
        self._ask_for_token = ask_for_token
        self._clock = clock
        self._learn = learn
        self._tokens: dict[str, _Token] = {}

    def send(self, request: Request) -> Exchange:
        """Send one request with its credentials. A token that is refused is asked for anew, once."""
        vendor = self._vendor_of(request.url)
        how = self._authentication.get(vendor)
        if how is None:
            return self._target.send(request)
        if how.kind == "query":
            joined = "&" if "?" in request.url else "?"
            pairs = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in how.query.items())
            return self._answer(request, self._target.send(replace(request, url=request.url + joined + pairs)))
        if header(request.headers, "authorization") is not None:
            return self._target.send(request)
        if how.kind == "bearer":
            return self._answer(request, self._target.send(_bearing(request, how.token)))
        return self._with_token(vendor, how, request)

    def _with_token(self, vendor: str, how: Authentication, request: Request) -> Exchange:
        fresh = vendor not in self._tokens or self._clock() >= self._tokens[vendor].until
        if fresh:
            complaint = self._renew(vendor, how)
            if complaint:
                return Exchange(request, NoAnswer(Silence.NOT_SENT, complaint))
        exchange = self._send(request, vendor)
        if not fresh and not isinstance(exchange.answer, NoAnswer) and exchange.answer.status == 401:
            if self._renew(vendor, how):
                return self._answer(request, exchange)
            exchange = self._send(request, vendor)
        return self._answer(request, exchange)

    def _send(self, request: Request, vendor: str) -> Exchange:
        token = self._tokens[vendor].value
        self._learn(token)
        return self._target.send(_bearing(request, token))

    def _renew(self, vendor: str, how: Authentication) -> str:
        """Get a token; why there is none, or ``""``. What the server says is not repeated: it may hold secrets."""
        form = {"grant_type": "client_credentials", "client_id": how.client_id, "client_secret": how.client_secret}
        if how.scope:
            form["scope"] = how.scope
        headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"))
        answer = self._ask_for_token(Request("POST", how.token_url, headers, urlencode(form).encode())).answer
        if isinstance(answer, NoAnswer):
            return f"there is no token: {answer.reason}"
        if answer.status != 200:
            return f"there is no token: its server answers {answer.status}"
        try:
            grant = msgspec.json.decode(answer.body, type=_TokenAnswer)
        except msgspec.MsgspecError:
            return "there is no token: its server's answer has no access_token"
        lifetime = _LIFETIME if grant.expires_in is None else grant.expires_in
        self._tokens[vendor] = _Token(grant.access_token, self._clock() + lifetime - _MARGIN)
        return ""

    def _answer(self, request: Request, exchange: Exchange) -> Exchange:
        """The exchange as everyone above knows it: with the request as it was before."""
        return Exchange(request, exchange.answer, exchange.seconds)


def _bearing(request: Request, token: str) -> Request:
    return replace(request, headers=(*request.headers, ("Authorization", f"Bearer {token}")))
