"""The production server: granian, with several worker processes of several threads each.

Granian, because on two cores it served a signed-in view faster than gunicorn, and kept serving stored journeys while
other threads waited for a slow DataFast; gunicorn's sync workers freeze then.
"""

import os
import socket
from collections.abc import Callable

from django.conf import settings
from django.core.management import CommandError
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

WORKERS = 2
# Twice as many as may call DataFast at once in `visitors.profiles`, so that stored journeys find a free thread.
THREADS = 16
# Limits for the request line and all headers together, in bytes and milliseconds.
MAX_HEAD_BYTES = 64 * 1024
HEAD_TIMEOUT_MILLISECONDS = 10_000


def check_port(host: str, port: int) -> None:
    """Raise CommandError if the server can't listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CommandError(
            f"{host}:{port} is taken or not this machine's ({error.strerror}). Choose another one: PORT={port + 1}"
        ) from error


def serve(
    host: str,
    port: int,
    *,
    workers: int = WORKERS,
    threads: int = THREADS,
    target: str = "dashboard.wsgi:application",
    started: Callable[[], None] | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM. Call `started` when the server is about to accept connections."""
    # For links. Workers inherit settings when they are forked, and read the environment when they are spawned.
    settings.HOST, settings.PORT = host, port
    os.environ |= {"HOST": host, "PORT": str(port)}
    server = Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=2,
        log_level=LogLevels.error,
        # Granian configures logging in each worker.
        log_dictconfig=settings.LOGGING,
        http1_settings=HTTP1Settings(max_buffer_size=MAX_HEAD_BYTES, header_read_timeout=HEAD_TIMEOUT_MILLISECONDS),
    )
    if started:
        server.on_startup(started)
    # The counters of an earlier run's workers.
    for counter_file in settings.METRICS_DIR.glob("*.db"):
        counter_file.unlink(missing_ok=True)
    # Workers may be forks of this process, and two processes can't share a connection.
    connections.close_all()
    server.serve()
