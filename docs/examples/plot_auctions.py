"""
Click auctions: what a pilot buys, and what lies gain
=====================================================

Advertisers know what a click is worth to them and hold signals about how often they are clicked.
Who is shown is efficient by all reports; what they pay decides whether reports are true.
"""

from pathlib import Path

import numpy as np

from mdsolve import plots
from mdsolve.data_driven.clicks import (
    GSP,
    VCG,
    ClickAuctions,
    ClickCounts,
    DataDrivenPivot,
    Lottery,
    PerClickPivot,
    logged_auction,
    logs_from_table,
    pilot_study,
    regret_of_truth,
)

# %%
# Bidder 0 values a click more, but is clicked less. The price of the next value a click, right
# where all share one rate, lets it gain by exaggerating its own: it wins, and pays when clicked.
auctions = ClickAuctions(values=[3.0, 2.0], rates=[0.1, 0.2])
for payment in (PerClickPivot(), GSP(), VCG(), DataDrivenPivot()):
    print(payment, regret_of_truth(auctions, payment, highest=0.5).gains.round(3))

# %%
# Randomised tests of headlines (Upworthy Research Archive, CC BY 4.0; Matias, Munger, Aubin Le
# Quere, Ebersole 2021), where they lie beside the project: arms are bidders, and **values per click
# are drawn**, as the tests have none. Otherwise made-up counts take their place.
folders = (Path.cwd().parents[k] / "shared" / "data" for k in range(1, 5))
data = next((folder for folder in folders if folder.is_dir()), None)
rng = np.random.default_rng(0)
if data is not None:
    table = data / "upworthy_tests.csv"
    logs = dict(list(logs_from_table(table, bidder="arm", auction="test_id").logs.items())[:60])
else:
    logs = {
        str(k): ClickCounts(np.full(5, 3000), rng.binomial(3000, rng.beta(3, 200, 5)))
        for k in range(60)
    }
values = {name: rng.lognormal(0.0, 0.5, len(log.bidders)) for name, log in logs.items()}
payments = [DataDrivenPivot(), PerClickPivot(), Lottery(0.9), GSP(), VCG()]
study = pilot_study(logs, values, payments, [30, 100, 300, 700], draws=20)
plots.pilot(study)

# %%
# Larger pilots show better arms, whatever is paid. Signals are about own rates here, so VCG by
# reports is truthful too; where everyone's pilot shows everyone, a signal moves rivals' rates, and
# with them the own payment:
study = pilot_study(logs, values, payments, [10, 30, 100], signals="all", draws=10)
plots.pilot(study)

# %%
# The lottery needs no estimate from elsewhere: it shows rivals now and then and charges for their
# clicks. The rarer it does, the less welfare it costs and the wilder the charge.
plots.lottery(ClickAuctions(values=[1.0, 1.0], rates=[0.3, 0.28]))

# %%
# Items of a shop as bidders (Open Bandit, Apache-2.0; Saito, Aihara, Matsutani, Narita 2020), rates
# by inverse propensities. With 115 clicks among 34 items all is visibly noisy.
log = logs_from_table("../../problems/real/open_bandit/men.csv", bidder="item").logs[""]
worth = np.random.default_rng(1).lognormal(0.0, 0.5, len(log.bidders))
print(log.estimate("ipw"))
print(logged_auction(log, worth, DataDrivenPivot(), estimator="ipw"))
plots.pilot(
    pilot_study(
        log, worth, [DataDrivenPivot(), PerClickPivot(), GSP(), VCG()], [10, 30, 100, 250], draws=40
    )
)
