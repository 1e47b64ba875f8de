#!/usr/bin/env python3
"""Prints the numbers of gaussian_tensor_test's ScipysMatrixRoots: needs NumPy and SciPy (made with SciPy 1.17.1)."""

import numpy as np
import scipy.linalg


def main():
    d = 5
    i, j = np.meshgrid(np.arange(d), np.arange(d), indexing="ij")
    a, b = np.sin(5 * i + j + 1), np.cos(3 * i + 2 * j)
    s1, s2 = a @ a.T + np.eye(d), b @ b.T + 0.5 * np.eye(d)
    m1, m2 = np.arange(d) / 10, np.ones(d)
    root = np.real(scipy.linalg.sqrtm(s1 @ s2))
    print("trace of the root  %.15g" % np.trace(root))
    print("squared distance   %.15g" % (np.sum((m1 - m2) ** 2) + np.trace(s1 + s2 - 2 * root)))
    r1 = np.real(scipy.linalg.sqrtm(s1))
    inverse = np.linalg.inv(r1)
    t = inverse @ np.real(scipy.linalg.sqrtm(r1 @ s2 @ r1)) @ inverse
    print("map, first row    ", ", ".join("%.15g" % v for v in t[0]))


if __name__ == "__main__":
    main()
