"""Runs introspec, bare loops and other evaluation tools against one mock server, in turn, and prints medians.

    python3 benches/bars.py BENCH BAR [--runs 5] [--peers none|lm-eval,inspect,...] [--prompts 1000]

BENCH is a copy of the folder with the mock, the drivers and the tools, built and installed as its README says; ports 8099
and 8098 have to be free. `cargo build --release --benches` comes first. BAR is

    rate     100,000 distinct prompts, no latency, concurrency 100
    latency  5,000 prompts, 200 ms, concurrency 500, and the adaptive mode
    cost     processor time of a request and resident memory, of every tool, on --prompts prompts
    million  resident memory over 1,000,000 requests

Each figure is the median of the runs, with the least and the most. Every command runs under the bench's own
`drivers/measure.py`: processor time is that of the process and its children, memory the sum over them.
"""

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
PORTS = {0: 8099, 200: 8098}
PEERS = ["py-aiohttp", "py-openai", "llmcomp", "lm-eval", "promptfoo", "inspect"]
WORDS = "apple bridge candle cloud copper forest garden harbor lamp mirror pepper river stone tiger window".split()

SPEC = """
table prompts from "prompts.jsonl" {{ prompt: text }}
question q {{ row from prompts  ask "{{{{ prompt }}}}"  answer text  max tokens 8  score {{{{ 1 if "lamp" in answer else 0 }}}} }}
suite asked {{ ask q;  samples 1 }}
experiment all {{
  arms base
  run asked
  claim some "It speaks of lamps" {{{{ mean(asked, base) > 0.1 }}}}
}}
"""
CONFIG = 'models: {{ m: {{ provider: openai, base_url: "{base}", model: mock-model{fixed} }} }}\nroles: {{ base: m }}\n'


