"""From the name of a server to an account we may use."""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from clarion.networks.base import Call, Grant, Reconnect, Redirect, Refused
from clarion.networks.mastodon import network
from clarion.networks.mastodon.connect import COARSE_SCOPES, FINE_SCOPES, address
from clarion.networks.mastodon.limits import limits_of

connect = network.connect
BACK = "https://clarion.example/back"


class Authority:
    """The part of a server that gives out keys."""

    def __init__(self) -> None:
        self.forms: dict[str, dict[str, str]] = {}
        self.scopes: list[str] | None = list(FINE_SCOPES)
        self.token = {"access_token": "t0ken", "token_type": "Bearer"}
        self.refuses = False
        self.instance = {"domain": "social.example"}
        self.answers: dict[str, httpx2.Response] = {}

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if request.method == "POST":
            form = parse_qs(request.content.decode(), keep_blank_values=True)
            self.forms[path] = {key: value[0] for key, value in form.items()}
        if path in self.answers:
            return self.answers[path]
        answers: dict[str, Callable[[], httpx2.Response]] = {
            "/api/v1/apps": lambda: ok({"client_id": "c1", "client_secret": "s1"}),
            "/oauth/token": lambda: httpx2.Response(400) if self.refuses else ok(self.token),
            "/api/v2/instance": lambda: ok(self.instance),
            "/api/v1/accounts/verify_credentials": lambda: self.who(request),
            "/.well-known/oauth-authorization-server": self.known,
        }
        return answers.get(path, lambda: httpx2.Response(404))()

    def known(self) -> httpx2.Response:
        return ok({"scopes_supported": self.scopes}) if self.scopes else httpx2.Response(404)

    def who(self, request: httpx2.Request) -> httpx2.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token['access_token']}":
            return httpx2.Response(401)
        return ok({"id": "7", "acct": "ann", "display_name": "Ann", "url": "https://x/@ann"})

    def do(self, work):
        async def run():
            async with httpx2.AsyncClient(transport=httpx2.MockTransport(self)) as http:
                return await work(http)

        return asyncio.run(run())

    def start(self, **answers: str):
        return self.do(lambda http: connect.start(http, answers, BACK, "st4te"))

    def finish(self, saved, **answer: str):
        return self.do(lambda http: connect.finish(http, saved, answer))


def ok(answer) -> httpx2.Response:
    return httpx2.Response(200, json=answer)


@pytest.fixture
def server() -> Authority:
    return Authority()


def test_a_person_is_sent_to_their_own_server_with_a_challenge(server):
    away = server.start(instance="@ann@web.social.example")
    assert isinstance(away, Redirect)
    url = urlsplit(away.url)
    query = {key: value[0] for key, value in parse_qs(url.query).items()}
    assert (url.scheme, url.netloc, url.path) == (
        "https",
        "web.social.example",
        "/oauth/authorize",
    )
    assert (query["state"], query["redirect_uri"], query["client_id"]) == ("st4te", BACK, "c1")
    digest = hashlib.sha256(away.saved["verifier"].encode()).digest()
    assert query["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert query["code_challenge_method"] == "S256"
    assert away.saved["verifier"] not in away.url
    assert "s1" not in repr(away)


def test_the_way_back_ends_in_an_account(server):
    away = server.start(instance="web.social.example")
    [grant] = server.finish(away.saved, code="c0de", state="st4te")
    assert (grant.remote_id, grant.handle) == ("7@web.social.example", "@ann@social.example")
    assert grant.secret["token"] == "t0ken"
    assert grant.expires_at is None
    assert "t0ken" not in repr(grant)
    form = server.forms["/oauth/token"]
    assert form["code_verifier"] == away.saved["verifier"]
    assert (form["code"], form["redirect_uri"], form["client_secret"]) == ("c0de", BACK, "s1")


def test_only_what_is_used_is_asked_for_where_the_server_knows_the_parts(server):
    away = server.start(instance="social.example")
    assert away.saved["scope"].split() == list(FINE_SCOPES)
    server.scopes = ["read", "write", "follow"]
    assert server.start(instance="social.example").saved["scope"].split() == list(COARSE_SCOPES)
    server.scopes = None
    away = server.start(instance="social.example")
    assert server.forms["/api/v1/apps"]["scopes"] == away.saved["scope"] == "read write"


def test_a_key_made_by_hand_needs_no_way_there_and_back(server):
    [grant] = server.start(instance="social.example", token=" t0ken ")
    assert isinstance(grant, Grant)
    assert grant.secret["instance"] == "https://social.example"
    assert "/api/v1/apps" not in server.forms


def test_a_wrong_key_made_by_hand_is_not_taken(server):
    with pytest.raises(Reconnect):
        server.start(instance="social.example", token="wrong")


def test_a_person_who_says_no_is_told_how_to_start_again(server):
    away = server.start(instance="social.example")
    with pytest.raises(Refused, match="Start again"):
        server.finish(away.saved, error="access_denied")


def test_a_code_that_is_used_up_is_refused(server):
    away = server.start(instance="social.example")
    server.refuses = True
    with pytest.raises(Refused):
        server.finish(away.saved, code="old")


@pytest.mark.parametrize("answer", [httpx2.Response(404), httpx2.Response(200, json=[])])
def test_a_site_that_is_not_such_a_server_is_refused(server, answer):
    server.answers["/api/v1/apps"] = answer
    with pytest.raises(Refused):
        server.start(instance="news.example")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("mastodon.social", "https://mastodon.social"),
        (" https://Mastodon.Social/@ann ", "https://mastodon.social"),
        ("@ann@mastodon.social", "https://mastodon.social"),
        ("ann@mastodon.social", "https://mastodon.social"),
        ("social.example:8443/about", "https://social.example:8443"),
        ("localhost:3000", "http://localhost:3000"),
        ("127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("https://127.0.0.1", "https://127.0.0.1"),
        ("[::1]:3000", "http://[::1]:3000"),
        ("http://mastodon:3000", "http://mastodon:3000"),
        ("http://10.0.0.5", "http://10.0.0.5"),
    ],
)
def test_a_server_may_be_named_in_many_ways(said, meant):
    assert address(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "",
        "   ",
        "my server",
        "ftp://a.example",
        "http://mastodon.social",
        "javascript://x.y",
        "a.example:99999",
        "http://",
        "@",
        "https://a b.example",
        "a.example%0d%0a",
    ],
)
def test_what_is_not_a_server_is_refused_with_a_sentence(said):
    with pytest.raises(Refused) as refused:
        address(said)
    assert str(refused.value).endswith(".")


