"""``/whoami``: a person's own chat id, and the roles of this chat; also for those who have none yet."""

from bot.dialog.asides import Aside
from bot.dialog.context import Context
from bot.dialog.screen import Goto, stay
from bot.texts.desk import staff as texts


def whoami(ctx: Context, name: str, shown: str) -> Goto:
    """Answer with the chat id, the name as the messenger has it, and the roles.

    Args:
        ctx: the context.
        name: the messenger's name.
        shown: how the desk is to name the sender from now on; only an admin has such a name.

    Raises:
        StaffNameUnusable, PersonalNumberInText: that name cannot be used.
    """
    if shown.strip() and ctx.admin.is_any:
        given = ctx.core.staff_names.set(ctx.tx, ctx.chat_id, shown, ctx.actor)
        return stay(note=texts.named(ctx.chat_id, given), aside=Aside.ANSWER)
    return stay(note=texts.whoami(ctx.admin, name), aside=Aside.ANSWER)
