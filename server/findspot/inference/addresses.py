"""Which addresses on the network may be used: those that the user names, by https, or by http on this machine.

And what went wrong with one, in words.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from findspot.errors import ModelError, reason


def check_address(address: str) -> None:
    """Raise ``ModelError`` unless ``address`` is a whole http or https address."""
    try:
        parts = urlsplit(address)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or not address.isprintable() or " " in address:
        raise ModelError(f"{address}: no address; write it whole, as in https://example.org/model.gguf")


def check_key(address: str, key: str) -> None:
    """Raise ``ModelError`` unless ``key`` can be sent to ``address`` without others reading it; an empty one can."""
    if key and not is_private(address):
        raise ModelError(f"{without_secrets(address)}: a key is not sent where others can read it; use https")
    if not key.isascii() or not key.isprintable():
        raise ModelError("the key has signs that no key has; check the variable that holds it")


def is_loopback(address: str) -> bool:
    """Return whether ``address`` is one of this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_private(address: str) -> bool:
    """Return whether nobody between can read or change what is said: https, or this machine."""
    return urlsplit(address).scheme == "https" or is_loopback(address)


def without_secrets(address: str) -> str:
    """Return ``address`` as it may be shown: a name, a password or a signature in it left out."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def failure(error: BaseException) -> str:
    """Return what went wrong with a connection: libraries wrap what the system said in errors of their own."""
    while (deeper := error.__cause__ or error.__context__) is not None:
        error = deeper
    return reason(error) or "the connection was cut"
