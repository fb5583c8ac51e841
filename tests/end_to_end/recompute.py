"""What facet measured, computed again from what `facet export` wrote, with nothing of facet.

    recompute.py FOLDER

FOLDER has scores.csv, descriptors.npy, templates.csv and, of a row with one, projection.npy. Prints the 100%-EER and the
accuracy as the table has them, and the largest difference between a distance and the one that the descriptors give.
"""

import array
import ast
import collections
import csv
import math
import os
import sys


def read_npy(path):
    """Shape and values of an array of float32, as NumPy documents the format."""
    data = open(path, "rb").read()
    length = int.from_bytes(data[8:10], "little")
    header = ast.literal_eval(data[10:10 + length].decode())
    assert header["descr"] == "<f4" and not header["fortran_order"]
    return header["shape"], array.array("f", data[10 + length:])


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def equal_error_rate(pairs):
    """By brute force over all thresholds; linear between the two where false rejects fall below false accepts."""
    genuine = [d for d, same in pairs if same]
    impostor = [d for d, same in pairs if not same]
    far, frr = 0.0, 1.0
    for threshold in sorted({d for d, same in pairs}):
        new_far = sum(d <= threshold for d in impostor) / len(impostor)
        new_frr = sum(d > threshold for d in genuine) / len(genuine)
        if new_frr <= new_far:
            share = (frr - far) / ((frr - far) + (new_far - new_frr))
            return far + share * (new_far - far)
        far, frr = new_far, new_frr
    raise AssertionError


def best_threshold(pairs):
    """Of the thresholds that are right most often, the middle of the widest gap between two distances."""
    distances = sorted({d for d, same in pairs})
    best, widest, found = -1, -1.0, None
    for low, high in zip(distances, distances[1:]):
        middle = (low + high) / 2
        right = sum((d < middle) == same for d, same in pairs)
        if right > best or (right == best and high - low > widest):
            best, widest, found = right, high - low, middle
    for found_outside, right in ((-math.inf, sum(not same for d, same in pairs)), (math.inf, sum(same for d, same in pairs))):
        if right > best:
            best, found = right, found_outside
    return found


def figures(scores):
    by_matrix = collections.defaultdict(list)
    for row in scores:
        by_matrix[row["matrix"]].append((int(row["fold"]), float(row["distance"]), row["genuine"] == "1"))
    folds = sorted({fold for pairs in by_matrix.values() for fold, d, same in pairs})
    eers, accuracies, pooled = [], [], []
    for fold in folds:
        pairs = by_matrix["" if "" in by_matrix else str(fold)]
        own = [(d, same) for of, d, same in pairs if of == fold]
        threshold = best_threshold([(d, same) for of, d, same in pairs if of != fold])
        accuracies.append(sum((d < threshold) == same for d, same in own) / len(own))
        eers.append(equal_error_rate(own))
        pooled += own
    mean = lambda values: sum(values) / len(values)
    return {"100%-EER, pooled": 1 - equal_error_rate(pooled), "100%-EER, mean of folds": 1 - mean(eers),
            "accuracy": mean(accuracies)}


def unit(vector):
    norm = math.sqrt(sum(x * x for x in vector))
    return [x / norm for x in vector]


def distances_again(folder, scores):
    """l2 between the templates' means, of unit length; x = W' phi / |phi| where there is a projection."""
    (count, columns), values = read_npy(os.path.join(folder, "descriptors.npy"))
    rows = collections.defaultdict(list)
    for line in read_csv(os.path.join(folder, "templates.csv")):
        rows[line["name"]].append(int(line["row"]))
    phi = {name: unit([sum(values[r * columns + d] for r in of) / len(of) for d in range(columns)])
           for name, of in rows.items()}
    projection = os.path.join(folder, "projection.npy")
    shape, weights = read_npy(projection) if os.path.exists(projection) else (None, None)

    def embedding(name, matrix):
        if shape is None:
            return phi[name]
        outputs = shape[1]
        start = int(matrix or 0) * outputs * columns
        return [sum(weights[start + out * columns + d] * phi[name][d] for d in range(columns)) for out in range(outputs)]

    worst = 0.0
    for row in scores:
        a, b = embedding(row["first"], row["matrix"]), embedding(row["second"], row["matrix"])
        worst = max(worst, abs(math.dist(a, b) - float(row["distance"])))
    return worst


def main(folder):
    scores = read_csv(os.path.join(folder, "scores.csv"))
    for name, value in figures(scores).items():
        print("%s: %.2f" % (name, 100 * value))
    print("distances: %.0e" % distances_again(folder, scores))


if __name__ == "__main__":
    main(sys.argv[1])
