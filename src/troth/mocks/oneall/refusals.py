"""Why the OneAll mock says no: one exception, and the sentences that several operations share."""

LOST_KEYS = "Authentication credentials are missing or incorrect: http://docs.oneall.com/api/basic/authentication/"
NO_MATCH = "No user corresponding to your lookup criteria has been found"
NO_IDENTITY = "No identity has been found for the specified identity_token"
NO_USER = "No user has been found for the specified user_token"


class RefusedError(Exception):
    """A request that OneAll answers with an error envelope: its HTTP status and the sentence for ``info``."""

    def __init__(self, code: int, info: str) -> None:
        super().__init__(info)
        self.code = code
        self.info = info
