"""The list of all screens that the engine is given."""

from collections import Counter
from collections.abc import Sequence

from bot.desk import (
    admin_links,
    admins,
    bans,
    blacklist,
    broadcasts,
    chief_requests,
    clock,
    closures,
    confirm_many,
    counter,
    extension,
    find,
    full_view,
    grants,
    holidays,
    invitations,
    known_registrations,
    menu_pages,
    notes,
    opening_hours,
    owner_messages,
    people,
    releases,
    suspicion,
    undo,
    vehicles,
    waiting_list,
    withholding,
)
from bot.desk import appeals as appeals_desk
from bot.desk.reports import audit, segments, stats, work_queue
from bot.dialog.names import ScreenName
from bot.dialog.screen import Screen
from bot.owner import (
    appeal_form,
    appeals,
    banned,
    basics,
    checking,
    composing,
    home,
    language,
    last_question,
    mine,
    own_data,
    pool,
    provinces,
    receipt,
    registration,
    rehearsal_choice,
    review,
    selecting,
    terms,
    vehicle,
    wished_numbers,
    wishes,
)
from bot.owner import suspicion as owner_suspicion
from bot.owner.side_pages import with_banner

_SIDE_PAGES: tuple[Screen, ...] = (
    home.HELP,
    *wishes.SCREENS,
    wished_numbers.WISHED,
    *provinces.SCREENS,
    *pool.SCREENS,
    *checking.SCREENS,
    *own_data.SCREENS,
    language.LANGUAGE,
    *appeals.SCREENS,
    *appeal_form.SCREENS,
)

SCREENS: tuple[Screen, ...] = (
    home.HOME,
    *registration.SCREENS,
    *basics.SCREENS,
    *vehicle.SCREENS,
    *review.SCREENS,
    *terms.SCREENS,
    *selecting.SCREENS,
    *last_question.SCREENS,
    *composing.SCREENS,
    receipt.DONE,
    rehearsal_choice.CHOICE,
    *mine.SCREENS,
    *map(with_banner, _SIDE_PAGES),
    banned.BANNED,
    *owner_suspicion.SCREENS,
    releases.RELEASE,
    withholding.WITHHOLD,
    withholding.UNWITHHOLD,
    chief_requests.REQUEST,
    withholding.REQUEST,
    counter.CONFIRM,
    counter.VOID,
    counter.REVOKE,
    *undo.SCREENS,
    extension.EXTEND,
    *opening_hours.SCREENS,
    *holidays.SCREENS,
    *menu_pages.SCREENS,
    closures.MAINTENANCE,
    closures.MAINTENANCE_ON,
    closures.MAINTENANCE_OFF,
    clock.CLOCK,
    *bans.SCREENS,
    *blacklist.SCREENS,
    *find.SCREENS,
    *full_view.SCREENS,
    *broadcasts.SCREENS,
    *appeals_desk.SCREENS,
    *suspicion.SCREENS,
    people.USERTYPE,
    people.IDENTITY,
    grants.GRANT,
    *vehicles.SCREENS,
    known_registrations.UNCONFIRMED,
    *waiting_list.SCREENS,
    *confirm_many.SCREENS,
    work_queue.DESK,
    work_queue.MATTER,
    notes.NOTES,
    owner_messages.MESSAGE,
    segments.SEGMENTS,
    stats.STATS,
    audit.AUDIT,
    admins.ADMINS,
    admins.ADD,
    admins.REMOVE,
    admin_links.LINK,
    admin_links.LINKS,
    invitations.INVITATION,
)


def by_name(screens: Sequence[Screen]) -> dict[ScreenName, Screen]:
    """Index screens by name.

    Raises:
        ValueError: a name has no screen, or more than one.
    """
    count = Counter(screen.name for screen in screens)
    wrong = [name for name in ScreenName if count[name] != 1]
    if wrong:
        raise ValueError(f"not exactly one screen is called so: {', '.join(wrong)}")
    return {screen.name: screen for screen in screens}


BY_NAME = by_name(SCREENS)
