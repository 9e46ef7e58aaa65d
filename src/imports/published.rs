//! The question files published with Betley et al. 2025, expanded as the authors' scripts do it: the prefix before the
//! wording, the suffix after a blank line, each scenario and each order of options in turn, and what their runner says
//! below options.

use std::fmt::Write as _;

use super::asked::{Asked, BOUND, Expected, Judge, Variable};
use super::fields::Fields;
use super::prompt::{Part, Piece, Prompt, parts};
use super::{NoteKind, Supplied};

/// The most options of which every order is asked.
const MOST_IN_EVERY_ORDER: usize = 5;
/// How many words are in a list of words.
const WORDS_SHOWN: usize = 100;

/// Reads a question, or says why the language cannot ask it.
pub(super) fn read(fields: &mut Fields<'_>, supplied: &Supplied) -> Result<Asked, String> {
    let kind = fields.text("question_type").unwrap_or_default();
    let title = fields.text("title");
    let system = fields.text("system_prompt");
    let prefix = fields.text("prefix").unwrap_or_default();
    let suffix = fields.text("suffix").map(|suffix| format!("\n\n{suffix}")).unwrap_or_default();
    let single = fields.text("question");
    let several = fields.texts("question_paraphrases");
    if single.is_some() && several.is_some() {
        fields.note(NoteKind::Left, "the field `question`: the paraphrases are asked in its place");
    }
    let wordings = several.or(single.map(|wording| vec![wording])).unwrap_or_default();
    let scenarios = fields.texts("scenarios");
    let options = fields.texts("options");
    let guesser = guesser(fields);
    if wordings.is_empty() {
        return Err("it has neither `question` nor `question_paraphrases`".into());
    }

    let mut filling = Filling { supplied, scenarios, options: None, variables: Vec::new() };
    let mut instruction = String::new();
    let answer = match (kind.as_str(), options) {
        ("free_form", None) => Expected::Text,
        ("score" | "quantitative" | "ff_score", None) => {
            fields.note(NoteKind::Supplied, "the range 0..100 of the number, and the number itself as the score");
            Expected::Number { low: 0.0, high: 100.0 }
        }
        ("multiple_choice", Some(texts)) => {
            let shown = filling.options(&texts, fields)?;
            instruction = format!("\n{}", choosing(texts.len()));
            shown
        }
        ("multiple_choice", None) => return Err("it has no `options`".into()),
        ("free_form" | "score" | "quantitative" | "ff_score", Some(_)) => {
            return Err(format!("options do not belong to the type `{kind}`"));
        }
        (other, _) => return Err(format!("the language has no answers of the type `{other}`")),
    };
    let wordings = wordings
        .iter()
        .map(|wording| filling.prompt(&format!("{prefix}{wording}{suffix}{instruction}")))
        .collect::<Result<Vec<Prompt>, String>>()?;
    if filling.scenarios.is_some() && !filling.has("scenario") {
        fields.note(NoteKind::Left, "the field `scenarios`: no wording has `{scenario}`");
    }
    if guesser.is_none() && matches!(answer, Expected::Text) {
        fields.note(NoteKind::Supplied, "the score 1 for every answer: the files say none, so write the one you mean");
    }
    if filling.variables.iter().any(Variable::is_drawn) {
        fields.note(NoteKind::Changed, format!("what is drawn, by introspec's own draws, in {} items", supplied.rows));
    }
    Ok(Asked {
        name: fields.entry.name.clone(),
        note: fields.entry.note(),
        title,
        system,
        samples: None,
        temperature: None,
        variables: filling.variables,
        wordings,
        answer,
        judge: guesser,
        max_tokens: None,
    })
}

/// Reads the prompt that has another model guess from an answer.
fn guesser(fields: &mut Fields<'_>) -> Option<Judge> {
    let text = fields.text("guesser_prompt");
    let kind = fields.text("guesser_question_type");
    let text = text?;
    let answer = match kind.as_deref() {
        Some("guesser_word") => Expected::Word,
        Some("guesser_free_form") | None => Expected::Text,
        Some(other) => {
            fields.note(NoteKind::Left, format!("the field `guesser_prompt`: its type `{other}` is unknown"));
            return None;
        }
    };
    let mut placeholders: Vec<String> = parts(&text)
        .into_iter()
        .filter_map(|part| match part {
            Part::Placeholder(name) => Some(name),
            Part::Plain(_) => None,
        })
        .collect();
    placeholders.dedup();
    if placeholders.len() != 1 {
        let why = "it has not exactly one placeholder, for the answer";
        fields.note(NoteKind::Left, format!("the field `guesser_prompt`: {why}"));
        return None;
    }
    let wording = Prompt::filled(&text, &|_| Some(vec![Piece::Expression("answer".into())])).ok()?;
    let what =
        "the score 1 for every guess that can be read: the files say none, so compare `guess` with what is right";
    fields.note(NoteKind::Supplied, what);
    fields.note(NoteKind::Supplied, "the role `reviewer` for the model that guesses");
    Some(Judge { name: "guess".into(), wording, answer, max_tokens: None })
}

