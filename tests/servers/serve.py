"""Serves the application of one directory beside this file, for as long as standard input stays open.

    python serve.py fastapi

It listens on a free port of 127.0.0.1 and prints one line of JSON: the base URL, and whatever else the application's
`ready()` has to tell. The starter holds the other end of standard input: when it goes, by whatever death, the server
goes too.
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

    # Bound and listening before it is told: a request that comes too early waits instead of being refused.
    listener = socket.socket()
    listener.bind(("127.0.0.1", int(os.environ.get("PORT", "0"))))
    listener.listen(128)
    port = listener.getsockname()[1]
    print(json.dumps({"base_url": f"http://127.0.0.1:{port}", **application.ready()}), flush=True)

    server = uvicorn.Server(uvicorn.Config(application.app, log_level="warning"))

    def stop_with_the_starter() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=stop_with_the_starter, daemon=True).start()
    server.run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
