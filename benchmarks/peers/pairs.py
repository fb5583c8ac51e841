"""Losses over pairs and triplets: facet beside pytorch-metric-learning, miner + loss + gradient.

    ./facet build //benchmarks:pairs
    python3 benchmarks/peers/pairs.py [--works batch_hard,contrastive] [--sizes 1024,4096] [--rounds 9]

The embeddings are those of a network that is trained first (half a minute, kept in --folder): images of four each of
identities that it has not seen. The images are simulated: a random network of an identity's and an image's own
numbers, with noise. What share of the pairs is active is printed.

pytorch-metric-learning is at its defaults, which facet's losses are set to: unit length, l2 distances, mean over what
costs something. Both sides may use all processors. "products" are those of facet's LibTorch: embeddings with all of
them, and a gradient with the embeddings from both sides.
"""

import argparse
import math
import os
import pathlib
import resource
import sys
import tempfile

import training_step
import turns

ENVIRONMENT = training_step.worker_environment()  # facet's
WORKS = ["batch_hard", "multi_similarity", "contrastive", "triplet", "ntxent", "supcon"]
DIMENSION, IMAGES_OF_EACH, MOST, FEW = 512, 4, 4096, 8


def simulate(identities, images, seed, torch):
    """[identities * images, 512]: what a fixed random network makes of who and how."""
    network = torch.Generator().manual_seed(1)
    first = torch.randn(64, 256, generator=network) / 8
    second = torch.randn(256, 512, generator=network) / 16
    draw = torch.Generator().manual_seed(seed)
    who = torch.randn(identities, 32, generator=draw).repeat_interleave(images, 0)
    how = torch.randn(identities * images, 32, generator=draw)
    return torch.tanh(torch.cat([who, 1.6 * how], 1) @ first * 1.5) @ second + 0.1 * torch.randn(
        identities * images, 512, generator=draw
    )


