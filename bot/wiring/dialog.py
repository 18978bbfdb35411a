"""The dialog engine with its screens: one for real conversations, one for rehearsals."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.desk.commands import DESK
from bot.dialog.effect_runner import EffectHandlers
from bot.dialog.engine import Engine
from bot.dialog.keyboards import CallbackCodec
from bot.dialog.presenter import Presenter
from bot.dialog.rehearsal_transition import RehearsalTransition
from bot.dialog.transition import Transition
from bot.rehearsal.kinds import RunnerOfKinds
from bot.rehearsal.practice import PracticeRunner
from bot.rehearsal.practice_photos import PracticePhotos
from bot.rehearsal.runner import MemoryRehearsalRunner
from bot.routing.hooks import engine_hooks
from bot.routing.screens import BY_NAME
from core.bootstrap import Core
from core.ports import Tx
from core.rehearsal import Rehearsal, prepare
from core.rehearsal.practice import Practice, prepare_practice


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsals:
    """The services of all that can be rehearsed."""

    selection: Rehearsal
    desk: Practice


async def prepare_rehearsals(core: Core) -> Rehearsals:
    """Build the services for rehearsals, separate from the real ones."""
    return Rehearsals(selection=await prepare(core), desk=await prepare_practice(core, PracticePhotos()))


def build_engine(  # noqa: PLR0913 - each is named
    core: Core,
    rehearsals: Rehearsals,
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
        rehearsals: what rehearsals are made of.
        codec: writes and reads the data of buttons.
        presenter: sends and edits the live message.
        handlers: side effects outside of transactions.
        username: the bot's, known once the Bot API has answered.
        is_held_elsewhere: whether another worker holds unfinished updates of a chat.
    """
    hooks = engine_hooks(username)
    runner = RunnerOfKinds(
        selection=MemoryRehearsalRunner(rehearsals.selection, BY_NAME, codec, hooks),
        desk=PracticeRunner(rehearsals.desk, BY_NAME, codec, hooks, frozenset(DESK)),
    )
    transition = Transition(core, BY_NAME, codec, hooks)
    rehearsed = RehearsalTransition(transition, codec, hooks, runner)
    return Engine(
        core,
        hooks.first_screen,
        transition,
        rehearsed,
        presenter,
        handlers,
        is_held_elsewhere=is_held_elsewhere,
    )
