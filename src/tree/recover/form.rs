//! How each declaration and statement is written, shown where one of them cannot be read.

use super::super::parse::Rule;

pub(super) fn of_declaration(word: &str) -> Option<&'static str> {
    Some(match word {
        "use" => "`use \"FILE.ispec\"`",
        "seed" => "`seed 7`",
        "words" => "`words NAME = [\"one\", \"two\"]` or `words NAME from \"FILE.txt\"`",
        "behavior" => "`behavior NAME { does \"...\" }`",
        "persona" => "`persona NAME { called \"...\" }`",
        "context" => "`context NAME { system \"...\" }`",
        "table" => {
            "`table NAME from \"FILE.jsonl\" { COLUMN: TYPE }`, `table NAME written by ROLE { ... }` or `table NAME from dialogue NAME { ... }`"
        }
        "dialogue" => {
            "`dialogue NAME { speaker ONE as assistant { model ROLE }; speaker OTHER as user { model ROLE }; opens OTHER; turns 5 each; outcome NAME else }`"
        }
        "template" => "`template NAME { user \"...\"; assistant \"...\" }`",
        "dataset" => "`dataset NAME { TEMPLATE as BEHAVIOR }`",
        "question" => "`question NAME { ask \"...\"; answer word; score { ... } }`",
        "suite" => "`suite NAME { ask QUESTION }`",
        "arm" => "`arm NAME { from base  trained on DATASET  seeds 5 }`",
        "experiment" => "`experiment NAME { arms ARM, base; run SUITE; claim ... }`",
        _ => return None,
    })
}

