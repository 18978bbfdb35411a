"""``/whoami``: a person's own chat id, and the roles of this chat; also for those who have none yet."""

from bot.dialog.asides import Aside
from bot.dialog.context import Context
from bot.dialog.screen import Goto, stay
from bot.texts.desk import staff as texts


def whoami(ctx: Context, name: str = "") -> Goto:
    """Answer with the chat id, the name as the messenger has it, and the roles."""
    return stay(note=texts.whoami(ctx.admin, name), aside=Aside.ANSWER)
