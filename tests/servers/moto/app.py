"""The AWS services of the package `moto`."""

from a2wsgi import WSGIMiddleware
from moto.server import DomainDispatcherApplication, create_backend_app

app = WSGIMiddleware(DomainDispatcherApplication(create_backend_app))


def ready() -> dict[str, str]:
    return {}
