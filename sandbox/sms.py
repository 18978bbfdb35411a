"""An SMS gateway: what is posted here arrives on the telephones of the page."""

import json

from aiohttp import web

from sandbox.world import World


async def receive(world: World, request: web.BaseRequest) -> web.StreamResponse:
    """Accept ``{"phone", "code", "purpose"}``: 202, or 503 while the gateway is switched off."""
    if world.gateway_down:
        return web.json_response({"error": "gateway down"}, status=503)
    try:
        given = json.loads(await request.read())
        phone, code, purpose = (str(given[name]) for name in ("phone", "code", "purpose"))
    except (ValueError, KeyError, TypeError):
        return web.json_response({"error": "expected phone, code and purpose"}, status=400)
    sms = world.receive_sms(phone, code, purpose)
    return web.json_response({"id": sms.sms_id}, status=202)
