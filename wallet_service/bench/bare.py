"""A bare ASGI application on the server software that we serve on: what is left when there is nothing to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from wallet_service.bench.harness import on_loop
from wallet_service.serving import Server, listening, server_config
from wallet_service.settings import Settings
from wallet_service.web.http import App, Receive, Scope, Send


@contextmanager
def bare_server(size: int) -> Iterator[str]:
    """Where it answers, from a process of its own: `/304` with 304, `/200` with 200 and `size` bytes."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, size), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def answering(size: int) -> App:
    """The application: one fixed answer for each of its paths."""
    fields = [(b"last-modified", b"Sun, 06 Nov 1994 08:49:37 GMT"), (b"cache-control", b"private, no-store")]
    answers = {
        "/304": (304, fields, b""),
        "/200": (200, [*fields, (b"content-length", str(size).encode())], bytes(size)),
    }

    async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
        status, headers, body = answers[scope["path"]]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


def _serve(pipe: Connection, size: int) -> None:
    with listening(0) as listener:
        listener.listen()  # before the server does, so that whoever is told the port may call at once
        pipe.send(listener.getsockname()[1])
        server = Server(server_config(Settings(database_url=None), answering(size)))
        on_loop(lambda: server.run_on(listener))