def train(path):
    import torch

    torch.manual_seed(0)
    identities, images = 1500, 8
    inputs = simulate(identities, images, 2, torch)
    labels = torch.arange(identities).repeat_interleave(images)
    network = torch.nn.Sequential(
        torch.nn.Linear(512, 512), torch.nn.BatchNorm1d(512), torch.nn.ReLU(), torch.nn.Linear(512, DIMENSION)
    )
    classes = torch.nn.Parameter(torch.randn(identities, DIMENSION) / DIMENSION**0.5)
    steps = 300
    optimizer = torch.optim.AdamW([*network.parameters(), classes], lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    unit = torch.nn.functional.normalize
    for _ in range(steps):
        rows = torch.randint(len(labels), (256,))
        cosines = unit(network(inputs[rows])) @ unit(classes).T
        margins = 0.2 * torch.nn.functional.one_hot(labels[rows], identities)
        loss = torch.nn.functional.cross_entropy(24 * (cosines - margins), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    network.eval()
    with torch.no_grad():
        embeddings = network(simulate(MOST // IMAGES_OF_EACH, IMAGES_OF_EACH, 3, torch))
    print(f"trained: loss {loss.item():.3f} after {steps} steps")
    path.write_bytes(embeddings.contiguous().numpy().tobytes())


def describe(path, size):
    """How many pairs and triplets a loss has something to say of."""
    import torch

    rows = torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.float32).view(-1, DIMENSION)[:size]
    labels = torch.arange(size) // IMAGES_OF_EACH
    distances = torch.cdist(*[torch.nn.functional.normalize(rows)] * 2)
    same = labels[:, None] == labels[None]
    positive = distances[same & ~torch.eye(size, dtype=torch.bool)].view(size, -1)
    negative = distances[~same].view(size, -1)
    active = [(positive[:, i : i + 1] - negative + 0.2 > 0).float().mean().item() for i in range(IMAGES_OF_EACH - 1)]
    print(
        f"{size} embeddings: distances of positive pairs {positive.mean():.2f}, negative {negative.mean():.2f}; "
        f"negative pairs within 1: {100 * (negative < 1).float().mean():.2f} %; "
        f"triplets within the margin 0.2: {100 * sum(active) / len(active):.2f} %"
    )


def peer(work, size, path, memory_gib):
    """pytorch-metric-learning's side."""
    import torch
    from pytorch_metric_learning import losses, miners

    loss, miner = {
        "batch_hard": lambda: (losses.TripletMarginLoss(margin=0.2), miners.BatchHardMiner()),
        "multi_similarity": lambda: (losses.MultiSimilarityLoss(2, 50, 0.5), miners.MultiSimilarityMiner(0.1)),
        "contrastive": lambda: (losses.ContrastiveLoss(0, 1), None),
        "triplet": lambda: (losses.TripletMarginLoss(margin=0.2), None),
        "ntxent": lambda: (losses.NTXentLoss(0.07), None),
        "supcon": lambda: (losses.SupConLoss(0.1), None),
    }[work]()
    with open(path, "rb") as file:
        data = bytearray(file.read(4 * DIMENSION * size))
    rows = torch.frombuffer(data, dtype=torch.float32).view(size, DIMENSION)
    labels = torch.arange(size) // IMAGES_OF_EACH
    # Without it the system would end some other process when this one takes all memory.
    resource.setrlimit(resource.RLIMIT_AS, (int(memory_gib * 2**30),) * 2)

    def step(rows, labels):
        embeddings = rows.clone().requires_grad_()
        tuples = None
        if miner is not None:
            with torch.no_grad():
                tuples = miner(embeddings, labels)
        value = loss(embeddings, labels, tuples)
        value.backward()
        found = {"loss": value.item(), "gradient": embeddings.grad.norm().item()}
        if miner is not None:
            found["tuples"] = len(tuples[0]) + (len(tuples[2]) if len(tuples) == 4 else 0)
        return found

    step(rows[:FEW], labels[:FEW])  # what an idle process has loaded is no memory of the work
    turns.take_turns(turns.memory_mib("VmRSS"), lambda: step(rows, labels))


def scale(program, path, plugins, works, rounds):
    """How facet's time and memory grow with the batch, which grows by 10 and 100."""
    sizes = [40, 400, 4000]
    for work in works:
        figures = []
        for size in sizes:
            side = turns.Side(work, [program, work, str(size), str(path), plugins], ENVIRONMENT)
            for turn in range(rounds + 1):
                side.turn(counted=turn > 0)
            side.close()
            figures.append((side.median(), max(side.median("peak_mib"), 0.1)))
        text = ", ".join(f"{n}: {turns.figure(t)} {m:.0f} MiB" for n, (t, m) in zip(sizes, figures))
        grown = [
            [math.log10(b / a) for a, b in zip(column, column[1:])] for column in zip(*figures)
        ]
        print(f"{work:18} {text}; exponents of time {grown[0][0]:.2f} {grown[0][1]:.2f}, memory {grown[1][1]:.2f}")


def memory_available_gib():
    with open("/proc/meminfo") as info:
        for line in info:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) / 2**20
    return 8.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", default=",".join(WORKS))
    parser.add_argument("--sizes", default="1024,4096")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--scaling", action="store_true", help="facet alone: batches of 40, 400 and 4,000")
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="where the embeddings are kept")
    parser.add_argument("--memory-gib", type=float, help="a peer's limit; three quarters of what is free")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    path = pathlib.Path(options.folder) / "facet_pairs_embeddings.f32"
    if options.side == "train":
        return train(path)
    if options.side == "describe":
        return describe(path, int(options.arguments[0]))
    if options.side:
        return peer(options.side, int(options.arguments[0]), path, options.memory_gib)

    python = turns.peer_python(["torch", "pytorch_metric_learning"])
    program = turns.facet_program("pairs")
    plugins = str(turns.ROOT / "bazel-bin" / "plugins")
    call = [python, __file__, "--folder", options.folder]
    if not path.exists() and os.spawnv(os.P_WAIT, python, [*call, "--side", "train"]):
        return 1
    if options.scaling:
        return scale(program, path, plugins, options.works.split(","), options.rounds)
    memory = options.memory_gib or 0.75 * memory_available_gib()
    for size in options.sizes.split(","):
        os.spawnv(os.P_WAIT, python, [*call, "--side", "describe", size])
        for work in options.works.split(","):
            facet = turns.Side("facet", [program, work, size, str(path), plugins], ENVIRONMENT)
            peers = [
                turns.Side(
                    "pytorch-metric-learning", [*call, "--memory-gib", str(memory), "--side", work, size]
                ),
                turns.Side(
                    "products of facet's LibTorch", [program, "products", size, str(path), plugins], ENVIRONMENT
                ),
            ]
            turns.compare(f"{work}, {size} x {DIMENSION}", facet, peers, options.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
