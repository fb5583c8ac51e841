"""Photographs to crops beside a loop of OpenCV's calls: decode, detect, align, pack.

    ./facet build //:dist //benchmarks:packing
    python3 benchmarks/peers/packing.py [--photographs lfw,celeba,rendered] [--count N] [--rounds N]

facet's side is `facet run` from its start until its stage `pack` is done: planning, hashing of the photographs, the
stages dataset, detect, align and pack in processes of their own, each kept in the store. The store is a new one for each
turn, in which something was planned before: of the first plan in a store half a second is for LibTorch. Components:
`haar` and `none`; crops are 256 px, JPEG of 95 %, as is usual in training. The loop (benchmarks/packing.cc) makes the
same calls of the same OpenCV in one process, with a thread an image or with OpenCV's own threads.

`lfw` and `celeba` are photographs below ${FACET_DATA} (<name>/[images/]<person>/<file>); without them `rendered` alone:
faces that the program paints, 512 px. Where there are fewer than --count, copies of them follow under other names.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import turns

RENDERED_PX = 512
EXPERIMENT = """
schema = 1
title = "packing"
[[row]]
id = "packing"
train.architecture = {{ use = "pixels" }}
test.data = {{ {data} }}
test.detector = {{ use = "haar" }}
test.aligner = {{ use = "none" }}
test.evaluator = {{ use = "tar_at_far", pairs = "all" }}
"""


# ---- facet's side


def read_artifact(store, stage):
    for path in pathlib.Path(store).glob("cache/v1/ac/*/*/artifact.json"):
        artifact = json.loads(path.read_text())
        if artifact["type"] == stage:
            return artifact
    raise RuntimeError(f"the store {store} has no {stage}")


def findings(store):
    digest = next(file["digest"] for file in read_artifact(store, "detect")["files"] if file["name"] == "faces.jsonl")
    faces = [json.loads(line) for line in (pathlib.Path(store) / "cache/v1/cas" / digest[:2] / digest).open()]
    boxes = [face["box"] for face in faces if "box" in face]
    return {
        "faces": sum(face["state"] == "found" for face in faces),
        "sides": sum(box[2] for box in boxes),
        "corners": sum(box[0] + box[1] for box in boxes),
    }


def run_facet(program, folder):
    """A run up to its crops: (seconds, what it found)."""
    with tempfile.TemporaryDirectory(dir=os.path.dirname(folder)) as work:
        experiment = os.path.join(work, "packing.toml")
        store = os.path.join(work, "store")
        pathlib.Path(experiment).write_text(EXPERIMENT.format(data='use = "synthetic"'))
        subprocess.run([program, "plan", experiment, "--store", store], stdout=subprocess.DEVNULL, check=True)
        pathlib.Path(experiment).write_text(EXPERIMENT.format(data=f'use = "folder", root = "{folder}"'))
        begin = time.perf_counter()
        run = subprocess.Popen(
            [program, "run", experiment, "--store", store, "--progress", "json"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=work,
        )
        seconds = None
        for line in run.stderr:
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("stage") == "test.pack" and event.get("state") == "done":
                seconds = time.perf_counter() - begin
                run.send_signal(signal.SIGTERM)
                break
            if event.get("state") == "failed":
                sys.exit(line)
        run.stderr.read()
        run.wait()
        if seconds is None:
            sys.exit("facet run ended without crops")
        stages = {stage: read_artifact(store, stage)["provenance"] for stage in ("dataset", "detect", "align", "pack")}
        found = findings(store)
        found["mib"] = max(stage["peak_rss_mib"] for stage in stages.values())
        found.update({stage: provenance["seconds"] for stage, provenance in stages.items()})
        return seconds, found


def take_turns(program, folder):
    for _ in sys.stdin:
        seconds, found = run_facet(program, folder)
        print(json.dumps({"seconds": seconds, "peak_mib": found.pop("mib"), **found}), flush=True)


# ---- Photographs


def known_photographs(name):
    root = pathlib.Path(os.environ.get("FACET_DATA", "/nonexistent"), name)
    return sorted((root / "images" if (root / "images").is_dir() else root).glob("*/*.jpg"))


def make_photographs(name, count, folder, loop):
    if name == "rendered":
        subprocess.run([loop, "render", folder, str(count), str(RENDERED_PX)], check=True)
        return
    photographs = known_photographs(name)
    if not photographs:
        sys.exit(f"no photographs of {name}: FACET_DATA names the folder that holds {name}/ (experiments/DATA.md)")
    for i in range(count):
        source = photographs[i % len(photographs)]
        target = pathlib.Path(folder, source.parent.name, f"{i // len(photographs)}_{source.name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photographs", help="default: lfw, celeba as far as they are there, else rendered")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", default="images,opencv", help="of the loop")
    parser.add_argument("--facet", help="another build's")
    parser.add_argument("--loop", help="another build's benchmarks/packing")
    parser.add_argument("--side", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        return take_turns(*options.side)
    facet = options.facet or turns.built("//:dist", "dist", "bin", "facet")
    loop = options.loop or turns.facet_program("packing")
    usual = [name for name in ("lfw", "celeba") if known_photographs(name)] or ["rendered"]
    for name in options.photographs.split(",") if options.photographs else usual:
        with tempfile.TemporaryDirectory() as place:
            folder = os.path.join(place, "photographs")
            make_photographs(name, options.count, folder, loop)
            own = turns.Side("facet", [sys.executable, os.path.abspath(__file__), "--side", facet, folder])
            peers = [
                turns.Side(f"loop, threads of {threads}", [loop, "loop", folder, threads])
                for threads in options.threads.split(",")
            ]
            turns.compare(f"{name}, {options.count:,} photographs", own, peers, options.rounds)


if __name__ == "__main__":
    main()
