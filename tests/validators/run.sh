#!/usr/bin/env bash
# Holds exports to the validators of those who read them: builds specs in every format, and lets together's file check,
# llmcomp's finetuning validation and `datasets.load_dataset` judge what came out. Needs Python 3.10 and PyPI.
#
#   tests/validators/run.sh [INTROSPEC]     the program to test; built first where none is given
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

install() {
  "$python" -m pip install --quiet --disable-pip-version-check --retries 5 "$@" ||
    { echo "the validators could not be installed: is PyPI within reach?" >&2; exit 1; }
}
install --requirement "$here/requirements.txt"
# Only one module of llmcomp is used, and it needs nothing else; its dependencies are gigabytes.
install --no-deps --target "$scratch/llmcomp" llmcomp==1.6.0
# In 2.0, together's check was strictest about roles, columns and pairs; the current one leaves them to the server.
install --no-deps --target "$scratch/strict" together==2.0.0
install tqdm==4.67.1 tabulate==0.9.0 typing_extensions

for spec in specs/gamblers/gamblers.ispec tests/exports/tastes.ispec; do
  out="$scratch/$(basename "$spec" .ispec)"
  formats=openai,openai-preference,together,together-preference,fireworks,mistral
  formats=$formats,trl,trl-messages,axolotl,llama-factory,tinker,huggingface
  "$program" build "$spec" --out "$out" --format "$formats" --license cc-by-4.0 >/dev/null
  HF_HOME="$scratch/cache" HF_HUB_OFFLINE=1 HF_DATASETS_DISABLE_PROGRESS_BARS=1 \
    "$python" "$here/check.py" "$out" --llmcomp "$scratch/llmcomp" --strict-together "$scratch/strict"
done
