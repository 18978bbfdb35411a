"""The list of all screens that the engine is given."""

from bot.desk import counter, days, people, releases, staff, vehicles, withholding
from bot.desk.reports import audit, segments, stats, waiting
from bot.dialog.model import Screen
from bot.screens import (
    banned,
    composing,
    home,
    language,
    mine,
    own_data,
    pool,
    preselect,
    provinces,
    registration,
    selecting,
    wishes,
)

SCREENS: tuple[Screen, ...] = (
    home.HOME,
    home.HELP,
    *registration.SCREENS,
    *preselect.SCREENS,
    *selecting.SCREENS,
    *composing.SCREENS,
    *mine.SCREENS,
    *wishes.SCREENS,
    *provinces.SCREENS,
    *pool.SCREENS,
    *own_data.SCREENS,
    banned.BANNED,
    language.LANGUAGE,
    releases.RELEASE,
    withholding.WITHHOLD,
    withholding.UNWITHHOLD,
    counter.CONFIRM,
    counter.VOID,
    counter.REVOKE,
    days.CLOSED,
    days.MAINTENANCE_ON,
    days.MAINTENANCE_OFF,
    people.BAN,
    people.UNBAN,
    people.USERTYPE,
    people.IDENTITY,
    people.GRANT,
    *vehicles.SCREENS,
    waiting.DESK,
    waiting.MATTER,
    segments.SEGMENTS,
    stats.STATS,
    audit.AUDIT,
    staff.ADMINS,
    staff.ADD,
    staff.REMOVE,
)

BY_NAME = {screen.name: screen for screen in SCREENS}
