"""A source of requests: each parcel that the target's facts name is read, and one that nobody has."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from troth.model.book import Book
from troth.model.exchange import Request
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Budget, Built, CaseToSend, Judge
from troth.plugins.descriptions import SourceDescription


@dataclass(frozen=True)
class Reading:
    """One parcel to read."""

    operation: Operation
    what: str
    number: Callable[[Facts], str]
    source: str = "known"
    brief: bool = True

    @property
    def name(self) -> str:
        """``parcels/readParcel/known/<what>``."""
        return f"{self.operation.vendor}/{self.operation.name}/{self.source}/{self.what}"

    def drive(self, judge: Judge) -> None:
        """One case."""
        judge(CaseToSend(self.what, self.operation, self._build))

    def _build(self, facts: Facts) -> Built:
        url = f"{self.operation.server}/parcels/{self.number(facts)}"
        return Built(Request("GET", url, (("X-Key", str(facts.world["key"])),)))


class KnownSource:
    """Reads what is known."""

    name = "known"

    def __init__(self, book: Book, _facts: Callable[[str], Facts], budget: Budget) -> None:
        self._book = book
        self._unknown = f"{budget.seed:08d}"

    def items(self) -> Iterator[Reading]:
        """Two readings, where parcels are in the book."""
        if "parcels" in self._book.vendors:
            read = self._book.vendors["parcels"].spec.operations["readParcel"]
            yield Reading(read, "a-parcel", lambda facts: str(facts.world["parcel"]["number"]))  # type: ignore[index]
            yield Reading(read, "nobodys", lambda _facts: self._unknown)


SOURCE = SourceDescription(api_version=1, name="known", make=KnownSource)
