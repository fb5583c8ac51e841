"""A training step of network A: facet beside PyTorch at each of its settings.

    ./facet build //benchmarks:training_turns
    python3 benchmarks/peers/training_step.py [--rounds N] [--precisions float32,bfloat16] [--steps N]
        [--px 128 --width 0.5 --fc 1024 --batch 64] [--peers plain,channels_last,compile,both]

Both train the same network (3x3 convolutions, ReLU, five max poolings, two layers with dropout, softmax loss) by SGD
with momentum and weight decay from the same weights: `first_loss` is that of the same images without dropout. facet's
step has everything that a training run does, batches made in the background with it; PyTorch takes one ready batch.
Its optimiser is the fused one, its bfloat16 autocast; "compile" is torch.compile, which needs a C++ compiler,
"channels_last" the layout of images and weights, "both" both. Other sides of facet, to see what takes the time:

    ready          its step on one ready batch
    jpeg           crops that are JPEG files, decoded at each visit
    convolutions   those of the network alone, forward and backward

The sides of px must be multiples of 32: network A halves them five times.
"""

import argparse
import os

import turns

CHANNELS, LAYERS, IDENTITIES = [64, 128, 256, 512, 512], [1, 1, 2, 2, 2], 100
RATE, MOMENTUM, WEIGHT_DECAY, DROPOUT = 1e-3, 0.9, 5e-4, 0.5


def mixed(bits):
    """MurmurHash3's last step, as training_turns.cc has it."""
    import numpy

    bits = (bits ^ bits >> numpy.uint32(16)) * numpy.uint32(0x85EBCA6B)
    bits = (bits ^ bits >> numpy.uint32(13)) * numpy.uint32(0xC2B2AE35)
    return bits ^ bits >> numpy.uint32(16)


def make_network(torch, px, width, fc, counts=LAYERS):
    import numpy

    layers, channels = [], 3
    for wide, count in zip(CHANNELS, counts):
        for _ in range(count):
            layers += [torch.nn.Conv2d(channels, round(width * wide), 3, padding=1), torch.nn.ReLU(inplace=True)]
            channels = round(width * wide)
        layers.append(torch.nn.MaxPool2d(2))
    layers.append(torch.nn.Flatten())
    values = channels * (px // 32) ** 2
    for _ in range(2):
        layers += [torch.nn.Linear(values, fc), torch.nn.ReLU(inplace=True), torch.nn.Dropout(DROPOUT)]
        values = fc
    layers.append(torch.nn.Linear(values, IDENTITIES))
    network = torch.nn.Sequential(*layers)
    with torch.no_grad():
        for t, tensor in enumerate(network.parameters()):
            bits = mixed(numpy.arange(tensor.numel(), dtype=numpy.uint32) + numpy.uint32(t << 24))
            scale = 0 if tensor.dim() == 1 else (24 / tensor[0].numel()) ** 0.5
            tensor.copy_(torch.from_numpy((bits / 2**32 - 0.5) * scale).view(tensor.shape))
    return network


def make_batch(torch, px, batch):
    import numpy

    pixels = mixed(numpy.arange(batch * px * px * 3, dtype=numpy.uint32)) & numpy.uint32(255)
    images = torch.from_numpy((pixels.astype(numpy.float32) - 127.5) / 64).view(batch, px, px, 3)
    return images.permute(0, 3, 1, 2), torch.arange(batch) % IDENTITIES


def peer(setting, precision, arguments):
    """PyTorch's side."""
    import torch

    torch.set_num_threads(os.cpu_count())
    idle = turns.memory_mib("VmRSS")
    network = make_network(torch, arguments.px, arguments.width, arguments.fc)
    images, labels = make_batch(torch, arguments.px, arguments.batch)
    layout = torch.channels_last if setting in ("channels_last", "both") else torch.contiguous_format
    network, images = network.to(memory_format=layout), images.contiguous(memory_format=layout)
    network.eval()
    with torch.no_grad():
        first_loss = torch.nn.functional.cross_entropy(network(images), labels).item()
    network.train()
    optimizer = torch.optim.SGD(
        network.parameters(), RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY, fused=True
    )
    forward = torch.compile(network) if setting in ("compile", "both") else network

    def steps():
        for _ in range(arguments.steps):
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
                scores = forward(images)
            loss = torch.nn.functional.cross_entropy(scores.float(), labels)
            loss.backward()
            optimizer.step()
            value = loss.item()
        return {"first_loss": first_loss, "loss": value}

    turns.take_turns(idle, steps)


def worker_environment():
    """What the host sets for its workers (core/graph/executor.cc), where nobody has."""
    with open("/proc/cpuinfo") as cpu:
        flags = set(cpu.read().split())
    environment = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "10000"}
    if {"avx512f", "avx512vl", "avx512bw", "avx512dq"} <= flags:
        environment["OPENBLAS_CORETYPE"] = "SKYLAKEX"
    elif {"avx2", "fma"} <= flags:
        environment["OPENBLAS_CORETYPE"] = "HASWELL"
    return {name: os.environ.get(name, value) for name, value in environment.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=8, help="of a turn; facet makes four batches ahead")
    parser.add_argument("--precisions", default="float32,bfloat16")
    parser.add_argument("--peers", default="plain,channels_last,compile,both")
    parser.add_argument("--own", default="ready,jpeg,convolutions", help="other sides of facet")
    parser.add_argument("--px", type=int, default=128)
    parser.add_argument("--width", type=float, default=0.5)
    parser.add_argument("--fc", type=int, default=1024)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        peer(arguments.side, arguments.precisions, arguments)
        return
    program, python = turns.facet_program("training_turns"), turns.peer_python(["torch", "numpy"])
    sizes = [arguments.px, arguments.width, arguments.fc, arguments.batch, arguments.steps]
    for precision in arguments.precisions.split(","):

        def own(side):
            return turns.Side(f"facet {side}", [program, side, precision, *map(str, sizes)], worker_environment())

        def other(setting):
            options = [f"--{name}={getattr(arguments, name)}" for name in ("px", "width", "fc", "batch", "steps")]
            command = [python, __file__, "--side", setting, "--precisions", precision, *options]
            return turns.Side(f"PyTorch {setting}", command)

        others = [own(side) for side in filter(None, arguments.own.split(","))]
        peers = [other(setting) for setting in filter(None, arguments.peers.split(","))]
        title = "training step, network A, {} px, width {}, FC {}, batch {}, {} steps".format(*sizes)
        turns.compare(f"{title}, {precision}", own("facet"), others + peers, arguments.rounds)


if __name__ == "__main__":
    main()
