"""Sampled outcomes: a mechanism run on candidates drawn from a sampler, with error bars.

Draws and sampler must not depend on reports. Given draws fixed in advance, the mechanism on the
candidates is exactly as truthful as on any game; with candidates drawn from a model that the
reports trained, or chosen by their rewards, a report also moves the candidates and truth need not
be best.
"""

from mdsolve.sampled.candidates import SampledGame, sampled_game
from mdsolve.sampled.errors import MonteCarlo
from mdsolve.sampled.outcome import SampledOutcome, sampled_outcome

__all__ = ["SampledGame", "sampled_game", "MonteCarlo", "SampledOutcome", "sampled_outcome"]
