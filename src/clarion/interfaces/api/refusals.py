"""Every no is the same: a status, a sentence, and the key of the body it is about."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from clarion.interfaces.api.door import TooOften
from clarion.kit.errors import Conflict, NotYet

SIGNED_OUT = (
    "Send a token that is still good: `Authorization: Bearer clarion_…`. "
    "Make one on your account page, or with `clarion token new` on the machine of Clarion."
)
NOT_HERE = "There is no such thing in this workspace."
NOT_JSON = (
    "The body is not JSON that Clarion can read. Send UTF-8 with Content-Type application/json."
)
TOO_LARGE = (
    "The body is too large: JSON may have 8 MB. Send less at once; large files go in pieces."
)
UNFIT = "A value in this request is too large for what it says, or holds a control character."


def teach(api: NinjaAPI) -> None:
    """Make the refusals of all actions answers of this API."""
    said: Mapping[type[Exception], tuple[int, str]] = {
        Conflict: (409, ""),
        NotYet: (422, ""),
        PermissionDenied: (403, ""),
        Http404: (404, NOT_HERE),
        AuthenticationError: (401, SIGNED_OUT),
        RequestDataTooBig: (413, TOO_LARGE),
        DataError: (422, UNFIT),
        UnicodeError: (422, UNFIT),
    }
    for kind, (status, sentence) in said.items():
        api.add_exception_handler(kind, _saying(status, sentence))
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(ValidationError, _unfit)
    api.add_exception_handler(TooOften, _too_often)


def refuse(status: int, problem: str, about: str = "", **more: Any) -> JsonResponse:
    response = JsonResponse({"problem": problem, "about": about, **more}, status=status)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Clarion"'
    return response


def _saying(status: int, sentence: str) -> Any:
    def handle(_: HttpRequest, error: Exception) -> HttpResponse:
        return refuse(status, sentence or str(error), getattr(error, "about", ""))

    return handle


def _http(_: HttpRequest, error: Any) -> HttpResponse:
    sentence = NOT_JSON if error.status_code == 400 else error.message
    return refuse(error.status_code, sentence)


def _too_often(_: HttpRequest, error: Any) -> HttpResponse:
    response = refuse(429, str(error))
    response["Retry-After"] = str(error.wait)
    return response


def _unfit(_: HttpRequest, error: Any) -> HttpResponse:
    """One sentence per field that does not fit."""
    found = [{"problem": _sentence(e), "about": _field(e["loc"])} for e in error.errors]
    return refuse(422, **found[0], problems=found)


def _field(path: Sequence[Any]) -> str:
    """("body", "body", "variants", 0, "text") -> "variants.0.text"."""
    return ".".join(str(part) for part in path[1:] if part not in ("body", "details"))


_SENTENCES = {
    "missing": "{name} is missing.",
    "extra_forbidden": "{name} is not a key that belongs here. Correct it, or leave it out.",
    "string_pattern_mismatch": "{name} holds something that is not allowed there, such as an "
    "invisible control character. Send it as plain text.",
    "string_unicode": "{name} holds half a character (a broken emoji). Send whole ones.",
    "int_parsing": "{name} must be a whole number.",
    "int_type": "{name} must be a whole number.",
    "bool_parsing": "{name} must be true or false.",
    "string_type": "{name} must be text.",
    "list_type": "{name} must be a list.",
    "model_attributes_type": "{name} must be an object with keys.",
    "model_type": "{name} must be an object with keys.",
    "dict_type": "{name} must be an object with keys.",
    "greater_than_equal": "{name} must be at least {ge}.",
    "less_than_equal": "{name} must be at most {le}.",
    "string_too_long": "{name} is too long: at most {max_length} characters.",
    "string_too_short": "{name} is too short: at least {min_length} characters.",
}


def _sentence(error: Mapping[str, Any]) -> str:
    name = _field(error["loc"]) or "The body"
    context = error.get("ctx", {})
    if str(context.get("pattern", "")).startswith("^("):
        return f"{name} must be one of {context['pattern'][2:-2].replace('|', ', ')}."
    known = _SENTENCES.get(error["type"])
    if known is None:
        return f"{name}: {str(error['msg'])[:200].rstrip('.')}."
    return known.format(name=name, **context)
