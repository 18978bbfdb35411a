"""Fetches the values of a public source of randomness over HTTP."""

import json

import aiohttp

from core.errors.beacon import BeaconMalformed, BeaconUnreachable
from core.http_bodies import read_at_most
from core.public_journal.beacon import Pulse, parse

_WITHIN = aiohttp.ClientTimeout(total=5)
_MOST_BYTES = 10_000
_OK = 200


async def fetch(url: str) -> Pulse:
    """Return the newest pulse of a source.

    Raises:
        BeaconUnreachable: no connection, a timeout, or another status than 200; a redirect is not followed.
        BeaconMalformed: the answer is not a pulse, or too long.
    """
    try:
        async with (
            aiohttp.ClientSession(timeout=_WITHIN) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if answer.status != _OK:
                raise BeaconUnreachable
            content = await read_at_most(answer.content, _MOST_BYTES)
    except (aiohttp.ClientError, TimeoutError):
        raise BeaconUnreachable from None
    try:
        return parse(url, json.loads(content))
    except (ValueError, RecursionError):
        raise BeaconMalformed from None
