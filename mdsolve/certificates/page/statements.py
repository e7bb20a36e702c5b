"""What each kind of certificate proves: a sentence, and the inequality in HTML."""

_CONJUGATE = (
    "⟨<i>c</i>, <i>π</i>⟩ − <i>λ</i> <i>D</i>(<i>π</i>‖<i>π</i>₀) ≤ max ≤ "
    "<i>ν</i> + <i>λ</i> Σ<sub><i>x</i></sub> <i>d</i>*((<i>c</i>(<i>x</i>) − <i>ν</i>)/<i>λ</i>; "
    "<i>π</i>₀(<i>x</i>))"
)

STATEMENTS = {
    "implementable": (
        "Under the payments p no listed type t gains more than ε by reporting another listed "
        "type s. A tree proves further that no such payments are larger anywhere; a cycle, that "
        "no payments do with a smaller ε.",
        "<i>v<sub>t</sub></i>(<i>s</i>) − <i>p<sub>s</sub></i> ≤ <i>v<sub>t</sub></i>(<i>t</i>) − "
        "<i>p<sub>t</sub></i> + <i>ε</i> for all <i>t</i>, <i>s</i>",
    ),
    "not_implementable": (
        "Whatever is charged, some type of the cycle gains at least g by reporting the one before "
        "it: payments cancel around a cycle, so what truth is worth on average stays negative.",
        "Σ<sub>cycle</sub> [<i>v<sub>t</sub></i>(<i>t</i>) − <i>v<sub>t</sub></i>(<i>s</i>)] ≤ "
        "−<i>g</i> · (number of types) &lt; 0, <i>s</i> before <i>t</i>",
    ),
    "gap": (
        "The model is within the gap of the best that any model reaches under the training rule: "
        "the model bounds the optimum from below, the multiplier ν from above. Here c is the "
        "weighted sum of rewards; rules other than social welfare bring weights and add what "
        "their welfare differs by.",
        _CONJUGATE,
    ),
    "incentive": (
        "At the stated profile, and with radii at every profile around it where this model is "
        "offered, no report whatever gains a group more than the gap, in a continuum of reports: "
        "a misreport's gain is at most what the model misses of the optimum. Payments, and what "
        "truth costs by taking part, lie in the stated intervals.",
        _CONJUGATE + " ≤ ⟨<i>c</i>, <i>π</i>⟩ − <i>λ</i> <i>D</i>(<i>π</i>‖<i>π</i>₀) + gap",
    ),
    "floor": (
        "The least welfare that the other groups' reports and any type of one group's domain can "
        "lead to lies between both ends: a model bounds it from below against the type worst for "
        "it, a type from above by its multiplier.",
        "min<sub><i>r</i></sub> Φ(<i>c</i><sub>−<i>i</i></sub> + <i>w</i> <i>r</i>) ∈ "
        "[lower, upper]",
    ),
    "menu": (
        "Choosing the first entry with the most welfare, boost included, and charging each group "
        "what its presence costs the others, is truthful for every type of the continuum: no "
        "report moves the menu or the boosts.",
        "<i>p<sub>i</sub></i> = max<sub><i>k</i></sub> Σ<sub><i>j</i>≠<i>i</i></sub> "
        "<i>w<sub>j</sub></i> <i>v<sub>j</sub></i>(<i>k</i>) + <i>b<sub>k</sub></i> − "
        "[Σ<sub><i>j</i>≠<i>i</i></sub> <i>w<sub>j</sub></i> <i>v<sub>j</sub></i>(<i>k</i>*) + "
        "<i>b</i><sub><i>k</i>*</sub>]",
    ),
    "lp": (
        "The program has the stated optimum, or no point at all, or no end to its improvement. "
        "Prices y of the rows prove the first two, a ray that keeps every row the third.",
        "<i>c</i> = <i>A</i>ᵀ<i>y</i> and <i>c</i>·<i>x</i> = <i>b</i>·<i>y</i>; or 0 = "
        "<i>A</i>ᵀ<i>y</i> and <i>b</i>·<i>y</i> &gt; 0; or <i>A</i> ray of the rows' signs and "
        "<i>c</i>·ray &lt; 0",
    ),
}
