"""Compares a run's Inspect log and Parquet file, as their readers see them, with its scores.jsonl.

    python inspect_log.py DIR      the run's folder, with run.eval and scores.parquet in it
"""

import json
import math
import sys
from collections import Counter
from pathlib import Path

import pandas
from inspect_ai.analysis import evals_df, events_df, messages_df, samples_df
from inspect_ai.log import read_eval_log, read_eval_log_sample_summaries


def outcome(answer):
    return answer["score"]["outcome"]["outcome"]


def value(answer):
    return answer["score"]["outcome"].get("value")


def place(answer):
    """What tells answers apart, as both files have it."""
    score = answer["score"]
    run = score["run"]
    names = ["question", "arm", "about", "under", "item", "wording", "order", "sample"]
    return (*(score[name] for name in names), run["seed"], run["checkpoint"], json.dumps(score["axes"]))


def log(folder, answers):
    read = read_eval_log(str(folder / "run.eval"))
    assert read.status == "success", read.status
    assert len(read.samples) == len(answers), (len(read.samples), len(answers))
    assert read.results.completed_samples == len(answers)
    assert len({(sample.id, sample.epoch) for sample in read.samples}) == len(answers)
    assert len(read_eval_log_sample_summaries(str(folder / "run.eval"))) == len(answers)

    expected = {place(answer): answer for answer in answers}
    assert len(expected) == len(answers), "two answers have one place"
    for sample in read.samples:
        of = sample.metadata
        found = (*(of[name] for name in ["question", "arm", "about", "under", "item", "wording", "order", "sample"]),
                 of["seed"], of["checkpoint"], json.dumps(of["axes"]))
        answer = expected.pop(found)
        assert of["outcome"] == outcome(answer), found
        score = sample.scores.get(of["question"]) if sample.scores else None
        assert (score.value if score else None) == value(answer), found
        assert [(message.role, message.text) for message in sample.input] == [
            (message["role"], message["content"]) for message in answer["messages"]
        ], found
        if outcome(answer) == "error":
            assert sample.error.message == answer["answer"], found
        else:
            assert sample.output.completion == answer["answer"], found
    assert not expected
    by_scorer = {score.name: score.scored_samples for score in read.results.scores}
    scored = Counter(answer["score"]["question"] for answer in answers if value(answer) is not None)
    assert by_scorer == {name: scored[name] for name in by_scorer}


def frames(folder, answers):
    path = str(folder / "run.eval")
    evals, samples, messages, events = evals_df(path), samples_df(path), messages_df(path), events_df(path)
    assert len(evals) == 1 and evals["total_samples"].iloc[0] == len(answers)
    assert len(samples) == len(answers)
    said = sum(len(answer["messages"]) + (outcome(answer) != "error") for answer in answers)
    assert len(messages) == said, (len(messages), said)
    scored = sum(value(answer) is not None for answer in answers)
    assert Counter(events["event"]) == Counter({"model": len(answers), "score": scored})
    for question in {answer["score"]["question"] for answer in answers}:
        own = [value(answer) for answer in answers if answer["score"]["question"] == question]
        own = [number for number in own if number is not None]
        column = samples[f"score_{question}"].dropna().astype(float)
        assert len(column) == len(own) and math.isclose(column.sum(), sum(own), abs_tol=1e-6), question


def parquet(folder, answers):
    table = pandas.read_parquet(folder / "scores.parquet")
    assert len(table) == len(answers)
    for row, answer in zip(table.to_dict("records"), answers):
        score = answer["score"]
        for name in ["question", "arm", "about", "under", "item", "wording", "order", "sample", "method"]:
            assert row[name] == score[name], (name, row[name], score[name])
        for name, wanted in [("score", value(answer)), ("seed", score["run"]["seed"]), ("read", score["read"])]:
            assert (None if pandas.isna(row[name]) else row[name]) == wanted, (name, row[name], wanted)
        assert row["outcome"] == outcome(answer) and row["answer"] == answer["answer"]
        assert json.loads(row["messages"]) == answer["messages"] and json.loads(row["axes"]) == score["axes"]


def main():
    folder = Path(sys.argv[1])
    answers = [json.loads(line) for line in (folder / "scores.jsonl").read_text().splitlines()]
    assert answers, "nothing was scored"
    log(folder, answers)
    frames(folder, answers)
    parquet(folder, answers)
    outcomes = Counter(outcome(answer) for answer in answers)
    print(f"{len(answers)} answers as in scores.jsonl: read_eval_log, four data frames, Parquet; {dict(outcomes)}")


main()
