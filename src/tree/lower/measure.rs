use super::super::parse::Rule;
use super::super::{
    Answer, AnswerKind, Answers, AnswersStatement, Ask, Field, FieldKind, Judge, JudgeStatement, Key, LabelKind,
    LabelledItems, Name, OptionLine, OrderKind, Question, QuestionStatement, ReadStatement, Score, Spanned, Word,
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
                Rule::order => QuestionStatement::Order(lower.order(pair)?),
                Rule::read => QuestionStatement::Read(lower.read(pair)),
                Rule::judge => QuestionStatement::Judge(lower.judge(pair)?),
                Rule::among => QuestionStatement::Among(lower.expression_in(&pair)?),
                Rule::baseline => QuestionStatement::Baseline(lower.expression_in(&pair)?),
                Rule::score => QuestionStatement::Score(lower.score(pair)?),
                Rule::max_tokens => QuestionStatement::MaxTokens(lower.whole_in(pair)?),
                Rule::play => QuestionStatement::Play(lower.play(&pair)?),
                _ => return None,
            })
        });
        Some(Question { name, statements })
    }

    pub(super) fn ask(&mut self, pair: Node<'s>) -> Option<Ask> {
        let about_other = pair.clone().into_inner().any(|part| part.as_rule() == Rule::about_other);
        let wordings = pair.into_inner().find(|part| part.as_rule() == Rule::wordings)?.into_inner().next()?;
        let wordings = match wordings.as_rule() {
            Rule::list => self.list(wordings),
            _ => vec![Word::Text(self.string(wordings)?)],
        };
        Some(Ask { about_other, wordings })
    }

    fn answer(&mut self, pair: Node<'s>) -> Option<Answer> {
        let exits = pair.clone().into_inner().find(|part| part.as_rule() == Rule::exits);
        let exits = exits.into_iter().flat_map(Node::into_inner).filter(|part| part.as_rule() == Rule::exit);
        let exits = exits.filter_map(|exit| self.exit(exit)).collect();
        let kind = pair.into_inner().find(|part| part.as_rule() != Rule::k_answer)?;
        Some(Answer { kind: self.answer_kind(kind)?, exits })
    }

    fn exit(&mut self, pair: Node<'s>) -> Option<Name> {
        let span = self.span(&pair);
        let inner = pair.into_inner().next()?;
        let value = match inner.as_rule() {
            Rule::string => self.string(inner)?.text,
            _ => inner.as_str().to_owned(),
        };
        Some(Spanned { value, span })
    }

    fn answer_kind(&mut self, kind: Node<'s>) -> Option<AnswerKind> {
        Some(match kind.as_rule() {
            Rule::k_word => AnswerKind::Word,
            Rule::k_text => AnswerKind::Text,
            Rule::answer_code => AnswerKind::Code,
            Rule::answer_number => {
                let (low, high) = self.range_in(kind)?;
                AnswerKind::Number { low, high }
            }
            Rule::literal_type => AnswerKind::Literal(self.strings(kind.into_inner())),
            Rule::answer_json => {
                let fields = kind.into_inner().filter(|part| part.as_rule() == Rule::field);
                AnswerKind::Json(fields.filter_map(|field| self.field(field)).collect())
            }
            _ => {
                let labels = self.labels(&kind);
                let options = kind.into_inner().filter(|part| part.as_rule() == Rule::option);
                let options = options.filter_map(|option| {
                    Some(OptionLine { name: self.name_in(&option)?, text: self.string_in(option)? })
                });
                AnswerKind::Option { options: options.collect(), labels }
            }
        })
    }

    fn labels(&mut self, option: &Node<'s>) -> LabelKind {
        for part in option.clone().into_inner() {
            match part.as_rule() {
                Rule::k_numbered => return LabelKind::Numbers,
                Rule::own_labels => {
                    let list = part.into_inner().find(|part| part.as_rule() == Rule::list);
                    let span = list.as_ref().map_or_else(|| self.span(option), |list| self.span(list));
                    return LabelKind::Own { labels: list.map_or_else(Vec::new, |list| self.list(list)), span };
                }
                _ => {}
            }
        }
        LabelKind::Letters
    }

    fn field(&mut self, pair: Node<'s>) -> Option<Field> {
        let name = self.name_in(&pair)?;
        let kind = pair.into_inner().find(|part| matches!(part.as_rule(), Rule::field_range | Rule::column_type))?;
        let kind = if kind.as_rule() == Rule::field_range {
            let whole = kind.clone().into_inner().any(|part| part.as_rule() == Rule::k_integer);
            let (low, high) = self.range_in(kind)?;
            FieldKind::InRange { low, high, whole }
        } else {
            FieldKind::Of(self.column_type(kind)?)
        };
        Some(Field { name, kind })
    }

    fn order(&mut self, pair: Node<'s>) -> Option<OrderKind> {
        let kind = pair.clone().into_inner().last().map(|part| part.as_rule());
        Some(match kind {
            Some(Rule::k_all) => OrderKind::All,
            Some(Rule::k_shuffled) => OrderKind::Shuffled,
            Some(Rule::k_counterbalanced) => OrderKind::Counterbalanced(self.whole_in(pair)?),
            _ => OrderKind::Fixed,
        })
    }

    fn read(&mut self, pair: Node<'s>) -> ReadStatement {
        let otherwise = pair.into_inner().find(|part| part.as_rule() == Rule::read_else);
        ReadStatement { else_samples: otherwise.and_then(|part| self.whole_in(part)) }
    }

    pub(super) fn answers(&mut self, pair: Node<'s>) -> Option<Answers> {
        let by = self.name_in(&pair)?;
        let statements = self.block(pair, Rule::answers_of_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::ask => AnswersStatement::Ask(lower.ask(pair)?),
                Rule::answer => AnswersStatement::Answer(lower.answer(pair)?),
                Rule::frame_system => AnswersStatement::System(lower.phrasings(pair)?),
                Rule::read => AnswersStatement::Read(lower.read(pair)),
                Rule::temperature => {
                    AnswersStatement::Temperature(lower.decimals(pair.into_inner()).into_iter().next()?)
                }
                _ => AnswersStatement::MaxTokens(lower.whole_in(pair)?),
            })
        });
        Some(Answers { by, statements })
    }

    fn judge(&mut self, pair: Node<'s>) -> Option<Judge> {
        let mut names = self.names(pair.clone().into_inner()).into_iter();
        let (name, by) = (names.next()?, names.next()?);
        let statements = self.block(pair, Rule::judge_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::ask => JudgeStatement::Ask(lower.ask(pair)?),
                Rule::answer => JudgeStatement::Answer(lower.answer(pair)?),
                Rule::read => JudgeStatement::Read(lower.read(pair)),
                Rule::labelled_items => JudgeStatement::Labelled(LabelledItems {
                    table: lower.reference_in(&pair)?,
                    column: lower.name_in(&pair)?,
                    kappa: lower.decimals(pair.into_inner()).into_iter().next(),
                }),
                _ => JudgeStatement::MaxTokens(lower.whole_in(pair)?),
            })
        });
        Some(Judge { name, by, statements })
    }

    fn score(&mut self, pair: Node<'s>) -> Option<Score> {
        let span = self.span(&pair);
        let kind = pair.into_inner().find(|part| part.as_rule() != Rule::k_score)?;
        if kind.as_rule() == Rule::score_expression {
            let expression = self.expression_in(&kind)?;
            return Some(Score::Expression { expression, range: self.range_in(kind) });
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
