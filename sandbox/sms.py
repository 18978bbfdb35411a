"""An SMS gateway: what is posted here arrives on the telephones of the page."""

from aiohttp import web
from pydantic_core import from_json

from sandbox.world import World


async def receive(world: World, request: web.BaseRequest) -> web.StreamResponse:
    """Accept ``{"phone", "code" or "text", "purpose"}``: 202, or 503 while the gateway is switched off."""
    if world.gateway_down:
        return web.json_response({"error": "gateway down"}, status=503)
    try:
        given = from_json(await request.read())
        phone, purpose = (str(given[name]) for name in ("phone", "purpose"))
        text = str(given.get("text", ""))
        code = "" if text else str(given["code"])
    except (ValueError, KeyError, TypeError):
        return web.json_response({"error": "expected phone, code or text, and purpose"}, status=400)
    sms = world.receive_sms(phone, code, purpose, text)
    return web.json_response({"id": sms.sms_id}, status=202)
