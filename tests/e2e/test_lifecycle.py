"""After the selection of a number: reminders, expiry, the blacklist, subscriptions."""

import asyncio

from core.clock import CHINA
from tests.world import CHIEF, OTHER, World, agrees, composes, reaches_selection, registers, verifies


async def tick(world: World) -> None:
    await world.service.jobs.ends()
    await world.service.jobs.tell()


async def until(world: World, day: int, hour: int, minute: int = 1) -> None:
    """Advance the clock to a time in March 2026."""
    now = world.clock.now().astimezone(CHINA)
    goal = now.replace(day=day, hour=hour, minute=minute, second=0)
    world.clock.advance(goal - now)
    await tick(world)


async def test_three_reminders_come_before_expiry(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await composes(owner, "A1234")  # Tuesday 10 March: until Tuesday 17 March, 17:00
    await until(world, 12, 9)
    reminder = await owner.see("还剩 3 个工作日", "粤K·A1234", "2026年3月17日(周二) 17:00", "合格证")
    assert owner.last.message_id == reminder.message_id  # one message, without picture, map and file
    await owner.press("来不及怎么办")
    late = await owner.see("号码收回", "请在截止前联系窗口说明情况", "粤K车辆管理所,某市某路1号")
    assert late.photo
    await owner.press("返回")
    await owner.see("第6步", "粤K·A1234")
    await until(world, 16, 9)
    await owner.see("还剩 1 个工作日")
    await owner.press("提醒设置")
    await owner.see("最后一天早上的提醒不能关闭")
    await until(world, 17, 8)
    await owner.see("今天是最后一天")
    await until(world, 17, 20)
    await owner.see("今天是最后一天")
    await until(world, 17, 21)
    await owner.see("预选号码已过期", "2028年3月17日")
    await owner.press("从日历移除")
    removed = await owner.see("即可从日历中移除")
    assert "STATUS:CANCELLED" in owner.read_file(removed.document or "").decode()
    await owner.press("【我的选号】")


async def test_banned_owner_is_told_why(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await composes(owner, "A1234")
    await until(world, 17, 8)
    await until(world, 18, 9)
    await owner.say("/preselect")
    await owner.see("黑名单", "2028年3月17日(周五) 前", "如有异议")
    await owner.say("/start")
    first = await owner.see("您已列入黑名单", "2028年3月17日(周五) 前")
    assert "开始选号" not in first.words


async def test_expired_number_is_free_again(world: World) -> None:
    await world.release()
    owner, other = world.person(), world.person(OTHER)
    await reaches_selection(owner)
    await composes(owner, "A1234")
    await until(world, 17, 8)
    await until(world, 18, 9)
    await reaches_selection(other, 1)
    await composes(other, "A1234")


async def test_ban_is_lifted_on_its_date(world: World) -> None:
    await world.release()
    owner = world.person()
    await reaches_selection(owner)
    await composes(owner, "A1234")
    await until(world, 17, 8)
    await until(world, 18, 9)
    world.forward(days=730)
    await tick(world)
    await owner.see("已从黑名单中解除")
    await owner.press("【预选号牌】")
    await owner.see("第1步")


async def test_confirmed_number_reminds_nobody(world: World) -> None:
    await world.release()
    owner, chief = world.person(), world.person(CHIEF)
    await reaches_selection(owner)
    await composes(owner, "A1234")
    await chief.say("/confirm 粤KA1234 000000")
    await chief.press("确认已上牌")
    await chief.see("已确认上牌")
    await tick(world)
    await owner.see("🎉 已上牌", "粤K·A1234", "2026年3月10日", "如非您本人办理")
    before = len(owner.history)
    await until(world, 18, 9)
    await asyncio.sleep(0.2)
    assert len(owner.history) == before
    await owner.press("查看凭证")
    await owner.see("✅ 已上牌:粤K·A1234", "确认于 2026年3月10日")
    owner.button("分享图")
    assert not any("加入日历" in label for label in owner.last.buttons)
    await owner.press("【我的选号】")
    await owner.see("已上牌", "确认于 2026年3月10日")


async def test_closed_day_moves_deadline_once(world: World) -> None:
    await world.release()
    owner, chief = world.person(), world.person(CHIEF)
    await reaches_selection(owner)
    await composes(owner, "A1234")
    await chief.say("/closed 粤K 2026-03-13 系统升级")
    await chief.press("确认不办公")
    await chief.see("顺延了 1 个办理截止时间")
    await tick(world)
    await owner.see("顺延到", "2026年3月18日(周三) 17:00")
    await owner.say("/mine")
    await owner.see("2026年3月18日(周三) 17:00")


async def test_chief_bans_and_unbans(world: World) -> None:
    await world.release()
    owner, chief = world.person(), world.person(CHIEF)
    await registers(owner)
    await chief.say("/ban 2001 until 2027-01-01 冒用他人资料")
    await chief.press("列入黑名单")
    await tick(world)
    await owner.see("您已列入黑名单", "冒用他人资料", "2027年1月1日")
    await owner.press("小型汽车")
    await owner.see("黑名单")
    await chief.say("/unban 2001 查明非本人所为")
    await chief.press("解除")
    await tick(world)
    await owner.see("已从黑名单中解除")


async def test_subscriber_hears_of_release(world: World) -> None:
    owner = world.person()
    await owner.say("/notify")
    await owner.press("小型汽车 · 投放新号段")
    await owner.settled()
    owner.button("🔔 小型汽车 · 投放新号段")
    await world.release("B####")
    await tick(world)
    await owner.see("新投放号段", "B####")
    await owner.press("取消提醒")
    await world.release("C####")
    await tick(world)
    await asyncio.sleep(0.2)
    assert not any("C####" in shown.words for shown in owner.history)


async def test_closed_hours_offer_to_tell(world: World) -> None:
    await world.release()
    owner = world.person()
    await registers(owner)
    await agrees(owner)
    world.forward(hours=14)
    await world.tick()
    await owner.press("开放时提醒我")
    await owner.see_toast("开放时会提醒您")
    world.forward(hours=9)
    await tick(world)
    await owner.see("选号服务已开放")
    await owner.press("【预选号牌】")
    await verifies(owner)
