"""Refusals of the library name its arguments; here the options that stand for them."""

from __future__ import annotations

import re

_OPTIONS = (
    (r"\b(reference|logprob)='([^']*)'", r"--\1 \2"),
    (r"\boutcome='\.\.\.'", "--outcome-column NAME"),
    (r"\bprompt_column='\.\.\.'", "--prompt-column NAME"),
    (r"\bgroups=\[\.\.\.\]", "--groups NAME,NAME"),
    (r'\bsolver="(\w+)"', r"--solver \1"),
    (r'\bon_error="(\w+)"', r"--on-error \1"),
    (r"\bsort=True\b", "--sort"),
    (r"\ba larger tolerance\b", "a larger --tolerance"),
    (r"overwrite it on purpose", "replace it with --overwrite"),
    (r"give log-probabilities \(Game\.from_logprob\)", "give log-probabilities (--logprob COLUMN)"),
    (
        r"Use SocialWelfare or FiniteMenu, or train the rule without payments",
        "Use --rule social, or train without payments: --payment none",
    ),
    (r"shift them, or use SocialWelfare or Egalitarian", "shift them, or use another --rule"),
    (r": RevenueMaximizing\(domain, sizes=\.\.\.\)", ": --group-sizes NUMBER,NUMBER"),
    (r"\b(bidder|auction|position)='\.\.\.'", r"--\1-column NAME"),
    (r"\b(estimator|signals|form) ('[^']*'): unknown", r"--\1 \2: unknown"),
    (r"^rho: ", "--rho: "),
    (r"--logprob \.\.\.", "--logprob COLUMN"),
    (r"--reference \.\.\.", "--reference COLUMN"),
)


def on_the_command_line(message: str) -> str:
    """Return the message with options in the place of arguments."""
    for pattern, option in _OPTIONS:
        message = re.sub(pattern, option, message)
    return message
