"""The claims of the true certificates of certificate_cases.py, as the checker must word them."""

CLAIMS = {
    "gap-l2-exact": (
        "the model is within 0 of the social optimum, which lies in [1.09033333, 1.09033334]"
    ),
    "gap-chi2-exact": (
        "the model is within 0 of the social optimum, which lies in [1.08573611, 1.08573612]"
    ),
    "gap-kl-1/8": (
        "the model is within 1E-12 of the social optimum, which lies in [1.21744888, 1.21744889]"
    ),
    "gap-kl-5": (
        "the model is within 1E-12 of the social optimum, which lies in [1.08813237, 1.08813238]"
    ),
    "gap-l2-1/8": (
        "the model is within 1E-12 of the social optimum, which lies in [1.25138888, 1.25138889]"
    ),
    "gap-l2-5": (
        "the model is within 1E-12 of the social optimum, which lies in [1.09033333, 1.09033334]"
    ),
    "gap-chi2-1/8": (
        "the model is within 1E-12 of the social optimum, which lies in [1.17899999, 1.17900001]"
    ),
    "gap-chi2-5": (
        "the model is within 1E-12 of the social optimum, which lies in [1.08573611, 1.08573612]"
    ),
    "gap-forward-kl-1/8": (
        "the model is within 1E-12 of the social optimum, which lies in [1.19443094, 1.19443095]"
    ),
    "gap-forward-kl-5": (
        "the model is within 1E-12 of the social optimum, which lies in [1.08812465, 1.08812466]"
    ),
    "gap-hellinger-1/8": (
        "the model is within 1E-12 of the social optimum, which lies in [1.24184772, 1.24184773]"
    ),
    "gap-hellinger-5": (
        "the model is within 1E-12 of the social optimum, which lies in [1.09289317, 1.09289318]"
    ),
    "gap-jensen-shannon-1/8": (
        "the model is within 1E-12 of the social optimum, which lies in [1.27305522, 1.27305523]"
    ),
    "gap-jensen-shannon-5": (
        "the model is within 1E-12 of the social optimum, which lies in [1.10228342, 1.10228343]"
    ),
    "gap-nash": (
        "the model is within 1E-12 of the nash optimum, which lies in [-3.08180459, -3.08180458]"
    ),
    "gap-egalitarian": (
        "the model is within 1E-12 of the egalitarian optimum, which lies in "
        "[0.286808618, 0.286808619]"
    ),
    "gap-alpha-half": (
        "the model is within 1E-12 of the alpha optimum, which lies in [3.60265415, 3.60265416]"
    ),
    "gap-alpha-more": (
        "the model is within 1E-12 of the alpha optimum, which lies in [-9.63420420, -9.63420419]"
    ),
    "gap-corner-kl": (
        "the model is within 60.3333334 of the social optimum, which lies in "
        "[-2.16573591, 1.09255843]"
    ),
    "gap-corner-l2": (
        "the model is within 60.3333334 of the social optimum, which lies in "
        "[-0.644444445, 1.10383334]"
    ),
    "gap-corner-chi2": (
        "the model is within 60.3333334 of the social optimum, which lies in [-3.7, 1.08808334]"
    ),
    "gap-corner-hellinger": (
        "the model is within 60.3333334 of the social optimum, which lies in "
        "[-1.62893219, 1.10078564]"
    ),
    "gap-corner-jensen-shannon": (
        "the model is within 60.3333334 of the social optimum, which lies in "
        "[0.221192228, 1.11567435]"
    ),
    "gap-far-l2": (
        "the model is within 60.3333334 of the social optimum, which lies in "
        "[-0.644444445, 28.0555556]"
    ),
    "gap-far-chi2": (
        "the model is within 60.3333334 of the social optimum, which lies in [-3.7, 25]"
    ),
    "gap-absent-nash-None": (
        "the model is within 20 of the nash optimum, which lies in [-2.96609570, -1.54943021]"
    ),
    "gap-absent-alpha-1/2": (
        "the model is within 20 of the alpha optimum, which lies in [1.15394223, 2.59483334]"
    ),
    "gap-absent-alpha-3": (
        "the model is within 20 of the alpha optimum, which lies in [-4.72222223, -2.66961209]"
    ),
    "gap-worthless": (
        "the model is within 40 of the alpha optimum, which lies in [-1.31198892, 3.83750001]"
    ),
    "gap-weightless": (
        "the model is within 300 of the alpha optimum, which lies in [-54.7222223, -1.73693491]"
    ),
    "gap-egalitarian-loose": (
        "the model is within 60.3333334 of the egalitarian optimum, which lies in "
        "[-3.36573591, 0.382867811]"
    ),
    "incentive": (
        "at this profile no report in the continuum gains a group over 0, truth costs "
        "none over 0, and at the stated profile payments lie in their intervals"
    ),
    "incentive-radius": (
        "at every profile within the radii where these models stay no report in the "
        "continuum gains a group over 0.685714286, truth costs none over 0.273857143, and"
        " at the stated profile payments lie in their intervals"
    ),
    "floor-sum": (
        "welfare with group 'short' at its worst type of the sum domain, of the stated "
        "size or more, lies in [0.613333333, 0.663395834]"
    ),
    "floor-max": (
        "welfare with group 'short' at its worst type of the max domain, of the stated "
        "size or more, lies in [0.197222222, 0.626833334]"
    ),
    "incentive-kl": (
        "at this profile no report in the continuum gains a group over 1E-12, truth costs"
        " none over 0, and at the stated profile payments lie in their intervals"
    ),
    "floor-kl": (
        "welfare with group 'short' at its worst type of the sum domain, of the stated "
        "size or more, lies in [0.457291363, 0.620141953]"
    ),
    "menu": (
        "the first of 2 entries with the most welfare, at its pivots, is truthful for "
        "every type of the continuum; here it is 'entry 0'"
    ),
    "menu-tie": (
        "the first of 3 entries with the most welfare, at its pivots, is truthful for "
        "every type of the continuum; here it is 'entry 0'"
    ),
    "menu-absent": (
        "the first of 2 entries with the most welfare, at its pivots, is truthful for "
        "every type of the continuum; here it is 'v'"
    ),
    "types-absent": "under the payments none of 2 types gains anything by another's report",
    "table-longest": (
        "under the payments none of 3 types gains anything by another's report; truth "
        "gives each 0 or more; no such payments charge any type more"
    ),
    "table-slack": (
        "under the payments none of 2 types gains over 1 by another's report; truth gives"
        " each 1 or more; no payments leave less to gain"
    ),
    "table-refuted": (
        "under any payments some type of the cycle of 2 through 'b' gains 1 or more by "
        "reporting the one before it"
    ),
    "table-plain": "under the payments none of 3 types gains anything by another's report",
    "types-sum": (
        "under the payments none of 4 types gains anything by another's report; truth "
        "gives each -0.333333334 or more; no such payments charge any type more"
    ),
    "types-refuted": (
        "under any payments some type of the cycle of 4 through 'a' gains 0.875 or more "
        "by reporting the one before it"
    ),
    "types-max": "under the payments none of 4 types gains over 0.466666667 by another's report",
    "types-any": "under the payments none of 4 types gains over 3.16666667 by another's report",
    "lp-least": "the linear program's optimum is 3, attained at x",
    "lp-thirds": "the linear program's optimum is 3.66666666, attained at x",
    "lp-most": "the linear program's optimum is 4, attained at x",
    "lp-infeasible": "the linear program has no feasible point",
    "lp-unbounded": "the linear program is unbounded",
}
