"""Conversations that an older version has left on one of its screens."""

from tests.core.sql import sql
from tests.person import Person
from tests.world import World


async def stands_on(world: World, owner: Person, screen: str) -> bool:
    """Return whether the only conversation is stored with this screen name, in clear text."""
    await owner.settled()
    return await world.store.run(sql, "SELECT screen FROM dialog") == [{"screen": screen}]


async def test_screen_of_an_older_program_is_the_first_one(world: World) -> None:
    owner = world.person()
    await owner.say("/start")
    await owner.press("【预选号牌】")
    await owner.see("个人信息告知")
    assert await stands_on(world, owner, "consent")
    await world.store.run(sql, "UPDATE dialog SET screen = 'welcome', args = '{}'")
    await owner.say("你好")
    await owner.see("没有看懂", fresh=True)
    await owner.press("【预选号牌】")
    await owner.see("个人信息告知")
    assert await stands_on(world, owner, "consent")
