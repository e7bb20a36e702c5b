"""Proofs that a stranger can check without trusting a solver, a float or this package."""
