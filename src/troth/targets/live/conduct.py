"""How a run behaves towards its target."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from troth.errors import ExitCode
from troth.model.conclusion import Halt
from troth.targets.live.permission import Permission


@dataclass(frozen=True)
class Conduct:
    """How a run behaves towards its target, beyond sending and judging.

    Args:
        permission: what may be asked; None where everything may.
        begin: told the name of each item before it runs.
        end: told when an item has run to its end.
        halted: why nothing more will be sent, or None.
        announce: told before each request which values in it Troth minted, and whether it repeats a request whose
            answer broke a promise.
        ask_again: a request whose answer breaks a promise is sent once more, to tell stable from flaky.
    """

    permission: Permission | None = None
    begin: Callable[[str], None] = lambda _name: None
    end: Callable[[], None] = lambda: None
    halted: Callable[[], Halt | None] = lambda: None
    announce: Callable[[frozenset[str], bool], None] = lambda _minted, _again: None
    ask_again: bool = False

    def within(self, seconds: float | None, clock: Callable[[], float]) -> "Conduct":
        """The same conduct, halted for good once so many seconds have gone by from now on.

        Args:
            seconds: None for no limit.
            clock: seconds that only grow.
        """
        if seconds is None:
            return self
        until = clock() + seconds
        spent = Halt(f"the time budget of {seconds:g} s is spent", ExitCode.INCOMPLETE)

        def halted() -> Halt | None:
            return self.halted() or (spent if clock() >= until else None)

        return replace(self, halted=halted)
