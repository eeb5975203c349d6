#!/usr/bin/env python3
"""measure.py: times whole compilers on the same infrastructure, in one run, interleaved.

    cargo build --release -p cleaninfra && cargo build --release -p ci-tests --bin json-roundtrip
    PERF_PEERS_DIR=<folder of setup.sh> tests/perf/measure.py [--sizes 10,100,1000,10000] [--only REGEX] [--runs 7]

Every contender is one process from start to end, as a person or a build server would run it. All of a size are run
in turn, round after round, so that a noisy moment of the machine hits all of them alike; and what each produces is
compared with the reference template before anything is timed. Reported are the median and the smallest wall time,
the smallest CPU time, and the peak of resident memory. README.md says what each row means and how far to trust it.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True  # Nothing but sources belongs into this folder.

import compare

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A first run that takes longer than this many CPU-seconds is repeated only SLOW_RUNS times in all.
SLOW, SLOW_RUNS = 4.0, 3
# A run is ended at so many CPU-seconds (wall-seconds), and the contender is left out of this and larger sizes.
CPU_LIMIT, WALL_LIMIT = 120, 600

# What `cleaninfra` is called with inside a project, and where it then puts its templates.
BUILD, CHECK, BUILD_FOLDER = ["build"], ["check"], "build"

# What a manifest says for no rules of packages to apply.
NO_RULES = "\n[rules]\npackages = []\n"


class Contender:
    """One row: a command, what makes ready for each run of it, and how to see that it did the work."""

    def __init__(self, name, command, folder=None, before=None, wrong=None, environment=None):
        self.name, self.command, self.folder = name, [str(word) for word in command], folder
        # `wrong` says what is wrong with what a run produced, or None.
        self.before, self.wrong = before, wrong or (lambda: None)
        self.environment = {**os.environ, **(environment or {})}
        self.samples, self.memory, self.note, self.limit = [], None, "", None

    def due(self, round_number):
        return not self.note and (self.limit is None or round_number < self.limit)


def ours(program, source, scratch):
    """Our own rows. Each works on a copy of its own, so that none warms the other's files up."""
    for style in ("flat", "loop", "services"):
        for mode in ("cold", "cold, no rules", "no-op", "edit", "check"):
            project = scratch / f"{style}-{mode}"
            shutil.copytree(source / style, project)
            cold = lambda p=project: clean(p)
            before = {"cold": cold, "cold, no rules": cold, "edit": lambda p=project: edit(p)}.get(mode)
            if mode == "cold, no rules":
                with open(project / "ci.toml", "a") as manifest:
                    manifest.write(NO_RULES)
            wrong = {
                "cold": lambda p=project, r=style != "flat": differs(source, p / BUILD_FOLDER, r),
                "cold, no rules": lambda p=project, r=style != "flat": differs(source, p / BUILD_FOLDER, r),
                "no-op": lambda p=project, r=style != "flat": differs(source, p / BUILD_FOLDER, r),
                "edit": lambda p=project: misses_edit(p),
            }.get(mode)
            yield Contender(
                f"cleaninfra {style}, {mode}",
                [program, *(CHECK if mode == "check" else BUILD)],
                folder=project,
                before=before,
                wrong=wrong,
            )


def differs(source, produced, renamed=False):
    """How a template differs from the reference: a wrong template is not a time."""
    try:
        return compare.compare(source / "canon.json", [produced], renamed)
    except (OSError, ValueError) as error:
        return str(error)


def clean(project):
    """Leaves a project as it was cloned: whatever a build left behind is gone, wherever it was put."""
    for entry in project.iterdir():
        if entry.name in ("ci.toml", "src"):
            continue
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


TIMEOUT = r"VisibilityTimeout: (\d+)"


def edited_file(project):
    return next(file for file in sorted(project.glob("src/*.ci")) if re.search(TIMEOUT, file.read_text()))


def edit(project):
    """Changes one line of one source, each time to another number."""
    bump(edited_file(project), TIMEOUT)


def misses_edit(project):
    """Whether the number that was edited is missing from every template: a stale template is not a time either."""
    number = re.search(TIMEOUT, edited_file(project).read_text())[1]
    wanted = re.compile(rf'"VisibilityTimeout":\s*{number}\b')
    templates = (project / BUILD_FOLDER).rglob("*.json")
    return None if any(wanted.search(file.read_text()) for file in templates) else "the edit is not in any template"


def bump(file, pattern):
    text = file.read_text()
    number = re.search(pattern, text)
    raised = 180 + (int(number[1]) - 179) % 600
    file.write_text(text[: number.start(1)] + str(raised) + text[number.end(1) :])


