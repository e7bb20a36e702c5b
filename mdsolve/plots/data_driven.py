"""Pictures of data-driven mechanisms: what data buy, what information earns, what bias costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure, FigureBase

    from mdsolve.data_driven import (
        DataDrivenOutcome,
        InformationCurve,
        PaymentCurve,
        RateCurve,
        RewardCurve,
    )


def rates(
    curves: RateCurve | Mapping[str, RateCurve],
    *,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw regret of truth against the observations behind the estimate, with bounds and slopes.

    Parameters
    ----------
    curves : RateCurve, or mapping from a name to one
    figure : matplotlib figure or subfigure, optional
    title : str, optional
    """
    from mdsolve.plots.draw_rates import draw

    return draw(curves, figure, title)


def information(
    curve: InformationCurve, *, figure: FigureBase | None = None, title: str | None = None
) -> Figure:
    """Draw regret of truth against informational size: by transfers in reports, and in data.

    Parameters
    ----------
    curve : InformationCurve
    figure : matplotlib figure or subfigure, optional
    title : str, optional
    """
    from mdsolve.plots.draw_information import draw

    return draw(curve, figure, title)


def information_reward(
    curves: RewardCurve | Mapping[str, RewardCurve],
    *,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw what an agent's information earns against the precision of its signal.

    Parameters
    ----------
    curves : RewardCurve, or mapping from a name to one
    figure : matplotlib figure or subfigure, optional
    title : str, optional
    """
    from mdsolve.plots.draw_information import draw_rewards

    return draw_rewards(curves, figure, title)


def type_payments(
    curves: PaymentCurve | Mapping[str, PaymentCurve],
    *,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw what an agent is expected to pay against its own type, such as a bias.

    Parameters
    ----------
    curves : PaymentCurve, or mapping from a name to one
    figure : matplotlib figure or subfigure, optional
    title : str, optional
    """
    from mdsolve.plots.draw_information import draw_payments

    return draw_payments(curves, figure, title)


def channels(
    outcome: DataDrivenOutcome,
    *,
    agents: Sequence[str] | None = None,
    figure: FigureBase | None = None,
    title: str | None = None,
) -> Figure:
    """Draw each agent's payment by its two channels: externality and steering.

    Parameters
    ----------
    outcome : DataDrivenOutcome
    agents : sequence of names, optional
    figure : matplotlib figure or subfigure, optional
    title : str, optional
    """
    from mdsolve.plots.draw_channels import draw

    return draw(outcome, agents, figure, title)
