"""What the dialog engine asks of the screens, commands and words, which lie above it."""

from collections.abc import Callable

from bot.dialog.hooks import EngineHooks
from bot.dialog.names import ScreenName
from bot.dialog.screen import RehearsalKind
from bot.i18n import formatting
from bot.owner.entry import consent_first
from bot.routing import commands
from bot.texts import practice as practice_words
from bot.texts import rehearsal as rehearsal_words
from bot.texts.errors import of_error
from bot.texts.owner import files as file_words
from bot.texts.owner import home as texts


def _left(kind: RehearsalKind) -> str:
    return practice_words.LEFT() if kind == RehearsalKind.DESK else rehearsal_words.LEFT()


def _idle(kind: RehearsalKind) -> str:
    return practice_words.IDLE() if kind == RehearsalKind.DESK else rehearsal_words.IDLE()


def engine_hooks(username: Callable[[], str]) -> EngineHooks:
    return EngineHooks(
        first_screen=ScreenName.HOME,
        old_button=formatting.OLD_BUTTON,
        of_error=of_error,
        not_taken=texts.not_taken,
        one_of_album=file_words.ONE_OF_ALBUM,
        command=commands.lead,
        failed=commands.failed,
        published=commands.PUBLISHED,
        with_file=commands.WITH_FILE,
        on_global_button=commands.lead_global_button,
        before_personal=consent_first,
        username=username,
        leaves=commands.leaves_rehearsal,
        left=_left,
        idle=_idle,
        outdated=rehearsal_words.OUTDATED,
    )
