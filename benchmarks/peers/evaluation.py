"""Evaluation beside what Python offers: error rates of many scores, all pairs of descriptors, a bootstrap.

    ./facet build //benchmarks:evaluation
    python3 benchmarks/peers/evaluation.py [--work roc,pairs,bootstrap] [--rounds N] [--sizes N,...] [--columns D]

| work | sizes | what both sides do | peer |
| --- | --- | --- | --- |
| roc | scores: 10^6, 10^7; 10^8 (7 GiB) by `--sizes` | ROC without collinear points, EER, area, TAR at six FARs; one score in ten is genuine | scikit-learn: `roc_curve` and `auc` of float64 scores (quicker than of integers) |
| pairs | descriptors: 13,233 of 5,749 people | TAR at six FARs and the curve over all pairs, by cosine | numpy by blocks of 1,024 rows; one array of all distances, sorted; `--columns` 128 and 512 |
| bootstrap | pairs: 6,000 | EER, area, accuracy, TAR of 10,000 draws of people | numpy: sorted once, then cumulative sums for each draw |

Both sides read one file, which the peer's interpreter makes, with fixed seeds. Draws of people come from different
random streams, so that the spreads of the bootstrap agree to a few percent only.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import turns

FARS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
SIZES = {"roc": [10**6, 10**7], "pairs": [13233], "bootstrap": [6000]}
DRAWS = 10000


def named(rates):
    return {f"tar_{far:g}": float(rate) for far, rate in zip(FARS, rates)}


# ---- What both sides read


def make(work, size, columns, path):
    import numpy as np

    random = np.random.default_rng(1)
    if work == "pairs":
        # As many people as in Labeled Faces in the Wild; most have one image, few have hundreds.
        people = np.sort((5749 * random.random(size) ** 2.5).astype(np.int32))
        # Descriptors of a network vary in few directions: people differ in 40, and so do their images.
        within = random.standard_normal((5749, 40))[people] + 0.8 * random.standard_normal((size, 40))
        rows = within @ random.standard_normal((40, columns)) + random.standard_normal((size, columns))
        with open(path, "wb") as file:
            rows.astype(np.float32).tofile(file)
            people.tofile(file)
        return
    genuine = random.random(size) < (0.1 if work == "roc" else 0.5)
    distances = np.where(genuine, random.normal(1.0, 0.15, size), random.normal(1.35, 0.12, size))
    with open(path, "wb") as file:
        distances.tofile(file)
        genuine.astype(np.uint8).tofile(file)
        if work == "bootstrap":
            first = random.integers(0, 4000, size, dtype=np.int32)
            other = (first + random.integers(1, 4000, size, dtype=np.int32)) % 4000
            first.tofile(file)
            np.where(genuine, first, other).astype(np.int32).tofile(file)


def read(path, size, people=False):
    import numpy as np

    with open(path, "rb") as file:
        arrays = [np.fromfile(file, np.float64, size), np.fromfile(file, np.uint8, size) > 0]
        if people:
            arrays += [np.fromfile(file, np.int32, size), np.fromfile(file, np.int32, size)]
    return arrays


# ---- The peers


def equal_error_rate(far, frr):
    """Where far = frr, by interpolation; far rises from 0, frr falls from 1."""
    k = (frr <= far).argmax()
    before, after = frr[k - 1] - far[k - 1], frr[k] - far[k]
    return float(far[k - 1] + before / (before - after) * (far[k] - far[k - 1]))


def roc(path, size):
    import numpy as np
    from sklearn.metrics import auc, roc_curve

    distances, genuine = read(path, size)
    scores = -distances

    def work():
        far, tar, _ = roc_curve(genuine, scores)
        rates = tar[np.searchsorted(far, FARS, side="right") - 1]
        return {"eer": equal_error_rate(far, 1 - tar), "auc": float(auc(far, tar)), **named(rates)}

    return work


def pairs(path, size, columns):
    import numpy as np

    with open(path, "rb") as file:
        given = np.fromfile(file, np.float32, size * columns).reshape(size, columns)
        people = np.fromfile(file, np.int32, size)

    def work():
        rows = given / np.linalg.norm(given, axis=1, keepdims=True)
        # Rows of one person lie together: the genuine pairs are in blocks on the diagonal.
        order = np.argsort(people, kind="stable")
        rows, ends = rows[order], np.searchsorted(people[order], people[order], side="right")
        genuine, at = [], 0
        impostors = np.empty(size * (size - 1) // 2, np.float32)
        for begin in range(0, size, 1024):
            products = rows[begin : begin + 1024] @ rows[begin:].T
            np.subtract(1, products, out=products)
            for i, row in enumerate(products):
                end = ends[begin + i] - begin
                genuine.append(row[i + 1 : end])
                count = len(row) - end
                impostors[at : at + count] = row[end:]
                at += count
            genuine[-len(products) :] = [np.concatenate(genuine[-len(products) :])]
        genuine, impostors = np.sort(np.concatenate(genuine)), impostors[:at]
        impostors.sort()
        # The first impostor that may not be accepted: all genuine pairs below it may.
        limits = [impostors[min(int(far * at * (1 + 1e-12)), at - 1)] for far in FARS]
        rates = np.searchsorted(genuine, limits) / len(genuine)
        step = max(1, len(genuine) // 2000)
        thresholds = genuine[step - 1 :: step]
        far = np.searchsorted(impostors, thresholds, side="right") / at
        tar = np.searchsorted(genuine, thresholds, side="right") / len(genuine)
        return {"curve_area": float(np.trapezoid(tar, far)), "impostors": int(at), **named(rates)}

    return work


def bootstrap(path, size):
    import numpy as np

    distances, genuine, first, second = read(path, size, people=True)
    random = np.random.default_rng(2)

    def work():
        order = np.argsort(distances)
        same, a, b = genuine[order], first[order], second[order]
        genuine_at, impostor_at = np.flatnonzero(same), np.flatnonzero(~same)
        people, indices = np.unique(np.concatenate([a, b]), return_inverse=True)
        a, b = indices[:size], indices[size:]
        best = np.argmax(np.cumsum(np.where(same, 1, -1)))
        far, frr = np.empty(size), np.empty(size)
        eers, areas, accuracies, tars = [], [], [], []
        for _ in range(DRAWS):
            copies = np.bincount(random.integers(0, len(people), len(people)), minlength=len(people))
            weights = copies[a].astype(np.float64)
            weights[impostor_at] *= copies[b[impostor_at]]
            accepted = np.cumsum(np.where(same, weights, 0))
            wrong = np.cumsum(np.where(same, 0, weights))
            accuracies.append((accepted[best] + wrong[-1] - wrong[best]) / (accepted[-1] + wrong[-1]))
            np.divide(wrong, wrong[-1], out=far)
            np.subtract(1, accepted / accepted[-1], out=frr)
            eers.append(equal_error_rate(far, frr))
            areas.append(np.dot(np.diff(far, prepend=0), 1 - frr))
            tars.append(1 - frr[np.searchsorted(far, 0.01, side="right") - 1])
        names = {"eer": eers, "auc": areas, "accuracy": accuracies, "tar_0.01": tars}
        return {f"sd_{name}": 100 * float(np.std(values, ddof=1)) for name, values in names.items()}

    return work


# ---- Both sides in turns


def worker_environment():
    """What a run gives its workers beside a number of threads: kernels of OpenBLAS for this processor."""
    with open("/proc/cpuinfo") as info:
        flags = set(next((line for line in info if line.startswith("flags")), "").split())
    if {"avx512f", "avx512vl", "avx512bw", "avx512dq"} <= flags:
        return {"OPENBLAS_CORETYPE": "SKYLAKEX"}
    return {"OPENBLAS_CORETYPE": "HASWELL"} if {"avx2", "fma"} <= flags else {}


def compare(work, size, columns, rounds, python):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, work)
        arguments = [path, str(size)] + ([str(columns)] if work == "pairs" else [])
        script = [python, os.path.abspath(__file__)]
        subprocess.run([*script, "--make", work, *arguments], check=True)
        extra = [str(DRAWS)] if work == "bootstrap" else []
        facet = turns.Side(
            "facet", [turns.facet_program("evaluation"), work, *arguments, *extra], worker_environment()
        )
        peer = "scikit-learn" if work == "roc" else "numpy"
        title = f"{work}, {size:,}" + (f" x {columns}" if work == "pairs" else "")
        turns.compare(title, facet, [turns.Side(peer, [*script, "--side", work, *arguments])], rounds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="roc,pairs,bootstrap")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", help="instead of each work's own")
    parser.add_argument("--columns", default="128,512", help="of the descriptors of pairs")
    parser.add_argument("--side", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--make", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        work, path, size, *columns = options.make
        return make(work, int(size), int(columns[0]) if columns else 0, path)
    if options.side:
        work, path, *numbers = options.side
        import numpy
        import sklearn.metrics

        idle_mib = turns.memory_mib("VmRSS")
        return turns.take_turns(idle_mib, globals()[work](path, *map(int, numbers)))
    python = turns.peer_python(["numpy", "sklearn"])
    for work in options.work.split(","):
        sizes = [int(size) for size in options.sizes.split(",")] if options.sizes else SIZES[work]
        for size in sizes:
            for columns in options.columns.split(",") if work == "pairs" else ["0"]:
                compare(work, size, int(columns), options.rounds, python)


if __name__ == "__main__":
    main()
