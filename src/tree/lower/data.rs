use super::super::parse::Rule;
use super::super::{
    Aspect, Column, ColumnType, Control, ControlStatement, Count, Dataset, DatasetStatement, Decimal, Expectation,
    Name, Part, Reference, RowFrom, Rows, Said, Share, Spanned, Table, TableStatement, Template, TemplateStatement,
};
use super::{Lower, Node, role};

impl<'s> Lower<'s> {
    pub(super) fn table(&mut self, pair: Node<'s>) -> Option<Table> {
        let name = self.name_in(&pair)?;
        let file = self.string_in(pair.clone())?;
        let statements = self.block(pair, Rule::table_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::let_statement => TableStatement::Let(lower.let_statement(pair)?),
                _ => TableStatement::Column(lower.column(pair)?),
            })
        });
        Some(Table { name, file, statements })
    }

    fn column(&mut self, pair: Node<'s>) -> Option<Column> {
        let name = self.name_in(&pair)?;
        let kind = pair.into_inner().find(|part| part.as_rule() == Rule::column_type)?.into_inner().next()?;
        let column_type = match kind.as_rule() {
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
        };
        Some(Column { name, column_type })
    }

    pub(super) fn row_from(&mut self, pair: &Node<'s>) -> Option<RowFrom> {
        Some(RowFrom { table: self.name_in(pair)? })
    }

    pub(super) fn template(&mut self, pair: Node<'s>) -> Option<Template> {
        let name = self.name_in(&pair)?;
        let parameters = self.parameters(&pair);
        let statements = self.block(pair, Rule::template_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::row_from => TemplateStatement::RowFrom(lower.row_from(&pair)?),
                Rule::let_statement => TemplateStatement::Let(lower.let_statement(pair)?),
                _ => {
                    let role = role(&pair.clone().into_inner().next()?);
                    let under = pair
                        .clone()
                        .into_inner()
                        .find(|part| part.as_rule() == Rule::said_under)
                        .map_or_else(Vec::new, |under| lower.names(under.into_inner()));
                    TemplateStatement::Said(Said { role, text: lower.string_in(pair)?, under })
                }
            })
        });
        Some(Template { name, parameters, statements })
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
