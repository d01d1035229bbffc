"""Once around the loop, with real processes and a real network server.

    python -m tools.loop playground     the practice network; nothing else is needed
    python -m tools.loop bluesky        the real Bluesky servers on this machine

People decide, Clarion's own worker does. Each stage prints what was done (→) and what was then
read back from the network itself (←), never from our own database. Ends with 0 when all of it
came true, else with 1 and the sentence that says what did not.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tools.loop_outside import Bluesky, Outside, Playground
from tools.loop_world import Clarion, Failed, clarion

from clarion.kit.trouble import Trouble


def main() -> None:
    parser = argparse.ArgumentParser(prog="loop", description="Once around the loop.")
    parser.add_argument("network", choices=sorted(WORLDS))
    parser.add_argument("--port", type=int, default=0, help="of the web server; 0: any")
    asked, began = parser.parse_args(), time.monotonic()
    try:
        with WORLDS[asked.network](asked.port) as (ours, outside):
            print(f"Clarion and {outside.name} are up ({time.monotonic() - began:.0f} s).")
            _go_round(ours, outside)
    except (Failed, Trouble) as failed:
        sys.exit(f"\nThe loop does not close on {asked.network}: {failed}")
    print(f"\nThe loop closes on {outside.name}, in {time.monotonic() - began:.0f} s.")


def _go_round(ours: Clarion, outside: Outside) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "clarion.config.settings"
    import django  # only now are the settings known

    django.setup()
    from tools.loop_people import No
    from tools.loop_story import Story

    try:
        Story(ours, outside).tell()
    except (Failed, No) as failed:
        raise Failed(f"{failed}\n\nWhat Clarion said last:\n{ours.log()}") from failed


@contextmanager
def _playground(port: int) -> Iterator[tuple[Clarion, Outside]]:
    with clarion(port=port) as ours:
        yield ours, Playground(ours.playground_url)


@contextmanager
def _bluesky(port: int) -> Iterator[tuple[Clarion, Outside]]:
    from tools.servers import bluesky

    try:
        with bluesky.running() as service:
            private = {"CLARION_PRIVATE_HOSTS": urlsplit(service).netloc}
            with clarion("--no-playground", port=port, **private) as ours:
                yield ours, Bluesky(service)
    except bluesky.Failed as failed:
        raise Failed(str(failed)) from failed


WORLDS = {"playground": _playground, "bluesky": _bluesky}

if __name__ == "__main__":
    main()
