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
from core.rehearsal import Rehearsal


def build_engine(
    core: Core,
    rehearsal: Rehearsal,
    codec: CallbackCodec,
    presenter: Presenter,
    handlers: EffectHandlers,
    *,
    username: Callable[[], str],
) -> Engine:
    """Return the engine of all screens; ``username`` is the bot's, known once the Bot API has answered."""
    hooks = engine_hooks(username)
    runner = MemoryRehearsalRunner(rehearsal, BY_NAME, codec, hooks)
    transition = Transition(core, BY_NAME, codec, hooks)
    rehearsals = RehearsalTransition(transition, codec, hooks, runner)
    return Engine(core, hooks.first_screen, transition, rehearsals, presenter, handlers)
