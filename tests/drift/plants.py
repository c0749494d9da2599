"""Changes to plant in the answers of the mocks, each with what drift must say of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from drift_sides import Edit

from troth.model.exchange import Request, Response

Asked = Callable[[Request, Response], bool]
User = Mapping[str, Any]


@dataclass(frozen=True)
class Plant:
    """One change: where it is to be found, what drift calls it, and what it is worth by its shape alone."""

    name: str
    operation: str
    status: int
    place: str
    sort: str
    shape: str
    edit: Edit
    """Changes an answer of that operation and status, or gives it back as it is."""
    asked: Asked
    breaks: tuple[str, ...] = ()
    """Codes of the promises that the contracts and specs see broken."""


def json_edit(change: Callable[[Any], None]) -> Edit:
    def edit(_request: Request, answer: Response) -> Response:
        tree = json.loads(answer.body)
        change(tree)
        return replace(answer, body=json.dumps(tree).encode())

    return edit


def at(method: str, ending: str, status: int) -> Asked:
    def asked(request: Request, answer: Response) -> bool:
        path = request.url.partition("?")[0]
        return request.method == method and answer.status == status and path.endswith(ending)

    return asked


def within(method: str, part: str, status: int) -> Asked:
    def asked(request: Request, answer: Response) -> bool:
        return request.method == method and answer.status == status and part in request.url

    return asked


def soap(function: str) -> Asked:
    def asked(request: Request, _answer: Response) -> bool:
        return f"Esws.{function}".encode() in request.body

    return asked


def _oneall(tree: Any, *way: str) -> Any:
    for key in ("response", "result", "data", *way):
        tree = tree[key]
    return tree


def _without(name: str) -> Edit:
    def edit(_request: Request, answer: Response) -> Response:
        return replace(answer, headers=tuple(one for one in answer.headers if one[0].lower() != name))

    return edit


def _typed(name: str) -> Edit:
    def edit(request: Request, answer: Response) -> Response:
        return replace(answer, headers=(*_without("content-type")(request, answer).headers, ("Content-Type", name)))

    return edit


def _status(status: int) -> Edit:
    return lambda _request, answer: replace(answer, status=status)


def _replaced(old: bytes, new: bytes) -> Edit:
    return lambda _request, answer: replace(answer, body=answer.body.replace(old, new))


def _mastodon(tree: Any) -> None:
    for entry in _oneall(tree, "identities", "entries"):
        if entry["provider"] == "google":
            entry["provider"] = "mastodon"


def _many(tree: Any) -> None:
    _oneall(tree, "identities")["count"] += 100_000


def _hex(tree: Any) -> None:
    user = _oneall(tree, "user")
    user["identity"]["identity_token"] = user["identity"]["identity_token"].replace("-", "")


LOGIN_USER = within("GET", "/login/users/", 200)
CONNECTION = within("GET", "/login/connections/", 200)
PLANTS = (
    Plant("field vanished", "socialidnow.getLoginUser", 200, "body /username", "vanished", "breaks consumers",
          json_edit(lambda user: user.pop("username")), LOGIN_USER, ("TR301",)),
    Plant("type changed", "socialidnow.getLoginUser", 200, "body /id", "type", "breaks consumers",
          json_edit(lambda user: user.update(id=str(user["id"]))), LOGIN_USER, ("TR104", "TR301")),
    Plant("new field", "socialidnow.getLoginUser", 200, "body /nickname", "new", "additive",
          json_edit(lambda user: user.update(nickname="zo")), LOGIN_USER),
    Plant("null appears", "socialidnow.getLoginConnection", 200, "body /user_token", "null", "breaks consumers",
          json_edit(lambda one: one.update(user_token=None)), CONNECTION, ("TR104",)),
    Plant("enum value new", "oneall.listIdentities", 200, "body /response/result/data/identities/entries/*/provider",
          "value", "additive", json_edit(_mastodon), at("GET", "/identities.json", 200), ("TR301",)),
    Plant("format changed", "oneall.createStorageUser", 201, "body /response/result/data/user/identity/identity_token",
          "format", "breaks consumers", json_edit(_hex), at("POST", "/storage/users.json", 201), ("TR104",)),
    Plant("error text changed", "socialidnow.createSignIn", 404, "body /error_description", "text", "text changed",
          _replaced(b"No such user.", b"The user is unknown."), at("POST", "/sign_ins", 404)),
    Plant("header gone", "socialidnow.getLoginUser", 401, "header www-authenticate", "vanished", "breaks consumers",
          _without("www-authenticate"), within("GET", "/login/users/", 401)),
    Plant("content type changed", "socialidnow.getLoginConnection", 403, "content-type", "content-type",
          "breaks consumers", _typed("text/plain"), within("GET", "/login/connections/", 403), ("TR102", "TR302")),
    Plant("status changed", "socialidnow.createSignIn", 403, "status", "status", "breaks consumers",
          _status(409), at("POST", "/sign_ins", 403), ("TR201",)),
    Plant("range moved", "oneall.listIdentities", 200, "body /response/result/data/identities/count", "range",
          "range moved", json_edit(_many), at("GET", "/identities.json", 200), ("TR104", "TR301")),
    Plant("array emptied", "oneall.readUser", 200, "body /response/result/data/user/identities", "emptied",
          "breaks consumers", json_edit(lambda tree: _oneall(tree, "user").update(identities=[])),
          within("GET", "oneall.com/users/", 200), ("TR301",)),
    Plant("SOAP literal changed", "esws.deleteUser", 200, "soap return", "text", "text changed",
          _replaced(b"USER_WAS_NOT_FOUND", b"NO_SUCH_USER"), soap("deleteUser"), ("TR104", "TR203")),
)  # fmt: skip


def planted(*plants: Plant) -> Edit:
    """An edit that plants these changes."""

    def edit(request: Request, answer: Response) -> Response:
        for plant in plants:
            if plant.asked(request, answer):
                answer = plant.edit(request, answer)
        return answer

    return edit
