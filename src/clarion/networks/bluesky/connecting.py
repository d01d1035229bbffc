"""Connecting with a handle and an app password, which opens less than the real password."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpx2

from clarion.networks.base import Call, Field, Grant, NetworkError, Reconnect, Redirect, Refused
from clarion.networks.bluesky.xrpc import JSON, answer, claims, expires_at, open_session
from clarion.networks.http import ask_raw
from clarion.networks.limits import Limits

SERVICE = "https://bsky.social"
RELAY = "https://bsky.network"
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202c\u2066\u2069\ufeff"))


class Connecting:
    fields: Sequence[Field] = (
        Field("handle", "Handle", hint="For example name.bsky.social"),
        Field(
            "app_password",
            "App password",
            kind="password",
            hint="Make one on Bluesky under Settings, Privacy and security, App passwords. "
            "Allow direct messages there if Clarion shall answer them.",
        ),
        Field("service", "Server", kind="url", default=SERVICE, required=False),
        Field(
            "relay",
            "Relay",
            kind="url",
            default=RELAY,
            required=False,
            hint="Where all public posts can be heard. Another one for a network of your own.",
        ),
    )

    async def start(
        self,
        http: httpx2.AsyncClient,
        answers: Mapping[str, str],
        redirect_uri: str,
        state: str,
    ) -> Redirect | Sequence[Grant]:
        service = _origin(answers.get("service") or SERVICE)
        relay = _origin(answers.get("relay") or RELAY)
        handle = _handle(answers.get("handle", ""), service)
        password = answers.get("app_password", "").strip()
        if not password:
            raise Refused("Give the app password too.")
        try:
            opened = await open_session(http, service, handle, password)
        except Reconnect as error:
            raise Refused(
                f"{error} Check the handle and the app password, and that the server is right."
            ) from error
        _must_be_app_password(opened)
        secret = {"service": service, "relay": relay, "app_password": password}
        return [await _named(http, _grant(secret, opened))]

    async def finish(
        self, http: httpx2.AsyncClient, saved: Mapping[str, str], answer: Mapping[str, str]
    ) -> Sequence[Grant]:
        raise Refused("Bluesky is connected with an app password: start again.")

    async def refresh(self, call: Call) -> Grant | None:
        opened = await _refreshed(call) or await open_session(
            call.http, call.grant["service"], call.grant["did"], call.grant["app_password"]
        )
        return _grant(call.grant, opened)

    async def limits(self, call: Call) -> Limits | None:
        return None  # the protocol has no call for it


async def _refreshed(call: Call) -> JSON | None:
    """refreshSession, or None when the refresh token is too old or was used elsewhere."""
    response = await ask_raw(
        call.http,
        "POST",
        f"{call.grant['service']}/xrpc/com.atproto.server.refreshSession",
        writes=False,
        headers={"Authorization": f"Bearer {call.grant.get('refresh', '')}"},
    )
    if response.status_code in {400, 401}:
        return None
    return answer(response, writes=False)


def _grant(known: Mapping[str, str], opened: JSON) -> Grant:
    handle = str(opened["handle"])
    secret = {
        **known,
        "did": opened["did"],
        "handle": handle,
        "access": opened["accessJwt"],
        "refresh": opened["refreshJwt"],
        "pds": _pds(opened) or known.get("pds", ""),
    }
    return Grant(
        remote_id=opened["did"],
        handle=handle,
        secret=secret,
        name=handle,
        url=f"https://bsky.app/profile/{handle}",
        expires_at=expires_at(opened["accessJwt"]),
    )


async def _named(http: httpx2.AsyncClient, grant: Grant) -> Grant:
    """With the name people see, where the server can say it."""
    url = f"{grant.secret['pds'] or grant.secret['service']}/xrpc/app.bsky.actor.getProfile"
    headers = {"Authorization": f"Bearer {grant.secret['access']}"}
    params = {"actor": grant.remote_id}
    try:
        said = answer(
            await ask_raw(http, "GET", url, writes=False, headers=headers, params=params),
            writes=False,
        )
    except NetworkError:  # a server without an AppView, or one that has not seen it yet
        return grant
    return Grant(
        grant.remote_id,
        grant.handle,
        grant.secret,
        name=str(said.get("displayName") or grant.handle),
        url=grant.url,
        expires_at=grant.expires_at,
    )


def _must_be_app_password(opened: JSON) -> None:
    if claims(opened["accessJwt"]).get("scope") == "com.atproto.access":
        raise Refused(
            "That is the account's real password, which Clarion does not want to know. Make an "
            "app password under Settings, Privacy and security, App passwords, and use that."
        )


def _pds(opened: JSON) -> str:
    """Where the account really lives: bsky.social is only the front door."""
    document = opened.get("didDoc")
    services = document.get("service", []) if isinstance(document, dict) else []
    found = [
        s["serviceEndpoint"].rstrip("/")
        for s in services
        if isinstance(s, dict)
        and str(s.get("id", "")).endswith("#atproto_pds")
        and isinstance(s.get("serviceEndpoint"), str)
    ]
    return str(found[0]) if found else ""


def _origin(typed: str) -> str:
    typed = typed.strip().rstrip("/")
    parts = urlsplit(typed if "://" in typed else f"https://{typed}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused("The server must be a web address such as https://bsky.social.")
    return f"{parts.scheme}://{parts.netloc}"


def _handle(typed: str, service: str) -> str:
    """Copied handles carry an @ and invisible marks; short ones mean the server's own."""
    handle = typed.translate(_INVISIBLE).strip().removeprefix("@")
    if not handle:
        raise Refused("Give the handle, for example name.bsky.social.")
    if "." not in handle and ":" not in handle:
        return f"{handle}.{urlsplit(service).hostname}"
    return handle
