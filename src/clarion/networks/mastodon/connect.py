"""Every server is its own authority: register with it on the spot, then ask the person."""

import base64
import hashlib
import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2

from clarion.networks.base import Call, Field, Grant, Reconnect, Redirect, Refused, TryLater
from clarion.networks.limits import Limits
from clarion.networks.mastodon.limits import instance, limits_of
from clarion.networks.mastodon.server import Json, Server, read

# Just what is used. Servers that do not say they know these parts get the whole "read write".
FINE_SCOPES = (
    "read:accounts",
    "read:statuses",
    "read:notifications",
    "read:search",
    "write:statuses",
    "write:media",
)
COARSE_SCOPES = ("read", "write")
NEAR = (".local", ".localhost", ".internal", ".lan", ".test", ".home.arpa")


class Connecting:
    fields: Sequence[Field] = (
        Field(
            "instance",
            "Server",
            hint="The server your account is on, such as mastodon.social.",
        ),
        Field(
            "token",
            "Access token",
            kind="password",
            hint="Only if you made an application by hand on your server; else leave it empty.",
            required=False,
        ),
    )

    async def start(
        self,
        http: httpx2.AsyncClient,
        answers: Mapping[str, str],
        redirect_uri: str,
        state: str,
    ) -> Redirect | Sequence[Grant]:
        base = address(answers.get("instance", ""))
        if token := answers.get("token", "").strip():
            return [await _grant(Server(http, base, token), {"instance": base, "token": token})]
        app = await _register(Server(http, base), redirect_uri)
        verifier = secrets.token_urlsafe(48)
        query = {
            "response_type": "code",
            "client_id": app["client_id"],
            "redirect_uri": redirect_uri,
            "scope": app["scope"],
            "state": state,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        return Redirect(
            f"{base}/oauth/authorize?{urlencode(query)}",
            {**app, "instance": base, "verifier": verifier, "redirect_uri": redirect_uri},
        )

    async def finish(
        self, http: httpx2.AsyncClient, saved: Mapping[str, str], answer: Mapping[str, str]
    ) -> Sequence[Grant]:
        if not (code := answer.get("code", "")):
            raise Refused("The server sent you back without a yes. Start again if you want to.")
        token = await _token(
            Server(http, saved["instance"]),
            saved,
            grant_type="authorization_code",
            code=code,
            redirect_uri=saved["redirect_uri"],
            code_verifier=saved["verifier"],
            scope=saved["scope"],
        )
        return [await _granted(http, saved, token)]

    async def refresh(self, call: Call) -> Grant | None:
        """Mastodon's tokens do not age; Pleroma's and Pixelfed's come with a way to renew."""
        server, grant = Server.of(call), call.grant
        if not grant.get("refresh_token"):
            await server.get("/api/v1/accounts/verify_credentials")
            return None
        try:
            token = await _token(
                Server(call.http, grant["instance"]),
                grant,
                grant_type="refresh_token",
                refresh_token=grant["refresh_token"],
            )
        except Refused as error:
            raise Reconnect("The server did not renew our key. Connect again.") from error
        return await _granted(call.http, {**grant}, token)

    async def limits(self, call: Call) -> Limits | None:
        return limits_of(call.grant["instance"], await instance(Server.of(call)))


def address(said: str) -> str:
    """Where a server is: "https://mastodon.social" for "@ann@mastodon.social" and the like.

    Plain http only to names that cannot be reached from outside. Raises Refused.
    """
    text = said.strip().rsplit("@", 1)[-1] if "/@" not in said else said.strip()
    scheme, _, rest = text.rpartition("://")
    parts = urlsplit(f"//{rest}")
    try:
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        host, port = "", None
    if not host or not _is_host(host) or scheme.lower() not in ("", "http", "https"):
        raise Refused("Name the server your account is on, such as mastodon.social.")
    if scheme.lower() == "http" and not _is_near(host):
        raise Refused("Plain http would show your key to everybody on the way: use https.")
    scheme = scheme.lower() or ("http" if _is_loopback(host) else "https")
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}{f':{port}' if port else ''}"


def _is_host(host: str) -> bool:
    """A name with a dot, or one that only this machine or its neighbours know."""
    return not any(c.isspace() or c in "\\^`{}|<>\"%'" for c in host) and (
        "." in host or _is_near(host)
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_near(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(NEAR)


async def _register(server: Server, redirect_uri: str) -> Mapping[str, str]:
    """An application of our own on this server, and the scopes it may ask for."""
    scope = " ".join(await _scopes(server))
    form = {"client_name": "Clarion", "redirect_uris": redirect_uri, "scopes": scope}
    app = read(await server.ask("POST", "/api/v1/apps", data=form))
    if not isinstance(app, Mapping) or not app.get("client_id"):
        raise Refused("This server does not speak the Mastodon API.")
    secret = str(app.get("client_secret") or "")
    return {"client_id": str(app["client_id"]), "client_secret": secret, "scope": scope}


async def _scopes(server: Server) -> Sequence[str]:
    try:
        said = await server.get("/.well-known/oauth-authorization-server")
        known = set(said["scopes_supported"])
    except (Refused, TryLater, KeyError, TypeError):
        return COARSE_SCOPES
    return FINE_SCOPES if known >= set(FINE_SCOPES) else COARSE_SCOPES


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def _token(server: Server, app: Mapping[str, str], **form: str) -> Json:
    form |= {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    try:
        token = read(await server.ask("POST", "/oauth/token", data=form))
    except Reconnect as error:
        raise Refused("The server no longer knows us. Start again.") from error
    if not isinstance(token, Mapping) or not token.get("access_token"):
        raise Refused("The server gave us no key. Start again.")
    return token


async def _granted(http: httpx2.AsyncClient, app: Mapping[str, str], token: Json) -> Grant:
    """The account behind a fresh token, and with it what it takes to renew the token."""
    secret = {"instance": app["instance"], "token": str(token["access_token"])}
    expires_at = None
    if token.get("refresh_token") and token.get("expires_in"):
        expires_at = datetime.now(UTC) + timedelta(seconds=int(token["expires_in"]))
        secret["refresh_token"] = str(token["refresh_token"])
        secret |= {key: app[key] for key in ("client_id", "client_secret")}
    return await _grant(Server(http, secret["instance"], secret["token"]), secret, expires_at)


async def _grant(
    server: Server, secret: Mapping[str, str], expires_at: datetime | None = None
) -> Grant:
    who: Any = await server.get("/api/v1/accounts/verify_credentials")
    if not isinstance(who, Mapping) or not who.get("id"):
        raise Refused("This server does not speak the Mastodon API.")
    domain = await _domain(server)
    return Grant(
        # Ids are counted by each server for itself.
        remote_id=f"{who['id']}@{urlsplit(server.base).netloc}",
        handle=f"@{who['acct'].split('@')[0]}@{domain}",
        secret={**secret, "id": str(who["id"]), "domain": domain},
        name=who.get("display_name") or "",
        url=who.get("url") or "",
        expires_at=expires_at,
    )


async def _domain(server: Server) -> str:
    """What stands behind the @, which need not be where the server is."""
    said = await instance(server)
    domain = str(said.get("account_domain") or said.get("domain") or said.get("uri") or "")
    return (
        urlsplit(domain if "//" in domain else f"//{domain}").netloc
        or urlsplit(server.base).netloc
    )
