"""Retrying an operation that may fail, with growing pauses."""

import random
import time
from dataclasses import dataclass
from typing import Callable, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Backoff:
    """How long to wait before each attempt, in seconds."""

    first: float = 0.1
    factor: float = 2.0
    longest: float = 30.0
    jitter: float = 0.25

    def pause(self, attempt: int) -> float:
        base = min(self.longest, self.first * self.factor**attempt)
        return base * (1 + random.uniform(-self.jitter, self.jitter))


def retry(operation: Callable[[], T], attempts: int = 5, backoff: Backoff = Backoff()) -> T:
    """Calls operation until it returns, and raises its last error if it never does."""
    if attempts < 1:
        raise ValueError("attempts must be at least 1")
    for attempt in range(attempts):
        try:
            return operation()
        except OSError:
            if attempt == attempts - 1:
                raise
            time.sleep(backoff.pause(attempt))
    raise AssertionError("unreachable")


def mean(values: list[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return 
