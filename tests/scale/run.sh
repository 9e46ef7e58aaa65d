#!/usr/bin/env bash
# Runs a spec in parts on a local Ray cluster and compares the merged report with that of a run in one piece. Needs
# Python 3.10 and PyPI.
#
#   tests/scale/run.sh [INTROSPEC]     the program to test; built first where none is given
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$root"

program=${1:-}
if [ -z "$program" ]; then
  cargo build --locked
  program="${CARGO_TARGET_DIR:-target}/debug/introspec"
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A Python without ensurepip makes no environment with pip in it; virtualenv brings its own.
make_environment() {
  python3 -m venv "$scratch/environment" 2>/dev/null && return
  rm -rf "$scratch/environment"
  python3 -m pip install --quiet --target "$scratch/virtualenv" virtualenv &&
    PYTHONPATH="$scratch/virtualenv" python3 -m virtualenv --quiet "$scratch/environment"
}
make_environment || { echo "python3 makes no environment: it needs ensurepip, or pip" >&2; exit 1; }
python="$scratch/environment/bin/python"
"$python" -m pip install --quiet --disable-pip-version-check --retries 5 --requirement "$here/requirements.txt" ||
  { echo "ray could not be installed: is PyPI within reach?" >&2; exit 1; }

# The cluster's own files and the parts go with the scratch folder. Sockets have short names only.
RAY_TMPDIR="$scratch/ray" TMPDIR="$scratch" RAY_USAGE_STATS_ENABLED=0 RAY_AUTH_MODE=disabled \
  "$python" "$here/parts.py" "$program"
