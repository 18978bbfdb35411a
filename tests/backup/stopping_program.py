"""Moves a database, and stops in the middle of it until it is killed.

Usage: python -m tests.backup.stopping_program SOURCE TARGET ROWS

It prints a line once that many rows have been copied, and then waits for ever.
"""

import signal
import sys

from core.db.moving import move

if __name__ == "__main__":
    source, target, rows = sys.argv[1:]

    def stop(done: int, _total: int) -> None:
        if done >= int(rows):
            sys.stdout.write("stopped\n")
            sys.stdout.flush()
            signal.pause()

    move(source, target, progress=stop)
