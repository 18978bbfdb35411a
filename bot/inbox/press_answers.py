"""Answers to presses in the response to the webhook, which saves one call for each.

The messenger executes one method call that the body of such a response names; its result is not told. So a
response waits a moment for the answer to its press. Only a part of the messenger's connections may wait: with
all of them held, further updates would have to wait too. A response that is lost loses the answer with it:
then the button shows its progress a little longer, and nothing else.
"""

import asyncio
from collections.abc import Mapping

WITHIN = 1.0
"""Seconds that a response waits for the answer."""


class PressAnswers:
    """Hands answers from the handlers to the responses that wait for them; by default none does.

    Args:
        most: how many responses may wait at a time.
    """

    def __init__(self, most: int = 0) -> None:
        self._most = most
        self._waiting: dict[str, asyncio.Future[Mapping[str, object]]] = {}

    def expect(self, query_id: str) -> bool:
        """Begin to wait for the answer to a press; return False if too many wait, or another waits for it."""
        if len(self._waiting) >= self._most or query_id in self._waiting:
            return False
        self._waiting[query_id] = asyncio.get_running_loop().create_future()
        return True

    def give(self, query_id: str, answer: Mapping[str, object]) -> bool:
        """Answer a press by its response; return False if none waits for it, so that a call must be made.

        Args:
            query_id: the id of the callback query.
            answer: the parameters of ``answerCallbackQuery``.
        """
        waiting = self._waiting.get(query_id)
        if waiting is None or waiting.done():
            return False
        waiting.set_result(answer)
        return True

    async def answer(self, query_id: str, *, within: float = WITHIN) -> Mapping[str, object] | None:
        """Wait for the answer to a press that is expected; None if it does not come in time."""
        waiting = self._waiting[query_id]
        try:
            await asyncio.wait([waiting], timeout=within)
            return waiting.result() if waiting.done() else None
        finally:
            self.forget(query_id)

    def forget(self, query_id: str) -> None:
        """Wait no longer: the answer is not given here."""
        self._waiting.pop(query_id, None)
