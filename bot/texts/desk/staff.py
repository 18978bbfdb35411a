"""Texts of admins and their roles."""

from bot.i18n.formatting import listed
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
