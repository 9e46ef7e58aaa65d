use minijinja::machinery::Span;
use minijinja::machinery::ast::{Call, CallArg, CallType, Expr, Spanned};
use minijinja::machinery::parse_expr;
use minijinja::{Environment, ErrorKind, Value};

use super::super::super::sought::prepared;
use super::super::super::{Entity, TriggerId, entity_value};
use super::check::Checking;
use super::signatures::Signature;
use crate::diagnostic::{Diagnostic, Kind, Problem, nearest};
use crate::words::{LANGUAGES, Language};

/// The functions whose second argument is looked for in a text, and may be named without quotes.
const LOOKING: &[&str] = &["mentions", "said"];

impl Checking<'_> {
    pub(super) fn call(&mut self, call: &Spanned<Call<'_>>) {
        match call.identify_call() {
            CallType::Function(name) => self.function(name, call),
            CallType::Method(receiver, _) => {
                self.check(receiver);
                self.arguments(&call.args);
            }
            CallType::Block(name) => self.unknown_function(name, call.span()),
            CallType::Object(object) => {
                self.check(object);
                self.arguments(&call.args);
            }
        }
    }

    fn function(&mut self, name: &str, call: &Spanned<Call<'_>>) {
        // `call` is a program that was an answer, and there is one only where answers are programs.
        if name == "call" && self.frame.find(name).is_some() {
            self.variable(name, call.expr.span());
        } else if name == "call" {
            self.report(call.expr.span(), Problem::NothingToCall);
        }
        let Some(signature) = Signature::function(name) else {
            self.unknown_function(name, call.expr.span());
            self.arguments(&call.args);
            return;
        };
        self.against(signature, &call.args, call.span());
        for (at, argument) in call.args.iter().enumerate() {
            match argument {
                CallArg::Pos(value) if at == 1 && LOOKING.contains(&name) => self.sought(value),
                other => self.argument(other),
            }
        }
    }

    fn unknown_function(&mut self, name: &str, span: Span) {
        let nearest = nearest(name, Signature::functions()).map(str::to_owned);
        let is_filter = Signature::filter(name).is_some();
        let nearest = nearest.filter(|_| !is_filter);
        let problem = Problem::UnknownFunction { name: name.to_owned(), nearest: nearest.clone(), is_filter };
        let place = self.place_of(span);
        self.diagnostics.push(Diagnostic::at(place, problem).fix(place, nearest.as_deref()));
    }

    pub(super) fn filter(&mut self, name: &str, arguments: &[CallArg<'_>], span: Span) {
        match Signature::filter(name) {
            Some(signature) => self.against(signature, arguments, span),
            None if is_known(&format!("0|{name}"), ErrorKind::UnknownFilter) => {}
            None => {
                let is_function = Signature::function(name).is_some();
                let nearest = nearest(name, Signature::filters()).filter(|_| !is_function);
                let problem =
                    Problem::UnknownFilter { name: name.to_owned(), nearest: nearest.map(str::to_owned), is_function };
                let from = span.start_offset as usize;
                let place = (self.place)(from, from + name.len());
                self.diagnostics.push(Diagnostic::at(place, problem).fix(place, nearest));
            }
        }
        if let ("without_comments", Some(CallArg::Pos(language))) = (name, arguments.first()) {
            self.language(language);
        }
        self.arguments(arguments);
    }

    pub(super) fn test(&mut self, name: &str, span: Span) {
        if !is_known(&format!("0 is {name}"), ErrorKind::UnknownTest) {
            let message = format!("there is no test `{name}`");
            self.report(span, Problem::BadExpression { message });
        }
    }

    pub(super) fn arguments(&mut self, arguments: &[CallArg<'_>]) {
        for argument in arguments {
            self.argument(argument);
        }
    }

    fn argument(&mut self, argument: &CallArg<'_>) {
        match argument {
            CallArg::Pos(value) | CallArg::Kwarg(_, value) | CallArg::PosSplat(value) | CallArg::KwargSplat(value) => {
                self.check(value);
            }
        }
    }

    /// Checks the number and the names of the arguments of a call.
    fn against(&mut self, signature: &Signature, arguments: &[CallArg<'_>], span: Span) {
        let mut found = 0;
        for argument in arguments {
            match argument {
                CallArg::Pos(_) => found += 1,
                CallArg::Kwarg(keyword, value) => self.keyword(signature, keyword, value),
                // How many these come to is known only when they are.
                CallArg::PosSplat(_) | CallArg::KwargSplat(_) => return,
            }
        }
        if found < signature.least || found > signature.most {
            let problem = Problem::CallArguments {
                name: signature.name,
                form: signature.form(),
                least: signature.least,
                most: signature.most,
                found,
            };
            self.report(span, problem);
        }
    }

    fn keyword(&mut self, signature: &Signature, keyword: &str, value: &Expr<'_>) {
        let Some(known) = signature.keywords.filter(|known| !known.contains(&keyword)) else { return };
        let nearest = nearest(keyword, known.iter().copied());
        let problem = Problem::UnknownKeyword {
            name: signature.name,
            keyword: keyword.to_owned(),
            known: known.to_vec(),
            nearest: nearest.map(str::to_owned),
        };
        let place = self.keyword_place(keyword, value);
        self.diagnostics.push(Diagnostic::at(place, problem).fix(place, nearest));
    }

    /// Returns where a keyword stands: before the `=` before its value.
    fn keyword_place(&self, keyword: &str, value: &Expr<'_>) -> crate::text::Span {
        let value_at = value.span().start_offset as usize;
        let before = self.text.get(..value_at).unwrap_or_default();
        let from = before.rfind(keyword).unwrap_or(value_at);
        (self.place)(from, from + keyword.len())
    }

    /// Checks a language that is written out.
    fn language(&mut self, language: &Expr<'_>) {
        let Some(written) = language.as_const() else { return };
        if written.as_str().and_then(Language::named).is_some() {
            return;
        }
        let name = written.to_string();
        let nearest = nearest(&name, LANGUAGES.iter().copied());
        let problem = Problem::UnknownLanguage { name, known: LANGUAGES.to_vec(), nearest: nearest.map(str::to_owned) };
        let place = self.place_of(language.span());
        let replacement = nearest.map(|nearest| format!("\"{nearest}\""));
        self.diagnostics.push(Diagnostic::at(place, problem).fix(place, replacement.as_deref()));
    }

    /// Checks what is looked for in a text: the bare name of a word list or a trigger, a text, a list of texts, or anything that comes
    /// to one of them. A variable goes before one of its name.
    fn sought(&mut self, sought: &Expr<'_>) {
        let span = sought.span();
        if let Expr::Var(variable) = sought {
            let name = variable.id;
            let is_variable = self.frame.find(name).is_some();
            match self.named(name) {
                _ if is_variable => self.variable(name, span),
                Some((kind, value)) => {
                    self.used.push((kind, name.to_owned()));
                    if self.says_something(&value, span).is_some() && !self.is_constant(name) {
                        self.reads.constants.push((name.to_owned(), value));
                    }
                }
                None if self.frame.is_open
                    || self.frame.later(name).is_some()
                    || self.frame.table_of(name).is_some() =>
                {
                    self.variable(name, span);
                }
                None => self.unknown_words(name, span),
            }
            return;
        }
        let literal = sought.as_const().filter(|_| matches!(sought, Expr::Const(_) | Expr::List(_)));
        let Some(value) = literal else {
            self.check(sought);
            return;
        };
        let Some(value) = self.says_something(&value, span) else { return };
        let range = span.start_offset as usize..span.end_offset as usize;
        // A text in several pieces has a place that is not the whole of it, and stays as it is.
        let is_whole =
            self.text.get(range.clone()).and_then(|text| parse_expr(text).ok()?.as_const()) == sought.as_const();
        if is_whole {
            let name = self.constant(value);
            self.prepared.push((range, name));
        }
    }

    /// Returns what a name of the spec stands for where something is looked for in a text.
    fn named(&self, name: &str) -> Option<(Kind, Value)> {
        if let Some(list) = self.names.find(Kind::Words, name) {
            return Some((Kind::Words, self.spec.words.get(list)?.value.clone()));
        }
        let trigger = self.names.find(Kind::Trigger, name).filter(|id| *id < self.spec.triggers.len())?;
        Some((Kind::Trigger, entity_value(self.spec, Entity::Trigger(TriggerId(trigger)))))
    }

    fn is_constant(&self, name: &str) -> bool {
        self.reads.constants.iter().any(|(known, _)| known == name)
    }

    /// Prepares words to be looked for; reports a word that no text can say.
    fn says_something(&mut self, value: &Value, span: Span) -> Option<Value> {
        match prepared(value) {
            Ok(value) => Some(value),
            Err(error) => {
                self.report(span, Problem::NoLetters { entry: error.entry });
                None
            }
        }
    }

    fn unknown_words(&mut self, name: &str, span: Span) {
        let lists: Vec<String> = self.names.all(Kind::Words).map(str::to_owned).collect();
        let variables = self.frame.names();
        let known = lists.iter().chain(&variables).map(String::as_str).chain(self.names.all(Kind::Trigger));
        let nearest = nearest(name, known).map(str::to_owned);
        let other = self.names.kind_of(name);
        let problem = Problem::UnknownName {
            kind: Kind::Words,
            name: name.to_owned(),
            nearest: nearest.clone(),
            known: lists,
            other,
        };
        let place = self.place_of(span);
        self.diagnostics.push(Diagnostic::at(place, problem).fix(place, nearest.as_deref()));
    }
}

/// Asks minijinja itself whether a filter or test exists: evaluating it then fails in any other way, or not.
fn is_known(probe: &str, unknown: ErrorKind) -> bool {
    let environment = Environment::new();
    let outcome = environment.compile_expression(probe).and_then(|probe| probe.eval(()));
    outcome.err().is_none_or(|error| error.kind() != unknown)
}
