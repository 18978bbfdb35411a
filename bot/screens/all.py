"""The list of all screens that the engine is given."""

from bot.desk import counter, segments
from bot.dialog.model import Screen
from bot.screens import composing, home, mine, preselect, registration, selecting

SCREENS: tuple[Screen, ...] = (
    home.HOME,
    home.HELP,
    *registration.SCREENS,
    *preselect.SCREENS,
    *selecting.SCREENS,
    *composing.SCREENS,
    *mine.SCREENS,
    segments.RELEASE,
    counter.CONFIRM,
)

BY_NAME = {screen.name: screen for screen in SCREENS}
