"""Writes metrics.safetensors beside this file: what the reference programs say of fixed random features; and
statistics.npz (mu and sigma of x) and statistics_kid.npz (feats: few_x) as pytorch-fid and clean-fid write them.

Run once with Python 3.11, numpy 2.4.6, torch 2.15.0, torch-fidelity 0.4.0, scikit-learn 1.9.1, prdc 0.2, safetensors
0.8: python eval/metrics/testdata/make_metrics_reference.py

Inputs are float32: x generated [150,12], y real [130,12], few_x, few_y [8,12], logits [103,7], labels_x, labels_y.
Scores, float64: the reference ran on the same numbers in float64. fid_* is [mean part + trace part], torch-fidelity's
fid_features_to_statistics and fid_statistics_to_metric; kid, kid_float [mean, std] with 20 subsets of 50, the latter
in float32 as torch-fidelity does by default; isc, isc_unshuffled [mean, std] with 5 splits; prc [precision, recall, f]
and prc_float at k = 3; prdc [precision, recall, density, coverage] at k = 5; one_nn [two-sample accuracy, of the first
sample, of the second]; cross_domain; path_length [mean, std] of `distances` between percentiles 1 and 99; permutation
= RandomState(2020).permutation(40), choice = RandomState(7).choice(1000, 5, replace=False) twice in a row.
"""

import os

import numpy as np
import torch
from prdc import compute_prdc
from safetensors.numpy import save_file
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric

HERE = os.path.dirname(os.path.abspath(__file__))


def features(rng, n, d, shift):
    """Correlated and skewed, as features after a ReLU are."""
    mix = rng.standard_normal((d, d)) * np.arange(1, d + 1) ** -0.5
    return np.maximum(rng.standard_normal((n, d)) @ mix + shift, -0.5).astype(np.float32)


def main():
    rng = np.random.default_rng(20200610)
    x, y = features(rng, 150, 12, 0.3), features(rng, 130, 12, 0.2)
    few_x, few_y = features(rng, 8, 12, 0.3), features(rng, 8, 12, 0.1)
    logits = (3 * rng.standard_normal((103, 7))).astype(np.float32)
    labels_x, labels_y = (s[:, 0] > 0.2 for s in (x, y))
    out = dict(x=x, y=y, few_x=few_x, few_y=few_y, logits=logits,
               labels_x=labels_x.astype(np.int64), labels_y=labels_y.astype(np.int64))
    tx, ty, tl = (torch.from_numpy(a).double() for a in (x, y, logits))
    silent = dict(verbose=False)

    def fid(a, b):
        stats = [fid_features_to_statistics(torch.from_numpy(s).double()) for s in (a, b)]
        return fid_statistics_to_metric(*stats, verbose=False)["frechet_inception_distance"]

    def pair(d, key):
        return np.array([d[key + "_mean"], d[key + "_std"]])

    out["fid"] = np.array([fid(x, y)])
    stats = fid_features_to_statistics(tx)
    out["mu_x"], out["sigma_x"] = stats["mu"], stats["sigma"]
    kid = dict(kid_subsets=20, kid_subset_size=50, **silent)
    out["kid"] = pair(kid_features_to_metric(tx, ty, **kid), "kernel_inception_distance")
    out["kid_float"] = pair(kid_features_to_metric(tx.float(), ty.float(), **kid), "kernel_inception_distance")
    out["isc"] = pair(isc_features_to_metric(tl, splits=5), "inception_score")
    out["isc_unshuffled"] = pair(isc_features_to_metric(tl, splits=5, shuffle=False), "inception_score")
    for name, a, b in ("prc", tx, ty), ("prc_float", tx.float(), ty.float()):
        d = prc_features_to_metric(a, b, prc_neighborhood=3, **silent)
        out[name] = np.array([d["precision"], d["recall"], d["f_score"]])
    d = compute_prdc(y.astype(np.float64), x.astype(np.float64), nearest_k=5)
    out["prdc"] = np.array([d[k] for k in ("precision", "recall", "density", "coverage")])
    pooled = np.concatenate([y, x]).astype(np.float64)
    nearest = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(pooled).kneighbors(return_distance=False)[:, 0]
    real = np.arange(len(pooled)) < len(y)
    same = real[nearest] == real
    out["one_nn"] = np.array([same.mean(), same[real].mean(), same[~real].mean()])
    classifier = KNeighborsClassifier(1, algorithm="brute").fit(x.astype(np.float64), labels_x)
    out["cross_domain"] = np.array([(classifier.predict(y.astype(np.float64)) == labels_y).mean()])
    distances = rng.gamma(2.0, size=210)
    low, high = np.percentile(distances, 1, method="lower"), np.percentile(distances, 99, method="higher")
    kept = distances[(low <= distances) & (distances <= high)]
    out["distances"], out["path_length"] = distances, np.array([kept.mean(), kept.std()])
    out["permutation"] = np.random.RandomState(2020).permutation(40).astype(np.int64)
    state = np.random.RandomState(7)
    out["choice"] = np.concatenate([state.choice(1000, 5, replace=False) for _ in range(2)]).astype(np.int64)
    np.savez_compressed(os.path.join(HERE, "statistics.npz"), mu=out["mu_x"], sigma=out["sigma_x"])
    np.savez(os.path.join(HERE, "statistics_kid.npz"), feats=few_x)
    save_file(out, os.path.join(HERE, "metrics.safetensors"))
    for key, value in out.items():
        print(key, value if value.size < 8 else value.shape)


if __name__ == "__main__":
    main()