class Bench:
    def __init__(self, folder, runs):
        self.folder, self.runs, self.servers = Path(folder).resolve(), runs, {}
        for name in ["mock/target/release/mock", "rustfloor/target/release/chatfloor", "drivers/measure.py"]:
            if not (self.folder / name).exists():
                sys.exit(f"{self.folder / name} is not there: see the README of that folder")
        (self.folder / "logs").mkdir(exist_ok=True)

    def serve(self, latency):
        if latency not in self.servers:
            environment = dict(os.environ, PORT=str(PORTS[latency]), LATENCY_MS=str(latency), THREADS="1")
            command = [str(self.folder / "mock/target/release/mock")]
            self.servers[latency] = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
            time.sleep(0.5)
            if self.servers[latency].poll() is not None:
                sys.exit(f"port {PORTS[latency]} is taken")
        return f"http://127.0.0.1:{PORTS[latency]}/v1"

    def stop(self):
        for server in self.servers.values():
            server.terminate()

    def suite(self, prompts):
        """A file of distinct prompts, like those that the folder has."""
        path = self.folder / f"suites/s{prompts}.jsonl"
        if not path.exists():
            draw = random.Random(prompts)
            with open(path, "w") as file:
                for number in range(prompts):
                    words = " ".join(draw.choices(WORDS, k=12))
                    text = f"Question {number}: which of these would you keep, {words}? Answer in a few words."
                    file.write(json.dumps({"id": number, "prompt": text}) + "\n")
        return path

    def measured(self, label, command, latency, **variables):
        """Runs a command once; returns what the drivers measured, and what it printed."""
        base = self.serve(latency)
        result, log = self.folder / "bar.jsonl", self.folder / "logs/bar.log"
        result.unlink(missing_ok=True)
        environment = dict(
            os.environ, BASE=base, MOCK_PID=str(self.servers[latency].pid), MOCK_PORT=str(PORTS[latency]),
            RUN_LOG=str(log), **variables,
        )
        measure = [sys.executable, "drivers/measure.py", label, str(result), "--", *map(str, command)]
        subprocess.run(measure, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, check=True)
        figures = json.loads(result.read_text())
        said = log.read_text(errors="replace")
        # A claim of the program may well be refuted.
        if figures["rc"] not in (0, 3, 4):
            sys.exit(f"{label} ended with {figures['rc']}:\n{said[-2000:]}")
        figures["rate"] = rate(said)
        return figures

    def program(self, prompts, latency, concurrency):
        """The whole program on a suite: build, requests, store, scores and report."""
        folder = Path(tempfile.mkdtemp(prefix="bars-"))
        shutil.copy(self.suite(prompts), folder / "prompts.jsonl")
        (folder / "spec.ispec").write_text(SPEC.format())
        fixed = f", concurrency: {concurrency}" if concurrency else ""
        (folder / "introspec.yaml").write_text(CONFIG.format(base=self.serve(latency), fixed=fixed))
        try:
            return self.measured(
                "introspec", [RELEASE / "introspec", "run", folder / "spec.ispec", "--out", folder / "out"], latency
            )
        finally:
            shutil.rmtree(folder)

    def runner(self, prompts, latency, concurrency):
        """The runner and its store alone."""
        newest = max(RELEASE.glob("deps/runner-*[0-9a-f]"), key=lambda path: path.stat().st_mtime)
        asked = {"ASKS": str(prompts), "CONCURRENCY": str(concurrency or "adaptive")}
        return self.measured("runner", [newest, "--bench"], latency, **asked)

    def floor(self, prompts, latency, concurrency):
        command = ["rustfloor/target/release/chatfloor", self.suite(prompts), concurrency, "o_rust.jsonl"]
        return self.measured("floor", command, latency)

    def peer(self, name, prompts, latency, concurrency):
        suite, python = self.suite(prompts), "venvs/{}/bin/python".format
        self.configure_peers(prompts, latency)
        command = {
            "py-aiohttp": [python("floor"), "drivers/floor_aiohttp.py", suite, concurrency, "o_aio.jsonl"],
            "py-openai": [python("floor"), "drivers/floor_openai.py", suite, concurrency, "o_oai.jsonl"],
            "llmcomp": [python("llmcomp"), "drivers/run_llmcomp.py", suite, concurrency, "wd_llmcomp"],
            "lm-eval": ["drivers/run_lmeval.sh", prompts, concurrency, "wd_lm"],
            "promptfoo": ["drivers/run_promptfoo.sh", prompts, concurrency, "wd_pf"],
            "inspect": [python("inspect"), "drivers/run_inspect.py", suite, concurrency, "wd_inspect", "none"],
        }[name]
        return self.measured(name, command, latency)

    def configure_peers(self, prompts, latency):
        """Writes what two of the tools want to have in files, as the drivers do for the sizes they know."""
        tests = [{"vars": {"q": json.loads(line)["prompt"]}} for line in open(self.suite(prompts))]
        settings = {"apiBaseUrl": self.serve(latency), "apiKey": "sk-fake", "temperature": 1, "max_tokens": 8}
        provider = {"id": "openai:chat:mock-model", "config": settings}
        promptfoo = {"description": "bench", "prompts": ["{{q}}"], "providers": [provider], "tests": tests}
        (self.folder / f"drivers/pf_{prompts}.json").write_text(json.dumps(promptfoo))
        subprocess.run(["bash", "drivers/mklm.sh"], cwd=self.folder, check=True)
        known = (self.folder / "drivers/lmtask/bench_1.yaml").read_text()
        task = known.replace("bench_1", f"bench_{prompts}").replace("s1.jsonl", f"s{prompts}.jsonl")
        (self.folder / f"drivers/lmtask/bench_{prompts}.yaml").write_text(task)


def rate(said):
    """Requests per second of the loop alone, where a command says it."""
    found = re.search(r"([\d,]+)/s \(", said)
    if found:
        return float(found[1].replace(",", ""))
    found = re.search(r"loop ([\d.]+)s n=(\d+)", said)
    return float(found[2]) / float(found[1]) if found else None


def spread(figures, field, digits):
    values = sorted(figure[field] for figure in figures)
    return f"{statistics.median(values):,.{digits}f} ({values[0]:,.{digits}f}–{values[-1]:,.{digits}f})"


def median(figures, field):
    return statistics.median(figure[field] for figure in figures)


def in_turn(bench, runners):
    """Runs every runner once, then again, so that what disturbs the machine disturbs all."""
    if not (RELEASE / "introspec").exists():
        print(f"left out, since {RELEASE / 'introspec'} is not built: `introspec run`", file=sys.stderr)
        runners = {name: run for name, run in runners.items() if not name.startswith("`introspec run`")}
    found = {name: [] for name in runners}
    for turn in range(bench.runs):
        for name, run in runners.items():
            found[name].append(run())
            print(f"  {turn + 1}: {name}", json.dumps(found[name][-1]), file=sys.stderr, flush=True)
    return found


