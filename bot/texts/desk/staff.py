"""Texts of admins, their names and their roles."""

from collections.abc import Collection, Sequence
from datetime import datetime
from html import escape

from bot.i18n.formatting import listed, moment
from bot.i18n.language import _, phrase
from bot.i18n.staff_names import staff_name
from bot.texts.desk.actors import actor_label, admin_name, agent
from bot.texts.desk.commands import usage
from bot.texts.desk.parts import office_name
from core.audit import chat_actor
from core.people.admins import Admin, Role, RoleAssignment, last_day_of
from core.people.invitations import Invitation
from core.people.staff_names import LONGEST

ROLES = {
    Role.CHIEF: phrase("负责人"),
    Role.CLERK: phrase("窗口"),
    Role.REVIEWER: phrase("申诉审核"),
}
ADD_ADMIN = phrase("✅ 确认添加")
REMOVE_ADMIN = phrase("⛔ 确认移除")
ACCEPT = phrase("✅ 接受这个角色")
MAKE_LINK = phrase("🔗 生成链接")
SHOW_LINKS = phrase("🔗 一次性链接")
LINK_REVOKED = phrase("✅ 链接已撤销,不能再使用。")
INVITATION_LEFT = phrase("没有接受。链接在有效期内仍可使用。")
_NO_ROLE = phrase("没有(车主)。要加入管理员,请把上面的编号发给负责人。")
_WAITS = phrase("⏳ 还没有联系过机器人,开始之后才会收到角色通知")


def _post(assignment: RoleAssignment) -> str:
    office = office_name(assignment.office)
    if assignment.until is not None:
        return _("{role}({office},到 {day})").format(
            role=ROLES[assignment.role](), office=office, day=last_day_of(assignment.until).isoformat()
        )
    return _("{role}({office})").format(role=ROLES[assignment.role](), office=office)


def posts(admin: Admin) -> str:
    """Return all roles of an admin; empty for a stranger."""
    ordered = sorted(admin.assignments, key=lambda assignment: (assignment.role, assignment.office))
    return listed(_post(assignment) for assignment in ordered)


def admins(everybody: Sequence[Admin], silent: Collection[int]) -> str:
    """Return the list of the admins; ``silent`` are the chats that have never written to the bot."""
    lines = []
    for admin in everybody:
        name = escape(staff_name(admin.chat_id))
        lines.append(" ".join(part for part in (f"<code>{admin.chat_id}</code>", name, posts(admin)) if part))
        if admin.chat_id in silent:
            lines.append(_WAITS())
    return _("<b>管理员</b>\n{admins}\n\n{usage}").format(admins="\n".join(lines), usage=usage("admins"))


def remove_label(chat_id: int, assignment: RoleAssignment) -> str:
    """Return the label of the button that removes a role."""
    return _("移除 {chat} {role} {office}").format(
        chat=staff_name(chat_id) or chat_id,
        role=ROLES[assignment.role](),
        office=assignment.office or _("全部"),
    )


def _whom(chat_id: int) -> str:
    name = escape(staff_name(chat_id))
    return f"<code>{chat_id}</code> {name}" if name else f"<code>{chat_id}</code>"


def add_question(chat_id: int, assignment: RoleAssignment, *, is_silent: bool) -> str:
    """Return the question before a role is given; ``is_silent``: this chat has never written to the bot."""
    question = _("<b>添加管理员?</b>\n{who}  {post}\n\n会通知本人。")
    if is_silent:
        question = _(
            "<b>添加管理员?</b>\n{who}  {post}\n\n"
            "⚠️ 这个编号从未联系过本机器人,请核对:写错一位,角色就给了别人。"
            "请本人发送 /whoami 确认编号,或改用一次性链接(/admins link)。开始之前收不到角色通知。"
        )
    return question.format(who=_whom(chat_id), post=_post(assignment))


def remove_question(chat_id: int, assignment: RoleAssignment) -> str:
    return _("<b>移除管理员?</b>\n{who}  {post}\n\n会通知本人。").format(
        who=_whom(chat_id), post=_post(assignment)
    )


