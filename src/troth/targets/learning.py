"""A target whose answers the redactor sees before anything else does."""

from troth.model.exchange import Exchange, Request
from troth.model.ports import Target
from troth.secrets.redactor import Redactor
from troth.targets.before import Before


class LearningTarget(Before):
    """Tells a redactor of every exchange, so that whatever is said of it later can be cleaned.

    Args:
        target: who answers.
        redactor: learns what is private in the answers.
    """

    def __init__(self, target: Target, redactor: Redactor) -> None:
        super().__init__(target)
        self._redactor = redactor

    def send(self, request: Request) -> Exchange:
        """Send one request and have what its answer brings hidden from now on."""
        exchange = self._target.send(request)
        self._redactor.learn_exchange(exchange)
        return exchange
