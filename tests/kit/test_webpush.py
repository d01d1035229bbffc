"""The example of RFC 8291, §5 and appendix A, byte for byte; and what others can verify."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from clarion.kit import webpush

SAID = b"When I grow up, I want to be a watermelon"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAm"
    "S6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_"
    "Qulcy4a-fN"
)


def test_the_example_of_the_standard_comes_out_byte_for_byte():
    number = int.from_bytes(webpush.unpack(OURS))
    ours = ec.derive_private_key(number, webpush.CURVE)
    body = webpush.encrypt(SAID, THEIRS, AUTH, ours=ours, salt=webpush.unpack(SALT))
    assert webpush.pack(body) == BODY


def test_a_push_service_can_verify_who_sends():
    public, private = webpush.new_key()
    now = datetime(2026, 11, 22, tzinfo=UTC)
    said = webpush.headers(
        "https://push.example/x/y", private=private, contact="https://c.example", now=now
    )
    token, key = said["Authorization"].removeprefix("vapid t=").split(", k=")
    assert key == public
    head, claims, signature = token.split(".")
    raw = webpush.unpack(signature)
    signed = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    webpush.browser_key(public).verify(
        signed, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256())
    )
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert told["aud"] == "https://push.example"
    assert 0 < told["exp"] - now.timestamp() <= 24 * 3600


def test_what_is_no_key_of_a_browser_is_refused():
    with pytest.raises(ValueError, match=r"point|key"):
        webpush.browser_key("AAAA")


def test_a_message_that_no_push_service_takes_is_refused_here():
    with pytest.raises(ValueError, match="at most"):
        webpush.encrypt(b"x" * 4000, THEIRS, AUTH)
