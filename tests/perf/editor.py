#!/usr/bin/env python3
"""editor.py: how long an editor waits for this language's server and for TypeScript's, on the same infrastructure.

    cargo build --release -p cleaninfra && cargo build -p ci-language-server --example latency
    PERF_PEERS_DIR=<folder of setup.sh> tests/perf/editor.py [--sizes 100,1000,10000] [--rounds 3]

All servers are driven by the same client (lsp/server/examples/latency.rs), one after the other, round after round, so that a
noisy moment of the machine hits all of them alike. A change has been answered when the findings of the changed text have
come, whatever a server waits for before it looks. Every server runs as editors start it, with its own settings.
Reported is the round with the smallest 95th percentile. README.md says how far to trust the numbers.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# TypeScript's server needs minutes and gigabytes for more.
MOST_FOR_TYPESCRIPT = 1000


def contenders(program, source, peers, size):
    ours = [str(program), "language-server"]
    yield "cleaninfra, one file", source / "flat", ours
    yield "cleaninfra, services", source / "services", ours
    server = peers / "node" / "node_modules" / "typescript-language-server" / "lib" / "cli.mjs" if peers else None
    if server and server.exists() and size <= MOST_FOR_TYPESCRIPT:
        yield "TypeScript, CDK L1, one file", source / "cdk-ts", ["node", str(server), "--stdio"]


def measure(client, folder, command):
    environment = {**os.environ, "CI_LATENCY_JSON": "1"}
    run = subprocess.run([client, folder, *command], env=environment, capture_output=True, text=True, timeout=1200)
    if run.returncode != 0:
        sys.exit(f"{folder}: {command[0]} failed\n{run.stderr}")
    return json.loads(run.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="100,1000,10000")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    program = ROOT / "target" / "release" / "cleaninfra"
    client = ROOT / "target" / "debug" / "examples" / "latency"
    peers = pathlib.Path(os.environ["PERF_PEERS_DIR"]) if os.environ.get("PERF_PEERS_DIR") else None
    lines = [
        "| resources | server | start to findings | change to findings p50 / p95 | hover p95 | completion p95 | memory |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        sizes = arguments.sizes.split(",")
        subprocess.run(["cargo", "xtask", "gen", "perf", "--out", scratch, *sizes], cwd=ROOT, check=True)
        if peers:
            (scratch / "node_modules").symlink_to(peers / "node" / "node_modules")
        for size in sizes:
            rows = list(contenders(program, scratch / size, peers, int(size)))
            found = {name: [] for name, *_ in rows}
            for _ in range(arguments.rounds):
                for name, folder, command in rows:
                    found[name].append(measure(client, folder, command))
            for name, runs in found.items():
                best = min(runs, key=lambda run: run["findings"][1])
                half, most = best["findings"]
                start = min(run["start"] for run in runs)
                line = (
                    f"| {size} | {name} | {start:.0f} ms | {half:.1f} / {most:.1f} ms | {best['hover'][1]:.1f} ms "
                    f"| {best['completion'][1]:.1f} ms | {best['memory']:.0f} MiB |"
                )
                print(line, flush=True)
                lines.append(line)
    results = ROOT / "target" / "perf" / "editor.md"
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text("\n".join(lines) + "\n")


main()
