"""Who did something at the desk: the actors of the audit log, with the names of the staff."""

from html import escape

from bot.i18n.language import Language, _, phrase, spoken
from bot.i18n.staff_names import staff_name
from core.audit import COMMAND_LINE, SYSTEM, chat_of

NOT_ADMINS = {SYSTEM: phrase("系统"), COMMAND_LINE: phrase("命令行")}


def admin_name(chat: str) -> str:
    """Return an admin as plain text: 张三(3001), or 管理员 3001 where the name is not known."""
    name = staff_name(int(chat)) if chat.lstrip("-").isdecimal() else ""
    # The chat id stays: two of the staff may have one name, and a name can be made up.
    return _("{name}({chat})").format(name=name, chat=chat) if name else _("管理员 {chat}").format(chat=chat)


def actor_label(by: str) -> str:
    """Return an actor of the audit log at the desk, as HTML."""
    return NOT_ADMINS[by]() if by in NOT_ADMINS else escape(admin_name(chat_of(by)))


def agent(by: str) -> str:
    """Return an actor as HTML for a text that goes on behind it: in Chinese, apart from a number."""
    label = actor_label(by)
    is_apart = spoken() == Language.CHINESE and label[-1:].isascii() and label[-1:].isalnum()
    return f"{label} " if is_apart else label
