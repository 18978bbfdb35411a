"""The dialog engine with its screens: one for real conversations, one for rehearsals."""

from collections.abc import Callable

from bot.dialog.engine import EffectHandlers, Engine
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.presenter import Presenter
from bot.dialog.rehearsal_transition import RehearsalTransition
from bot.dialog.transition import Transition
from bot.rehearsal.runner import MemoryRehearsalRunner
from bot.routing.hooks import engine_hooks
from bot.routing.screens import BY_NAME
from core.bootstrap import Core
from core.ports import Tx
from core.rehearsal import Rehearsal


def build_engine(  # noqa: PLR0913 - each is named
    core: Core,
    rehearsal: Rehearsal,
    codec: CallbackCodec,
    presenter: Presenter,
    handlers: EffectHandlers,
    *,
    username: Callable[[], str],
    is_held_elsewhere: Callable[[Tx, int], bool],
) -> Engine:
    """Return the engine of all screens.

    Args:
        core: the services.
        rehearsal: what a rehearsal is made of.
        codec: writes and reads the data of buttons.
        presenter: sends and edits the live message.
        handlers: side effects outside of transactions.
        username: the bot's, known once the Bot API has answered.
        is_held_elsewhere: whether another worker holds unfinished updates of a chat.
    """
    hooks = engine_hooks(username)
    runner = MemoryRehearsalRunner(rehearsal, BY_NAME, codec, hooks)
    transition = Transition(core, BY_NAME, codec, hooks)
    rehearsals = RehearsalTransition(transition, codec, hooks, runner)
    return Engine(
        core,
        hooks.first_screen,
        transition,
        rehearsals,
        presenter,
        handlers,
        is_held_elsewhere=is_held_elsewhere,
    )
