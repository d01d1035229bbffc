from tests.servers.bluesky_server import bluesky_server

__all__ = ["bluesky_server"]
