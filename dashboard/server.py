"""The production server: granian, several worker processes with several threads each.

Why granian: measured on two cores it served a signed-in view faster than gunicorn, with even or sticky keep-alive
connections, and readers of kept journeys went on while other threads waited for a slow upstream, which freezes
gunicorn's plain workers.
"""

import socket
from collections.abc import Callable

from django.conf import settings
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

WORKERS = 2
# Twice as many as may call the upstream at once (`visitors.profiles.seats`), so that readers of what is kept find one.
THREADS = 16
# What one connection may send before it is answered: the request line and all headers, bytes and milliseconds.
LONGEST_HEAD = 64 * 1024
SLOWEST_HEAD = 10_000


class PortTaken(Exception):
    """Something else listens on this address already, or it is not this machine's."""


def check_port(host: str, port: int) -> None:
    """Raise PortTaken with a sentence when nothing can listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise PortTaken(
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
    """Serve until Ctrl-C or SIGTERM. `started` is called when the server is about to take connections."""
    check_port(host, port)
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
        # Granian configures logging anew in each worker: with the project's own lines, not with its.
        log_dictconfig=settings.LOGGING,
        http1_settings=HTTP1Settings(max_buffer_size=LONGEST_HEAD, header_read_timeout=SLOWEST_HEAD),
    )
    if started:
        server.on_startup(started)
    # What the workers of an earlier run have counted.
    for counted in settings.METRICS_DIR.glob("*.db"):
        counted.unlink(missing_ok=True)
    # The workers may be forks of this process, and no connection survives being shared by two.
    connections.close_all()
    server.serve()
