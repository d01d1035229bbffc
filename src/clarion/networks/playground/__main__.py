"""`python -m clarion.networks.playground` serves it. `--help` lists the switches."""

import argparse
from pathlib import Path

from clarion.networks.playground.server import serve

DESCRIPTION = "Serve the practice network. Nothing on it is real."


def main() -> None:
    parse = argparse.ArgumentParser(prog="playground", description=DESCRIPTION)
    parse.add_argument("--host", default="127.0.0.1")
    parse.add_argument("--port", type=int, default=8701)
    parse.add_argument("--data", type=Path, required=True, help="folder or .sqlite3 file")
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--speed", type=float, default=1.0, help="simulated seconds per second")
    parse.add_argument("--click-host", action="append", default=[], help="host:port to visit")
    parse.add_argument("--collect-url", default="", help="where purchases are reported")
    asked = parse.parse_args()
    serve(
        asked.host,
        asked.port,
        asked.data,
        seed=asked.seed,
        speed=asked.speed,
        click_hosts=asked.click_host,
        collect_url=asked.collect_url,
    )


if __name__ == "__main__":
    main()
