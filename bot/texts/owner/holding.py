"""The line about numbers that are held, on every page."""

from collections.abc import Sequence
from datetime import datetime

from bot.i18n.formatting import listed, plate, remaining
from bot.i18n.language import _, phrase
from core.pool.batches import Batch
from core.preselection.random_selection import Shortlisted

TO_HELD = phrase("⏳ 回到为您保留的号码")


def batch(batch: Batch, now: datetime) -> str:
    return _("⏳ 本批 {count} 个号码为您保留,<b>{left}</b>").format(
        count=len(batch.serials), left=remaining(batch.held_until - now)
    )


def shortlist(office: str, kept: Sequence[Shortlisted], now: datetime) -> str:
    return _("⭐ 备选 {numbers},<b>{left}</b>").format(
        numbers=listed(f"<b>{plate(office, hold.serial)}</b>" for hold in kept),
        left=remaining(min(hold.held_until for hold in kept) - now),
    )
