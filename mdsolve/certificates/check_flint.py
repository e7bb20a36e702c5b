"""Check a certificate as check.py does, two to twelve times faster, by FLINT's numbers and balls.

No arithmetic is check.py's own, so that neither file's can err unseen by the other. Copy both out
and run `python check_flint.py problem.json certificate.json`.
"""
# pyright: basic

import sys
from itertools import chain
from typing import Any

from flint import arb, ctx, fmpq, fmpz, fmpz_mat, fmpz_poly

if __package__:
    from mdsolve.certificates.check import EXPONENT, Integers, main, need
else:  # a file beside check.py
    from check import EXPONENT, Integers, main, need


class Balls(Integers):
    """Bounds are the ends of a ball that holds the truth, as exact dyadic numbers."""

    exact: Any = fmpq

    def unit(self, count: Any) -> Any:
        """``count`` times 2^-bits."""
        return fmpq(count, fmpz(1) << self.bits)

    def ends(self, ball: arb) -> tuple:
        """Round outward, and only then leave Arb."""
        return ball.lower().fmpq(), ball.upper().fmpq()

    def log(self, x: Any, weight: Any = 1) -> tuple:
        """Weight log x, 0 for weight 0."""
        if not weight:
            return fmpq(0), fmpq(0)
        with ctx.workprec(self.work):
            return self.ends(arb(x).log() * arb(weight))

    def exp(self, x: Any) -> tuple:
        """e^x, refused where check.py refuses it, and no finer than its unit far below 0."""
        need(x <= EXPONENT, "an exponent is out of range")
        if x < -2 * self.work:
            return fmpq(0), self.unit(1)
        with ctx.workprec(self.work):
            return self.ends(arb(x).exp())

    def root(self, x: Any) -> tuple:
        """The square root of x."""
        with ctx.workprec(self.work):
            return self.ends(arb(x).sqrt())

    def gain(self, rows: list, columns: list, limits: list) -> Any:
        """Look at all distances of a row's products to its limit at once: slots of one integer.

        Each slot holds a distance plus 2^(width - 1), which no distance reaches: it never runs over
        into the next, and its highest bit is set exactly where the product is within the limit.
        """
        a, b, most = (max(map(abs, chain(*table))) for table in (rows, columns, [limits]))
        width = int(len(rows[0]) * a * b + most).bit_length() + 1
        slot = fmpz(1) << width
        ones = fmpz_poly([1] * len(columns))(slot)
        highest = ones << width - 1
        packed = fmpz_mat([[fmpz_poly(entries)(slot)] for entries in map(list, zip(*columns))])
        for t, (row, limit) in enumerate(zip(rows, limits)):
            distances = ones * limit + highest - (fmpz_mat([row]) * packed)[0, 0]
            if distances & highest != highest:
                return t, super().gain([row], columns, [limit])[1]
        return None, None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Balls))
