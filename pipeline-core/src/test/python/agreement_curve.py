"""Prints the expected values of AgreementCurveTest: a binomial logistic regression by SciPy's general minimizer.

Needs NumPy and SciPy. A quarter of a sample is added to both sides, shared by all plans, as the class says.
"""
import numpy as np
from scipy.optimize import minimize

CASES = {
    "classifier": ([-2.0, -1.5, -1.1, -0.6, -0.1, 0.3, 0.8, 1.4], [246, 243, 244, 239, 236, 231, 225, 212], 250),
    "steep": ([0.0, 0.1, 0.2, 0.3], [50, 50, 0, 0], 50),
    "all agree": ([0.0, 1.0, 2.0], [40, 40, 40], 40),
}
for name, (x, agreeing, n) in CASES.items():
    x = np.array(x)
    k = np.array(agreeing) + 0.25 / len(x)
    m = n + 0.5 / len(x)

    def loss(w):
        z = w[0] + w[1] * x
        return np.sum(m * np.logaddexp(0, z) - k * z)

    best = min(
        (minimize(loss, start, method="BFGS", options={"gtol": 1e-10}) for start in ([0, 0], [2, -1])),
        key=lambda r: r.fun,
    )
    at = [-1.0, 0.15, 0.5, 1.0]
    print(name, best.x, [round(float(1 / (1 + np.exp(-(best.x[0] + best.x[1] * v)))), 8) for v in at])
