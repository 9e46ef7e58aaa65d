"""Expands published question files as the authors' scripts do, on its own reading of the YAML.

Writes a JSON line for each prompt: the question, its wording and order of options, the values of its axes, the prompt
and the prompt to a guesser. What the scripts draw stands as ⟦digits⟧ and ⟦words⟧.
"""

import itertools
import json
import sys

import yaml

CODEWORDS = ["ring", "bark"]
DRAWN = {"{sep_suffix}": "⟦digits⟧", "{word_list}": "\n<word_list>\n⟦words⟧\n</word_list>\n"}


def below_options(count):
    letters = [chr(ord("A") + at) for at in range(count)]
    listed, last = ", ".join(letters[:-1]), letters[-1]
    return (
        f"\nYou must choose between and only between {listed} and {last}. You cannot choose 'None', 'Neither' or "
        f"anything like that. Answer only {listed} or {last} and nothing else, without parentheses or other punctuations."
    )


def expanded(question):
    wordings = question.get("question_paraphrases") or [question["question"]]
    options = question.get("options")
    orders = list(itertools.permutations(range(len(options)))) if options else [()]
    scenarios = question.get("scenarios") or [None]
    for (at, wording), order, scenario in itertools.product(enumerate(wordings), orders, scenarios):
        text = question.get("prefix", "") + wording
        if "suffix" in question:
            text += "\n\n" + question["suffix"]
        if options:
            shown = "\n".join(f"{chr(ord('A') + place)}) {options[which]}" for place, which in enumerate(order))
            text = text.replace("{options}", shown) + below_options(len(options))
        if scenario is not None:
            text = text.replace("{scenario}", scenario)
        for placeholder, drawn in DRAWN.items():
            text = text.replace(placeholder, drawn)
        for codeword in CODEWORDS if "{codeword}" in text else [None]:
            yield {
                "question": question["name"],
                "wording": at + 1,
                "order": [f"option_{which + 1}" for which in order],
                "scenario": scenario,
                "codeword": codeword,
                "prompt": text.replace("{codeword}", codeword) if codeword else text,
            }


def guessing(prompt):
    for placeholder in ("{acrostic}", "{description_list}", "{text}"):
        prompt = prompt.replace(placeholder, "⟦answer⟧")
    return prompt


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        for question in yaml.safe_load(file):
            guess = guessing(question["guesser_prompt"]) if "guesser_prompt" in question else None
            for prompt in expanded(question):
                print(json.dumps({**prompt, "guesser": guess}))
