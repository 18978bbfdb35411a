"""How many numbers one account may have waiting for registration at one time (docs/domain.md, section 5).

With an open registry a VIN that nobody has can be invented, so without a limit one account could take number
after number. The statement that reserves a number holds the limit; asking earlier only spares the way there.
"""

from core.errors.selection import TooManyLiving
from core.ports import Tx


def ensure_may_reserve(tx: Tx, account_id: int, most: int | None) -> None:
    """Refuse another selection while an account has as many reserved numbers as it may have.

    Raises:
        TooManyLiving: with the limit.
    """
    if most is not None and count_living(tx, account_id) >= most:
        raise TooManyLiving(most)


def count_living(tx: Tx, account_id: int) -> int:
    """Return how many reserved numbers of an account wait for registration."""
    row = tx.one("preselection.living", account_id=account_id)
    return int(row["living"]) if row else 0
