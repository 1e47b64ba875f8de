"""Our metrics beside the programs that people use, in one run: processor time of one thread, the least of the repeats.

    bazel build -c opt //eval/metrics:peer_timer
    python eval/metrics/compare_peers.py bazel-bin/eval/metrics/peer_timer [TASK ...]

Needs numpy, scipy, scikit-learn, torch, torchvision, torch-fidelity, safetensors; Fashion-MNIST for one_nn and two_sample
(--fashion_mnist=FOLDER with the four .gz files, else random points). Ours and the peers' repeats alternate. Prints a line
for each task and peer: ours, peer's (seconds), ratio, both results.
"""

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
import torch  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402

torch.set_num_threads(1)


def features(n, d, seed):
    """Skewed, correlated, with a decaying spectrum, as Inception's are."""
    rng = np.random.default_rng(seed)
    scale = np.abs(rng.standard_normal(d)) * np.arange(1, d + 1) ** -0.5
    rotation = np.linalg.qr(np.random.default_rng(0).standard_normal((d, d)))[0]
    return np.maximum((rng.standard_normal((n, d)) * scale) @ rotation + 0.02, 0).astype(np.float32)


def fashion_mnist(folder, name, count):
    if not folder:
        rng = np.random.default_rng(len(name))
        return rng.random((count, 784), dtype=np.float32), rng.integers(0, 10, count)
    read = lambda kind, skip: np.frombuffer(gzip.open(os.path.join(folder, name + kind)).read(), np.uint8, offset=skip)
    images = read("-images-idx3-ubyte.gz", 16).reshape(-1, 784)[:count].astype(np.float32) / 255
    return images, read("-labels-idx1-ubyte.gz", 8)[:count].astype(np.int64)


def frechet(args):
    from torch_fidelity.metric_fid import fid_statistics_to_metric
    stats = []
    for seed in (1, 2):
        x = features(6000, 2048, seed).astype(np.float64)
        stats.append({"mu": x.mean(0), "sigma": np.cov(x, rowvar=False)})
    inputs = {f"{k}_{i + 1}": s[j] for i, s in enumerate(stats) for k, j in (("mean", "mu"), ("covariance", "sigma"))}
    return inputs, {"torch-fidelity": lambda: fid_statistics_to_metric(*stats, False)["frechet_inception_distance"]}


def low_rank(args):
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
    x, y = features(1000, 2048, 1), features(1000, 2048, 2)

    def peer():
        stats = [fid_features_to_statistics(torch.from_numpy(s)) for s in (x, y)]
        return fid_statistics_to_metric(*stats, False)["frechet_inception_distance"]
    return {"x": x, "y": y}, {"torch-fidelity": peer}


def kid(args):
    from torch_fidelity.metric_kid import kid_features_to_metric
    x, y = features(3000, 2048, 1), features(3000, 2048, 2)
    peer = lambda: kid_features_to_metric(torch.from_numpy(x), torch.from_numpy(y), verbose=False)
    return {"x": x, "y": y}, {"torch-fidelity": lambda: peer()["kernel_inception_distance_mean"]}


def two_sample(args):
    from sklearn.neighbors import NearestNeighbors
    x, y = fashion_mnist(args.fashion_mnist, "t10k", 2000)[0], fashion_mnist(args.fashion_mnist, "train", 2000)[0]

    def peer():
        pooled = np.concatenate([y, x])
        nearest = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(pooled).kneighbors(return_distance=False)[:, 0]
        return ((nearest < 2000) == (np.arange(4000) < 2000)).mean()
    return {"x": x, "y": y}, {"scikit-learn": peer}


def one_nn(args):
    from sklearn.neighbors import KNeighborsClassifier
    x, labels = fashion_mnist(args.fashion_mnist, "train", 10000)
    q, query_labels = fashion_mnist(args.fashion_mnist, "t10k", 2000)
    peer = lambda: (KNeighborsClassifier(1, algorithm="brute").fit(x, labels).predict(q) == query_labels).mean()
    tx, tq = torch.from_numpy(x), torch.from_numpy(q)
    cdist = lambda: (labels[torch.cdist(tq, tx).argmin(1).numpy()] == query_labels).mean()
    return ({"points": x, "labels": labels, "queries": q, "query_labels": query_labels},
            {"scikit-learn": peer, "torch.cdist": cdist})


def inception(args):
    import torchvision
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../common/nn/testdata"))
    from make_inception_reference import image, network
    images = image("images", 8, 3, 299, 299)
    fidelity = network()
    vision = torchvision.models.inception_v3(weights=None, init_weights=False).eval()
    vision = vision.to(memory_format=torch.channels_last)
    floats = ((images.float() - 128) / 128).contiguous(memory_format=torch.channels_last)

    def run(net, x, pick):
        with torch.inference_mode():
            return float(pick(net(x)).mean())
    return {"images": images.numpy()}, {
        "torch-fidelity": lambda: run(fidelity, images, lambda out: out[3]),
        "torchvision channels_last": lambda: run(vision, floats, lambda out: out)}


TASKS = dict(frechet=frechet, low_rank=low_rank, kid=kid, two_sample=two_sample, one_nn=one_nn, inception=inception)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("timer")
    parser.add_argument("tasks", nargs="*", default=list(TASKS))
    parser.add_argument("--fashion_mnist", default="")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    for task in args.tasks:
        with tempfile.TemporaryDirectory() as folder:
            inputs, peers = TASKS[task](args)
            path = os.path.join(folder, "in.safetensors")
            save_file({k: np.ascontiguousarray(v) for k, v in inputs.items()}, path)
            ours, theirs, values = [], {name: [] for name in peers}, {}
            for _ in range(args.rounds):
                out = subprocess.run([args.timer, task, path, "2"], check=True, capture_output=True, text=True).stdout
                values["ours"], seconds = (float(word) for word in out.split())
                ours.append(seconds)
                for name, peer in peers.items():
                    begin = time.process_time()
                    values[name] = peer()
                    theirs[name].append(time.process_time() - begin)
            for name in peers:
                print(f"{task:11s} ours {min(ours):.3f} s  {name} {min(theirs[name]):.3f} s  "
                      f"ratio {min(theirs[name]) / min(ours):.2f}  results {values['ours']:.9g} {values[name]:.9g}",
                      flush=True)


if __name__ == "__main__":
    main()