def refreshed(server: Authority, **grant: str):
    grant = {"instance": "https://social.example", "token": "t0ken", **grant}
    return server.do(lambda http: connect.refresh(Call(http, grant)))


def test_a_key_that_does_not_age_is_left_alone_but_tried(server):
    assert refreshed(server) is None
    with pytest.raises(Reconnect):
        refreshed(server, token="revoked")


def test_a_key_that_ages_is_renewed(server):
    server.token = {"access_token": "n1", "refresh_token": "r1", "expires_in": 3600}
    away = server.start(instance="social.example")
    [grant] = server.finish(away.saved, code="c0de")
    assert grant.expires_at is not None
    assert timedelta(minutes=59) < grant.expires_at - datetime.now(UTC) <= timedelta(hours=1)
    server.token = {"access_token": "n2", "refresh_token": "r2", "expires_in": 3600}
    younger = refreshed(server, **grant.secret)
    assert younger is not None
    assert (younger.secret["token"], younger.secret["refresh_token"]) == ("n2", "r2")
    assert server.forms["/oauth/token"]["refresh_token"] == "r1"
    server.refuses = True
    with pytest.raises(Reconnect):
        refreshed(server, **younger.secret)


def test_a_servers_own_limits_replace_the_defaults():
    said = {
        "configuration": {
            "statuses": {"max_characters": 5000, "max_media_attachments": 6},
            "media_attachments": {
                "supported_mime_types": ["image/avif"],
                "image_size_limit": 1,
                "image_matrix_limit": 2,
                "video_size_limit": 3,
                "description_limit": 4,
            },
            "polls": {"max_options": 9, "max_characters_per_option": 99},
        }
    }
    limits = limits_of("https://a.example", said)
    assert (limits.text, limits.media, limits.alt) == (5000, 6, 4)
    assert (limits.image_bytes, limits.image_pixels, limits.video_bytes) == (1, 2, 3)
    assert (limits.mimes, limits.poll, limits.poll_choice) == (("image/avif",), 9, 99)
    assert limits.live
    assert limits.source.startswith("https://a.example")


def test_pleromas_own_words_for_limits_are_understood():
    said = {"max_toot_chars": 9000, "upload_limit": 77, "poll_limits": {"max_options": 20}}
    limits = limits_of("https://a.example", said)
    assert (limits.text, limits.image_bytes, limits.poll) == (9000, 77, 20)


@pytest.mark.parametrize(
    "said",
    [{}, {"configuration": None}, {"configuration": {"statuses": {"max_characters": "x"}}}],
)
def test_a_server_that_is_silent_has_the_defaults(said):
    limits = limits_of("https://a.example", said)
    assert (limits.text, limits.media, limits.mimes) == (500, 4, network.limits.mimes)


def test_an_older_server_describes_itself_at_the_older_address(server):
    def older(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/api/v1/instance":
            return ok({"uri": "old.example", "max_toot_chars": 1234})
        return httpx2.Response(404)

    async def run():
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(older)) as http:
            return await connect.limits(
                Call(http, {"instance": "https://old.example", "token": "t"})
            )

    assert asyncio.run(run()).text == 1234
