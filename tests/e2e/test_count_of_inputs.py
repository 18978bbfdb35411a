"""How many inputs lead to a number: every press and message from 【预选号牌】 to the receipt counts.

``/start`` before it is not counted."""

from collections.abc import Awaitable
from pathlib import Path

import pytest

from tests import factories
from tests.person import Person
from tests.world import OTHER, World, office, open_world, registers

MOST_OF_REGISTERED = 9
"""预选号牌, kind, 阅读并同意, VIN with certificate, 开始选号, code, 随机一次, number, 确定选用."""
MOST_OF_NEW = 13
"""The same, and consent, office, name with identity, telephone; 确认注册 is the press that names the kind."""


class Counted:
    """A person whose inputs are counted."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.inputs: list[str] = []

    async def press(self, label: str) -> None:
        await self._does(label, self.person.press(label))

    async def say(self, text: str) -> None:
        await self._does(text, self.person.say(text))

    async def send_contact(self) -> None:
        await self._does("contact", self.person.send_contact())

    async def _does(self, what: str, deed: Awaitable[None]) -> None:
        self.inputs.append(what)
        await deed


async def _selects(owner: Counted, number: int) -> None:
    """Go from the plate kinds to the receipt."""
    person = owner.person
    await owner.press("【阅读并同意】")
    await owner.say(f"{factories.vin(number)}\n{factories.certificate(number)}")
    before = len(person.sms)
    await owner.press("【开始选号】")
    await owner.say(await person.sms_code(after=before))
    await owner.press("【随机一次(5)】")
    await owner.press("粤K·")
    await owner.press("确定选用")
    await person.see("完成号牌预选")


async def test_registered_owner_has_few_inputs(sqlite_world: World) -> None:
    await sqlite_world.release()
    person = sqlite_world.person()
    await registers(person)
    await person.say("/start")
    owner = Counted(person)
    await owner.press("【预选号牌】")
    await owner.press("小型汽车")
    await _selects(owner, 0)
    assert len(owner.inputs) <= MOST_OF_REGISTERED, owner.inputs


@pytest.mark.parametrize("offices", [1, 2], ids=["one office", "office chosen"])
async def test_new_owner_has_few_inputs(offices: int, tmp_path: Path) -> None:
    served = [office(code) for code in ("粤K", "粤A")[:offices]]
    async with open_world("sqlite", tmp_path, offices=served) as world:
        await _registers_and_selects(world, has_choice=offices > 1)


async def _registers_and_selects(world: World, *, has_choice: bool) -> None:
    await world.release()
    person = world.person(OTHER)
    await person.say("/start")
    owner = Counted(person)
    await owner.press("【预选号牌】")
    await owner.press("同意并继续")
    if has_choice:
        await owner.press("粤K")
    await owner.say(f"测试车主 {factories.identity(1)}")
    await owner.send_contact()
    await owner.press("确认注册并预选 小型汽车")
    await _selects(owner, 1)
    assert len(owner.inputs) <= MOST_OF_NEW, owner.inputs
