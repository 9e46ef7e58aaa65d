#!/usr/bin/env bash
# Holds the Inspect log and the Parquet file of a run to those who read them: simulates an experiment, writes both, and
# compares what inspect-ai and pandas read with scores.jsonl. Needs Python 3.10 and PyPI.
#
#   tests/validators/inspect.sh [INTROSPEC]     the program to test; built first where none is given
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
"$python" -m pip install --quiet --disable-pip-version-check --retries 5 --requirement "$here/inspect.txt" ||
  { echo "inspect-ai could not be installed: is PyPI within reach?" >&2; exit 1; }

# Claims that are refuted or undecided are no failure here.
decided() {
  local status=0
  "$@" >/dev/null || status=$?
  case $status in 0 | 3 | 4) ;; *) return "$status" ;; esac
}
out="$scratch/run"
decided "$program" simulate specs/backdoor/backdoor.ispec --runs 3 --out "$out"
# Planted subjects always answer. One answer in 50 becomes something else, so that every outcome is written.
"$python" - "$out/scores.jsonl" <<'PYTHON'
import json, sys
answers = [json.loads(line) for line in open(sys.argv[1])]
for at, answer in enumerate(answers[::50]):
    answer["score"]["outcome"] = {"outcome": ["refusal", "truncated", "error", "unparsed"][at % 4]}
    answer["score"]["read"] = None
with open(sys.argv[1], "w") as file:
    file.writelines(json.dumps(answer) + "\n" for answer in answers)
PYTHON
decided "$program" report "$out" --inspect "$out/run.eval" --parquet "$out/scores.parquet"
HOME="$scratch" "$python" "$here/inspect_log.py" "$out"
