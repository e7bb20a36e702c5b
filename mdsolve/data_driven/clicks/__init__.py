"""Click-through auctions: payments for clicks, logs, and what lies about rates gain ([B] §5.1)."""

from collections.abc import Callable

from mdsolve.data_driven.clicks.auctions import AuctionOutcome, ClickAuctions
from mdsolve.data_driven.clicks.estimators import RateEstimate, inverse_propensity
from mdsolve.data_driven.clicks.log_files import ClickLogs, logs_from_table
from mdsolve.data_driven.clicks.logged import LoggedAuction, logged_auction
from mdsolve.data_driven.clicks.logs import ClickCounts, ClickRows, Log, slot_effects
from mdsolve.data_driven.clicks.lottery import Lottery
from mdsolve.data_driven.clicks.payments import (
    GSP,
    VCG,
    ClickPayment,
    DataDrivenPivot,
    PerClickPivot,
    WinnerPays,
)
from mdsolve.data_driven.clicks.pilot import PilotStudy, pilot_study
from mdsolve.data_driven.clicks.regret import Regret, regret_of_truth, utility_of_report
from mdsolve.data_driven.clicks.signals import PilotSignals, fitted_prior, fitted_priors

#: the payments by the names that the command line takes
AUCTION_PAYMENTS: dict[str, Callable[..., ClickPayment]] = {
    each.name: each for each in (PerClickPivot, DataDrivenPivot, Lottery, GSP, VCG)
}

__all__ = [
    # auctions
    "ClickAuctions",
    "AuctionOutcome",
    # payments
    "ClickPayment",
    "PerClickPivot",
    "DataDrivenPivot",
    "Lottery",
    "GSP",
    "VCG",
    "WinnerPays",
    "AUCTION_PAYMENTS",
    # what lies gain
    "Regret",
    "regret_of_truth",
    "utility_of_report",
    # logs
    "Log",
    "ClickLogs",
    "logs_from_table",
    "ClickCounts",
    "ClickRows",
    "RateEstimate",
    "inverse_propensity",
    "slot_effects",
    "PilotSignals",
    "fitted_prior",
    "fitted_priors",
    "LoggedAuction",
    "logged_auction",
    "PilotStudy",
    "pilot_study",
]