def baseline(program, source, scratch):
    target = scratch / "roundtrip.json"
    yield Contender(
        "json-roundtrip (floor)", [program, source / "canon.json", target],
        wrong=lambda: differs(source, target),
    )


def peers(folder, source, scratch):
    """The peers that are installed under `folder`."""
    modules, python = folder / "node" / "node_modules", folder / "venv" / "bin" / "python"
    node = ["node", "--max-old-space-size=8192"]
    canon = source / "canon.json"
    if (modules / "aws-cdk-lib").exists():
        # The programs import packages by name, which Node and tsc look up from the program's folder upwards.
        link = source.parent / "node_modules"
        if link.is_symlink():
            link.unlink()
        link.symlink_to(modules, target_is_directory=True)
        for name, extra in (("CDK L1 synth", {"CDK_VALIDATION": "false"}), ("CDK L1 synth, validated", {})):
            out = scratch / f"cdk-{len(extra)}"
            yield Contender(
                name,
                [*node, source / "cdk-js" / "app.js"],
                wrong=lambda out=out: differs(source, out / "S.template.json"),
                environment={"CDK_OUTDIR": str(out), **extra},
            )
    compiler = modules / "typescript" / "bin" / "tsc"
    if compiler.exists():
        yield Contender("tsc check of CDK L1", [*node, compiler, "-p", source / "cdk-ts"])
        copy = source / "cdk-ts-edit"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(source / "cdk-ts", copy)
        yield Contender(
            "tsc check of CDK L1, incremental, edit",
            [*node, compiler, "-p", copy, "--incremental", "--tsBuildInfoFile", scratch / "tsbuildinfo"],
            before=lambda: bump(copy / "app.ts", r"visibilityTimeout: (\d+)"),
        )
    pkl = modules / "@pkl-community" / "pkl-linux-x64" / "bin" / "pkl"
    if pkl.exists():
        out = scratch / "pkl.json"
        yield Contender(
            "Pkl",
            [pkl, "eval", "-f", "json", "-o", out, source / "pkl" / "flat.pkl"],
            wrong=lambda: differs(source, out),
        )
    if python.exists():
        yield Contender(
            "cloudformation-validate, schema rules",
            [python, "-c", "import sys, cloudformation_validate as c; c.SchemaValidator().validate(sys.argv[1])", canon],
        )
        yield Contender(
            "cloudformation-validate, all rules",
            [python, "-c", "import sys, cloudformation_validate as c; c.CompositeEngine().validate_template(sys.argv[1])", canon],
        )
        yield Contender(
            "cfn-lint", [python.with_name("cfn-lint"), "--non-zero-exit-code", "none", "-t", canon]
        )


def run_once(contender, log):
    """(wall, CPU, MiB) of one run, or None with the contender's note set."""
    if contender.before:
        contender.before()
    os.chdir(contender.folder or ROOT)
    to_log = [(os.POSIX_SPAWN_OPEN, fd, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for fd in (1, 2)]
    program = shutil.which(contender.command[0])
    if program is None:
        contender.note = "not found"
        return None
    start = time.perf_counter()
    # posix_spawn, because forking this process first would add its memory to the child's peak and time to its start.
    pid = os.posix_spawn(program, contender.command, contender.environment, file_actions=to_log)
    timer = threading.Timer(WALL_LIMIT, os.kill, (pid, signal.SIGKILL))
    try:
        resource.prlimit(pid, resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT + 1))
    except ProcessLookupError:
        pass  # It was faster than this.
    timer.start()
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    timer.cancel()
    cpu = usage.ru_utime + usage.ru_stime
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        slow = cpu >= CPU_LIMIT - 2 or wall >= WALL_LIMIT
        tail = " ".join(log.read_text(errors="replace").split())[-200:]
        contender.note = f"> {CPU_LIMIT} s CPU" if slow else f"exit {code}: {tail}"
        return None
    return wall, cpu, usage.ru_maxrss / 1024


def exact_memory(contender, log):
    """The peak in MiB of one more run under GNU time, which is so small that its own memory does not hide the child's.

    wait4 counts what the spawning process had mapped when it started the child, some 15 MiB of Python.
    """
    gnu_time = shutil.which("time")
    if gnu_time is None:
        return None
    if contender.before:
        contender.before()
    with open(log, "w") as output:
        done = subprocess.run(
            [gnu_time, "-f", "%M", "-o", str(log) + ".time", *contender.command],
            cwd=contender.folder or ROOT, env=contender.environment, stdout=output, stderr=output, check=False,
        )
    measured = pathlib.Path(str(log) + ".time")
    return int(measured.read_text().split()[-1]) / 1024 if done.returncode == 0 and measured.exists() else None


