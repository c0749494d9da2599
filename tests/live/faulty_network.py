"""A proxy between suite and service that does to answers what networks do."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import Random
from urllib.parse import urlsplit

Fault = Callable[[socket.socket, bytes], None]


def reset(connection: socket.socket, _answer: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def stall(connection: socket.socket, answer: bytes) -> None:
    connection.sendall(answer[:20])
    connection.recv(1)  # Until the other side hangs up.


def cut(connection: socket.socket, answer: bytes) -> None:
    connection.sendall(answer[: len(answer) - 5])


def busy(connection: socket.socket, _answer: bytes) -> None:
    connection.sendall(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")


def out_of_service(connection: socket.socket, _answer: bytes) -> None:
    connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\ndown")


def drip(connection: socket.socket, answer: bytes) -> None:
    for index in range(len(answer)):
        connection.sendall(answer[index : index + 1])
        time.sleep(0.05)


def wrong_length(connection: socket.socket, answer: bytes) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    connection.sendall(b"\r\n".join((*lines, b"Content-Length: %d" % (len(body) + 400))) + b"\r\n\r\n" + body)


FAULTS: dict[str, Fault] = {
    "resets": reset,
    "stalls": stall,
    "truncated bodies": cut,
    "429 bursts": busy,
    "503": out_of_service,
    "slow drip": drip,
    "wrong Content-Length": wrong_length,
}


@contextmanager
def faulty(address: str, fault: Fault, share: float, seed: int = 0) -> Iterator[str]:
    """The address of a proxy that spoils a share of the answers."""
    parts = urlsplit(address)
    chance = Random(seed)

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(5)
            request = _message(connection)
            if not request:
                return
            with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=5) as service:
                service.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
                answer = b""
                while part := service.recv(65536):
                    answer += part
            if chance.random() < share:
                fault(connection, answer)
            else:
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _message(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length and (part := connection.recv(65536)):
        body += part
    return head + b"\r\n\r\n" + body
