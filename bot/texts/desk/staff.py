"""Texts of admins and their roles."""

from datetime import datetime
from html import escape

from bot.i18n.formatting import listed, moment
from bot.i18n.language import _, phrase
from bot.texts.desk.commands import usage
from bot.texts.desk.parts import office_name
from core.people.admins import Admin, Role, RoleAssignment

ROLES = {
    Role.CHIEF: phrase("负责人"),
    Role.CLERK: phrase("窗口"),
    Role.REVIEWER: phrase("申诉审核"),
}
ADD_ADMIN = phrase("✅ 确认添加")
REMOVE_ADMIN = phrase("⛔ 确认移除")
ACCEPT = phrase("✅ 接受这个角色")
INVITATION_LEFT = phrase("没有接受。链接在有效期内仍可使用。")
_NO_ROLE = phrase("没有(车主)。要加入管理员,请把上面的编号发给负责人。")


def _post(assignment: RoleAssignment) -> str:
    return _("{role}({office})").format(role=ROLES[assignment.role](), office=office_name(assignment.office))


def posts(admin: Admin) -> str:
    """Return all roles of an admin; empty for a stranger."""
    ordered = sorted(admin.assignments, key=lambda assignment: (assignment.role, assignment.office))
    return listed(_post(assignment) for assignment in ordered)


def admins(everybody: list[Admin]) -> str:
    lines = [f"<code>{admin.chat_id}</code>  {posts(admin)}" for admin in everybody]
    return _("<b>管理员</b>\n{admins}\n\n{usage}").format(admins="\n".join(lines), usage=usage("admins"))


def remove_label(chat_id: int, assignment: RoleAssignment) -> str:
    """Return the label of the button that removes a role."""
    return _("移除 {chat} {role} {office}").format(
        chat=chat_id, role=ROLES[assignment.role](), office=assignment.office or _("全部")
    )


def admin_question(chat_id: int, assignment: RoleAssignment, *, add: bool) -> str:
    """Return the question before a role is assigned or removed."""
    question = _("<b>添加管理员?</b>\n<code>{chat}</code>  {post}\n\n会通知本人。")
    if not add:
        question = _("<b>移除管理员?</b>\n<code>{chat}</code>  {post}\n\n会通知本人。")
    return question.format(chat=chat_id, post=_post(assignment))


def admin_changed(chat_id: int, assignment: RoleAssignment, *, add: bool) -> str:
    said = _("✅ 已添加 <code>{chat}</code>:{post}。")
    if not add:
        said = _("✅ 已移除 <code>{chat}</code>:{post}。")
    return said.format(chat=chat_id, post=_post(assignment))


def role(name: str, office: str, *, given: bool) -> str:
    said = _("🗂 您现在是{post}。发送 /help 查看命令。") if given else _("🗂 您已不再是{post}。")
    return said.format(post=_post(RoleAssignment(role=Role(name), office=office)))


def whoami(admin: Admin, name: str) -> str:
    """Return a chat's id, its name in the messenger, and its roles."""
    return _(
        "您的对话编号:<code>{chat}</code>(点一下即可复制)\n通讯软件中的名字:{name}\n角色:{roles}"
    ).format(chat=admin.chat_id, name=escape(name) or _("没有"), roles=posts(admin) or _NO_ROLE())


def invitation_question(assignment: RoleAssignment, until: datetime) -> str:
    """Return the question of a one-time link."""
    return _(
        "<b>接受管理员角色?</b>\n{post}\n\n"
        "链接只能用一次,{until} 前有效。接受后记入操作记录;不认识给您链接的人时,请不要接受。"
    ).format(post=_post(assignment), until=moment(until))


def invitation_accepted(assignment: RoleAssignment) -> str:
    return _("✅ 您现在是{post}。发送 /help 查看命令。").format(post=_post(assignment))
