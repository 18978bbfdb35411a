"""A one-time link for an admin in the chat, and /whoami."""

from core.audit import COMMAND_LINE
from core.people.admins import EVERYWHERE, Role, RoleAssignment
from tests.world import CHIEF, OTHER, OWNER, World

CLERK = RoleAssignment(role=Role.CLERK, office="粤K")


async def test_link_asks_once_and_gives_the_role(world: World) -> None:
    owner, other = world.person(), world.person(OTHER)
    token = await world.store.run(world.core.invitations.make, CLERK, COMMAND_LINE)
    await owner.say("/whoami")
    await owner.see(f"您的对话编号:{OWNER}", "通讯软件中的名字:晓东 陈", "角色:没有(车主)")
    await other.say(f"/start admin_{token}")
    await other.see("接受管理员角色?", "窗口(粤K)")
    await other.press("不做更改")
    await other.see("没有接受")
    await other.say(f"/start admin_{token}")
    await other.see("接受管理员角色?", fresh=True)
    await owner.say(f"/start admin_{token}")
    await owner.see("接受管理员角色?")
    await owner.press("接受这个角色")
    await owner.see("您现在是窗口(粤K)")
    await other.press("接受这个角色")  # both had the question before them
    await other.see("这个管理员链接已被使用过")
    await owner.say("/whoami")
    await owner.see("角色:窗口(粤K)")
    await owner.say("/desk")
    await owner.see("待办事项")
    await other.say("/whoami")
    await other.see("角色:没有(车主)")
    chief = world.person(CHIEF)
    await chief.say("/audit 生成一次性管理员链接")
    chief.leave()


async def test_links_that_give_nothing_say_why(world: World) -> None:
    owner, chief = world.person(), world.person(CHIEF)
    token = await world.store.run(
        world.core.invitations.make, RoleAssignment(role=Role.CHIEF, office=EVERYWHERE), COMMAND_LINE
    )
    await owner.say("/start admin_0000")
    await owner.see("这个管理员链接无效")
    await owner.say("/start admin_")
    await owner.see("这个管理员链接无效", fresh=True)
    await chief.say(f"/start admin_{token}")
    await chief.see("此人已有这个角色")
    await owner.say(f"/start admin_{token}")
    await owner.see("接受管理员角色?")
    world.forward(hours=25)
    await owner.press("接受这个角色")
    await owner.see("这个管理员链接已过期")
