"""Appeals in the chat step by step, with photos of invented documents."""

from functools import cache

from core.ports import Tx
from sandbox import PersonSpec
from tests import factories
from tests.core.sql import sql
from tests.core.tools import reserved
from tests.person import Person
from tests.photographed import Shot, jpeg, page, photographed
from tests.world import CHIEF, PEOPLE, World, registers

HOLDER, REVIEWER = 5009, 3001
HELD = 9
"""The vehicle for which the holder has reserved a number."""
REASON = "本人三月购买该车,从未预选"
APPEALING = (
    *PEOPLE,
    PersonSpec(chat_id=5001, last_name="钱", first_name="车主", phone="+8613800138011"),
    PersonSpec(chat_id=HOLDER, last_name="孙", first_name="他人", phone="+8613800138009"),
    PersonSpec(chat_id=REVIEWER, last_name="赵", first_name="审核", phone="+8613800138010"),
)


@cache
def paper(kind: str, seed: int = 0) -> bytes:
    """Return a phone photo of an identity card or an invoice."""
    return jpeg(photographed(page(kind, seed), Shot(side=1280), seed))


async def opens(world: World) -> None:
    """Release a segment with a number of the holder's, and let the holder write to the bot."""
    await world.release()
    await world.store.run(reserved, world.core, HELD, "A1234")
    await world.person(HOLDER).say("/start")
    await world.person(HOLDER).see("您已预选")


async def meets_the_error(owner: Person, number: int = 0, vehicle: int = HELD) -> None:
    """Go from /start to the page that refuses the vehicle."""
    await registers(owner, number)
    await owner.press("小型汽车")
    await owner.press("【阅读并同意】")
    await owner.say(factories.vin(vehicle))
    await owner.see("该车辆已预选号牌,不允许再次预选号牌!")


async def fills_in(owner: Person, seed: int = 0) -> None:
    """Go from the notice of an appeal, whose vehicle is known, to its review."""
    await owner.press("【阅读并同意】")
    await owner.press("同意并继续")
    await owner.see("申诉 2/4")
    await owner.say(REASON)
    await owner.see("申诉 3/4")
    await owner.send_photo(paper("card", seed))
    await owner.see("申诉 4/4")
    await owner.send_file(paper("invoice", seed), "invoice.jpg", "image/jpeg")
    await owner.see("请核对申诉内容")


async def submits(owner: Person) -> None:
    await owner.press("【提交申诉】")
    await owner.see("申诉已提交", "待审核")


async def appeals(owner: Person) -> None:
    """Go from the refused vehicle to the submitted appeal."""
    await owner.press("【异常选号资料修改】")
    await fills_in(owner)
    await submits(owner)


async def appoints(world: World, place: str = "粤K") -> Person:
    """Let the chief assign a reviewer; return the reviewer, who has been notified."""
    chief, reviewer = world.person(CHIEF), world.person(REVIEWER)
    await reviewer.say("/start")
    await chief.say(f"/admins add {REVIEWER} reviewer {place}")
    await chief.press("确认添加")
    await chief.see("已添加")
    await world.service.jobs.tell()
    await reviewer.see("您现在是")
    return reviewer


def rows(tx: Tx, text: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in sql(tx, text)]


async def decides(reviewer: Person, command: str) -> None:
    """Send /approve or /reject; if the photos are shown first, look at them and send it again."""
    await reviewer.say(command)
    shown = await reviewer.see("原因:", fresh=True)  # on the photos as well as in the question
    if "请先查看两张照片" in shown.words:
        await reviewer.settled()
        await reviewer.say(command)
