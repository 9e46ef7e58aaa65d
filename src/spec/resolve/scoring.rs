use super::super::{AnswerType, Foreseen, Formula, Judge, ScoreKey, Scoring, Slot, WordsId};
use super::Resolver;
use super::questions::QuestionFrames;
use crate::diagnostic::{Diagnostic, Kind, Problem, nearest};
use crate::text::Span;
use crate::tree::{self, Decimal, Key, QuestionStatement, Score, Spanned};

/// The judge that a score map names, its entries, and its place.
type Map<'m> = (Option<&'m tree::Name>, &'m [(Spanned<Key>, Spanned<Decimal>)], Span);

impl Resolver<'_> {
    /// Resolves which answers count at all.
    pub(super) fn among(
        &mut self,
        declared: &tree::Question,
        frames: &QuestionFrames,
        judges: &[Judge],
    ) -> Option<Formula> {
        let mut among = None;
        for statement in &declared.statements {
            if let QuestionStatement::Among(expression) = &statement.value
                && let Some(formula) = self.of_answered(expression, frames, judges)
            {
                self.once(&mut among, formula, "among", statement.span);
            }
        }
        among
    }

    /// Resolves what is taken off the score.
    pub(super) fn baseline(
        &mut self,
        declared: &tree::Question,
        frames: &QuestionFrames,
        judges: &[Judge],
    ) -> Option<Formula> {
        let mut baseline = None;
        for statement in &declared.statements {
            let QuestionStatement::Baseline(expression) = &statement.value else { continue };
            let has_map = declared
                .statements
                .iter()
                .any(|statement| matches!(statement.value, QuestionStatement::Score(Score::Map { .. })));
            if has_map {
                self.report(Diagnostic::at(statement.span, Problem::BaselineOfMap));
            }
            if let Some(formula) = self.of_answered(expression, frames, judges) {
                self.once(&mut baseline, formula, "baseline", statement.span);
            }
        }
        baseline
    }

    fn of_answered(
        &mut self,
        expression: &tree::Expression,
        frames: &QuestionFrames,
        judges: &[Judge],
    ) -> Option<Formula> {
        let frame = frames.answered(judges);
        let formula = self.formula(expression, &frame);
        frames.base.learn(&frame);
        formula
    }

    pub(super) fn scoring(
        &mut self,
        declared: &tree::Question,
        frames: &QuestionFrames,
        answer: Option<&AnswerType>,
        judges: &[Judge],
        among: Option<&Formula>,
        foreseen: &[Foreseen],
    ) -> Option<Scoring> {
        let decides_among = |slot: Slot| among.is_some_and(|among| among.reads(slot));
        let mut scoring = None;
        let mut has_score = false;
        for statement in &declared.statements {
            let QuestionStatement::Score(score) = &statement.value else { continue };
            if has_score {
                self.report(Diagnostic::at(statement.span, Problem::Repeated { statement: "score".into() }));
            }
            has_score = true;
            scoring = match score {
                Score::Expression { expression, range } => {
                    let frame = frames.answered(judges);
                    let formula = self.formula(expression, &frame);
                    frames.base.learn(&frame);
                    let is_read =
                        |slot| decides_among(slot) || formula.as_ref().is_none_or(|formula| formula.reads(slot));
                    for judge in judges.iter().filter(|judge| !is_read(judge.slot)) {
                        self.report(Diagnostic::at(judge.span, Problem::UnusedJudge { judge: judge.name.clone() }));
                    }
                    for other in foreseen.iter().filter(|other| !is_read(other.slot)) {
                        self.report(Diagnostic::at(other.span, Problem::UnusedJudge { judge: other.name.clone() }));
                    }
                    let range = range.as_ref().map(|(low, high)| {
                        let (from, to) = (low.value.to_f64(), high.value.to_f64());
                        self.in_order(from < to, low, high);
                        (from, to)
                    });
                    formula.map(|formula| Scoring::Expression { formula, range })
                }
                Score::Map { judge, entries, span } => {
                    let map = (judge.as_ref(), entries.as_slice(), *span);
                    self.score_map(declared, map, answer, judges, &decides_among)
                }
            };
        }
        if !has_score {
            let problem = Problem::NoScore { question: declared.name.value.clone() };
            self.report(Diagnostic::at(declared.name.span, problem));
        }
        scoring
    }

    fn score_map(
        &mut self,
        declared: &tree::Question,
        (judge, entries, span): Map<'_>,
        answer: Option<&AnswerType>,
        judges: &[Judge],
        decides_among: &dyn Fn(Slot) -> bool,
    ) -> Option<Scoring> {
        let (index, read) = match judge {
            None => (None, answer?),
            Some(name) => match judges.iter().position(|judge| judge.name == name.value) {
                Some(index) => (Some(index), &judges.get(index)?.answer),
                None => {
                    let is_declared = |statement: &Spanned<QuestionStatement>| matches!(&statement.value, QuestionStatement::Judge(judge) if judge.name.value == name.value);
                    if declared.statements.iter().any(is_declared) {
                        return None;
                    }
                    let known: Vec<String> = judges.iter().map(|judge| judge.name.clone()).collect();
                    self.unknown(Kind::Judge, name, known, None);
                    return None;
                }
            },
        };
        for (other, judge) in judges.iter().enumerate() {
            if Some(other) != index && !decides_among(judge.slot) {
                self.report(Diagnostic::at(judge.span, Problem::UnusedJudge { judge: judge.name.clone() }));
            }
        }
        let readable: Option<Vec<String>> = match read {
            AnswerType::Options { choices: options, .. } => {
                Some(options.iter().map(|option| option.name.clone()).collect())
            }
            AnswerType::Literal(texts) => Some(texts.clone()),
            AnswerType::Word => None,
            AnswerType::Text if index.is_none() => {
                let problem = Problem::NoReading { question: declared.name.value.clone() };
                self.report(Diagnostic::at(span, problem));
                return None;
            }
            AnswerType::Text | AnswerType::Number { .. } | AnswerType::Json(_) | AnswerType::Code => {
                self.report(Diagnostic::at(span, Problem::ScoreNeedsWords { answer: read.words() }));
                return None;
            }
        };
        let (scores, otherwise) = self.entries(entries, readable.as_deref());
        if otherwise.is_none() {
            let missing: Vec<String> = readable
                .unwrap_or_default()
                .into_iter()
                .filter(|text| !scores.iter().any(|(key, _)| key == text))
                .collect();
            if !missing.is_empty() {
                self.report(Diagnostic::at(span, Problem::UncoveredKeys { missing }));
            }
        }
        Some(Scoring::Map { judge: index, entries: scores, otherwise })
    }

    /// Resolves the entries of a map: its keys are among what can be read, where that is known.
    fn entries(
        &mut self,
        entries: &[(Spanned<Key>, Spanned<Decimal>)],
        readable: Option<&[String]>,
    ) -> (Vec<(ScoreKey, f64)>, Option<f64>) {
        let mut scores: Vec<(ScoreKey, f64)> = Vec::new();
        let mut otherwise = None;
        for (key, number) in entries {
            let score = number.value.to_f64();
            let keys: Vec<String> = match (&key.value, readable) {
                (Key::Else, _) => {
                    self.once(&mut otherwise, score, "else", key.span);
                    continue;
                }
                (Key::Name(name), None) => {
                    let name = tree::Name { value: name.clone(), span: key.span };
                    let list = self.find(Kind::Words, &name);
                    list.map_or_else(Vec::new, |list| self.spec[WordsId(list)].words.clone())
                }
                (Key::Text(text) | Key::Name(text), _) => vec![text.clone()],
            };
            for text in keys {
                let text = if readable.is_none() { text.to_lowercase() } else { text };
                if readable.is_some_and(|readable| !readable.contains(&text)) {
                    let known = readable.unwrap_or_default().to_vec();
                    let nearest = nearest(&text, known.iter().map(String::as_str)).map(str::to_owned);
                    self.report(Diagnostic::at(key.span, Problem::UnknownKey { key: text, known, nearest }));
                } else if scores.iter().any(|(known, _)| *known == text) {
                    self.report(Diagnostic::at(key.span, Problem::Repeated { statement: text }));
                } else {
                    scores.push((text, score));
                }
            }
        }
        (scores, otherwise)
    }
}
