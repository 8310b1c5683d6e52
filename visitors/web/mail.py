"""Mail that is sent in the background, so that no response waits for the mail server."""

import logging
from smtplib import SMTPException
from threading import Thread

from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)


def send_in_background(message: EmailMessage, content: str) -> None:
    """Send a mail in a thread. A failure is logged with its `content`, such as "an invitation"."""
    Thread(target=_send, args=(message, content), name="mail").start()


def _send(message: EmailMessage, content: str) -> None:
    try:
        message.send()
    except (SMTPException, OSError) as error:
        # The error's text can contain the address or the link, which must not be logged.
        logger.error("A mail with %s could not be sent: %s", content, type(error).__name__)  # noqa: TRY400
