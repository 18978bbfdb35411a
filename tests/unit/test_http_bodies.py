"""The body of an HTTP answer is read up to its limit, and no further."""

import asyncio

import pytest

from core.http_bodies import read_at_most

ANSWER = b'{"round": 7}'


@pytest.mark.parametrize("most", [0, 1, len(ANSWER), len(ANSWER) + 1])
async def test_no_more_is_read_than_the_limit(most: int) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(ANSWER)
    reader.feed_eof()
    assert await read_at_most(reader, most) == ANSWER[:most]
