"""Mechanism design by convex optimization: train on many groups' rewards, and make truth pay.

One convex function Φ carries the theory: its gradient is the trained model, its Bregman
divergence is the payment and the regret of any lie, and its convexity is implementability.
"""

from __future__ import annotations

import lazy_loader

__version__ = "0.1.0"

# the names stand in __init__.pyi and are imported when first asked for
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
