"""``run --workers N``: starts the workers of one host, restarts those that die, replaces them one by one.

The supervisor opens neither the database nor the network, but for the port of the webhook: the workers accept
connections from one socket, which stays open while they are replaced, so no connection is refused. It tells
the other workers, and the successor, the name of a worker that has died: what that one held is then free at
once, and not only when its lease has expired.

    SIGTERM, SIGINT    all workers stop, then the supervisor
    SIGHUP             the workers are replaced one by one; each stops when its successor is ready
    a worker dies      it is restarted, after a pause that grows while it keeps dying
    a worker hangs     it says nothing for half a minute: it is killed, and so restarted
    status 2           a worker cannot run with these settings: all stop, with this status
"""

import asyncio
import contextlib
import logging
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.cli.command import BAD_SETTINGS

_LOGGER = logging.getLogger("xuanhao")

_FIRST_GAP, _LONGEST_GAP = 0.5, 30.0  # seconds before a restart; doubled each time
_LASTING = 20.0  # seconds after which a worker counts as one that works
_READY_WITHIN = 120.0  # seconds for a successor to start, with a migration
_STOP_WITHIN = 30.0  # seconds, after which a worker is killed
HUNG_AFTER = 30.0
"""Seconds without a sign of life after which a worker that was ready is killed."""


@dataclass(slots=True, kw_only=True)
class _Worker:
    """One process."""

    process: asyncio.subprocess.Process
    link: socket.socket
    ready: "asyncio.Task[str]"  # its name, once it handles updates; empty if it never did
    begun: float
    heard_at: float = 0.0  # its last sign of life; 0 before it is ready

    @property
    def name(self) -> str | None:
        """Its name, if it has ever been ready."""
        is_known = self.ready.done() and not self.ready.cancelled() and self.ready.exception() is None
        return self.ready.result() or None if is_known else None


