"""Mail that goes out beside the answer: nobody waits for the server that takes it."""

import logging
from smtplib import SMTPException
from threading import Thread

from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)


def send(message: EmailMessage, what: str) -> None:
    """Send a mail soon. Where that fails, the log says so of `what` it was: "a link to a new password"."""
    Thread(target=_send, args=(message, what)).start()


def _send(message: EmailMessage, what: str) -> None:
    try:
        message.send()
    except (SMTPException, OSError) as error:
        # Neither the address nor a link belongs into a log.
        logger.error("A mail with %s could not be sent: %s", what, type(error).__name__)  # noqa: TRY400
