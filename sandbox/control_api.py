"""The control interface over HTTP: what tests in any language need beyond the actions of the chat page.

It obeys the same rule as the page: requests from other origins or with a foreign host name are refused.
"""

from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any, get_args

from aiohttp import web
from pydantic_core import from_json

from sandbox import user_actions
from sandbox.faults import Fault, Faults, Kind
from sandbox.people import PersonSpec
from sandbox.world import World

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Json = dict[str, Any]

_FAULT = {
    "kind": str,
    "method": str,
    "chat_id": int,
    "times": int,
    "retry_after": int,
    "status": int,
    "seconds": float,
}
_TEXTS = ("first_name", "last_name", "username", "phone", "language_code")


class ControlApi:
    """Notes of what the bot did wrong, faults to inject, and new people."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self.routes: dict[tuple[str, str], Handler] = {
            ("GET", "/api/notes"): self._notes,
            ("DELETE", "/api/notes"): self._forget_notes,
            ("GET", "/api/faults"): self._waiting_faults,
            ("POST", "/api/faults"): self._add_fault,
            ("DELETE", "/api/faults"): self._clear_faults,
            ("POST", "/api/people"): self._add_person,
            ("POST", "/api/contact"): self._share_contact,
            ("POST", "/api/edit"): self._edit,
        }

    async def _notes(self, _request: web.BaseRequest) -> web.StreamResponse:
        refusals = [
            {"method": method, "description": description} for method, description in self.world.refusals
        ]
        return web.json_response(
            {"contract_violations": list(self.world.contract_violations), "refusals": refusals}
        )

    async def _forget_notes(self, _request: web.BaseRequest) -> web.StreamResponse:
        self.world.contract_violations.clear()
        self.world.refusals.clear()
        return web.json_response({})

    async def _waiting_faults(self, _request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response([_shown(fault) for fault in self.faults.waiting])

    async def _add_fault(self, request: web.BaseRequest) -> web.StreamResponse:
        self.faults.add(read_fault(await given_object(request)))
        return web.json_response({})

    async def _clear_faults(self, _request: web.BaseRequest) -> web.StreamResponse:
        self.faults.clear()
        return web.json_response({})

    async def _add_person(self, request: web.BaseRequest) -> web.StreamResponse:
        given = await given_object(request)
        texts = {name: str(given[name]) for name in _TEXTS if given.get(name) is not None}
        spec = PersonSpec(chat_id=int(given["chat_id"]), started=given.get("started") is True, **texts)  # type: ignore[arg-type]
        if spec.chat_id in self.world.people:
            raise ValueError(f"chat_id {spec.chat_id} exists already")
        self.world.add_person(spec)
        return web.json_response({})

    async def _share_contact(self, request: web.BaseRequest) -> web.StreamResponse:
        given = await given_object(request)
        message = user_actions.share_contact(self.world, self.world.people[int(given["person"])])
        return web.json_response({"message_id": message.message_id})

    async def _edit(self, request: web.BaseRequest) -> web.StreamResponse:
        given = await given_object(request)
        person = self.world.people[int(given["person"])]
        user_actions.edit(self.world, person, int(given["message_id"]), str(given["text"]))
        return web.json_response({})


async def given_object(request: web.BaseRequest) -> Json:
    """Return the JSON object in a request.

    Raises:
        ValueError, TypeError: there is none.
    """
    given = from_json(await request.read())  # unlike json, it refuses half of a surrogate pair
    if not isinstance(given, dict):
        raise TypeError("expected a JSON object")
    return given


def read_fault(given: Json) -> Fault:
    """Return a fault described in JSON.

    Raises:
        KeyError, ValueError, TypeError: it has no kind, a field is unknown, or a value is of the wrong type.
    """
    if unknown := given.keys() - _FAULT.keys():
        raise ValueError(f"no such field of a fault: {', '.join(sorted(unknown))}")
    if given["kind"] not in get_args(Kind):
        raise ValueError(f"kind of a fault: one of {', '.join(get_args(Kind))}")
    return Fault(**{name: _FAULT[name](value) for name, value in given.items() if value is not None})


def _shown(fault: Fault) -> Json:
    return {one.name: getattr(fault, one.name) for one in fields(fault)}
