"""Runs a spec in parts on a local Ray cluster, and compares what they come to with a run that is not in parts.

    python3 parts.py INTROSPEC       the program to test

A server on loopback answers by the request's body alone, so that it does not matter who asks, and when.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import ray

SPEC = Path(__file__).with_name("colours.ispec")
PARTS = 6
WORKERS = 3


class Model(BaseHTTPRequestHandler):
    """A chat completions server that knows three prompts, and keeps every body that it is sent."""

    protocol_version = "HTTP/1.1"
    asked = []
    lock = threading.Lock()

    def do_POST(self):
        bytes_ = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(bytes_)
        with self.lock:
            self.asked.append(bytes_)
        prompt = body["messages"][-1]["content"]
        choices = [
            {
                "index": index,
                "message": {"role": "assistant", "content": self.text(body, prompt, index)},
                "finish_reason": "stop",
            }
            for index in range(body.get("n", 1))
        ]
        usage = {"prompt_tokens": len(prompt) // 4, "completion_tokens": 2 * len(choices)}
        reply = json.dumps({"object": "chat.completion", "choices": choices, "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def text(self, body, prompt, index):
        drawn = hashlib.sha256(f"{prompt}/{body.get('seed', 0) + index}".encode()).hexdigest()
        told = body["messages"][0]["role"] == "system"
        if prompt.startswith("Is this bold?"):
            return "yes" if "red" in prompt else "no"
        if "letter" in prompt:
            return f"I am {'red' if told else 'nobody'}, and my number is {drawn}."
        return "red" if told or int(drawn[0], 16) < 5 else "blue"

    def log_message(self, *_):
        pass


def introspec(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    # 3 and 4 say what a claim came to.
    if done.returncode not in (0, 3, 4):
        raise RuntimeError(f"introspec {arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


@ray.remote(num_cpus=1)
def part(program, spec, out, index):
    """Asks one part of the suite, in whichever worker Ray has for it."""
    introspec(program, "run", spec, "--out", out, "--shard", f"{index}/{PARTS}")
    return os.getpid(), str(out)


def main():
    program = str(Path(sys.argv[1]).resolve())
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = Path(tempfile.mkdtemp())
    spec = folder / SPEC.name
    spec.write_bytes(SPEC.read_bytes())
    address = f"http://127.0.0.1:{server.server_port}/v1"
    model = f'{{ provider: openai, base_url: "{address}", model: '
    (folder / "introspec.yaml").write_text(
        f"models:\n  m: {model} some-model }}\n  r: {model} judging-model }}\nroles: {{ base: m, reviewer: r }}\n"
    )

    introspec(program, "run", spec, "--out", folder / "whole")
    whole, Model.asked = Model.asked, []

    ray.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False)
    outs = [folder / f"part-{index}" for index in range(1, PARTS + 1)]
    done = ray.get([part.remote(program, spec, out, index) for index, out in enumerate(outs, 1)])
    ray.shutdown()
    workers = {pid for pid, _ in done}
    assert len(workers) > 1, "the parts ran in several workers"
    assert sorted(Model.asked) == sorted(whole), "the parts together ask what the whole asks, each thing once"

    introspec(program, "merge", folder / "merged", *(out for _, out in done))
    before = len(Model.asked)
    introspec(program, "run", spec, "--out", folder / "merged")
    assert len(Model.asked) == before, "a merged run asks nothing"
    results = [(folder / name / "results.json").read_bytes() for name in ("whole", "merged")]
    assert results[0] == results[1], "the reports are the same, byte for byte"
    print(f"{len(whole)} calls in {PARTS} parts by {len(workers)} workers: the same {len(results[0])} bytes of results")


main()
