"""``troth mock --from-cassettes``: recorded answers behind the server of the mocks."""

from dataclasses import replace
from urllib.parse import urlsplit

import werkzeug.exceptions
import werkzeug.routing
from werkzeug.wrappers import Request, Response

from troth.errors import UsageInvalid
from troth.mocks.service import Service, World
from troth.model.book import Recording
from troth.model.exchange import Exchange, NoAnswer
from troth.model.exchange import Request as Asked
from troth.model.exchange import Response as Answered
from troth.session.open import open_book
from troth.session.reach import Selection
from troth.targets.replay import ReplayTarget

_OURS = frozenset(("content-length", "transfer-encoding", "connection", "date", "server"))
"""Headers that the server makes itself."""


def recorded_services(selection: Selection) -> list[Service]:
    """One stand-in for each vendor that has recordings.

    Raises:
        UsageInvalid: there are no recordings.
    """
    book, _ = open_book(selection)
    services = [_service(name, vendor.recordings) for name, vendor in book.vendors.items() if vendor.recordings]
    if not services:
        raise UsageInvalid(f"there are no recordings of these vendors in {selection.folders.cassettes}")
    return services


def _service(name: str, recordings: tuple[Recording, ...]) -> Service:
    urls = [urlsplit(one.exchange.request.url) for one in recordings]
    found = tuple(dict.fromkeys("/" + url.path.split("/")[1] for url in urls))

    class Recorded(Service):
        """The recorded answers of one vendor."""

        vendor = name
        prefixes = found
        routes = werkzeug.routing.Map()
        limits = (
            "It knows the recorded requests, byte for byte, and answers 501 to any other.",
            "It keeps no state: the same question has the recorded answers, in their order.",
        )

        def seed(self) -> None:
            """Play everything from its start."""
            self.replay = ReplayTarget(_playable(recordings), {})

        def world(self) -> World:
            """What the cassettes say of the world they were recorded from."""
            return next((one.facts for one in recordings if one.item), {})

        def refuse(self, request: Request, error: werkzeug.exceptions.HTTPException) -> Response:
            """Nothing is refused: what was not recorded is said to be so."""
            return Response(str(error), error.code or 501)

        def respond(self, request: Request) -> Response:
            """The recorded answer: first of a request with the same credentials, else one that succeeded."""
            query = request.query_string.decode("latin-1")
            target = request.environ.get("RAW_URI") or request.path + (f"?{query}" if query else "")
            missed = ""
            with self._turn:
                for origin in dict.fromkeys(f"{url.scheme}://{url.netloc}" for url in urls):
                    headers = tuple((key, value) for key, value in request.headers.items())
                    exchange = self.replay.send(Asked(request.method, origin + target, headers, request.get_data()))
                    if isinstance(exchange.answer, Answered):
                        return _played(exchange.answer)
                    missed = _missed(exchange)
            return Response(f"{missed}\n", 501, content_type="text/plain; charset=utf-8")

    return Recorded()


def _playable(recordings: tuple[Recording, ...]) -> list[Recording]:
    """All recordings, and once more what succeeded, for whoever has other credentials than the recording's."""
    again = [
        replace(one, item="")
        for one in recordings
        if one.item and isinstance(one.exchange.answer, Answered) and one.exchange.answer.status < 400
    ]
    return [*recordings, *again]


def _played(answer: Answered) -> Response:
    headers = [(name, value) for name, value in answer.headers if name.lower() not in _OURS]
    response = Response(answer.body, answer.status)
    del response.headers["Content-Type"]
    response.headers.extend(headers)
    response.autocorrect_location_header = False
    return response


def _missed(exchange: Exchange) -> str:
    answer = exchange.answer
    return f"{answer.reason}. {answer.detail}" if isinstance(answer, NoAnswer) else ""
