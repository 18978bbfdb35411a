"""The upgrade test: what an older version left in the middle of everything is opened by the present one.

``left/`` holds the database, the photos and the messenger's chats as version 0.1.0 (commit 7e62d6c) left
them when it was killed. ``make_fixture`` wrote them, ``people`` and ``parked`` say who was in what state.
``test_goes_on`` and ``test_parked`` fail when a stored name was changed without a migration: a screen, an
action or an argument of a button, the purpose of a notice, the action of a journal entry, a state, what the
keys sign.
"""
