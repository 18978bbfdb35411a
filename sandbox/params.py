"""A call of the Bot API: the method and its parameters, however they were transmitted."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField
from pydantic_core import from_json

from sandbox.errors import ApiError, bad

_TRUE = frozenset({"true", "yes", "1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file uploaded with a call."""

    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class Call:
    """A call with its parameters: strings from forms and query strings, any JSON from JSON bodies."""

    method: str
    params: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)
    _parsed: dict[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a parameter as text; empty if it is absent."""
        value = self.params.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def integer(self, name: str, default: int = 0) -> int:
        """Return an integer; an invalid value counts as the default, as at the real server."""
        value = self.params.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError, OverflowError):
            return default

    def number(self, name: str) -> float | None:
        """Return a number, or None if it is absent or invalid."""
        try:
            return float(self.params[name])
        except (KeyError, TypeError, ValueError, OverflowError):
            return None

    def flag(self, name: str) -> bool:
        value = self.params.get(name, False)
        return value if isinstance(value, bool) else str(value).lower() in _TRUE

    def json(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return a structured parameter, or None if it is absent or empty.

        Raises:
            ApiError: it is not JSON.
        """
        if name not in self._parsed:
            self._parsed[name] = _structured(name, self.params.get(name))
        return self._parsed[name]


def _structured(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return from_json(value)
    except ValueError:
        raise bad(f"can't parse {name.replace('_', ' ')} JSON object") from None


async def read_call(request: web.BaseRequest, method: str) -> Call:
    """Read a call from a request: query string, JSON body, urlencoded or multipart form.

    Raises:
        ApiError: the body is neither JSON nor a form, or exceeds the platform's limit.
    """
    params: dict[str, Any] = dict(request.query) if request.query_string else {}
    files: dict[str, Upload] = {}
    kind = request.content_type
    try:
        if kind == "application/json":
            params |= json_body(await request.read())
        elif request.method == "POST" and request.body_exists:
            for name, value in (await request.post()).items():
                if isinstance(value, FileField):
                    files[name] = Upload(name=value.filename, mime=value.content_type, data=value.file.read())
                else:
                    params[name] = value if isinstance(value, str) else bytes(value).decode()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    except (
        ValueError,
        LookupError,
        AssertionError,
        web.HTTPException,
    ):  # what aiohttp's parsers of forms raise
        raise bad("can't parse the request body as a form") from None
    return Call(method, params, files)


def json_body(body: bytes) -> dict[str, Any]:
    """Return the parameters in a JSON body; null is as good as absent.

    Raises:
        ApiError: it is no JSON object.
    """
    if not body:
        return {}
    try:
        params = from_json(body)
    except ValueError:
        raise bad("can't parse JSON object") from None
    if not isinstance(params, dict):
        raise bad("object expected as JSON body")
    return {name: value for name, value in params.items() if value is not None}
