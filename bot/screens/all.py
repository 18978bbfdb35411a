"""The list of all screens that the engine is given."""

from bot.desk import counter, days, people, segments
from bot.dialog.model import Screen
from bot.screens import banned, composing, home, mine, preselect, registration, selecting, wishes

SCREENS: tuple[Screen, ...] = (
    home.HOME,
    home.HELP,
    *registration.SCREENS,
    *preselect.SCREENS,
    *selecting.SCREENS,
    *composing.SCREENS,
    *mine.SCREENS,
    *wishes.SCREENS,
    banned.BANNED,
    segments.RELEASE,
    counter.CONFIRM,
    days.CLOSED,
    people.BAN,
    people.UNBAN,
)

BY_NAME = {screen.name: screen for screen in SCREENS}
