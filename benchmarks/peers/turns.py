"""Compares facet with what a user would take instead: both sides of a work take turns, in one run.

A side is a process that lives as long as the comparison. For each line on its standard input it does the work once
and answers a line of JSON: {"seconds": ..., "peak_mib": ..., and what it found}. facet's sides are programs of
benchmarks/ (see turns.h); peers' are the scripts beside this file, called with --side NAME.

The first turn of each side is for warming up and is not counted. Beside each peer's median stands the median of
peer / facet over the rounds: above 1, facet is the faster one.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

PACKAGES = {
    "torch": "torch==2.11.0",
    "pytorch_metric_learning": "pytorch-metric-learning==2.9.0",
    "sklearn": "scikit-learn==1.9.1",
    "numpy": "numpy",
    "cv2": "opencv-python-headless",
}
ROOT = pathlib.Path(__file__).resolve().parents[2]


def peer_python(modules):
    """The interpreter of the peers, or an end that says how to get it."""
    python = os.environ.get("FACET_PEERS_PYTHON", sys.executable)
    for module in modules:
        if subprocess.run([python, "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode:
            packages = " ".join(PACKAGES[name] for name in modules)
            sys.exit(
                f"{python} has no {module}. To get the peers:\n"
                f"    python3 -m venv ~/facet-peers && ~/facet-peers/bin/pip install {packages}\n"
                "    export FACET_PEERS_PYTHON=~/facet-peers/bin/python"
            )
    return python


def built(target, *parts):
    path = ROOT.joinpath("bazel-bin", *parts)
    if not path.exists():
        sys.exit(f"{path} is not built: ./facet build {target}")
    return str(path)


def facet_program(name):
    return built(f"//benchmarks:{name}", "benchmarks", name)


def memory_mib(field):
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    return 0.0


def take_turns(idle_mib, work):
    """A peer's side: answers turns until the input ends. work() returns what it found, a dict."""
    for _ in sys.stdin:
        with open("/proc/self/clear_refs", "w") as refs:
            refs.write("5")
        begin = time.perf_counter()
        found = work()
        seconds = time.perf_counter() - begin
        print(json.dumps({"seconds": seconds, "peak_mib": memory_mib("VmHWM") - idle_mib, **found}), flush=True)


class Side:
    def __init__(self, name, command, environment=None):
        self.name, self.answers, self.error = name, [], ""
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}
        )

    def turn(self, counted=True):
        """One turn; False after a side has ended (of memory, say)."""
        if self.error:
            return False
        try:
            self.process.stdin.write("go\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.error = f"ended with code {self.process.wait()}"
            return False
        if counted:
            self.answers.append(json.loads(line))
        return True

    def median(self, field="seconds"):
        return statistics.median(answer[field] for answer in self.answers)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def figure(seconds):
    return f"{seconds * 1e3:.4g} ms" if seconds < 1 else f"{seconds:.4g} s"


def compare(title, facet, peers, rounds=9, pause=0.1, warm_up=True):
    """Prints a line for each side; returns {peer's name: median of peer / facet}, without those that ended."""
    sides = [facet, *peers]
    for side in sides if warm_up else []:
        side.turn(counted=False)
    for _ in range(rounds):
        for side in sides:
            side.turn()
            time.sleep(pause)  # threads that still spin after their work take nothing from the next
    ratios = {}
    print(f"\n{title} ({rounds} rounds; load {os.getloadavg()[0]:.2f})")
    for side in sides:
        side.close()
        if side.error:
            print(f"  {side.name:32} {side.error}")
            continue
        seconds = [answer["seconds"] for answer in side.answers]
        found = "  ".join(
            f"{name} {side.median(name):.6g}" for name in side.answers[0] if name not in ("seconds", "peak_mib")
        )
        line = f"  {side.name:32} {figure(statistics.median(seconds)):>10} {side.median('peak_mib'):8.0f} MiB"
        if side is not facet and not facet.error:
            pairs = [peer / own["seconds"] for peer, own in zip(seconds, facet.answers)]
            ratios[side.name] = statistics.median(pairs)
            line += f"  {ratios[side.name]:6.2f} x facet's"
        print(f"{line:80} {found}")
    return ratios
