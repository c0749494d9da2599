"""What a contract's expressions cost: our closures, the reference, and cel-python where it is installed.

Run: python bench/expressions.py. Ten rules over one answer of some 1.6 kB; every engine is fed in its best way (rules
compiled before, one conversion of the answer for all ten). The ratios of one run compare; the times depend on the day.
"""

import importlib.util
import json
import timeit
from collections.abc import Callable
from typing import Any

from cel_expr_python import cel  # type: ignore[import-untyped]

from troth.cel.expressions import ValueKind, Vocabulary
from troth.cel.text import insert_lets

VARIABLES: dict[str, ValueKind] = {
    "login.ours": "bool",
    "password.absent": "bool",
    "response.status": "int",
    "response.body": "dyn",
    "request.body": "dyn",
}
LETS = {
    "found": "response.body.response.result.data.user",
    "asked": "request.body.request.user",
    "status": "response.body.response.request.status",
    "code": "response.body.response.request.status.code",
    "flag": "response.body.response.request.status.flag",
}
RULES = (
    "code == response.status",
    'code >= 400 ? flag == "error" : code == 207 ? flag == "multistatus" : flag == "success"',
    "has(found)",
    "login.ours && password.absent",
    "size(found.user_token) == 36",
    'found.user_token.matches("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")',
    'flag in ["success", "error", "multistatus"]',
    '["user_token", "login", "externalid"].all(f, !(f in asked) || string(asked[f]) == string(found[f]))',
    "found.identities.all(i, i.provider != '')",
    'response.body.response.request.resource.startsWith("/storage/")',
)
TOKEN = "0f3a1c52-77d0-4b6e-9a41-5f2c8e9b7d10"
BODY = {
    "response": {
        "request": {
            "date": "Fri, 30 Oct 2015 11:11:58 0100",
            "resource": "/storage/users/user/lookup.json",
            "status": {"flag": "success", "code": 200, "info": "The user has been found"},
        },
        "result": {
            "data": {
                "user": {
                    "user_token": TOKEN,
                    "login": "ann@example.com",
                    "externalid": 7,
                    "identities": [
                        {"identity_token": TOKEN, "provider": name, "profile": {"name": "Ann Example " * 6}}
                        for name in ("one", "two", "three", "four", "five")
                    ],
                }
            }
        },
    }
}
SCOPE: dict[str, Any] = {
    "login.ours": True,
    "password.absent": True,
    "response.status": 200,
    "response.body": BODY,
    "request.body": {"request": {"user": {"login": "ann@example.com", "externalid": "7"}}},
}


def ours() -> Callable[[], list[object]]:
    vocabulary = Vocabulary(VARIABLES, LETS)
    rules = [vocabulary.compile(rule).evaluate for rule in RULES]
    return lambda: [rule(SCOPE) for rule in rules]


def expanded() -> list[str]:
    """The rules with their lets in place, for engines that have none."""
    return [insert_lets(rule, LETS).text for rule in RULES]


def reference() -> Callable[[], list[object]]:
    kinds = {"bool": cel.Type.BOOL, "int": cel.Type.INT, "dyn": cel.Type.DYN}
    env = cel.NewEnv(variables={name: kinds[kind] for name, kind in VARIABLES.items()})
    rules = [env.compile(rule) for rule in expanded()]

    def run() -> list[object]:
        activation = env.Activation(SCOPE)
        return [rule.eval(activation).value() for rule in rules]

    return run


def cel_python() -> Callable[[], list[object]] | None:
    if importlib.util.find_spec("celpy") is None:
        return None
    celpy = importlib.import_module("celpy")
    nested: dict[str, Any] = {}
    for name, value in SCOPE.items():
        root, _, rest = name.partition(".")
        nested.setdefault(root, {})[rest] = value
    env = celpy.Environment()
    programs = [env.program(env.compile(rule)) for rule in expanded()]

    def run() -> list[object]:
        activation = {name: celpy.json_to_cel(value) for name, value in nested.items()}
        return [bool(program.evaluate(activation)) for program in programs]

    return run


def main() -> None:
    engines = {"ours": ours(), "reference, one activation": reference(), "cel-python": cel_python()}
    base = 0.0
    print(f"{len(RULES)} rules over an answer of {len(json.dumps(BODY))} bytes")
    for name, run in engines.items():
        if run is None:
            print(f"{name:28} not installed")
            continue
        answers = run()
        assert all(answer is True for answer in answers), (name, answers)
        timer = timeit.Timer(run)
        count, _ = timer.autorange()
        microseconds = min(timer.repeat(5, count)) / count * 1e6
        base = base or microseconds
        print(f"{name:28} {microseconds:10.1f} us an answer {microseconds / base:8.1f} x")
    for rule in RULES:
        evaluate = Vocabulary(VARIABLES, LETS).compile(rule).evaluate
        timer = timeit.Timer(lambda evaluate=evaluate: evaluate(SCOPE))  # type: ignore[misc]
        count, _ = timer.autorange()
        print(f"  {min(timer.repeat(5, count)) / count * 1e6:6.2f} us  {rule}")


if __name__ == "__main__":
    main()
