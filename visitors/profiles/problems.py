"""What can go wrong on our side of the upstream: the errors of DataFast's own tree stand in
`visitors.datafast.errors`."""

from datetime import datetime

from visitors.datafast.errors import AccessRefused, RateLimited, UpstreamError


class Paused(UpstreamError):
    """The upstream failed again and again, and is left alone until `retry_at`."""

    sentence = "DataFast has failed several times in a row, so Journeydesk leaves it alone for a few seconds."

    def __init__(self, retry_at: datetime, *, upstream_message: str | None = None) -> None:
        super().__init__(retry_at, upstream_message=upstream_message)
        self.retry_at = retry_at


class Busy(Paused):
    """So many calls of this process are under way that its other readers would have to wait for them as well."""

    sentence = "Many look-ups are waiting for DataFast at this moment, so this one has not begun."


class OnHold(UpstreamError):
    """The website's administrators have paused it: nobody asks the upstream."""

    sentence = "This website is paused by its administrators: DataFast is not asked until they resume it."


class Reserved(RateLimited):
    """What the token may still ask this minute is kept for people who wait; a page that follows by itself must not."""


class TokenLost(AccessRefused):
    """The stored token can't be decrypted with the keys at hand."""

    sentence = "This website’s key can no longer be read: an administrator of the website has to enter it again."


class VisitorErased(UpstreamError):
    """The visitor was forgotten here while DataFast was asked, or while a page followed by itself."""

    sentence = "This visitor was forgotten here just now. Who opens the page again has DataFast asked anew."


class OwnFault(UpstreamError):
    """DataFast has answered or not; what failed is Journeydesk. The log has the details."""

    sentence = (
        "Something went wrong inside Journeydesk: try again in a moment,"
        " and if that keeps failing, tell whoever runs it to look into its log."
    )
