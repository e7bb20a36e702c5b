"""What arrays hold and along what: the shapes that public results carry."""

from typing import TypeAlias

import numpy as np
from jaxtyping import Float

PerOutcome: TypeAlias = Float[np.ndarray, " outcomes"]  # noqa: F722
PerGroup: TypeAlias = Float[np.ndarray, " groups"]  # noqa: F722
PerGroupAndOutcome: TypeAlias = Float[np.ndarray, "groups outcomes"]  # noqa: F722
PerBidder: TypeAlias = Float[np.ndarray, " bidders"]  # noqa: F722
PerAuction: TypeAlias = Float[np.ndarray, " auctions"]  # noqa: F722
PerSlot: TypeAlias = Float[np.ndarray, " slots"]  # noqa: F722
PerAuctionAndBidder: TypeAlias = Float[np.ndarray, "auctions bidders"]  # noqa: F722
PerAuctionAndPair: TypeAlias = Float[np.ndarray, "auctions bidders bidders"]  # noqa: F722
PerPaymentAndPilot: TypeAlias = Float[np.ndarray, "payments pilots"]  # noqa: F722
PerAgent: TypeAlias = Float[np.ndarray, " agents"]  # noqa: F722
PerState: TypeAlias = Float[np.ndarray, " states"]  # noqa: F722
PerPoint: TypeAlias = Float[np.ndarray, " points"]  # noqa: F722
PerReportAndReport: TypeAlias = Float[np.ndarray, "reports reports"]  # noqa: F722
PerCell: TypeAlias = Float[np.ndarray, " cells"]  # noqa: F722
PerStrength: TypeAlias = Float[np.ndarray, " strengths"]  # noqa: F722
PerStrengthAndGame: TypeAlias = Float[np.ndarray, "strengths games"]  # noqa: F722
PerGame: TypeAlias = Float[np.ndarray, " games"]  # noqa: F722
PerGameAndGroup: TypeAlias = Float[np.ndarray, "games groups"]  # noqa: F722
