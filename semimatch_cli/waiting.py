"""A bound on the time that a question may take, whatever it waits for.

Looking up a name and trying its many addresses know no common timeout; asked in a thread of its
own, a question that is not answered in time is left alone and the caller goes on.
"""

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def within(seconds: float, question: Callable[[], Answer]) -> Answer:
    """Answer a question within a time.

    Args:
        seconds: How long to wait.
        question: Called in another thread; what it raises is raised here.

    Raises:
        TimeoutError: There was no answer in time.
    """
    answers: queue.SimpleQueue[tuple[Answer | None, Exception | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put((question(), None))
        except Exception as error:
            answers.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    try:
        answer, error = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"no answer within {seconds:g} s") from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]
