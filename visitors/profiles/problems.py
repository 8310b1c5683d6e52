"""What can go wrong on our side of the upstream: the errors of DataFast's own tree stand in
`visitors.datafast.errors`."""

from datetime import datetime

from visitors.datafast.errors import AccessRefused, UpstreamError


class Paused(UpstreamError):
    """The upstream failed again and again, and is left alone until `retry_at`."""

    sentence = "DataFast has failed several times in a row, so Journeydesk leaves it alone for a few seconds."

    def __init__(self, retry_at: datetime, *, upstream_message: str | None = None) -> None:
        super().__init__(retry_at, upstream_message=upstream_message)
        self.retry_at = retry_at


class TokenLost(AccessRefused):
    """The stored token can't be decrypted with the keys at hand."""

    sentence = "This website's key can't be read any more: an administrator of the website has to enter it again."
