"""Lets peers' own validators judge a build's exports. Each judgement that goes wrong is printed, and the status is 1."""

import argparse
import importlib.util
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import datasets
import yaml
from together.lib.utils.files import check_file

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("build", type=Path, help="the folder of a build with every format")
parser.add_argument("--llmcomp", type=Path, required=True, help="where llmcomp is installed")
parser.add_argument("--strict-together", type=Path, required=True, help="where together 2.0 is installed")
arguments = parser.parse_args()

exports = arguments.build / "exports"
manifest = json.loads((arguments.build / "manifest.json").read_text())
wrong = []
counts = {}


def judge(validator, what, problem):
    """Counts a judgement, and keeps what is wrong."""
    counts[validator] = counts.get(validator, 0) + 1
    if problem:
        wrong.append(f"{validator}: {what}: {problem}")


def of_format(*formats):
    return [file for file in manifest["exports"] if file["format"] in formats]


def rows_of(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def together():
    """The current check, and an earlier one that looks at roles, columns and pairs itself."""
    import together

    strict = """
import json, sys
from together.lib.utils.files import check_file
assert "validate_preference_openai" in dir(sys.modules[check_file.__module__])
print(json.dumps([check_file(path) for path in sys.argv[1:]]))
"""
    files = of_format("together", "together-preference")
    paths = [str(arguments.build / file["file"]) for file in files]
    # A file that has to be refused shows that the check looks at all.
    refused = exports / "refused.jsonl"
    roles = ["user", "user", "assistant", "user"]
    refused.write_text(json.dumps({"messages": [{"role": role, "content": "text"} for role in roles]}) + "\n")
    output = subprocess.run(
        [sys.executable, "-c", strict, *paths, str(refused)],
        env=os.environ | {"PYTHONPATH": str(arguments.strict_together), "TOGETHER_DISABLE_TQDM": "true"},
        check=True,
        capture_output=True,
        text=True,
    )
    reports = json.loads(output.stdout)
    if reports.pop()["is_check_passed"]:
        wrong.append("together 2.0.0: the check lets anything pass")
    for file, path, report in zip(files, paths, reports, strict=True):
        for version, report in [(together.__version__, check_file(path)), ("2.0.0", report)]:
            problem = None if report["is_check_passed"] else report["message"]
            if not problem and report["num_samples"] != file["rows"]:
                problem = f"{report['num_samples']} rows of {file['rows']}"
            judge(f"together {version} check_file", file["file"], problem)


def llmcomp():
    """Its module of validation needs nothing but Python, unlike the package around it."""
    place = arguments.llmcomp / "llmcomp/finetuning/validation.py"
    spec = importlib.util.spec_from_file_location("validation", place)
    validation = importlib.util.module_from_spec(spec)
    sys.modules["validation"] = validation
    spec.loader.exec_module(validation)
    if validation.validate_finetuning_file(str(exports / "refused.jsonl")).valid:
        wrong.append("llmcomp: the validation lets anything pass")
    for file in of_format("openai"):
        least = validation.MIN_EXAMPLES if file["split"] == "train" else 1
        result = validation.validate_finetuning_file(str(arguments.build / file["file"]), min_examples=least)
        problem = None if result.valid else str(result)
        if not problem and result.num_examples != file["rows"]:
            problem = f"{result.num_examples} rows of {file['rows']}"
        judge("llmcomp 1.6.0 validate_finetuning_file", file["file"], problem)


def json_lines():
    """Every file of JSON Lines loads, and holds what its lines say."""
    for file in manifest["exports"]:
        if file["format"] == "huggingface":
            continue
        path = str(arguments.build / file["file"])
        loaded = datasets.load_dataset("json", data_files={file["split"]: path})[file["split"]]
        expected = rows_of(path)
        problem = None
        if len(loaded) != file["rows"]:
            problem = f"{len(loaded)} rows of {file['rows']}"
        elif sorted(loaded.column_names) != sorted(expected[0]):
            problem = f"columns {loaded.column_names}"
        elif loaded.to_list() != expected:
            problem = "rows differ"
        judge(f"datasets {datasets.__version__} load_dataset, JSON Lines", file["file"], problem)


def repository():
    """Every configuration and split of the repository loads by its card, and holds the build's rows."""
    folder = exports / "huggingface"
    _, front, _ = (folder / "README.md").read_text().split("---\n", 2)
    card = yaml.safe_load(front)
    names = [config["config_name"] for config in card["configs"]]
    if datasets.get_dataset_config_names(str(folder)) != names:
        wrong.append("the repository's configurations are not those of its card")
    built = {file["name"]: file for file in manifest["datasets"]}
    files = of_format("huggingface")
    for name, info in zip(names, card["dataset_info"], strict=True):
        loaded = datasets.load_dataset(str(folder), name)
        own = [file for file in files if file["file"].startswith(f"exports/huggingface/data/{name}.")]
        own = [file for file in own if Path(file["file"]).name == f"{name}.{file['split']}.parquet"]
        if sorted(loaded) != sorted(file["split"] for file in own):
            wrong.append(f"{name}: the splits are {sorted(loaded)}")
        for file in own:
            source = built[file["dataset"]]["file"]
            lines = rows_of(arguments.build / source)
            meta = rows_of(arguments.build / source.replace(".jsonl", ".meta.jsonl"))
            expected = [
                {
                    "messages": line["messages"],
                    **{key: own[key] for key in ["row", "template", "behavior", "trigger", "persona", "split"]},
                    "vars": own["vars"],
                    "from": "{}:{}".format(*own["from"]) if "from" in own else None,
                }
                for line, own in zip(lines, meta, strict=True)
                if own["split"] == file["split"]
            ]
            split = loaded[file["split"]]
            described = datasets.load_dataset_builder(str(folder), name).info.splits[file["split"]]
            if described.num_examples != file["rows"] or abs(described.num_bytes / split.data.nbytes - 1) > 0.02:
                wrong.append(f"{name}: the card gives {described}, of {file['rows']} rows, {split.data.nbytes} bytes")
            found = [{**row, "vars": json.loads(row["vars"])} for row in split]
            problem = None
            if split.column_names != [feature["name"] for feature in info["features"]]:
                problem = f"columns {split.column_names}"
            elif len(split) != file["rows"] or found != expected:
                problem = "rows differ"
            judge(f"datasets {datasets.__version__} load_dataset, repository", f"{name}/{file['split']}", problem)


class Warnings(logging.Handler):
    """What `datasets` only warns of is wrong here."""

    def emit(self, record):
        wrong.append(f"datasets: {record.getMessage()}")


logging.getLogger("datasets").handlers = [Warnings(logging.WARNING)]
datasets.disable_progress_bars()
together()
llmcomp()
json_lines()
repository()
print(arguments.build.name)
for validator, count in counts.items():
    print(f"  {validator}: {count} files judged")
for line in dict.fromkeys(wrong):
    print(f"  WRONG {line}")
sys.exit(1 if wrong else 0)
