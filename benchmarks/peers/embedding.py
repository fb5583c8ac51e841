"""A learned embedding W' (paper, section 4.4): facet beside the same in PyTorch.

    ./facet build //benchmarks:embedding
    python3 benchmarks/peers/embedding.py [--steps 60] [--peers pool,each,all] [--states trained] [--rounds 3]

An epoch visits every pair of two images of a person in random order: 99,940 pairs of 526 people with 20 images each.
Each gets a negative drawn uniformly among the images that violate the margin under the present W' [1024, 4096]; 64
triplets are a step of SGD on the mean hinge of squared distances. 0 steps: the whole epoch (1,562). `--columns` and
`--dimension` for others than 4,096 -> 1,024. Descriptors are simulated: a random network of a person's and an image's own numbers.

| state | W' at the start |
| --- | --- |
| pca | the principal directions: where training begins |
| trained | after --trained-steps steps from there |

What share of the triplets violates the margin, and of the pairs has no violator, is printed.

| peer | how it draws, in whole tensors |
| --- | --- |
| all | the whole data set is embedded at each step, one of each pair's violators by torch.multinomial |
| each | 32 candidates for each pair, the first that violates; eight times as many for those that found none, and so on |
| pool | candidates that all pairs of a step share, twice as many until each has a violator: the quickest known |
"""

import argparse
import os
import pathlib
import sys
import tempfile

import turns

PEOPLE, IMAGES, BATCH, MARGIN, RATE = 526, 20, 64, 0.2, 0.25
SIZE = PEOPLE * IMAGES


# ---- What both sides read


def simulate(columns, torch):
    """[SIZE, columns], not negative as a network's are: what a random network makes of who and how."""
    draw = torch.Generator().manual_seed(1)
    who = torch.randn(PEOPLE, 64, generator=draw).repeat_interleave(IMAGES, 0)
    how = torch.randn(SIZE, 64, generator=draw)
    first = torch.randn(128, 512, generator=draw) / 11
    second = torch.randn(512, columns, generator=draw) / 22
    rows = torch.tanh(1.5 * torch.cat([who, 2.0 * how], 1) @ first) @ second
    return torch.relu(rows + 0.1 * torch.randn(SIZE, columns, generator=draw))


def principal_directions(rows, dimension, torch):
    centred = rows - rows.mean(0)
    return torch.linalg.eigh(centred.T @ centred)[1].flip(1)[:, :dimension].T.contiguous()


def make(folder, columns, dimension, steps):
    import torch

    rows, people = simulate(columns, torch), torch.arange(PEOPLE).repeat_interleave(IMAGES)
    unit = torch.nn.functional.normalize(rows)
    projection = principal_directions(unit, dimension, torch)
    for state in ["pca", "trained"]:
        if state == "trained":
            learn(unit, people, projection, Pool, steps, torch)
        path = pathlib.Path(folder) / state
        path.write_bytes(
            rows.numpy().tobytes() + projection.numpy().tobytes() + people.int().numpy().tobytes()
        )
        anchors = torch.randperm(SIZE, generator=torch.Generator().manual_seed(2))[:2000]
        positives = anchors // IMAGES * IMAGES + (anchors + 7) % IMAGES
        x = unit @ projection.T
        limits = (x[anchors] - x[positives]).square().sum(1, keepdim=True) + MARGIN
        hits = squared_distances(x[anchors], x, torch) < limits
        hits &= people[anchors, None] != people
        print(
            f"{state}: {100 * hits.float().mean():.3g} % of the triplets violate the margin; "
            f"{100 * (~hits.any(1)).float().mean():.3g} % of the pairs have no violator; "
            f"of half of them at most {100 * hits.float().mean(1).median():.2g} % of the images violate"
        )


# ---- The peers


def squared_distances(a, b, torch):
    return torch.cdist(a, b, compute_mode="use_mm_for_euclid_dist").square()


class All:
    """Every image's embedding."""

    def __init__(self, rows, people, projection, torch):
        self.people, self.torch = people, torch
        self.x = rows @ projection.T

    def negatives(self, anchors, embedded, limits):
        """An image for each anchor, -1 where there is none."""
        hits = squared_distances(embedded, self.x, self.torch) < limits
        hits &= self.people[anchors, None] != self.people
        found = hits.any(1)
        chosen = self.torch.full_like(anchors, -1)
        if found.any():
            chosen[found] = self.torch.multinomial(hits[found].float(), 1)[:, 0]
        return chosen


class Each:
    """Candidates of each pair alone; where they cost as much as all images, all."""

    def __init__(self, rows, people, projection, torch):
        self.rows, self.people, self.projection, self.torch = rows, people, projection, torch

    def negatives(self, anchors, embedded, limits):
        torch, each, drawn = self.torch, 32, 0
        chosen = torch.full_like(anchors, -1)
        while True:
            still = torch.nonzero(chosen < 0)[:, 0]
            if len(still) == 0:
                return chosen
            drawn += each * len(still)
            if drawn >= SIZE:
                everyone = All(self.rows, self.people, self.projection, torch)
                chosen[still] = everyone.negatives(anchors[still], embedded[still], limits[still])
                return chosen
            candidates = torch.randint(SIZE, (len(still), each))
            x = (self.rows[candidates.view(-1)] @ self.projection.T).view(len(still), each, -1)
            hits = (embedded[still, None] - x).square().sum(2) < limits[still]
            hits &= self.people[anchors[still], None] != self.people[candidates]
            first = hits.float().argmax(1, keepdim=True)
            found = hits.gather(1, first)[:, 0]
            chosen[still[found]] = candidates.gather(1, first)[found, 0]
            each *= 8


