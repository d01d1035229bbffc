"""Keys that are shown once and kept as a hash."""

import hashlib
import secrets


def new_key(prefix: str = "") -> str:
    """A key nobody can guess: 256 random bits, safe in a URL."""
    return prefix + secrets.token_urlsafe(32)


def key_hash(key: str) -> str:
    """A plain hash is enough for a key that is random already (unlike a password)."""
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
