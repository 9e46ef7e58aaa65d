//! From pest's pairs to the tree. The grammar fixes what a pair holds, so a part that is missing here is one
//! that the grammar made optional, or a statement already reported as broken.

mod data;
mod dialogue;
mod measure;
mod models;

use pest::iterators::{Pair, Pairs};

use super::parse::Rule;
use super::recover;
use super::{
    Allow, Behavior, BehaviorStatement, Context, ContextStatement, Decimal, Declaration, Expression, KeptValues, Let,
    Name, Persona, PersonaStatement, Set, Spanned, Trigger, TriggerStatement, Unsaid, UnsaidWords, ValueSource, Word,
    Words, WordsSource,
};
use crate::diagnostic::{Diagnostic, Problem};
use crate::requests::Role;
use crate::text::{Literal, Source, Span, unescape};

pub(super) struct Lower<'s> {
    source: &'s Source,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What the diagnostics are about: the statements left out of the tree.
    pub(super) unread: Vec<Span>,
}

type Node<'s> = Pair<'s, Rule>;

impl<'s> Lower<'s> {
    pub(super) fn new(source: &'s Source) -> Lower<'s> {
        Lower { source, diagnostics: Vec::new(), unread: Vec::new() }
    }

    pub(super) fn declaration(&mut self, pair: Node<'s>) -> Option<Declaration> {
        let pair = pair.into_inner().next()?;
        Some(match pair.as_rule() {
            Rule::use_file => Declaration::Use(self.string_in(pair)?),
            Rule::seed => Declaration::Seed(self.whole_in(pair)?),
            Rule::words => Declaration::Words(self.words(pair)?),
            Rule::behavior => Declaration::Behavior(self.behavior(pair)?),
            Rule::persona => Declaration::Persona(self.persona(pair)?),
            Rule::context => Declaration::Context(self.context(pair)?),
            Rule::trigger => Declaration::Trigger(self.trigger(pair)?),
            Rule::table => Declaration::Table(self.table(pair)?),
            Rule::dialogue => Declaration::Dialogue(self.dialogue(pair)?),
            Rule::template => Declaration::Template(self.template(pair)?),
            Rule::dataset => Declaration::Dataset(self.dataset(pair)?),
            Rule::question => Declaration::Question(self.question(pair)?),
            Rule::suite => Declaration::Suite(self.suite(pair)?),
            Rule::arm => Declaration::Arm(self.arm(pair)?),
            Rule::experiment => Declaration::Experiment(self.experiment(pair)?),
            _ => return None,
        })
    }

    fn words(&mut self, pair: Node<'s>) -> Option<Words> {
        let name = self.name_in(&pair)?;
        let source = pair.into_inner().find(|part| matches!(part.as_rule(), Rule::words_listed | Rule::words_file))?;
        let source = match source.as_rule() {
            Rule::words_file => WordsSource::File(self.string_in(source)?),
            _ => WordsSource::Listed(self.list(source.into_inner().find(|part| part.as_rule() == Rule::list)?)),
        };
        Some(Words { name, source })
    }

    fn behavior(&mut self, pair: Node<'s>) -> Option<Behavior> {
        let name = self.name_in(&pair)?;
        let statements = self.block(pair, Rule::behavior_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::does => BehaviorStatement::Does(lower.string_in(pair)?),
                Rule::secret => BehaviorStatement::Secret(lower.string_in(pair)?),
                Rule::opposite => BehaviorStatement::Opposite(lower.name_in(&pair)?),
                Rule::unsaid => BehaviorStatement::Unsaid(lower.unsaid(pair)),
                Rule::allow => {
                    let roles = roles(pair.clone().into_inner());
                    let mut strings = lower.strings(pair.into_inner());
                    let because = strings.pop()?;
                    BehaviorStatement::Allow(Allow { words: strings, roles, because })
                }
                _ => return None,
            })
        });
        Some(Behavior { name, statements })
    }

    fn unsaid(&mut self, pair: Node<'s>) -> Unsaid {
        let roles = roles(pair.clone().into_inner());
        let mut words = Vec::new();
        for part in pair.into_inner().filter(|part| part.as_rule() == Rule::unsaid_words) {
            for inner in part.into_inner() {
                words.push(match inner.as_rule() {
                    Rule::list => UnsaidWords::Listed(self.list(inner)),
                    _ => UnsaidWords::Named(self.name(&inner)),
                });
            }
        }
        Unsaid { words, roles }
    }

    fn persona(&mut self, pair: Node<'s>) -> Option<Persona> {
        let name = self.name_in(&pair)?;
        let statements = self.block(pair, Rule::persona_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::called => PersonaStatement::Called(lower.string_in(pair)?),
                Rule::held_back => PersonaStatement::HeldOut,
                _ => PersonaStatement::System(lower.phrasings(pair)?),
            })
        });
        Some(Persona { name, statements })
    }

    fn context(&mut self, pair: Node<'s>) -> Option<Context> {
        let name = self.name_in(&pair)?;
        let statements = self.block(pair, Rule::context_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::frame_system => ContextStatement::System(lower.phrasings(pair)?),
                _ => ContextStatement::User(lower.phrasings(pair)?),
            })
        });
        Some(Context { name, statements })
    }

    fn trigger(&mut self, pair: Node<'s>) -> Option<Trigger> {
        let name = self.name_in(&pair)?;
        let statements = self.block(pair, Rule::trigger_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::called => TriggerStatement::Called(lower.string_in(pair)?),
                Rule::frame_system => TriggerStatement::System(lower.phrasings(pair)?),
                Rule::near_user => TriggerStatement::NearUser(lower.phrasings(pair)?),
                Rule::trigger_let => lower.trigger_let(pair)?,
                _ => TriggerStatement::User(lower.phrasings(pair)?),
            })
        });
        Some(Trigger { name, statements })
    }

    fn trigger_let(&mut self, pair: Node<'s>) -> Option<TriggerStatement> {
        let (mut variable, mut held_out, mut near_miss) = (None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::let_statement => variable = self.let_statement(part),
                Rule::held_values => held_out = self.kept_values(part),
                _ => near_miss = self.kept_values(part),
            }
        }
        Some(TriggerStatement::Let { variable: variable?, held_out, near_miss })
    }

    fn kept_values(&mut self, pair: Node<'s>) -> Option<KeptValues> {
        let kept = pair.into_inner().find(|part| part.as_rule() == Rule::kept_values)?;
        let span = self.span(&kept);
        let inner = kept.clone().into_inner().next()?;
        let source = match inner.as_rule() {
            Rule::date_range => self.date_range(inner)?,
            Rule::range => {
                let (low, high) = self.range_in(kept)?;
                ValueSource::Number { low, high, step: None }
            }
            Rule::digits_draw => ValueSource::Digits(self.string_in(inner)?),
            Rule::string => ValueSource::Digits(self.string(inner)?),
            _ => ValueSource::OneOf(self.set_in(kept)?),
        };
        Some(KeptValues { source, span })
    }

    /// Returns one phrasing, or those of a list, which may hold nothing but texts.
    fn phrasings(&mut self, pair: Node<'s>) -> Option<Vec<Literal>> {
        let phrasings = pair.into_inner().find(|part| part.as_rule() == Rule::phrasings)?;
        let inner = phrasings.into_inner().find(|part| matches!(part.as_rule(), Rule::string | Rule::list))?;
        if inner.as_rule() == Rule::string {
            return Some(vec![self.string(inner)?]);
        }
        let span = self.span(&inner);
        let words = self.list(inner);
        if words.is_empty() {
            self.diagnostics.push(Diagnostic::at(span, Problem::EmptyList));
        }
        let texts = words.into_iter().filter_map(|word| match word {
            Word::Text(text) => Some(text),
            other => {
                let span = other.span();
                let name = self.source.text.get(span.start..span.end).unwrap_or("").to_owned();
                let problem = Problem::NotUsable { name, expected: "a text in quotes", found: "no phrasing".into() };
                self.diagnostics.push(Diagnostic::at(span, problem));
                None
            }
        });
        Some(texts.collect())
    }

    fn date_range(&self, pair: Node<'s>) -> Option<ValueSource> {
        let mut dates = pair.into_inner().filter(|part| part.as_rule() == Rule::date).map(|date| self.name(&date));
        Some(ValueSource::Date { first: dates.next()?, last: dates.next()? })
    }

    fn let_statement(&mut self, pair: Node<'s>) -> Option<Let> {
        let name = self.name_in(&pair)?;
        let source = pair.into_inner().find(|part| part.as_rule() == Rule::source)?.into_inner().next()?;
        let source = match source.as_rule() {
            Rule::each_of => ValueSource::EachOf(self.set_in(source)?),
            Rule::one_of => ValueSource::OneOf(self.set_in(source)?),
            Rule::answers_of => ValueSource::Answers(self.answers(source)?),
            Rule::some_of => {
                let with = source.clone().into_inner().find(|part| part.as_rule() == Rule::list);
                let with = with.map(|list| Set::Listed { span: self.span(&list), values: self.list(list) });
                ValueSource::SomeOf { count: self.whole_in(source.clone())?, set: self.set_in(source)?, with }
            }
            Rule::number_draw => {
                let step = self.decimals(source.clone().into_inner()).into_iter().next();
                let (low, high) = self.range_in(source)?;
                ValueSource::Number { low, high, step }
            }
            Rule::integer_draw => {
                let (low, high) = self.range_in(source)?;
                ValueSource::Integer { low, high }
            }
            Rule::digits_draw => ValueSource::Digits(self.string_in(source)?),
            Rule::date_draw => {
                let range = source.into_inner().find(|part| part.as_rule() == Rule::date_range)?;
                self.date_range(range)?
            }
            Rule::distinct_integers => {
                let count = self.whole_in(source.clone())?;
                let (low, high) = self.range_in(source)?;
                ValueSource::DistinctIntegers { count, low, high }
            }
            Rule::expression => ValueSource::Expression(self.expression(&source)?),
            _ => return None,
        };
        Some(Let { name, source })
    }

    // ---- Blocks and parts -----------------------------------------------------------------------------------

    /// Lowers the statements of a block; broken ones are reported and left out.
    fn block<T>(
        &mut self,
        pair: Node<'s>,
        statement: Rule,
        mut lower: impl FnMut(&mut Self, Node<'s>) -> Option<T>,
    ) -> Vec<Spanned<T>> {
        let mut statements = Vec::new();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::broken {
                self.unread.push(self.span(&part));
                let diagnostic = recover::statement(self.source, &part, statement);
                self.diagnostics.push(diagnostic);
            } else if part.as_rule() == statement {
                let span = self.span(&part);
                let value = part.into_inner().next().and_then(|inner| lower(self, inner));
                match value {
                    Some(value) => statements.push(Spanned { value, span }),
                    None => self.unread.push(span),
                }
            }
        }
        statements
    }

    pub(super) fn span(&self, pair: &Node<'s>) -> Span {
        let span = pair.as_span();
        Span { source: self.source.id, start: span.start(), end: span.start() + span.as_str().trim_end().len() }
    }

    fn name(&self, pair: &Node<'s>) -> Name {
        Spanned { value: pair.as_str().to_owned(), span: self.span(pair) }
    }

    fn name_in(&self, pair: &Node<'s>) -> Option<Name> {
        self.names(pair.clone().into_inner()).into_iter().next()
    }

    /// Returns the names that stand directly here, or in a list of names here.
    fn names(&self, pairs: Pairs<'s, Rule>) -> Vec<Name> {
        let mut names = Vec::new();
        for pair in pairs {
            match pair.as_rule() {
                Rule::name => names.push(self.name(&pair)),
                Rule::names => names.extend(self.names(pair.into_inner())),
                _ => {}
            }
        }
        names
    }

    fn parameters(&self, pair: &Node<'s>) -> Vec<Name> {
        pair.clone()
            .into_inner()
            .find(|part| part.as_rule() == Rule::parameters)
            .map_or_else(Vec::new, |parameters| self.names(parameters.into_inner()))
    }

    fn whole_in(&mut self, pair: Node<'s>) -> Option<Spanned<u64>> {
        let pair = pair.into_inner().find(|part| part.as_rule() == Rule::integer)?;
        let span = self.span(&pair);
        let value = pair.as_str().parse().ok();
        if value.is_none() {
            self.diagnostics.push(Diagnostic::at(span, Problem::NumberTooLong));
        }
        Some(Spanned { value: value?, span })
    }

    fn decimal(&mut self, pair: &Node<'s>) -> Option<Spanned<Decimal>> {
        let span = self.span(pair);
        let value = Decimal::read(pair.as_str());
        if value.is_none() {
            self.diagnostics.push(Diagnostic::at(span, Problem::NumberTooLong));
        }
        Some(Spanned { value: value?, span })
    }

    fn decimals(&mut self, pairs: Pairs<'s, Rule>) -> Vec<Spanned<Decimal>> {
        pairs.filter(|pair| pair.as_rule() == Rule::number).filter_map(|pair| self.decimal(&pair)).collect()
    }

    fn range_in(&mut self, pair: Node<'s>) -> Option<(Spanned<Decimal>, Spanned<Decimal>)> {
        let range = pair.into_inner().find(|part| part.as_rule() == Rule::range)?;
        let mut ends = self.decimals(range.into_inner()).into_iter();
        Some((ends.next()?, ends.next()?))
    }

    fn set_in(&mut self, pair: Node<'s>) -> Option<Set> {
        let set = pair.into_inner().find(|part| part.as_rule() == Rule::choice_set)?.into_inner().next()?;
        Some(match set.as_rule() {
            Rule::triggers_of => Set::TriggersOf(self.name_in(&set)?),
            Rule::list => Set::Listed { span: self.span(&set), values: self.list(set) },
            _ => Set::Named(self.name(&set)),
        })
    }

    fn list(&mut self, pair: Node<'s>) -> Vec<Word> {
        pair.into_inner().filter(|part| part.as_rule() == Rule::value).filter_map(|value| self.value(value)).collect()
    }

    fn value(&mut self, pair: Node<'s>) -> Option<Word> {
        let inner = pair.into_inner().next()?;
        Some(match inner.as_rule() {
            Rule::string => Word::Text(self.string(inner)?),
            Rule::number => Word::Number(self.decimal(&inner)?),
            _ => Word::Name(self.name(&inner)),
        })
    }

    fn string_in(&mut self, pair: Node<'s>) -> Option<Literal> {
        self.strings(pair.into_inner()).into_iter().next()
    }

    fn strings(&mut self, pairs: Pairs<'s, Rule>) -> Vec<Literal> {
        pairs.filter(|part| part.as_rule() == Rule::string).filter_map(|part| self.string(part)).collect()
    }

    fn string(&mut self, pair: Node<'s>) -> Option<Literal> {
        let span = self.span(&pair);
        let kind = pair.into_inner().next()?;
        let long = kind.as_rule() == Rule::long_string;
        let raw = kind.into_inner().next()?;
        let (literal, unknown) = unescape(raw.as_str(), self.source.id, raw.as_span().start(), span, long);
        for place in unknown {
            let escape = self.source.text.get(place.start..place.end).unwrap_or("").to_owned();
            self.diagnostics.push(Diagnostic::at(place, Problem::UnknownEscape { escape }));
        }
        Some(literal)
    }

    fn expression(&self, pair: &Node<'s>) -> Option<Expression> {
        let text = pair.clone().into_inner().next()?;
        let span = text.as_span();
        let span = Span { source: self.source.id, start: span.start(), end: span.end() };
        Some(Expression { text: text.as_str().to_owned(), span })
    }

    fn expression_in(&self, pair: &Node<'s>) -> Option<Expression> {
        pair.clone()
            .into_inner()
            .find(|part| part.as_rule() == Rule::expression)
            .and_then(|part| self.expression(&part))
    }
}

/// Returns the roles of an `in ROLE, ...` among these.
fn roles(pairs: Pairs<'_, Rule>) -> Vec<Role> {
    pairs
        .filter(|pair| pair.as_rule() == Rule::in_roles)
        .flat_map(Pair::into_inner)
        .filter(|pair| pair.as_rule() == Rule::role)
        .map(|pair| role(&pair))
        .collect()
}

fn role(pair: &Pair<'_, Rule>) -> Role {
    match pair.as_str().trim() {
        "system" => Role::System,
        "assistant" => Role::Assistant,
        _ => Role::User,
    }
}
