"""The profile part of a OneAll identity: which fields there are, what they may hold, and how an update changes them.

OneAll's own members of an identity (tokens, dates, ``provider``, ``source``, ``id``) are no profile fields: a caller
cannot set them, and they are ignored like every unknown key. Members of a field that are not documented are kept as
they were sent.
"""

import re
from collections.abc import Mapping

from troth.mocks.oneall.refusals import RefusedError

Profile = Mapping[str, object]

_TEXTS = frozenset(
    {
        "aboutMe",
        "birthday",
        "currentLocation",
        "displayName",
        "gender",
        "note",
        "pictureUrl",
        "preferredUsername",
        "profileUrl",
        "thumbnailUrl",
        "utcOffset",
    }
)
_OBJECTS = frozenset({"name", "relationship"})
_VALUES = frozenset({"interests", "languages", "locales", "phoneNumbers", "photos", "roles", "urls"})
_RECORDS = frozenset({"addresses", "certifications", "educations", "organizations", "recommendations"})
_LISTS = frozenset({"accounts", "emails"}) | _VALUES | _RECORDS
_TEXT_MEMBERS: Mapping[str, frozenset[str]] = {
    "name": frozenset(
        {
            "familyName",
            "formatted",
            "givenName",
            "honorificPrefix",
            "honorificSuffix",
            "middleName",
            "nickName",
        }
    ),
    "relationship": frozenset({"interested_in", "status"}),
    "accounts": frozenset({"domain", "userid", "username"}),
    "emails": frozenset({"value"}),
    **dict.fromkeys(_VALUES, frozenset({"type", "value"})),
}
"""Field → its members that are documented as text."""
_FREE = "customData"
_BIRTHDAY = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}")
_FLAGS: Mapping[object, bool] = {True: True, False: False, "true": True, "false": False}


def as_object(value: object, where: str) -> dict[str, object]:
    """The JSON object at ``where``; PHP's empty array counts as one. Raises a 400 refusal for anything else."""
    if isinstance(value, dict):
        return value
    if value == []:
        return {}
    raise RefusedError(400, f"The value of {where} must be an object")


def as_flag(value: object, where: str) -> bool:
    """A boolean, or its name as a string, since the documentation quotes its placeholders. Raises a 400 refusal."""
    if isinstance(value, bool | str) and value in _FLAGS:
        return _FLAGS[value]
    raise RefusedError(400, f"The value of {where} must be true or false")


def read_profile(identity: Mapping[str, object]) -> dict[str, object]:
    """The profile fields of an ``identity`` that was sent, each checked; a blank one (null or empty) is ``None``.

    Raises a 400 refusal for a field of the wrong type.
    """
    return {
        field: _read_field(field, value) if value is not None and value != "" else None
        for field, value in identity.items()
        if field in _TEXTS or field in _OBJECTS or field in _LISTS or field == _FREE
    }


def _read_field(field: str, value: object) -> object:
    if field in _TEXTS:
        text = _read_text(value, field)
        if field == "birthday" and not _BIRTHDAY.fullmatch(text):
            raise RefusedError(400, "The value of birthday must have the form MM/DD/YYYY")
        return text
    if field == _FREE:
        return as_object(value, field) or None
    if field in _OBJECTS:
        return _read_members(value, field) or None
    if not isinstance(value, list):
        raise RefusedError(400, f"The value of {field} must be a list")
    return [_read_members(item, field) for item in value] or None


def _read_members(value: object, field: str) -> dict[str, object]:
    return {name: _read_member(field, name, member) for name, member in as_object(value, field).items()}


def _read_member(field: str, name: str, member: object) -> object:
    where = f"{field}.{name}"
    if member is None or (name == "userid" and type(member) is int):
        return member
    if field == "emails" and name == "is_verified":
        return as_flag(member, where)
    return _read_text(member, where) if name in _TEXT_MEMBERS.get(field, ()) else member


def _read_text(value: object, where: str) -> str:
    if isinstance(value, str):
        return value
    raise RefusedError(400, f"The value of {where} must be a string")


def changed(profile: Profile, changes: Profile, *, append: bool) -> dict[str, object]:
    """The profile after an update, by the table on OneAll's page "Update User".

    A blank (``None``) removes the field when replacing and does nothing when appending; a list takes the place of
    the old one or is added after it; a single value takes the old one's place either way.
    """
    result = dict(profile)
    for field, value in changes.items():
        before = result.get(field)
        if value is None:
            if not append:
                result.pop(field, None)
        elif append and isinstance(value, list) and isinstance(before, list):
            result[field] = [*before, *value]
        else:
            result[field] = value
    return result