def table(head, rows):
    print(f"\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def bar_rate(bench, options):
    prompts = 100_000
    found = in_turn(bench, {
        "bare reqwest loop": lambda: bench.floor(prompts, 0, 100),
        "introspec's runner, every answer durable": lambda: bench.runner(prompts, 0, 100),
        "`introspec run`, from the spec to the report": lambda: bench.program(prompts, 0, 100),
    })
    for name in options.peers:
        found[name] = [bench.peer(name, options.prompts, 0, 100) for _ in range(options.peer_runs)]
    rows = []
    for name, figures in found.items():
        asked = options.prompts if name in options.peers else prompts
        for figure in figures:
            figure["rate"] = figure["rate"] or asked / figure["wall"]
        rows.append([name, f"{asked:,}", spread(figures, "rate", 0), spread(figures, "wall", 2)])
    table(["", "prompts", "requests/s", "whole process, s"], rows)
    own, floor = (median(found[name], "rate") for name in list(found)[1::-1])
    print(f"\nthe runner makes {own / floor:.2f} times the requests of the bare loop", end="")
    for name in options.peers:
        print(f", {own / median(found[name], 'rate'):.0f} times those of {name}", end="")
    print()


def bar_latency(bench, _):
    found = in_turn(bench, {
        "bare reqwest loop": lambda: bench.floor(5000, 200, 500),
        "introspec's runner": lambda: bench.runner(5000, 200, 500),
        "introspec's runner, adaptive": lambda: bench.runner(5000, 200, None),
        "`introspec run`": lambda: bench.program(5000, 200, 500),
        "`introspec run`, adaptive": lambda: bench.program(5000, 200, None),
    })
    rows = []
    for name, figures in found.items():
        for figure in figures:
            figure["loop"] = 5000 / figure["rate"] if figure["rate"] else figure["wall"]
            figure["inflight"] = figure["mock"]["max_inflight"]
        asking = spread(figures, "loop", 3) if figures[0]["rate"] else "–"
        rows.append([name, asking, spread(figures, "wall", 2), spread(figures, "inflight", 0)])
    table(["5,000 prompts, 200 ms, 500 at once", "asking, s", "whole process, s", "most at once"], rows)


def bar_cost(bench, options):
    prompts = options.prompts
    runners = {
        "bare reqwest loop": lambda prompts: bench.floor(prompts, 0, 100),
        "`introspec run`": lambda prompts: bench.program(prompts, 0, 100),
    }
    rows = []
    for name in [*runners, *options.peers]:
        run = runners.get(name, lambda prompts, name=name: bench.peer(name, prompts, 0, 100))
        runs = bench.runs if name in runners else options.peer_runs
        start, many = [run(1) for _ in range(runs)], [run(prompts) for _ in range(runs)]
        each = (median(many, "cpu") - median(start, "cpu")) / (prompts - 1) * 1000
        rows.append([
            name, f"{runs}", spread(start, "cpu", 3), f"{each:.3f}", spread(many, "peak_rss_mb", 0),
            spread(many, "foreign_cpu", 2),
        ])
        print("  done:", rows[-1], file=sys.stderr, flush=True)
    table([f"{prompts:,} prompts", "runs", "start, CPU s", "CPU ms each", "resident, MiB", "others' CPU s"], rows)


def bar_million(bench, options):
    rows = []
    runners = {"introspec's runner": bench.runner, "`introspec run`, from the spec to the report": bench.program}
    for name, run in runners.items():
        figures = [run(1_000_000, 0, 100) for _ in range(bench.runs)]
        rows.append([name, spread(figures, "peak_rss_mb", 0), spread(figures, "wall", 1), spread(figures, "cpu", 1)])
    table(["1,000,000 requests", "resident, MiB", "s", "CPU s"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    bars = {"rate": bar_rate, "latency": bar_latency, "cost": bar_cost, "million": bar_million}
    parser.add_argument("bench")
    parser.add_argument("bar", choices=bars)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer-runs", type=int, default=3)
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--prompts", type=int, default=1000)
    options = parser.parse_args()
    options.peers = [] if options.peers == "none" else options.peers.split(",")
    bench = Bench(options.bench, options.runs)
    try:
        bars[options.bar](bench, options)
    finally:
        bench.stop()


if __name__ == "__main__":
    main()