def calibrate():
    """CPU-seconds of a fixed loop: how slow the machine is at the moment."""
    start, total = time.process_time(), 0
    for number in range(2_000_000):
        total += number
    return time.process_time() - start


def measure(contenders, runs, log):
    """Fills the samples: one run each to warm the files up and to be compared with the reference, then rounds."""
    for contender in contenders:
        first = run_once(contender, log)
        if first is None:
            continue
        difference = contender.wrong()
        if difference:
            contender.note = f"produced something else: {difference.splitlines()[0]}"
            continue
        if first[1] > SLOW:
            contender.samples.append(first)
            contender.limit = SLOW_RUNS - 1
        print(f"  {contender.name}: {first[0]:.3f} s", file=sys.stderr, flush=True)
    for round_number in range(runs):
        for contender in contenders:
            if contender.due(round_number):
                sample = run_once(contender, log)
                if sample:
                    contender.samples.append(sample)
    for contender in contenders:
        if contender.samples and not contender.note:
            quick = contender.limit is None
            small = exact_memory(contender, log) if quick else None
            contender.memory = small or statistics.median(sample[2] for sample in contender.samples)


def rows(contenders, size):
    """One result per contender, as plain data."""
    for contender in contenders:
        result = {"name": contender.name, "size": size, "runs": len(contender.samples), "note": contender.note}
        if contender.samples and not contender.note:
            walls = [wall for wall, _, _ in contender.samples]
            result |= {
                "wall": statistics.median(walls),
                "wall_min": min(walls),
                "cpu_min": min(cpu for _, cpu, _ in contender.samples),
                "memory": contender.memory,
            }
        yield result


def duration(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def table(results, size):
    """Markdown, the ratios against our own cold build of the flat source (else the first row that has a time)."""
    timed = [row for row in results if "wall" in row]
    reference = next((row for row in timed if row["name"] == "cleaninfra flat, cold"), timed[0] if timed else None)
    lines = [
        f"### {size} resources", "",
        f"| contender | median | smallest | CPU, smallest | peak MiB | runs | smallest / {reference['name'] if reference else '-'} |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in results:
        if "wall" in row:
            ratio = row["wall_min"] / reference["wall_min"]
            cells = [duration(row["wall"]), duration(row["wall_min"]), duration(row["cpu_min"]), f"{row['memory']:.0f}", row["runs"], f"{ratio:.2f}×"]
        else:
            cells = [row["note"].replace("|", "/")[:120], "", "", "", "", ""]
        lines.append(f"| {row['name']} | " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--sizes", default="10,100,1000,10000")
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("--only", default="", help="a regular expression on the names of contenders")
    arguments.add_argument("--cleaninfra", type=pathlib.Path, default=ROOT / "target/release/cleaninfra")
    arguments.add_argument("--roundtrip", type=pathlib.Path, default=ROOT / "target/release/json-roundtrip")
    arguments.add_argument("--work", type=pathlib.Path, default=ROOT / "target/perf")
    options = arguments.parse_args()

    sizes = [int(size) for size in options.sizes.split(",")]
    work = options.work.resolve()
    sources, log = work / "sources", work / "last.log"
    work.mkdir(parents=True, exist_ok=True)
    generate = ["cargo", "xtask", "gen", "perf", "--out", str(sources), *map(str, sizes)]
    subprocess.run(generate, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    peers_folder = os.environ.get("PERF_PEERS_DIR")

    failed, everything = set(), []
    tables = [f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, calibration {calibrate():.3f} s\n"]
    for size in sizes:
        print(f"{size} resources", file=sys.stderr, flush=True)
        scratch = work / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        source = sources / str(size)
        contenders = [*ours(options.cleaninfra.resolve(), source, scratch), *baseline(options.roundtrip.resolve(), source, scratch)]
        if peers_folder:
            contenders += peers(pathlib.Path(peers_folder).resolve(), source, scratch)
        contenders = [c for c in contenders if re.search(options.only, c.name) and c.name not in failed]
        measure(contenders, options.runs, log)
        # What failed at one size would fail at the next, only later.
        failed |= {contender.name for contender in contenders if contender.note}
        results = list(rows(contenders, size))
        everything += results
        tables.append(table(results, size))
    tables.append(f"load {os.getloadavg()[0]:.1f}, calibration {calibrate():.3f} s at the end\n")
    (work / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in everything))
    (work / "results.md").write_text("\n".join(tables))
    print("\n".join(tables))


if __name__ == "__main__":
    main()
