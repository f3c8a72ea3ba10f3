class TransportError(Exception):
    """The gateway did not take the message, or nobody knows whether it did.

    `permanent`: trying again is of no use (a bad number, a template that is not approved).
    `unknown`: the connection broke after the request had left; the message may have arrived, so it never goes again.
    Neither: the gateway surely did not take it (throttled, no balance); it goes again later.
    """

    def __init__(self, message: str, *, permanent: bool = False, unknown: bool = False) -> None:
        self.message, self.permanent, self.unknown = message, permanent, unknown
        super().__init__(message)
