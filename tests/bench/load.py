"""HTTP clients that cost little themselves: requests are prepared bytes, answers are read off the socket."""

import multiprocessing
import socket
import statistics
import threading
import time
from dataclasses import dataclass

Address = tuple[str, int]


@dataclass(frozen=True)
class Answer:
    """An answer, and how long it took in seconds, from sending to the last byte."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


class Connection:
    """One connection, kept alive."""

    def __init__(self, address: Address, timeout: float = 60.0) -> None:
        self._socket = socket.create_connection(address, timeout=timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> Answer:
        """Send a request and read its answer."""
        started = time.perf_counter()
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:])
        status = int(lines[0].split()[1])
        if headers.get("transfer-encoding") == "chunked":
            while not body.endswith(b"0\r\n\r\n"):
                body += self._more()
        elif status not in (204, 304):
            missing = int(headers.get("content-length", "0")) - len(body)
            while missing > 0:
                more = self._more()
                missing -= len(more)
                body += more
        return Answer(status, headers, body, time.perf_counter() - started)

    def _more(self) -> bytes:
        received = self._socket.recv(262_144)
        if not received:
            raise ConnectionError("The server closed the connection.")
        return received

    def close(self) -> None:
        """Close it."""
        self._socket.close()


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request that accepts compressed answers, as a browser's do."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip, deflate, br"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def median(seconds: list[float]) -> float:
    """The median, in milliseconds."""
    return statistics.median(seconds) * 1000


def summarize(seconds: list[float]) -> dict[str, float]:
    """The median and the 99th percentile, in milliseconds."""
    p99 = sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * 0.99))]
    return {"median_ms": median(seconds), "p99_ms": p99 * 1000}


def at_once(address: Address, payload: bytes, readers: int) -> list[Answer]:
    """Send a request over `readers` connections at the same moment."""
    barrier, answers = threading.Barrier(readers), []

    def read() -> None:
        connection = Connection(address)
        barrier.wait()
        answers.append(connection.send(payload))
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def requests_per_second(address: Address, payload: bytes, connections: int = 16, seconds: float = 2.0) -> float:
    """Send a request over `connections` connections as fast as they answer, from two processes."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        rates = pool.starmap(_rate, [(address, payload, connections // 2, seconds)] * 2)
    return sum(rates)


def _rate(address: Address, payload: bytes, connections: int, seconds: float) -> float:
    counts = [0] * connections
    opened = [Connection(address) for _ in range(connections)]
    started = time.perf_counter()

    def run(number: int) -> None:
        while time.perf_counter() - started < seconds:
            if opened[number].send(payload).status >= 400:
                raise RuntimeError("The server refused a request of the load.")
            counts[number] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    for connection in opened:
        connection.close()
    return sum(counts) / took
