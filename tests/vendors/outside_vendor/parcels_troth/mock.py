"""A stateful mock: a parcel that was handed in can be read, until the state is reset."""

import json

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from troth.mocks.service import Service, World


class Parcels(Service):
    """Parcels are handed in and read with a key."""

    vendor = "parcels"
    prefixes = ("/parcels",)
    routes = Map(
        [
            Rule("/parcels", methods=["POST"], endpoint="hand_in"),
            Rule("/parcels/<number>", methods=["GET"], endpoint="read"),
        ]
    )
    limits = ("No parcel is ever delivered.",)

    def seed(self) -> None:
        """One key, and one parcel."""
        self.key = self.tokens.hex(32)
        self.weights = {self.tokens.digits(8): 120}

    def world(self) -> World:
        """The key and the parcel."""
        return {"key": self.key, "parcel": {"number": next(iter(self.weights))}}

    def refuse(self, request: Request, error: HTTPException) -> Response:
        """The error as JSON."""
        return _json({"error": error.name}, error.code or 500)

    def hand_in(self, request: Request) -> Response:
        """A new parcel."""
        if request.headers.get("X-Key") != self.key:
            return _json({"error": "wrong key"}, 401)
        try:
            weight = json.loads(request.get_data())["weight"]
        except (ValueError, TypeError, KeyError):
            return _json({"error": "no weight"}, 400)
        if not isinstance(weight, int) or weight < 1:
            return _json({"error": "not a weight"}, 400)
        number = self.tokens.digits(8)
        self.weights[number] = weight
        return _json({"number": number, "weight": self.weights[number]}, 201)

    def read(self, request: Request, number: str) -> Response:
        """A parcel, if there is one of that number."""
        if request.headers.get("X-Key") != self.key:
            return _json({"error": "wrong key"}, 401)
        if number not in self.weights:
            return _json({"error": "no such parcel"}, 404, {"X-Powered-By": "parcels 1.0"})
        return _json({"number": number, "weight": self.weights[number]}, 200)


def _json(body: object, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, content_type="application/json")
