"""Mocks with one sequence bug each: small wrappers around an honest stand-in, handed to a run as its target."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from troth.mocks.service import Service

Change = Callable[[str, str, Any, Any], Any]
"""(method, path with query, request body, answer body) → the answer body to give instead."""


class Changed:
    """A stand-in whose JSON answers go through a function first.

    Args:
        honest: the stand-in.
        make_change: makes the function, anew at every reset, so that it may remember what has happened since.
    """

    def __init__(self, honest: Service, make_change: Callable[[], Change]) -> None:
        self._honest = honest
        self._make_change = make_change
        self._change = make_change()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        sent = environ["wsgi.input"].read()
        environ["wsgi.input"].seek(0)
        started: list[Any] = []
        body = b"".join(self._honest(environ, lambda *arguments: started.append(arguments)))
        status, headers = started[-1][:2]
        if body.startswith(b"{"):
            target = environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else "")
            asked = json.loads(sent) if sent.startswith(b"{") else None
            tree = self._change(environ["REQUEST_METHOD"], target, asked, json.loads(body))
            status = tree.pop("_status", status)
            body = json.dumps(tree).encode()
            headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(status, headers)
        return [body]

    def reset(self) -> None:
        self._honest.reset()
        self._change = self._make_change()

    def world(self) -> Any:
        return self._honest.world()

    def advance(self, seconds: float) -> None:
        self._honest.advance(seconds)


def token_changes_on_second_synchronize() -> Change:
    """An identity gets a new token when it is synchronized for the second time."""
    times: dict[str, int] = {}

    def change(method: str, target: str, _asked: Any, answer: Any) -> Any:
        if method == "PUT" and target.endswith("/synchronize.json") and target.startswith("/identities/"):
            times[target] = times.get(target, 0) + 1
            identity = answer.get("response", {}).get("result", {}).get("data", {}).get("identity")
            if identity is not None and times[target] == 2:
                identity["identity_token"] = "00000000-0000-4000-8000-000000000000"
        return answer

    return change


def page_two_repeats_an_entry() -> Change:
    """The second page begins with the last entry of the first."""
    last: list[Any] = []

    def change(_method: str, target: str, _asked: Any, answer: Any) -> Any:
        users = answer.get("response", {}).get("result", {}).get("data", {}).get("users")
        if users and users.get("entries"):
            if "page=2" in target.split("?")[-1].split("&") and last:
                users["entries"][0] = last[0]
            last[:] = [users["entries"][-1]]
        return answer

    return change


def deleted_user_is_found_by_externalid() -> Change:
    """Somebody who was deleted is still found, by the externalid only."""
    users: dict[str, Any] = {}

    def change(method: str, target: str, asked: Any, answer: Any) -> Any:
        user = answer.get("response", {}).get("result", {}).get("data", {}).get("user")
        if method == "POST" and target == "/storage/users.json" and user:
            users[str(user["externalid"])] = answer
        if target.startswith("/storage/users/user/lookup") and set(asked["request"]["user"]) == {"externalid"}:
            kept = users.get(str(asked["request"]["user"]["externalid"]))
            status = answer["response"]["request"]["status"]
            if kept is not None and status["code"] == 404:
                request = {**answer["response"]["request"], "status": {"flag": "success", "code": 200, "info": OK}}
                return {"_status": "200 OK", "response": {"request": request, "result": kept["response"]["result"]}}
        return answer

    return change


OK = "Your request has been processed successfully"


def append_replaces() -> Change:
    """An update in the mode append replaces the list: what was there before is gone."""
    appended: dict[str, Any] = {}

    def change(method: str, _target: str, asked: Any, answer: Any) -> Any:
        user = answer.get("response", {}).get("result", {}).get("data", {}).get("user")
        if method == "PUT" and asked and asked.get("request", {}).get("update_mode") == "append" and user:
            appended[user["user_token"]] = asked["request"]["user"]["identity"]["emails"]
        elif method == "PUT" and user:
            appended.pop(user["user_token"], None)
        if user and user.get("user_token") in appended:
            user["identity"]["emails"] = appended[user["user_token"]]
        return answer

    return change


def a_created_user_is_read_without_identities() -> Change:
    """Once a user was created, reading the details of that user loses the identities."""
    created: set[str] = set()

    def change(method: str, target: str, _asked: Any, answer: Any) -> Any:
        user = answer.get("response", {}).get("result", {}).get("data", {}).get("user")
        if method == "POST" and target == "/storage/users.json" and user:
            created.add(user["user_token"])
        elif method == "GET" and target.startswith("/users/") and user and user["user_token"] in created:
            user["identities"] = "none"
        return answer

    return change
