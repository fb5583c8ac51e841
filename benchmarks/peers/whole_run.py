"""A whole experiment, cold: facet beside the sum of its stages, and beside an earlier build of facet.

    ./facet install --prefix ~/facet-now
    python3 benchmarks/peers/whole_run.py ~/facet-now [--experiment table4_small] [--rounds 3] [--options "-j 2"]
        [--before ~/facet-before]

A turn is `facet run` of the experiment that the installation came with, in a store of its own that is empty. Found are
the stages that were computed, the seconds that the run's record gives them together, and how much longer the whole
took; for stages beside each other (-j) the sum is longer than the whole. An earlier build is one of a checkout of that
commit. --rows prints each row's figures too: what both builds must agree in.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import turns


def run(installed, experiment, options):
    """One cold run: seconds of the whole and of its stages, by name."""
    with tempfile.TemporaryDirectory() as store:
        file = next(pathlib.Path(installed).glob(f"**/experiments/{experiment}.toml"), None)
        if file is None:
            sys.exit(f"there is no experiments/{experiment}.toml below {installed}")
        program = pathlib.Path(installed) / "bin" / "facet"
        begin = time.perf_counter()
        done = subprocess.run([program, "--store", store, "run", file, *options], capture_output=True, text=True)
        seconds = time.perf_counter() - begin
        if done.returncode:
            sys.exit(f"{program} run {file} ended with {done.returncode}:\n{done.stderr[-2000:]}")
        stages = []
        for events in pathlib.Path(store).glob("runs/*/*/events.jsonl"):
            for line in events.read_text().splitlines():
                event = json.loads(line)
                if event["event"] == "stage" and event["state"] == "done":
                    stages.append((event["stage"], event["seconds"]))
        return seconds, stages, done.stdout


def side(installed, experiment, options, rows):
    def work():
        seconds, stages, table = run(installed, experiment, options)
        by_name = collections.Counter()
        for name, took in stages:
            by_name[name] += took
        if rows:
            print(table, file=sys.stderr)
        longest = {name: round(took, 2) for name, took in by_name.most_common(6)}
        total = sum(by_name.values())
        return {"stages": len(stages), "their_sum": total, "whole_to_sum": seconds / total, **longest}

    turns.take_turns(0, work)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("installed", help="where ./facet install put it")
    parser.add_argument("--before", help="an installation of an earlier commit")
    parser.add_argument("--experiment", default="table4_small")
    parser.add_argument("--options", default="", help="of facet run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", action="store_true", help="print the tables, on stderr")
    parser.add_argument("--side", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        return side(arguments.installed, arguments.experiment, arguments.options.split(), arguments.rows)

    def of(name, installed):
        options = ["--experiment", arguments.experiment, f"--options={arguments.options}"]
        options += ["--rows"] if arguments.rows else []
        return turns.Side(name, [sys.executable, __file__, installed, "--side", *options])

    before = [of("facet before", arguments.before)] if arguments.before else []
    title = f"facet run {arguments.experiment}.toml {arguments.options}, cold"
    turns.compare(title, of("facet", arguments.installed), before, arguments.rounds, warm_up=False)


if __name__ == "__main__":
    main()
