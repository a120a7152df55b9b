"""What goes wrong while speaking with Dew; the messages are for people."""


class ClientError(Exception):
    """Root of what goes wrong while speaking with Dew; the message is for people."""


class Unreachable(ClientError):
    """Nobody answers at the address, or what answers is not Dew."""


class WaitedTooLong(ClientError):
    """The time limit passed before the Action ended; it goes on without us."""


class ApiError(ClientError):
    """The server refused or failed; ``id`` is DigitalOcean's word for why (``not_found`` …)."""

    def __init__(
        self,
        status: int,
        id: str,
        message: str,
        request_id: str = "",
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.id = id
        self.message = message
        self.request_id = request_id
        self.retry_after_seconds = retry_after_seconds