class Pool:
    """One shuffle of all images for a step; twice as many of its first are looked at, until each has a violator."""

    def __init__(self, rows, people, projection, torch):
        self.rows, self.people, self.projection, self.torch = rows, people, projection, torch
        self.order = torch.randperm(SIZE)
        self.blocks = []  # embedded in this step

    def block(self, i):
        if i == len(self.blocks):
            begin = 128 << (i - 1) if i else 0
            images = self.order[begin : 128 << i]
            self.blocks.append((images, self.rows[images] @ self.projection.T))
        return self.blocks[i]

    def negatives(self, anchors, embedded, limits):
        torch, i = self.torch, 0
        chosen = torch.full_like(anchors, -1)
        while 128 << i < 2 * SIZE:
            still = torch.nonzero(chosen < 0)[:, 0]
            if len(still) == 0:
                break
            images, x = self.block(i)
            hits = squared_distances(embedded[still], x, torch) < limits[still]
            hits &= self.people[anchors[still], None] != self.people[images]
            found = hits.any(1)
            if found.any():
                chosen[still[found]] = images[torch.multinomial(hits[found].float(), 1)[:, 0]]
            i += 1
        return chosen


def every_pair(torch):
    """[P, 2]: two images of one person, in random order; which is the anchor is drawn."""
    two = torch.combinations(torch.arange(IMAGES))
    pairs = (torch.arange(PEOPLE)[:, None, None] * IMAGES + two).view(-1, 2)
    pairs = pairs[torch.randperm(len(pairs))]
    return torch.where(torch.rand(len(pairs), 1) < 0.5, pairs, pairs.flip(1))


def learn(rows, people, projection, draw, steps, torch):
    """An epoch, or its first steps, on `projection` itself."""
    pairs, at = every_pair(torch), 0
    weights = torch.nn.Parameter(projection)
    optimizer = torch.optim.SGD([weights], lr=RATE)
    losses, skipped = [], 0
    while at < len(pairs) and not (steps and len(losses) == steps):
        kept = []
        with torch.no_grad():
            drawer = draw(rows, people, weights, torch)
            while at < len(pairs) and sum(map(len, kept)) < BATCH:
                a, p = pairs[at : at + BATCH - sum(map(len, kept))].T
                at += len(a)
                x = rows[torch.cat([a, p])] @ weights.T
                limits = (x[: len(a)] - x[len(a) :]).square().sum(1, keepdim=True) + MARGIN
                n = drawer.negatives(a, x[: len(a)], limits)
                skipped += int((n < 0).sum())
                kept.append(torch.stack([a, p, n], 1)[n >= 0])
        triplets = torch.cat(kept).T.reshape(-1)
        if len(triplets) == 0:
            break
        a, p, n = (rows[triplets] @ weights.T).view(3, len(triplets) // 3, -1)
        loss = torch.relu((a - p).square().sum(1) - (a - n).square().sum(1) + MARGIN).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"steps": len(losses), "tuples": at - skipped, "skipped": skipped, "loss": sum(losses) / len(losses)}


def side(name, path, columns, dimension, steps):
    import torch

    idle_mib = turns.memory_mib("VmRSS")
    data = torch.from_file(path, size=SIZE * (columns + 1) + dimension * columns, dtype=torch.float32)
    rows = torch.nn.functional.normalize(data[: SIZE * columns].view(SIZE, columns))
    begin = data[SIZE * columns : SIZE * columns + dimension * columns].view(dimension, columns)
    people = data[-SIZE:].view(torch.int32).long()
    draw = {"all": All, "each": Each, "pool": Pool}[name]
    turns.take_turns(idle_mib, lambda: learn(rows, people, begin.clone(), draw, steps, torch))


# ---- Both sides in turns


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=60, help="0: the whole epoch")
    parser.add_argument("--peers", default="pool,each,all")
    parser.add_argument("--states", default="pca,trained")
    parser.add_argument("--columns", type=int, default=4096)
    parser.add_argument("--dimension", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trained-steps", type=int, default=400)
    parser.add_argument("--folder", help="where what both sides read is kept")
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--side", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    shape = [options.columns, options.dimension]
    if options.make:
        return make(options.folder, *shape, options.trained_steps)
    if options.side:
        return side(*options.side, *shape, options.steps)
    python = turns.peer_python(["torch"])
    program = turns.facet_program("embedding")
    plugins = str(turns.ROOT / "bazel-bin" / "plugins")
    call = [python, os.path.abspath(__file__), "--columns", str(shape[0]), "--dimension", str(shape[1])]
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or temporary
        trained = ["--make", "--folder", folder, "--trained-steps", str(options.trained_steps)]
        states = options.states.split(",")
        if not all((pathlib.Path(folder) / state).exists() for state in states):
            if os.spawnv(os.P_WAIT, python, [*call, *trained]):
                return 1
        for state in states:
            path = str(pathlib.Path(folder) / state)
            facet = turns.Side(
                "facet",
                [program, path, str(SIZE), *map(str, shape), str(options.steps or 1 << 40), plugins],
            )
            steps = ["--steps", str(options.steps), "--side"]
            peers = [
                turns.Side(f"PyTorch, {name}", [*call, *steps, name, path]) for name in options.peers.split(",")
            ]
            title = f"{state}, {shape[0]} -> {shape[1]}, {options.steps or 'all'} steps"
            turns.compare(title, facet, peers, options.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