class Supervisor:
    """Keeps a number of workers running.

    Args:
        command: the program with its arguments; those for a worker are added.
        count: how many workers.
        listening: the descriptor of a socket that they share.
        monitoring: the descriptors of the sockets of their endpoints, one for each place; or none.
        on_ready: is called once, when all workers handle updates.
    """

    def __init__(
        self,
        command: Sequence[str],
        count: int,
        listening: int | None = None,
        *,
        monitoring: Sequence[int] = (),
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        self._command = command
        self._monitoring = monitoring
        self._on_ready = on_ready
        self._count = count
        self._listening = listening
        self._workers: dict[int, _Worker] = {}  # by place
        self._turns = [asyncio.Lock() for _ in range(count)]  # of the places
        self._status: asyncio.Future[int] | None = None
        self._rolling: asyncio.Task[None] | None = None
        self._hearing: set[asyncio.Task[None]] = set()
        self._were_ready = False

    async def run(self) -> int:
        """Run until a worker says that it cannot run at all, or until cancelled; return the exit status."""
        loop = asyncio.get_running_loop()
        self._status = loop.create_future()
        loop.add_signal_handler(signal.SIGHUP, self._replace_all_soon)
        keepers = [asyncio.ensure_future(self._keep(place)) for place in range(self._count)]
        keepers.append(asyncio.ensure_future(self._end_hung()))
        try:
            return await self._status
        finally:
            loop.remove_signal_handler(signal.SIGHUP)
            tasks = [*keepers, *self._hearing, *([self._rolling] if self._rolling is not None else [])]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(*(self._stop(worker) for worker in self._workers.values()))

    @property
    def status(self) -> str:
        """One line about the workers."""
        ready = [one for one in self._workers.values() if one.heard_at and one.process.returncode is None]
        return f"{len(ready)} of {self._count} workers are ready"

    # --- signs of life ---------------------------------------------------------------------------------

    async def _end_hung(self) -> None:
        """Kill the workers that are stuck, until cancelled; they are restarted as those that die are."""
        while True:
            await asyncio.sleep(HUNG_AFTER / 10)
            for place, worker in self._workers.items():
                silent = time.monotonic() - worker.heard_at
                if worker.heard_at and silent > HUNG_AFTER and worker.process.returncode is None:
                    _LOGGER.error("worker %d has been stuck for %d s: it is killed", place, silent)
                    worker.process.kill()

    async def _hear(self, worker: _Worker) -> None:
        """Take a worker's signs of life until it ends."""
        if not await asyncio.shield(worker.ready):
            return
        loop = asyncio.get_running_loop()
        worker.heard_at = time.monotonic()
        ready = [one for one in self._workers.values() if one.heard_at]
        if not self._were_ready and len(ready) == self._count:
            self._were_ready = True
            self._on_ready()
        with contextlib.suppress(OSError):
            while await loop.sock_recv(worker.link, 256):
                worker.heard_at = time.monotonic()

    # --- one place -------------------------------------------------------------------------------------

    async def _keep(self, place: int) -> None:
        """Keep a worker running at a place."""
        gap = _FIRST_GAP
        self._workers[place] = await self._start(place)
        while True:
            worker = self._workers[place]
            status = await worker.process.wait()
            if self._workers[place] is not worker:  # it was replaced
                continue
            if status == BAD_SETTINGS:
                self._give_up(status)
                return
            lasted = time.monotonic() - worker.begun
            gap = _FIRST_GAP if lasted > _LASTING else gap
            _LOGGER.error(
                "worker %d ended after %d s, status %d: it is restarted in %.1f s", place, lasted, status, gap
            )
            self._tell_of_death(worker)
            await asyncio.sleep(gap)
            gap = min(2 * gap, _LONGEST_GAP)
            async with self._turns[place]:
                if self._workers[place] is worker:
                    self._workers[place] = await self._start(place, worker.name)
                    worker.link.close()

    async def _start(self, place: int, replaces: str | None = None) -> _Worker:
        """Start a process for a place."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003 - as it is called
        passed = [theirs.fileno(), *([] if self._listening is None else [self._listening])]
        added = ["--link", str(theirs.fileno())]
        if self._listening is not None:
            added += ["--listening", str(self._listening)]
        if self._monitoring:
            passed.append(self._monitoring[place])
            added += ["--monitoring", str(self._monitoring[place])]
        if replaces is not None:
            added += ["--replaces", replaces]
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                *added,
                pass_fds=passed,
                start_new_session=True,  # Ctrl-C in a terminal is for the supervisor
            )
        ready = asyncio.ensure_future(_name_from(ours))
        worker = _Worker(process=process, link=ours, ready=ready, begun=time.monotonic())
        hearing = asyncio.ensure_future(self._hear(worker))
        self._hearing.add(hearing)
        hearing.add_done_callback(self._hearing.discard)
        return worker

    async def _stop(self, worker: _Worker) -> None:
        """Ask a worker to stop, and kill one that does not."""
        with contextlib.suppress(ProcessLookupError):
            worker.process.terminate()
        try:
            await asyncio.wait_for(worker.process.wait(), _STOP_WITHIN)
        except TimeoutError:
            _LOGGER.error("a worker did not stop in %d s: it is killed", _STOP_WITHIN)  # noqa: TRY400 - no bug
            with contextlib.suppress(ProcessLookupError):
                worker.process.kill()
            await worker.process.wait()
        worker.ready.cancel()
        worker.link.close()

    def _tell_of_death(self, dead: _Worker) -> None:
        """Tell the other workers that a worker has died."""
        if dead.name is None:
            return
        for worker in self._workers.values():
            if worker is not dead and worker.name is not None:
                with contextlib.suppress(OSError):  # it has died as well
                    worker.link.send(f"dead {dead.name}\n".encode())

    def _give_up(self, status: int) -> None:
        if self._status is not None and not self._status.done():
            self._status.set_result(status)

    # --- all places, one by one ------------------------------------------------------------------------

    def _replace_all_soon(self) -> None:
        if self._rolling is None or self._rolling.done():
            self._rolling = asyncio.ensure_future(self._replace_all())
        else:
            _LOGGER.warning("the workers are being replaced already")

    async def _replace_all(self) -> None:
        _LOGGER.info("the workers are replaced one by one")
        for place in range(self._count):
            if not await self._replace(place):
                _LOGGER.error("the successor of worker %d did not start: the others stay as they are", place)
                return
        _LOGGER.info("all workers are replaced")

    async def _replace(self, place: int) -> bool:
        """Replace the worker at a place by a new one, which is started first; return whether that worked."""
        async with self._turns[place]:
            former = self._workers[place]
            is_dead = former.process.returncode is not None
            successor = await self._start(place, former.name if is_dead else None)
            try:
                async with asyncio.timeout(_READY_WITHIN):
                    is_ready = bool(await asyncio.shield(successor.ready))
            except TimeoutError:
                is_ready = False
            except asyncio.CancelledError:
                await self._stop(successor)
                raise
            if is_ready:
                self._workers[place] = successor
            await self._stop(former if is_ready else successor)
            return is_ready


async def _name_from(link: socket.socket) -> str:
    """Return the name that a worker sends when it is ready; empty if it ends before."""
    loop, received = asyncio.get_running_loop(), b""
    while b"\n" not in received:
        try:
            some = await loop.sock_recv(link, 256)
        except OSError:
            some = b""
        if not some:
            return ""
        received += some
    return received.partition(b"\n")[0].decode()
