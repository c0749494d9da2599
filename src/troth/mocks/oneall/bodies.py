"""What the bodies of OneAll's operations say, checked and typed.

Every function raises a 400 refusal for what is wrong.
"""

from collections.abc import Mapping

from troth.mocks.oneall.profile import as_flag, as_object, read_profile
from troth.mocks.oneall.refusals import RefusedError
from troth.mocks.oneall.store import Submission

Node = Mapping[str, object]


def user_node(request: Node) -> Node:
    """The ``user`` object that the request must have."""
    return as_object(request.get("user"), "user")


def optional_user_node(synchronize: Node) -> Node:
    """The ``user`` object of a synchronization; nothing in it is required, so that it may be left out."""
    return as_object(synchronize.get("user", {}), "user")


def new_owner(request: Node) -> str:
    """The ``user_token`` to link an identity to."""
    user_token = user_node(request).get("user_token")
    if isinstance(user_token, str) and user_token:
        return user_token
    raise RefusedError(400, "The user_token of the user to link the identity to is required")


def synchronization(request: Node) -> tuple[bool, bool]:
    """``update_user_data`` (true by default) and ``force_token_update`` (false by default)."""
    options = as_object(request.get("synchronize", {}), "synchronize")
    return (
        as_flag(options.get("update_user_data", True), "update_user_data"),
        as_flag(options.get("force_token_update", False), "force_token_update"),
    )


def appends(request: Node) -> bool:
    """Whether ``update_mode`` is ``append`` and not ``replace``, the default."""
    mode = request.get("update_mode", "replace")
    if mode == "append":
        return True
    if mode == "replace":
        return False
    raise RefusedError(400, "The update_mode must be either replace or append")


def submission(user: Node) -> Submission:
    """What was sent about a stored user; a blank identity says nothing about the profile."""
    fields = {name: _text(user[name], name) or None for name in ("externalid", "login", "password") if name in user}
    identity = user.get("identity")
    profile = {} if identity is None or identity == "" else read_profile(as_object(identity, "identity"))
    return Submission(fields, profile)


def identifier(synchronize: Node) -> tuple[str, str]:
    """The field by which to find the user to synchronize, and the value it has as text."""
    node = as_object(synchronize.get("identifier"), "identifier")
    field, value = node.get("field"), node.get("value")
    if not isinstance(field, str) or field not in ("user_token", "externalid", "login"):
        raise RefusedError(400, "The field of the identifier must be one of user_token, externalid and login")
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not text:
        raise RefusedError(400, "The value of the identifier is required")
    return field, text


def criteria(user: Node) -> tuple[dict[str, str], str | None]:
    """What a user is looked up by, and the password if one was sent.

    At least one criterion besides the password is required. One that is null is refused, since it can match nobody; an
    empty string is a value like any other, which nobody has.
    """
    asked = {name: _criterion(user[name], name) for name in ("user_token", "externalid", "login") if name in user}
    password = _criterion(user["password"], "password") if "password" in user else None
    if not asked:
        raise RefusedError(400, "At least one of the fields user_token, externalid and login must be specified")
    return asked, password


def _criterion(value: object, name: str) -> str:
    text = _text(value, name)
    if text is None:
        raise RefusedError(400, f"The value of {name} must not be null")
    return text


def _text(value: object, name: str) -> str | None:
    """A text or null. An ``externalid`` may be an integer: it is documented as text and sent as either."""
    if value is None or isinstance(value, str):
        return value
    if name == "externalid" and type(value) is int:
        return str(value)
    raise RefusedError(400, f"The value of {name} must be a string")
