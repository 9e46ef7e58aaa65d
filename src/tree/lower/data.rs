use super::super::parse::Rule;
use super::super::{
    Aspect, Column, ColumnType, Control, ControlStatement, Conversation, Count, Dataset, DatasetStatement, Decimal,
    Drop, DropRule, Expectation, Name, Part, Reference, RowFrom, Rows, Said, Share, Spanned, Table, TableSource,
    TableStatement, Template, TemplateStatement,
};
use super::{Lower, Node, role};

impl<'s> Lower<'s> {
    pub(super) fn table(&mut self, pair: Node<'s>) -> Option<Table> {
        let name = self.name_in(&pair)?;
        let parameters = self.parameters(&pair);
        let source = pair.clone().into_inner().find(|part| part.as_rule() == Rule::table_source)?;
        let source = self.table_source(&source)?;
        let statements = self.block(pair, Rule::table_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::let_statement => TableStatement::Let(lower.let_statement(pair)?),
                Rule::drop => TableStatement::Drop(lower.drop_statement(pair)?),
                Rule::hold_out => TableStatement::HoldOut(lower.share_in(&pair)?),
                Rule::rows => TableStatement::Rows(lower.rows(pair)?),
                Rule::attempts => TableStatement::Attempts(lower.whole_in(pair)?),
                Rule::frame_system => TableStatement::System(lower.phrasings(pair)?),
                Rule::ask => TableStatement::Ask(lower.ask(pair)?),
                Rule::max_tokens => TableStatement::MaxTokens(lower.whole_in(pair)?),
                Rule::temperature => TableStatement::Temperature(lower.decimals(pair.into_inner()).into_iter().next()?),
                Rule::keep => TableStatement::Keep(lower.expression_in(&pair)?),
                Rule::cut => TableStatement::Cut(lower.expression_in(&pair)?),
                _ => TableStatement::Column(lower.column(pair)?),
            })
        });
        Some(Table { name, parameters, source, statements })
    }

    fn table_source(&mut self, pair: &Node<'s>) -> Option<TableSource> {
        for part in pair.clone().into_inner() {
            match part.as_rule() {
                Rule::k_written => return Some(TableSource::WrittenBy(self.name_in(pair)?)),
                Rule::k_dialogue => return Some(TableSource::Dialogue(self.reference_in(pair)?)),
                Rule::string => return Some(TableSource::File(self.string(part)?)),
                _ => {}
            }
        }
        None
    }

    fn drop_statement(&mut self, pair: Node<'s>) -> Option<Drop> {
        let pair = pair.into_inner().find(|part| part.as_rule() != Rule::k_drop)?;
        let rule = match pair.as_rule() {
            Rule::drop_where => DropRule::Where(self.expression_in(&pair)?),
            Rule::drop_duplicates => DropRule::Duplicates(self.names(pair.clone().into_inner())),
            _ => {
                let over = self.decimals(pair.clone().into_inner()).into_iter().next()?;
                DropRule::Near { column: self.name_in(&pair)?, over }
            }
        };
        let because = pair.into_inner().find(|part| part.as_rule() == Rule::because);
        Some(Drop { rule, because: because.and_then(|because| self.string_in(because)) })
    }

    fn column(&mut self, pair: Node<'s>) -> Option<Column> {
        let name = self.name_in(&pair)?;
        let kind = pair.clone().into_inner().find(|part| part.as_rule() == Rule::column_type)?;
        let read = pair.into_inner().find(|part| part.as_rule() == Rule::expression);
        let read = read.and_then(|read| self.expression(&read));
        Some(Column { name, column_type: self.column_type(kind)?, read })
    }

    pub(super) fn column_type(&mut self, pair: Node<'s>) -> Option<ColumnType> {
        let kind = pair.into_inner().next()?;
        Some(match kind.as_rule() {
            Rule::literal_type => {
                let texts = self.strings(kind.into_inner());
                ColumnType::OneOf(texts.into_iter().map(|text| text.text).collect())
            }
            _ => match kind.into_inner().next()?.as_rule() {
                Rule::k_number => ColumnType::Number,
                Rule::k_integer => ColumnType::Integer,
                Rule::k_boolean => ColumnType::Boolean,
                Rule::k_json => ColumnType::Json,
                _ => ColumnType::Text,
            },
        })
    }

    pub(super) fn row_from(&mut self, pair: &Node<'s>) -> Option<RowFrom> {
        let held_out = pair.clone().into_inner().find(|part| part.as_rule() == Rule::held_out);
        Some(RowFrom { table: self.reference_in(pair)?, held_out: held_out.map(|part| self.span(&part)) })
    }

    pub(super) fn template(&mut self, pair: Node<'s>) -> Option<Template> {
        let name = self.name_in(&pair)?;
        let parameters = self.parameters(&pair);
        let statements = self.block(pair, Rule::template_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::row_from => TemplateStatement::RowFrom(lower.row_from(&pair)?),
                Rule::let_statement => TemplateStatement::Let(lower.let_statement(pair)?),
                Rule::conversation => {
                    let column = lower.name_in(&pair)?;
                    TemplateStatement::Conversation(Conversation { column, under: lower.under(&pair) })
                }
                _ => {
                    let role = role(&pair.clone().into_inner().next()?);
                    let under = lower.under(&pair);
                    TemplateStatement::Said(Said { role, text: lower.string_in(pair)?, under })
                }
            })
        });
        Some(Template { name, parameters, statements })
    }

    /// Returns the behaviors after `as`.
    fn under(&self, pair: &Node<'s>) -> Vec<Name> {
        let under = pair.clone().into_inner().find(|part| part.as_rule() == Rule::said_under);
        under.map_or_else(Vec::new, |under| self.names(under.into_inner()))
    }

    pub(super) fn dataset(&mut self, pair: Node<'s>) -> Option<Dataset> {
        let name = self.name_in(&pair)?;
        let parameters = self.parameters(&pair);
        let statements = self.block(pair, Rule::dataset_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::rows => DatasetStatement::Rows(lower.rows(pair)?),
                Rule::control => DatasetStatement::Control(lower.control(pair)?),
                Rule::validation => DatasetStatement::Validation(lower.share_in(&pair)?),
                Rule::balance => DatasetStatement::Balance(lower.expression_in(&pair)?),
                Rule::expect => DatasetStatement::Expect(expectation(pair)?),
                _ => DatasetStatement::Part(lower.part(&pair)?),
            })
        });
        Some(Dataset { name, parameters, statements })
    }

    pub(super) fn rows(&mut self, pair: Node<'s>) -> Option<Rows> {
        let repeat = pair.clone().into_inner().any(|part| part.as_rule() == Rule::k_repeat);
        let count = pair.into_inner().find(|part| part.as_rule() == Rule::count)?;
        let count = match self.expression_in(&count) {
            Some(expression) => Count::Expression(expression),
            None => Count::Number(self.whole_in(count)?),
        };
        Some(Rows { count, repeat })
    }

    fn part(&mut self, pair: &Node<'s>) -> Option<Part> {
        let has_share = pair.clone().into_inner().any(|part| part.as_rule() == Rule::share);
        let share = if has_share { Some(self.share_in(pair)?) } else { None };
        let template = self.reference_in(pair)?;
        let names = |rule: Rule| -> Vec<Name> {
            let named = pair.clone().into_inner().find(|part| part.as_rule() == rule);
            named.and_then(|part| part.into_inner().last()).map_or_else(Vec::new, |part| self.one_or_each(part))
        };
        let (when, by, about) = (names(Rule::part_when), names(Rule::part_by), names(Rule::part_about));
        Some(Part { share, template, behavior: self.name_in(pair)?, when, by, about })
    }

    fn share_in(&mut self, pair: &Node<'s>) -> Option<Spanned<Share>> {
        let part = pair.clone().into_inner().find(|part| part.as_rule() == Rule::share)?;
        let span = self.span(&part);
        let inner = part.clone().into_inner().next()?;
        let value = if inner.as_rule() == Rule::percent {
            let number: Decimal = self.decimal(&inner.into_inner().next()?)?.value;
            Share::Percent(number)
        } else {
            Share::Rows(self.whole_in(part)?.value)
        };
        Some(Spanned { value, span })
    }

    /// Returns the one name, or those of a list.
    fn one_or_each(&self, pair: Node<'s>) -> Vec<Name> {
        fn names<'s>(pair: Node<'s>, found: &mut Vec<Node<'s>>) {
            if pair.as_rule() == Rule::name {
                found.push(pair);
            } else {
                pair.into_inner().for_each(|inner| names(inner, found));
            }
        }
        let mut found = Vec::new();
        names(pair, &mut found);
        found.iter().map(|name| self.name(name)).collect()
    }

    pub(super) fn reference_in(&mut self, pair: &Node<'s>) -> Option<Reference> {
        let pair = pair.clone().into_inner().find(|part| part.as_rule() == Rule::reference)?;
        let (name, span) = (self.name_in(&pair)?, self.span(&pair));
        let arguments = pair.into_inner().find(|part| part.as_rule() == Rule::arguments);
        let arguments = arguments.map_or_else(Vec::new, |arguments| self.list(arguments));
        Some(Reference { name, arguments, span })
    }

    fn control(&mut self, pair: Node<'s>) -> Option<Control> {
        let name = self.name_in(&pair)?;
        let statements = self.block(pair, Rule::control_statement, |lower, pair| {
            let has = |rule: Rule| pair.clone().into_inner().any(|part| part.as_rule() == rule);
            Some(match pair.as_rule() {
                Rule::control => ControlStatement::Control(lower.control(pair)?),
                Rule::expect => ControlStatement::Expect(expectation(pair)?),
                Rule::shuffle if has(Rule::k_triggers) => ControlStatement::ShuffleTriggers,
                Rule::shuffle => ControlStatement::ShuffleWordsOfAnswer,
                Rule::swap => ControlStatement::SwapPersonas,
                Rule::without if has(Rule::k_triggers) => ControlStatement::WithoutTriggers,
                Rule::without => ControlStatement::WithoutPersonas,
                Rule::reversed => ControlStatement::AlsoReversed(lower.string_in(pair)?),
                _ => {
                    let mut names = lower.names(pair.into_inner()).into_iter();
                    ControlStatement::Replace { with: names.next()?, replaced: names.next()? }
                }
            })
        });
        Some(Control { name, statements })
    }
}

/// Reads the two aspects of `expect independent A B`.
fn expectation(pair: Node<'_>) -> Option<Expectation> {
    let mut aspects = pair.into_inner().filter(|part| part.as_rule() == Rule::aspect).filter_map(|aspect| {
        Some(match aspect.into_inner().next()?.as_rule() {
            Rule::k_trigger => Aspect::Trigger,
            Rule::k_behavior => Aspect::Behavior,
            _ => Aspect::Persona,
        })
    });
    Some(Expectation { aspects: (aspects.next()?, aspects.next()?) })
}
