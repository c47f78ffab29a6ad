"""SIGINT, SIGTERM and SIGHUP: stop at once, or first ask a training to stop."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

HANGUP = getattr(signal, "SIGHUP", None)  # Windows has none
SIGNALS = (signal.SIGINT, signal.SIGTERM, *([HANGUP] if HANGUP else []))


class Interrupted(BaseException):
    """A signal ended the program. Not an `Exception`: nobody catches it on the way, everybody cleans up."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.exit_code = 128 + signum


class Interruption:
    """What a signal does: raise `Interrupted`, unless someone who will stop by himself asks `requested`."""

    def __init__(self) -> None:
        self._received: int | None = None
        self._asked = False

    def requested(self) -> bool:
        """Whether a signal has come. From the first call on the first signal does no more than show here."""
        self._asked = True
        return self._received is not None

    @property
    def exit_code(self) -> int:
        """Of a program that a signal ended, as the shell has it."""
        return 128 + (self._received or signal.SIGINT)

    def handle(self, signum: int, _frame: object) -> None:
        repeated = self._received is not None and signum != HANGUP  # which shell and kernel both send
        self._received = signum
        if repeated or not self._asked:
            raise Interrupted(signum)


@contextmanager
def watching() -> Iterator[Interruption]:
    """Handle the signals by the `Interruption` inside the block, and as before after it.

    A signal that our parent had ignored, as nohup and a shell's `&` do, stays ignored.
    """
    interruption = Interruption()
    before = {number: signal.getsignal(number) for number in SIGNALS}
    watched = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    try:
        for number in watched:
            signal.signal(number, interruption.handle)
        yield interruption
    finally:
        for number in watched:
            signal.signal(number, before[number])
