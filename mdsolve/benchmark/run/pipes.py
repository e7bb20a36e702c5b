"""The two pipes between a server and whoever asks it: lines of JSON one way and the other."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

from mdsolve.benchmark.run.records import plain


@dataclass
class Pipes:
    """One party's ends: what it hears, and where it speaks.

    Examples
    --------
    >>> pipes = Pipes(*os.pipe())  # who speaks to himself
    >>> pipes.send({"steps": (0, 1)})
    >>> pipes.line()
    b'{"steps": [0, 1]}'
    """

    incoming: int
    outgoing: int
    pending: bytes = field(default=b"", repr=False)

    def line(self) -> bytes | None:
        """Return the next line, or None where nobody is there any more."""
        while b"\n" not in self.pending:
            if not self.listen():
                return None
        line, _, self.pending = self.pending.partition(b"\n")
        return line

    def listen(self) -> bool:
        """Take in what came; return whether somebody is still there."""
        more = os.read(self.incoming, 1 << 16)
        self.pending += more
        return bool(more)

    def send(self, data: Any) -> None:
        """Write data as a line."""
        line = json.dumps(plain(data), allow_nan=False).encode() + b"\n"
        while line:
            line = line[os.write(self.outgoing, line) :]
