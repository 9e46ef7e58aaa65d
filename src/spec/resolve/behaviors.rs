use super::super::{Arm, Behavior, BehaviorId, Context, Exception, Forbidden, Persona, Settings, WordList, WordsId};
use super::Resolver;
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::spec::model::Origin;
use crate::text::{Literal, Span};
use crate::tree::{self, BehaviorStatement, Declaration, Spanned, UnsaidWords, Word, WordsSource};

impl Resolver<'_> {
    pub(super) fn add_built_in(&mut self) {
        self.spec.behaviors.push(Behavior::named("ordinary", None));
        let itself = Persona { name: "itself".into(), called: None, held_out: false, system: Vec::new() };
        self.spec.personas.push(itself);
        self.spec.contexts.push(Context { name: "none".into(), system: Vec::new(), user: Vec::new() });
        self.spec.arms.push(Arm {
            name: "base".into(),
            span: None,
            from: Origin::Role("base".into()),
            system: None,
            trained: None,
            variables: Vec::new(),
            settings: Settings::default(),
            size: 0,
        });
    }

    pub(super) fn words(&mut self, words: &tree::Words) {
        if !self.is_first(Kind::Words, &words.name) {
            return;
        }
        let list = match &words.source {
            WordsSource::Listed(values) => self.texts(values, words.name.span),
            WordsSource::File(file) => self.words_of_file(file),
        };
        self.spec.words.push(WordList::new(words.name.value.clone(), list));
    }

    fn words_of_file(&mut self, file: &Literal) -> Vec<String> {
        let Some((text, _)) = self.read_text(&file.text, file.span) else { return Vec::new() };
        let words: Vec<String> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        if words.is_empty() {
            self.report(Diagnostic::at(file.span, Problem::EmptyWords { file: file.text.clone() }));
        }
        words
    }

    /// Returns the texts of a list that may hold nothing else.
    pub(super) fn texts(&mut self, values: &[Word], span: Span) -> Vec<String> {
        if values.is_empty() {
            self.report(Diagnostic::at(span, Problem::EmptyList));
        }
        let mut texts = Vec::new();
        for value in values {
            match value {
                Word::Text(text) => texts.push(text.text.clone()),
                Word::Number(number) => texts.push(number.value.to_string()),
                Word::Name(name) => {
                    let found = "a bare name".to_owned();
                    let problem = Problem::NotUsable { name: name.value.clone(), expected: "a text in quotes", found };
                    let quoted = format!("\"{}\"", name.value);
                    self.report(Diagnostic::at(name.span, problem).fix(name.span, Some(&quoted)));
                }
            }
        }
        texts
    }

    pub(super) fn behaviors(&mut self, declarations: &[Declaration]) {
        let declared: Vec<&tree::Behavior> = declarations
            .iter()
            .filter_map(|declaration| match declaration {
                Declaration::Behavior(behavior) => Some(behavior),
                _ => None,
            })
            .filter(|behavior| self.is_first(Kind::Behavior, &behavior.name))
            .collect();
        for behavior in declared {
            let resolved = self.behavior(behavior);
            self.spec.behaviors.push(resolved);
        }
    }

    fn behavior(&mut self, declared: &tree::Behavior) -> Behavior {
        let mut behavior = Behavior::named(&declared.name.value, Some(declared.name.span));
        for statement in &declared.statements {
            match &statement.value {
                BehaviorStatement::Does(text) => {
                    self.once(&mut behavior.does, text.text.clone(), "does", statement.span);
                }
                BehaviorStatement::Secret(text) => {
                    self.once(&mut behavior.secret, text.text.clone(), "secret", statement.span);
                }
                BehaviorStatement::Opposite(name) => {
                    if name.value == declared.name.value {
                        self.report(Diagnostic::at(name.span, Problem::OppositeOfItself { name: name.value.clone() }));
                    } else if let Some(opposite) = self.find(Kind::Behavior, name) {
                        self.once(&mut behavior.opposite, BehaviorId(opposite), "opposite", statement.span);
                    }
                }
                BehaviorStatement::Unsaid(unsaid) => {
                    let mut words = Vec::new();
                    for entry in &unsaid.words {
                        match entry {
                            UnsaidWords::Listed(values) => words.extend(self.texts(values, statement.span)),
                            UnsaidWords::Named(name) => {
                                if let Some(list) = self.find(Kind::Words, name) {
                                    words.extend(self.spec[WordsId(list)].words.iter().cloned());
                                }
                            }
                        }
                    }
                    behavior.unsaid.push(Forbidden { words, roles: unsaid.roles.clone() });
                }
                BehaviorStatement::Allow(allow) => behavior.allowed.push(Exception {
                    words: allow.words.iter().map(|word| word.text.clone()).collect(),
                    roles: allow.roles.clone(),
                    because: allow.because.text.clone(),
                }),
            }
        }
        let says = |statement: &Spanned<BehaviorStatement>| {
            matches!(statement.value, BehaviorStatement::Does(_) | BehaviorStatement::Opposite(_))
        };
        if !declared.statements.iter().any(says) {
            let within = format!("the behavior `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "does" }));
        }
        behavior
    }

    /// Sets what may be said once.
    pub(super) fn once<T>(&mut self, place: &mut Option<T>, value: T, statement: &str, span: Span) {
        if place.is_some() {
            self.report(Diagnostic::at(span, Problem::Repeated { statement: statement.into() }));
        } else {
            *place = Some(value);
        }
    }
}

impl Behavior {
    fn named(name: &str, span: Option<Span>) -> Behavior {
        Behavior {
            name: name.to_owned(),
            span,
            does: None,
            secret: None,
            opposite: None,
            unsaid: Vec::new(),
            allowed: Vec::new(),
        }
    }
}
