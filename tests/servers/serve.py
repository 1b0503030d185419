"""Serves the application of a directory next to this file until standard input is closed.

    python serve.py fastapi

It listens on a free port of 127.0.0.1 and prints one line of JSON: the base URL, and the result of the application's
`ready()`. The parent process holds the other end of standard input, so the server stops when the parent does.
"""

import json
import os
import socket
import sys
import threading
from importlib import import_module
from pathlib import Path

import uvicorn


def main(name: str) -> None:
    sys.path.insert(0, str(Path(__file__).parent / name))
    application = import_module("app")

    # Listen before printing the address: an early request then waits, instead of failing to connect.
    listener = socket.socket()
    listener.bind(("127.0.0.1", int(os.environ.get("PORT", "0"))))
    listener.listen(128)
    port = listener.getsockname()[1]
    print(json.dumps({"base_url": f"http://127.0.0.1:{port}", **application.ready()}), flush=True)

    server = uvicorn.Server(uvicorn.Config(application.app, log_level="warning"))

    def stop_with_the_parent() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=stop_with_the_parent, daemon=True).start()
    server.run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
