"""The line to a Playground: where it answers, with which key, and how it says no."""

from typing import Any

import httpx2

from clarion.networks.base import Call, Refused, Unsure
from clarion.networks.http import ask, judge


def url(call: Call, path: str) -> str:
    return f"{call.grant['server']}/api/{path}"


def key(call: Call) -> dict[str, str]:
    return {"Authorization": f"Bearer {call.grant['token']}"}


async def get(call: Call, path: str, **params: str | list[str]) -> Any:
    response = await ask(
        call.http, "GET", url(call, path), writes=False, headers=key(call), params=params
    )
    return read(response)


def accepted(response: httpx2.Response, *, writes: bool) -> Any:
    """What a good answer says. A refusal's own sentence reaches the person."""
    if response.status_code in (404, 413, 415, 422):
        raise Refused(str(read(response).get("problem") or "The Playground said no."))
    return read(judge(response, writes=writes), writes=writes)


def read(response: httpx2.Response, *, writes: bool = False) -> Any:
    try:
        return response.json()
    except ValueError as error:
        wrong = Unsure if writes else Refused
        raise wrong("That address does not answer like a Playground.") from error
