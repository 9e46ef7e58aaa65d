use minijinja::Value;
use minijinja::value::Serde;

use super::wanted::{Used, Wanted, addressed, who};
use super::{Replies, Reply};
use crate::requests::{Message, Role, Sampling, default_tokens, shown, written};
use crate::scores::{Parsed, parse, whole};
use crate::spec::{AnswerType, Answerer, Foreseen, Scope, Spec};
use crate::text::Span;

/// What came of asking.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    /// It was read as what was asked for.
    Value(Value),
    /// There is no reply yet.
    Missing,
    /// There is no value, for this reason, which names no row.
    Lost(String),
}

/// Asks models for one row, out of the replies that are there; what is missing is collected.
pub(crate) struct Asker<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) replies: &'a Replies,
    /// The declaration that the row belongs to, such as `table choices`.
    pub(crate) place: &'a str,
    /// Distinguishes the samples of rows whose prompts are the same.
    pub(crate) seed: u32,
    pub(crate) wanted: &'a mut Vec<Wanted>,
    pub(crate) used: &'a mut Vec<Used>,
}

impl<'a> Asker<'a> {
    /// Asks for a value. A reply that is no JSON of the fields that were asked for is sent back once.
    ///
    /// # Errors
    /// Returns the place of the expression of the wording that fails, and why.
    pub(crate) fn ask(&mut self, asked: &Foreseen, scope: &Scope) -> Result<Said, (Span, String)> {
        self.ask_of(&asked.by, asked, scope, Vec::new())
    }

    /// Asks somebody for a value, behind `before`, the conversation that it goes on from.
    ///
    /// # Errors
    /// As [`Asker::ask`].
    pub(crate) fn ask_of(
        &mut self,
        by: &Answerer,
        asked: &Foreseen,
        scope: &Scope,
        before: Vec<Message>,
    ) -> Result<Said, (Span, String)> {
        let mut scope = scope.clone();
        let mut options = Vec::new();
        if let AnswerType::Options { choices, labels } = &asked.answer {
            let order: Vec<usize> = (0..choices.len()).collect();
            options = shown(choices, labels, &order, &scope)?;
            scope.set(asked.options, written(&options).into());
        }
        let mut messages = before;
        if let Some(system) = &asked.system {
            let content = system.text(&scope)?;
            match messages.first_mut().filter(|first| first.role == Role::System) {
                Some(first) => first.content = format!("{}\n\n{content}", first.content),
                None => messages.insert(0, Message { role: Role::System, content }),
            }
        }
        let content = asked.wording.text(&scope)?;
        match messages.last_mut().filter(|last| last.role == Role::User) {
            // Chat formats want one message of the user's at a time.
            Some(last) => last.content = format!("{}\n\n{content}", last.content),
            None => messages.push(Message { role: Role::User, content }),
        }
        let max_tokens = asked.max_tokens.unwrap_or(default_tokens(&asked.answer));
        let sampling = self.sampling(asked.temperature.unwrap_or(0.0), max_tokens);
        let reply = self.reply((by, asked), &asked.name, messages.clone(), &sampling);
        let text = match reply {
            None => return Ok(Said::Missing),
            Some(Ok(text)) => text,
            Some(Err(lost)) => return Ok(Said::Lost(lost)),
        };
        let mut read = parse(&text, &asked.answer, &asked.exits, &options);
        if let (AnswerType::Json(fields), Parsed::Unparsed) = (&asked.answer, &read) {
            let names: Vec<String> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
            let again = format!(
                "That is not the JSON object that was asked for. Answer again, with one JSON object alone, of the keys {}.",
                names.join(", ")
            );
            messages.push(Message { role: Role::Assistant, content: text });
            messages.push(Message { role: Role::User, content: again });
            match self.reply((by, asked), &format!("{} again", asked.name), messages, &sampling) {
                None => return Ok(Said::Missing),
                Some(Ok(text)) => read = parse(&text, &asked.answer, &asked.exits, &options),
                Some(Err(lost)) => return Ok(Said::Lost(lost)),
            }
        }
        let name = &asked.name;
        Ok(match read {
            Parsed::Word(word) => Said::Value(word.into()),
            Parsed::Text(text) => Said::Value(text.into()),
            Parsed::Number(number) => Said::Value(whole(number)),
            Parsed::Object(fields) => Said::Value(Value::from(Serde(fields))),
            Parsed::Exit(exit) => Said::Lost(format!("`{name}` is {exit}")),
            Parsed::Refusal => Said::Lost(format!("`{name}` was declined")),
            Parsed::Unparsed => Said::Lost(format!("`{name}` is not {}", asked.answer.words())),
        })
    }

    /// Returns how something is sampled: where chance has a part in it, each row draws its own.
    pub(crate) fn sampling(&self, temperature: f64, max_tokens: u32) -> Sampling {
        let base = u32::try_from(self.spec.seed).unwrap_or(0);
        let seed = if temperature > 0.0 { base.wrapping_add(self.seed) } else { base };
        Sampling { samples: 1, temperature, max_tokens, seed }
    }

    /// Returns the text of a reply, or why there is none; nothing where there is no reply yet.
    fn reply(
        &mut self,
        (by, asked): (&Answerer, &Foreseen),
        name: &str,
        messages: Vec<Message>,
        sampling: &Sampling,
    ) -> Option<Result<String, String>> {
        let reply = self.message(by, name, messages, sampling)?;
        let name = &asked.name;
        Some(match reply {
            Reply::Text(text) => Ok(text.clone()),
            Reply::Refused(_) => Err(format!("`{name}` was declined")),
            Reply::Truncated(_) => Err(format!("`{name}` was cut off at {} tokens", sampling.max_tokens)),
            Reply::Failed(why) => Err(format!("`{name}` failed: {why}")),
        })
    }

    /// Returns the reply to some messages, and asks for it where it is missing.
    pub(crate) fn message(
        &mut self,
        by: &Answerer,
        name: &str,
        messages: Vec<Message>,
        sampling: &Sampling,
    ) -> Option<&'a Reply> {
        let mut messages = messages;
        let digest = addressed(self.spec, by, &mut messages, sampling);
        let reply = self.replies.get(&digest);
        if reply.is_none() {
            let (place, by, sampling) = (format!("{name} of {}", self.place), by.clone(), sampling.clone());
            self.wanted.push(Wanted { by, messages, sampling, place, digest: digest.clone() });
        }
        self.used.push(Used { name: name.to_owned(), by: who(self.spec, by).to_owned(), digest });
        reply
    }
}
