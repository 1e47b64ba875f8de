"""Writes pot_reference.txt: entropic transport by POT (log-domain Sinkhorn, float64), for sinkhorn_test.

  python common/ot/entropic/testdata/make_pot_reference.py > common/ot/entropic/testdata/pot_reference.txt

Each line: rows, columns, epsilon, the costs (row-major), the weights a and b, then POT's <C, P> and the plan.
Made with POT 0.9.7.post1 and NumPy 2.4.6.
"""
import numpy as np
import ot

for seed, (rows, columns, relative) in enumerate([(3, 4, 1.0), (6, 5, 0.1), (5, 6, 0.02), (8, 8, 10.0)]):
    random = np.random.default_rng(seed)
    x, y = random.normal(size=(rows, 3)), random.normal(size=(columns, 3)) + 0.5
    costs = ot.dist(x, y, metric="sqeuclidean")
    a, b = random.dirichlet(np.full(rows, 3.0)), random.dirichlet(np.full(columns, 3.0))
    epsilon = relative * costs.mean()
    plan = ot.sinkhorn(a, b, costs, epsilon, method="sinkhorn_log", stopThr=1e-15, numItermax=200000)
    assert abs(plan.sum(1) - a).max() < 1e-14 and abs(plan.sum(0) - b).max() < 1e-14
    values = [rows, columns, epsilon, *costs.ravel(), *a, *b, (plan * costs).sum(), *plan.ravel()]
    print(" ".join(repr(float(v)) for v in values))
