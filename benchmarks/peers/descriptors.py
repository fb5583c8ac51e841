"""Descriptors of 30 views a face by network B, 224 px: facet beside PyTorch at each of its settings.

    ./facet build //benchmarks:descriptor_turns
    python3 benchmarks/peers/descriptors.py [--rounds N] [--precisions float32,bfloat16] [--width 1 --fc 4096]
        [--views 30] [--peers channels_last,both]

A turn is ten faces. facet's is the describe stage: crops of 512 px are decoded, shrunk to three scales, and ten
windows of each go through the network. PyTorch takes the same crops decoded, shrinks them by its antialiased
interpolation and takes --views views at a time, in inference mode; its settings are those of training_step.py. Both
have the same weights: `norm` is the mean length of a view's descriptor, and agrees as far as the shrinking does.
The facet side "convolutions" is those of as many views alone.
"""

import argparse
import os

import training_step
import turns

LAYERS, CROP_PX, INPUT_PX, SCALES, FACES = [2, 2, 2, 2, 2], 512, 224, [256, 384, 512], 10


def make_crops(torch):
    """[faces, 3, 512, 512] in RGB: the waves of descriptor_turns.cc."""
    import numpy

    y, x, c = numpy.meshgrid(numpy.arange(CROP_PX), numpy.arange(CROP_PX), numpy.arange(3), indexing="ij")
    crops = [
        numpy.rint(127.5 + 50 * (numpy.sin(0.02 * k * x + c) + numpy.cos(0.015 * k * y - c)))
        for k in range(1, FACES + 1)
    ]
    bgr = torch.from_numpy(numpy.stack(crops).astype(numpy.uint8))
    return bgr.flip(3).permute(0, 3, 1, 2).contiguous()


def views_of(torch, crop):
    """[30, 3, 224, 224], as the network takes them."""
    views = []
    for scale in SCALES:
        image = crop[None].float()
        if scale != CROP_PX:
            image = torch.nn.functional.interpolate(image, (scale, scale), mode="bilinear", antialias=True)
        far = scale - INPUT_PX
        for x, y in [(0, 0), (far, 0), (0, far), (far, far), (far // 2, far // 2)]:
            window = image[:, :, y : y + INPUT_PX, x : x + INPUT_PX]
            views += [window, window.flip(3)]
    return (torch.cat(views) - 127.5) / 64


def peer(setting, precision, arguments):
    """PyTorch's side."""
    import torch

    torch.set_num_threads(os.cpu_count())
    idle = turns.memory_mib("VmRSS")
    network = training_step.make_network(torch, INPUT_PX, arguments.width, arguments.fc, LAYERS)[:-1].eval()
    layout = torch.channels_last if setting in ("channels_last", "both") else torch.contiguous_format
    network = network.to(memory_format=layout)
    if precision == "bfloat16":
        network = network.bfloat16()
    forward = torch.compile(network) if setting in ("compile", "both") else network
    crops = make_crops(torch)
    dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32

    @torch.inference_mode()
    def describe():
        descriptors, norms, waiting = [], [], []
        for crop in crops:
            waiting.append(views_of(torch, crop))
            if 30 * len(waiting) < arguments.views and len(descriptors) + len(waiting) < FACES:
                continue
            views = torch.cat(waiting).to(dtype).contiguous(memory_format=layout)
            output = forward(views).float()
            norms.append(output.norm(dim=1))
            descriptors += output.view(len(waiting), 30, -1).mean(1).unbind()
            waiting = []
        return {"norm": torch.cat(norms).mean().item()}

    turns.take_turns(idle, describe)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--precisions", default="float32,bfloat16")
    parser.add_argument("--peers", default="plain,channels_last,compile,both")
    parser.add_argument("--own", default="convolutions", help="other sides of facet")
    parser.add_argument("--width", type=float, default=1.0)
    parser.add_argument("--fc", type=int, default=4096)
    parser.add_argument("--views", type=int, default=30, help="that PyTorch takes at a time, a multiple of 30")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        peer(arguments.side, arguments.precisions, arguments)
        return
    program, python = turns.facet_program("descriptor_turns"), turns.peer_python(["torch", "numpy"])
    for precision in arguments.precisions.split(","):

        def own(side):
            sizes = [arguments.width, arguments.fc, arguments.rounds + 1]
            command = [program, side, precision, *map(str, sizes)]
            return turns.Side(f"facet {side}", command, training_step.worker_environment())

        def other(setting):
            options = [f"--{name}={getattr(arguments, name)}" for name in ("width", "fc", "views")]
            command = [python, __file__, "--side", setting, "--precisions", precision, *options]
            return turns.Side(f"PyTorch {setting}", command)

        others = [own(side) for side in filter(None, arguments.own.split(","))]
        peers = [other(setting) for setting in filter(None, arguments.peers.split(","))]
        title = f"30 views of each of {FACES} faces, network B, width {arguments.width}, FC {arguments.fc}, {precision}"
        turns.compare(title, own("facet"), others + peers, arguments.rounds)


if __name__ == "__main__":
    main()
