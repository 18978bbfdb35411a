"""Selecting a number, at random or self-composed (docs/domain.md, section 5).

Every method runs inside the caller's transaction and takes its locks in one order: preselection, lease,
vehicle, pool, plates. A charged attempt returns a result; a method that raises has charged nothing.
"""

from core.preselection.composed_selection import ComposedSelection
from core.preselection.random_selection import RandomSelection


class Selection(RandomSelection, ComposedSelection):
    """Steps 5 and 6 of a preselection: selecting and claiming a number, either way."""
