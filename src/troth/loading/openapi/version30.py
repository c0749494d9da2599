"""OpenAPI 3.0 schemas as JSON Schema 2020-12: the few words that changed their meaning in 3.1."""

from collections.abc import Mapping


def to_json_schema(raw: object) -> object:
    """The same value with ``nullable`` and the boolean exclusive bounds of OpenAPI 3.0 put into JSON Schema's words.

    What stands beside a ``$ref`` has no meaning in 3.0 and is left out; only ``nullable`` is honoured there, since many
    documents count on it. See https://spec.openapis.org/oas/v3.0.3#schema-object and the release notes of OpenAPI 3.1.
    """
    if isinstance(raw, list):
        return [to_json_schema(value) for value in raw]
    if not isinstance(raw, Mapping):
        return raw
    if isinstance(raw.get("$ref"), str):
        alone = {"$ref": raw["$ref"]}
        return {"anyOf": [alone, {"type": "null"}]} if raw.get("nullable") is True else alone
    schema = {key: to_json_schema(value) for key, value in raw.items()}
    for bound in ("Minimum", "Maximum"):
        flag = schema.get(f"exclusive{bound}")
        if isinstance(flag, bool):
            del schema[f"exclusive{bound}"]
            if flag and bound.lower() in schema:
                schema[f"exclusive{bound}"] = schema.pop(bound.lower())
    if schema.get("nullable") is not True:
        return schema
    del schema["nullable"]
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        enum = schema.get("enum")
        if isinstance(enum, list) and None not in enum:
            schema["enum"] = [*enum, None]
        return schema
    return {"anyOf": [schema, {"type": "null"}]}
