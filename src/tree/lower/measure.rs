use super::super::parse::Rule;
use super::super::{
    AnswerKind, Ask, Judge, JudgeStatement, Key, OptionLine, OrderKind, Question, QuestionStatement, ReadStatement,
    Score, Spanned, Word,
};
use super::{Lower, Node};

impl<'s> Lower<'s> {
    pub(super) fn question(&mut self, pair: Node<'s>) -> Option<Question> {
        let name = self.name_in(&pair)?;
        let statements = self.block(pair, Rule::question_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::reports => QuestionStatement::Reports(lower.name_in(&pair)?),
                Rule::shows => QuestionStatement::Shows(lower.name_in(&pair)?),
                Rule::row_from => QuestionStatement::RowFrom(lower.row_from(&pair)?),
                Rule::rows => QuestionStatement::Rows(lower.rows(pair)?),
                Rule::let_statement => QuestionStatement::Let(lower.let_statement(pair)?),
                Rule::ask => QuestionStatement::Ask(lower.ask(pair)?),
                Rule::answer => QuestionStatement::Answer(lower.answer(pair)?),
                Rule::order => QuestionStatement::Order(order(&pair)),
                Rule::read => {
                    let otherwise = pair.into_inner().find(|part| part.as_rule() == Rule::read_else);
                    let else_samples = otherwise.and_then(|part| lower.whole_in(part));
                    QuestionStatement::Read(ReadStatement { else_samples })
                }
                Rule::judge => QuestionStatement::Judge(lower.judge(pair)?),
                Rule::score => QuestionStatement::Score(lower.score(pair)?),
                Rule::max_tokens => QuestionStatement::MaxTokens(lower.whole_in(pair)?),
                _ => return None,
            })
        });
        Some(Question { name, statements })
    }

    fn ask(&mut self, pair: Node<'s>) -> Option<Ask> {
        let about_other = pair.clone().into_inner().any(|part| part.as_rule() == Rule::about_other);
        let wordings = pair.into_inner().find(|part| part.as_rule() == Rule::wordings)?.into_inner().next()?;
        let wordings = match wordings.as_rule() {
            Rule::list => self.list(wordings),
            _ => vec![Word::Text(self.string(wordings)?)],
        };
        Some(Ask { about_other, wordings })
    }

    fn answer(&mut self, pair: Node<'s>) -> Option<AnswerKind> {
        let kind = pair.into_inner().find(|part| part.as_rule() != Rule::k_answer)?;
        Some(match kind.as_rule() {
            Rule::k_word => AnswerKind::Word,
            Rule::k_text => AnswerKind::Text,
            Rule::answer_number => {
                let (low, high) = self.range_in(kind)?;
                AnswerKind::Number { low, high }
            }
            Rule::literal_type => AnswerKind::Literal(self.strings(kind.into_inner())),
            _ => {
                let numbered = kind.clone().into_inner().any(|part| part.as_rule() == Rule::k_numbered);
                let options = kind.into_inner().filter(|part| part.as_rule() == Rule::option);
                let options = options.filter_map(|option| {
                    Some(OptionLine { name: self.name_in(&option)?, text: self.string_in(option)? })
                });
                AnswerKind::Option { options: options.collect(), numbered }
            }
        })
    }

    fn judge(&mut self, pair: Node<'s>) -> Option<Judge> {
        let mut names = self.names(pair.clone().into_inner()).into_iter();
        let (name, by) = (names.next()?, names.next()?);
        let statements = self.block(pair, Rule::judge_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::ask => JudgeStatement::Ask(lower.ask(pair)?),
                Rule::answer => JudgeStatement::Answer(lower.answer(pair)?),
                _ => JudgeStatement::MaxTokens(lower.whole_in(pair)?),
            })
        });
        Some(Judge { name, by, statements })
    }

    fn score(&mut self, pair: Node<'s>) -> Option<Score> {
        let span = self.span(&pair);
        let kind = pair.into_inner().find(|part| part.as_rule() != Rule::k_score)?;
        if kind.as_rule() == Rule::score_expression {
            return Some(Score::Expression(self.expression_in(&kind)?));
        }
        let judge = self.name_in(&kind);
        let map = kind.into_inner().find(|part| part.as_rule() == Rule::map)?;
        let entries = map.into_inner().filter(|part| part.as_rule() == Rule::entry);
        let entries = entries.filter_map(|entry| self.entry(entry)).collect();
        Some(Score::Map { judge, entries, span })
    }

    fn entry(&mut self, pair: Node<'s>) -> Option<(Spanned<Key>, Spanned<super::Decimal>)> {
        let mut parts = pair.into_inner().filter(|part| part.as_rule() != Rule::colon);
        let (key, number) = (parts.next()?, parts.next()?);
        let span = self.span(&key);
        let inner = key.into_inner().next()?;
        let value = match inner.as_rule() {
            Rule::string => Key::Text(self.string(inner)?.text),
            Rule::k_else => Key::Else,
            _ => Key::Name(inner.as_str().to_owned()),
        };
        Some((Spanned { value, span }, self.decimal(&number)?))
    }
}

fn order(pair: &Node<'_>) -> OrderKind {
    let kind = pair.clone().into_inner().last().map(|part| part.as_rule());
    match kind {
        Some(Rule::k_all) => OrderKind::All,
        Some(Rule::k_shuffled) => OrderKind::Shuffled,
        _ => OrderKind::Fixed,
    }
}