def admin_changed(chat_id: int, assignment: RoleAssignment, *, add: bool) -> str:
    said = _("✅ 已添加 {who}:{post}。") if add else _("✅ 已移除 {who}:{post}。")
    return said.format(who=_whom(chat_id), post=_post(assignment))


def named(chat_id: int, name: str) -> str:
    return _("✅ {who} 显示为「{name}」。").format(who=f"<code>{chat_id}</code>", name=escape(name))


def role(assignment: RoleAssignment, admin: Admin, *, given: bool) -> str:
    """Return that a role was given or taken away; with all roles, if its holder has others too."""
    words = _("🗂 您现在是{post}。发送 /help 查看命令。") if given else _("🗂 您已不再是{post}。")
    said = words.format(post=_post(assignment))
    if len(admin.assignments) > int(given):
        said += _("\n您的全部角色:{posts}").format(posts=posts(admin))
    return said


def role_ends(assignment: RoleAssignment) -> str:
    return _("🗂 您的角色今天到期:{post}。需要延长时,请联系负责人。").format(post=_post(assignment))


def role_ended(assignment: RoleAssignment) -> str:
    return _("🗂 您的角色已到期:{post}。").format(post=_post(assignment))


def whoami(admin: Admin, name: str) -> str:
    """Return a chat's id, its name in the messenger, its roles, and the name that the desk shows."""
    said = _(
        "您的对话编号:<code>{chat}</code>(点一下即可复制)\n通讯软件中的名字:{name}\n角色:{roles}"
    ).format(chat=admin.chat_id, name=escape(name) or _("没有"), roles=posts(admin) or _NO_ROLE())
    if not admin.is_any:
        return said
    shown = _("在管理记录中显示为:{name}\n修改:<code>/whoami 姓名</code>(最多 {most} 字)").format(
        name=escape(admin_name(str(admin.chat_id))), most=LONGEST
    )
    return f"{said}\n{shown}"


# --- one-time links -----------------------------------------------------------------------------


def invitation_question(assignment: RoleAssignment, until: datetime) -> str:
    """Return the question of a one-time link."""
    return _(
        "<b>接受管理员角色?</b>\n{post}\n\n"
        "链接只能用一次,{until} 前有效。接受后记入操作记录;不认识给您链接的人时,请不要接受。"
    ).format(post=_post(assignment), until=moment(until))


def invitation_accepted(assignment: RoleAssignment) -> str:
    return _("✅ 您现在是{post}。发送 /help 查看命令。").format(post=_post(assignment))


def link_question(assignment: RoleAssignment) -> str:
    """Return the question before a one-time link is made."""
    return _(
        "<b>生成一次性链接?</b>\n{post}\n\n"
        "24 小时内第一个打开并接受的人成为{post}。请只发给本人;使用后会通知您,没用过的可以撤销。"
    ).format(post=_post(assignment))


def link_made(assignment: RoleAssignment, link: str) -> str:
    return _("🔗 {post}的链接(只显示这一次,请现在复制):\n<code>{link}</code>").format(
        post=_post(assignment), link=escape(link)
    )


def links(found: Sequence[tuple[int, Invitation]]) -> str:
    """Return a page of the links that can still be used, with their places in the list."""
    lines = [
        _("{number}. {post},{who}生成,{until} 前有效").format(
            number=number,
            post=_post(one.assignment),
            who=agent(one.made_by),
            until=moment(one.valid_until),
        )
        for number, one in found
    ]
    return _("<b>一次性链接</b>\n{links}\n\n生成:<code>/admins link clerk 粤K</code>").format(
        links="\n".join(lines) or _("没有未使用的链接。")
    )


def revoke_label(number: int) -> str:
    return _("⛔ 撤销 {number}").format(number=number)


def link_used(chat_id: int, assignment: RoleAssignment) -> str:
    """Return the message to who made a link that it has been used, and by whom."""
    return _(
        "🔗 您生成的一次性链接已被使用:{who},现在是{post}。如果不是您要给的人,请在 /admins 中移除。"
    ).format(who=actor_label(chat_actor(chat_id)), post=_post(assignment))
