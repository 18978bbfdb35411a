"""The Bot API's methods by name: each a plain function of the world and a call.

getUpdates and the webhook methods, which wait or use the network, are in the server.
"""

from collections.abc import Callable

from sandbox import methods_about, methods_edit, methods_send
from sandbox.params import Call
from sandbox.world import World

Method = Callable[[World, Call], object]

METHODS: dict[str, tuple[str, Method]] = {
    name.lower(): (name, method)
    for name, method in {**methods_send.METHODS, **methods_edit.METHODS, **methods_about.METHODS}.items()
}
"""Lower-case name → (the name as documented, the function). Names are not case-sensitive."""
