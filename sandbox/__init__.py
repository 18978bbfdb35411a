"""A Bot API server on loopback, as strict as the real one, with a chat page; for the demo and for tests."""

from sandbox.people import BotSpec, PersonSpec
from sandbox.server import Sandbox

__all__ = ["BotSpec", "PersonSpec", "Sandbox"]
