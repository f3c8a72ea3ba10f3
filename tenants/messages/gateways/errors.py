class TransportError(Exception):
    """The gateway did not take the message. `permanent`: trying again is of no use, or could send it twice."""

    def __init__(self, message: str, permanent: bool = False) -> None:
        self.message, self.permanent = message, permanent
        super().__init__(message)
