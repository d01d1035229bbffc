"""Web push: a message that only one browser can read, signed so that its service lets it in.

RFC 8291 (encryption), RFC 8188 (its coding) and RFC 8292 (who we are), from the primitives of
`cryptography`. It sends nothing: that is left to whoever holds a guarded line.
"""

import base64
import json
import os
import struct
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

CURVE = ec.SECP256R1()
RECORD = 4096  # bytes of one record; a message is one
MOST = RECORD - 103  # bytes that fit beside the header
VALID = timedelta(hours=12)  # how long a signature is good; a day is the most
KEEP = timedelta(days=1)  # how long a push service tries


def unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_key() -> tuple[str, str]:
    """A fresh pair: (public, private), both as text."""
    key = ec.generate_private_key(CURVE)
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return pack(point(key.public_key())), pack(private)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def browser_key(text: str) -> ec.EllipticCurvePublicKey:
    """The key that a browser gave us. Raises ValueError where it is none."""
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unpack(text))


def encrypt(
    message: bytes,
    p256dh: str,
    auth: str,
    *,
    ours: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes = b"",
) -> bytes:
    """The body of the request. Key and salt are fresh each time; given only in tests."""
    if len(message) > MOST:
        raise ValueError(f"A push message has at most {MOST} bytes.")
    ours, salt = ours or ec.generate_private_key(CURVE), salt or os.urandom(16)
    theirs, mine = browser_key(p256dh), point(ours.public_key())
    shared = ours.exchange(ec.ECDH(), theirs)
    told = b"WebPush: info\0" + point(theirs) + mine
    secret = _derive(shared, unpack(auth), told, 32)
    key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + struct.pack("!IB", RECORD, len(mine)) + mine
    return head + AESGCM(key).encrypt(nonce, message + b"\x02", None)


def headers(
    endpoint: str, *, private: str, contact: str, now: datetime, topic: str = ""
) -> Mapping[str, str]:
    """What the push service wants to know. The same `topic` replaces what still waits."""
    found = {
        "TTL": str(int(KEEP.total_seconds())),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "Authorization": _vapid(endpoint, private, contact, now),
    }
    return {**found, "Topic": topic} if topic else found


def _vapid(endpoint: str, private: str, contact: str, now: datetime) -> str:
    key = load_der_private_key(unpack(private), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("A push key is one of an elliptic curve.")
    where = urlsplit(endpoint)
    claims = {
        "aud": f"{where.scheme}://{where.netloc}",
        "exp": int((now + VALID).timestamp()),
        "sub": contact,
    }
    said = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    r, s = decode_dss_signature(key.sign(said.encode(), ec.ECDSA(hashes.SHA256())))
    signed = f"{said}.{pack(r.to_bytes(32) + s.to_bytes(32))}"
    return f"vapid t={signed}, k={pack(point(key.public_key()))}"


def _json(value: Mapping[str, object]) -> str:
    return pack(json.dumps(value, separators=(",", ":")).encode())


def _derive(secret: bytes, salt: bytes, told: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, told).derive(secret)