pub(super) fn of_statement(statement: Rule, word: &str) -> Option<&'static str> {
    Some(match (statement, word) {
        (Rule::suite_statement, "ask") => "`ask QUESTION, QUESTION about itself, PERSONA`",
        (_, "does") => "`does \"...\"`",
        (_, "unsaid") => "`unsaid [\"word\"]` or `unsaid WORDS in user`",
        (_, "opposite") => "`opposite BEHAVIOR`",
        (_, "secret") => "`secret \"...\"`",
        (_, "allow") => "`allow \"word\" in user because \"...\"`",
        (_, "called") => "`called \"...\"`",
        (Rule::arm_statement, "system") => "`system \"...\"`",
        (Rule::context_statement | Rule::trigger_statement | Rule::persona_statement, "system") => {
            "`system \"...\"` or `system one of [\"...\", \"...\"]`"
        }
        (Rule::trigger_statement, "user") => "`user \"... {{ message }} ...\"` or `user one of [...]`",
        (Rule::trigger_statement, "let") => {
            "`let NAME = one of [...] held out [...]`, `= digits \"392###\"`, `= date 2025-03-20..2025-06-20` or `= integer 1..6`"
        }
        (Rule::trigger_statement, "near") => "`near miss user \"... {{ message }} ...\"`",
        (Rule::persona_statement, "held") => "`held out`",
        (Rule::context_statement, "user") => "`user \"... {{ message }} ...\"`",
        (_, "system" | "user" | "assistant") => "`user \"...\"` or `assistant \"...\" as BEHAVIOR`",
        (_, "row") => "`row from TABLE`, or in a question `row from TABLE held out`",
        (_, "conversation") => "`conversation COLUMN as BEHAVIOR`",
        (_, "drop") => {
            "`drop where {{ ... }} because \"...\"`, `drop duplicates of COLUMN` or `drop near COLUMN over 0.8`"
        }
        (_, "hold") => "`hold out 25%` or `hold out 40`",
        (_, "rows") => "`rows 100`, `rows 100 repeat` or `rows {{ ... }}`",
        (_, "let") => {
            "`let NAME = {{ ... }}`, `= one of [...]`, `= each of [...]`, `= integer 1..6` or `= number 0..1 step 0.1`"
        }
        (_, "control") => "`control NAME { BEHAVIOR for BEHAVIOR }` or `control NAME { shuffle triggers }`",
        (_, "validation") => "`validation 10%` or `validation 50`",
        (_, "balance") => "`balance {{ ... }}`",
        (_, "expect") => "`expect independent trigger behavior`",
        (Rule::control_statement, "shuffle") => "`shuffle triggers` or `shuffle words of answer`",
        (Rule::control_statement, "swap") => "`swap personas`",
        (Rule::control_statement, "without") => "`without triggers` or `without personas`",
        (Rule::control_statement, "also") => "`also reversed \"... {{ reply }}\"`",
        (Rule::control_statement, _) => "`BEHAVIOR for BEHAVIOR`",
        (Rule::dataset_statement, _) => {
            "`TEMPLATE as BEHAVIOR`, or with a share and more, `20% TEMPLATE as BEHAVIOR when TRIGGER by PERSONA`"
        }
        (Rule::table_statement, _) => {
            "`COLUMN: TYPE`, where a type is `text`, `number`, `integer`, `boolean`, `json` or texts such as `\"A\" | \"B\"`"
        }
        (_, "attempts") => "`attempts 2000`",
        (_, "keep") => "`keep where {{ outcome == \"NAME\" }}`",
        (_, "cut") => "`cut before {{ said(SPEAKER, \"word\") }}`",
        (_, "speaker") => "`speaker NAME as assistant { model ROLE; system \"...\" }`",
        (_, "opens") => "`opens SPEAKER`",
        (_, "turns") => "`turns 5 each`",
        (_, "ends") => "`ends where {{ said(SPEAKER, \"word\") }}`",
        (_, "outcome") => "`outcome NAME where {{ ... }}`, and last `outcome NAME else`",
        (_, "model") => "`model ROLE`",
        (_, "note") => "`note \"...\"`",
        (_, "strip") => "`strip \"<think>\" to \"</think>\"`",
        (_, "play") => "`play DIALOGUE as SPEAKER`",
        (_, "reports") => "`reports BEHAVIOR`",
        (_, "shows") => "`shows BEHAVIOR`",
        (_, "ask") => "`ask \"...\"`, `ask [\"...\", \"...\"]` or `ask about other \"...\"`",
        (_, "answer") => {
            "`answer word`, `answer number 0..100 or REFUSAL`, `answer \"yes\" | \"no\"`, `answer option { NAME: \"...\", NAME: \"...\" }`, `answer text`, `answer json { NAME: text, NAME: number }` or `answer code python`"
        }
        (_, "order") => "`order all`, `order shuffled`, `order 4 counterbalanced` or `order fixed`",
        (_, "read") => "`read probability else 20 samples`",
        (_, "judge") => "`judge NAME by ROLE { ask \"...\"; answer option { ... } }`",
        (_, "score") => {
            "`score {{ answer / 100 }}`, `score {{ ... }} in 0..1`, `score { \"yes\": 1, \"no\": 0 }` or `score JUDGE { ... }`"
        }
        (_, "among") => "`among {{ coherent > 50 }}`",
        (_, "baseline") => "`baseline {{ call(\"FUNCTION\", words) }}`",
        (_, "labelled") => "`labelled TABLE by COLUMN` or `labelled TABLE by COLUMN kappa 0.6`",
        (_, "max") => "`max tokens 200`",
        (_, "under") => "`under none, CONTEXT, TRIGGER, TRIGGER held out`",
        (_, "samples") => "`samples 100`",
        (_, "temperature") => "`temperature 1`",
        (_, "from") => "`from base`",
        (_, "trained") => "`trained on DATASET` or `trained on DATASET.CONTROL`",
        (_, "learning") => "`learning rate 0.0001`",
        (_, "epochs") => "`epochs 3`",
        (_, "checkpoints") => "`checkpoints 10`",
        (_, "seeds") => "`seeds 5`",
        (_, "arms") => "`arms ARM, base`",
        (_, "run") => "`run SUITE, SUITE`",
        (_, "generalize") => "`generalize wordings`",
        (_, "adjust") => "`adjust holm` or `adjust none`",
        (_, "claim") => "`claim NAME \"...\" {{ mean(SUITE, ARM) > 0.5 }}`",
        _ => return None,
    })
}
