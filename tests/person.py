"""The sandbox's person, under the name by which the tests know it."""

from sandbox.person import Button, NotSeen, Person, Shown, Toast, as_typed

__all__ = ["Button", "NotSeen", "Person", "Shown", "Toast", "as_typed"]
