use super::super::{AnswerType, Judge, ScoreKey, Scoring, WordsId};
use super::Resolver;
use super::questions::QuestionFrames;
use crate::diagnostic::{Diagnostic, Kind, Problem, nearest};
use crate::text::Span;
use crate::tree::{self, Decimal, Key, QuestionStatement, Score, Spanned};

impl Resolver<'_> {
    pub(super) fn scoring(
        &mut self,
        declared: &tree::Question,
        frames: &QuestionFrames,
        answer: Option<&AnswerType>,
        judges: &[Judge],
    ) -> Option<Scoring> {
        let mut scoring = None;
        let mut has_score = false;
        for statement in &declared.statements {
            let QuestionStatement::Score(score) = &statement.value else { continue };
            if has_score {
                self.report(Diagnostic::at(statement.span, Problem::Repeated { statement: "score".into() }));
            }
            has_score = true;
            scoring = match score {
                Score::Expression(expression) => {
                    let frame = frames.answered(judges);
                    let formula = self.formula(expression, &frame);
                    frames.base.learn(&frame);
                    for judge in judges {
                        let is_read = formula.as_ref().is_none_or(|formula| formula.reads(judge.slot));
                        if !is_read {
                            self.report(Diagnostic::at(judge.span, Problem::UnusedJudge { judge: judge.name.clone() }));
                        }
                    }
                    formula.map(Scoring::Expression)
                }
                Score::Map { judge, entries, span } => {
                    self.score_map(declared, judge.as_ref(), entries, *span, answer, judges)
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
        judge: Option<&tree::Name>,
        entries: &[(Spanned<Key>, Spanned<Decimal>)],
        span: Span,
        answer: Option<&AnswerType>,
        judges: &[Judge],
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
            if Some(other) != index {
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
            AnswerType::Text | AnswerType::Number { .. } => {
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
