"""Error responses in the exact wording of the real Bot API, as clients tell them apart by their text."""

from typing import Any


class ApiError(Exception):
    """A call was refused: becomes ``{"ok": false, "error_code": …, "description": …}``."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:  # noqa: ANN401 - JSON
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """Return the response body."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


class CannotDo(Exception):
    """A person tried an action that their app would not allow."""


def bad(what: str) -> ApiError:
    return ApiError(400, f"Bad Request: {what}")
