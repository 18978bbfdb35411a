"""Environments of the peers: each has its library with what it needs, in the versions that are locked here.

They are made once, in ``.venv-peers``, and need a package index for that. Without one the peers run in the
environment of the project, which is said.
"""

import subprocess
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parents[1] / ".venv-peers"
PACKAGES = {"ptb": ("python-telegram-bot",), "aiogram": ("aiogram", "uvloop")}
"""What each peer is given; the second with the loop that it takes if it is there."""


@cache
def python_of(peer: str) -> str:
    """Return the interpreter that runs a bot; that of the project for everything that is no peer."""
    if peer not in PACKAGES:
        return sys.executable
    wanted = [f"{name}=={version(name)}" for name in PACKAGES[peer]]
    folder = FOLDER / "-".join([peer, *(one.partition("==")[2] for one in wanted)])
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        quiet = ("-qq", "--disable-pip-version-check", "--retries", "1")
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)  # noqa: S603 - ours
            subprocess.run([str(python), "-m", "pip", "install", *quiet, *wanted], check=True)  # noqa: S603 - ours
        except (OSError, subprocess.CalledProcessError):
            print(f"*** no environment for {peer}: it runs in that of the project", flush=True)
            return sys.executable
        (folder / "made").touch()
    return str(python)