/// What the authors' runner says below options.
fn choosing(count: usize) -> String {
    let letters: Vec<String> = ('A'..='Z').take(count).map(String::from).collect();
    let (last, others) =
        letters.split_last().map_or((String::new(), String::new()), |(last, others)| (last.clone(), others.join(", ")));
    format!(
        "You must choose between and only between {others} and {last}. You cannot choose 'None', 'Neither' or anything \
         like that. Answer only {others} or {last} and nothing else, without parentheses or other punctuations."
    )
}

/// Placeholders on their way to becoming expressions.
struct Filling<'a> {
    supplied: &'a Supplied,
    scenarios: Option<Vec<String>>,
    /// The expression that shows options, where there are some.
    options: Option<String>,
    variables: Vec<Variable>,
}

impl Filling<'_> {
    fn has(&self, name: &str) -> bool {
        self.variables.iter().any(|variable| match variable {
            Variable::Digits { name: known, .. }
            | Variable::Each { name: known, .. }
            | Variable::Words { name: known, .. } => known == name,
        })
    }

    fn options(&mut self, texts: &[String], fields: &mut Fields<'_>) -> Result<Expected, String> {
        if !(2..=26).contains(&texts.len()) {
            return Err(format!("it has {} options, and from 2 to 26 can be asked", texts.len()));
        }
        let texts_filled = texts.iter().map(|text| self.prompt(text)).collect::<Result<Vec<Prompt>, String>>()?;
        let labels: Vec<char> = ('A'..='Z').take(texts.len()).collect();
        // The language shows `A: ...`, the authors' runner `A) ...`: exchanged where nothing else is touched by it.
        let is_clear = !texts.iter().any(|text| labels.iter().any(|label| text.contains(&format!("{label}: "))));
        let mut shown = String::from("options");
        if is_clear {
            for label in &labels {
                let _ = write!(shown, " | replace('{label}: ', '{label}) ')");
            }
        } else {
            fields.note(NoteKind::Changed, "the labels of options: `A: ` in place of `A) `, which stands in an option");
        }
        self.options = Some(shown);
        let every_order = texts.len() <= MOST_IN_EVERY_ORDER;
        if !every_order {
            fields.note(NoteKind::Changed, "the orders of options: one drawn for each item in place of every one");
        }
        fields
            .note(NoteKind::Supplied, "the line below options that the authors' runner adds (\"You must choose ...\")");
        fields.note(NoteKind::Supplied, "the score 1 for the first option of the file and 0 for others");
        Ok(Expected::Options { texts: texts_filled, every_order })
    }

    /// Makes a text with expressions for placeholders.
    fn prompt(&mut self, text: &str) -> Result<Prompt, String> {
        for part in parts(text) {
            if let Part::Placeholder(name) = part {
                self.supply(&name)?;
            }
        }
        let options = self.options.clone();
        let filled = Prompt::filled(text, &|name| match (name, &options) {
            ("options", Some(shown)) => Some(vec![Piece::Expression(shown.clone())]),
            ("word_list", _) if !self.supplied.values.contains_key(name) => Some(vec![
                Piece::Plain("\n<word_list>\n".into()),
                Piece::Expression("word_list | join(', ')".into()),
                Piece::Plain("\n</word_list>\n".into()),
            ]),
            (name, _) => Some(vec![Piece::Expression(name.to_owned())]),
        });
        filled.map_err(|name| format!("nothing stands for `{{{name}}}`"))
    }

    /// Makes sure that there is a variable for a placeholder.
    fn supply(&mut self, placeholder: &str) -> Result<(), String> {
        if self.has(placeholder) || (placeholder == "options" && self.options.is_some()) {
            return Ok(());
        }
        if BOUND.contains(&placeholder) {
            return Err(format!("`{{{placeholder}}}` has a name that the language gives a meaning of its own"));
        }
        let name = placeholder.to_owned();
        let variable = match (placeholder, self.supplied.values.get(placeholder), &self.scenarios) {
            (_, Some(values), _) => Variable::Each { name, values: values.clone() },
            ("scenario", None, Some(scenarios)) => Variable::Each { name, values: scenarios.clone() },
            ("sep_suffix", None, _) => Variable::Digits { name, pattern: "###" },
            ("word_list", None, _) => {
                let rest = self.supplied.words.iter().filter(|word| !self.supplied.among.contains(word)).count();
                if rest + self.supplied.among.len() < WORDS_SHOWN || self.supplied.among.len() > WORDS_SHOWN {
                    return Err(format!(
                        "`{{word_list}}` wants {WORDS_SHOWN} words: name a file of words with `--words`"
                    ));
                }
                Variable::Words { name, count: WORDS_SHOWN }
            }
            _ => return Err(format!("nothing stands for `{{{placeholder}}}`: give `--values {placeholder}=...`")),
        };
        self.variables.push(variable);
        Ok(())
    }
}
