"""What arrays hold and along what: the shapes that public results carry."""

from typing import TypeAlias

import numpy as np
from jaxtyping import Float

PerOutcome: TypeAlias = Float[np.ndarray, " outcomes"]  # noqa: F722
PerGroup: TypeAlias = Float[np.ndarray, " groups"]  # noqa: F722
PerGroupAndOutcome: TypeAlias = Float[np.ndarray, "groups outcomes"]  # noqa: F722
