use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::ValueKind;

use super::asking::{Asker, Said};
use super::replies::Reply;
use crate::requests::{Message, Role};
use crate::rows::draw::draw;
use crate::rows::stream::Streams;
use crate::spec::{Answerer, Dialogue, Draw, Formula, Scope, Slot, Speaker};
use crate::text::Span;

/// What a speaker may say at most, where the spec does not say.
const TOKENS: u32 = 512;
/// What the one who opens is told, since models answer somebody.
const OPENING: &str = "Begin the conversation.";

/// How far a dialogue has come.
#[derive(Clone, Debug)]
pub(crate) enum Game {
    Over(Played),
    /// A reply is missing.
    Missing,
    /// It cannot be played to its end.
    Lost(Lost),
}

/// Why a dialogue has no end.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    pub(crate) loss: Loss,
    /// Who is the reason, where it is a speaker.
    pub(crate) speaker: Option<usize>,
    pub(crate) why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    Refused,
    Truncated,
    Silent,
    Failed,
    /// What is asked at the end has no answer that counts.
    Unanswered,
}

/// A dialogue that is over.
#[derive(Clone, Debug)]
pub(crate) struct Played {
    pub(crate) said: Vec<Turn>,
    /// The outcome, by its place among the dialogue's.
    pub(crate) outcome: usize,
    /// The dialogue's variables, with what was asked at the end.
    pub(crate) scope: Scope,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    /// The speaker, by its place.
    pub(crate) speaker: usize,
    /// As everybody sees it.
    pub(crate) shown: String,
    /// As the speaker wrote it.
    whole: String,
}

/// Plays a dialogue as far as the replies go. `scope` holds the parameters; `tested` is the speaker whose place a model
/// under test takes: it is told nothing of what the dialogue tells that speaker.
///
/// # Errors
/// Returns the place of the expression that fails, and why.
pub(crate) fn play(
    asker: &mut Asker<'_>,
    dialogue: &Dialogue,
    scope: Scope,
    tested: Option<(usize, Option<&str>)>,
) -> Result<Game, (Span, String)> {
    let mut talk = Talk { dialogue, scope, said: Vec::new(), tested };
    let speakers = dialogue.speakers.len().max(1);
    for at in 0..dialogue.turns as usize * speakers {
        let who = (dialogue.opens + at) % speakers;
        let Some(speaker) = dialogue.speakers.get(who) else { continue };
        let turn = at / speakers + 1;
        talk.scope.set(dialogue.turn, Value::from(turn));
        if speaker.note.is_some() {
            talk.show_all();
        }
        let messages = talk.view(who, true)?;
        let sampling = asker.sampling(speaker.temperature.unwrap_or(1.0), speaker.max_tokens.unwrap_or(TOKENS));
        let name = format!("{} in turn {turn}", speaker.name);
        let by = if talk.is_tested(who) { &Answerer::Itself } else { &speaker.by };
        let whole = match asker.message(by, &name, messages, &sampling) {
            None => return Ok(Game::Missing),
            Some(Reply::Text(text)) => text.clone(),
            Some(Reply::Refused(_)) => {
                return Ok(lost(Loss::Refused, who, format!("`{}` declined to speak", speaker.name)));
            }
            Some(Reply::Truncated(_)) => {
                let why = format!("`{}` was cut off at {} tokens", speaker.name, sampling.max_tokens);
                return Ok(lost(Loss::Truncated, who, why));
            }
            Some(Reply::Failed(why)) => {
                return Ok(lost(Loss::Failed, who, format!("`{}` failed: {why}", speaker.name)));
            }
        };
        let shown = stripped(&whole, speaker);
        if shown.is_empty() {
            return Ok(lost(Loss::Silent, who, format!("`{}` said nothing", speaker.name)));
        }
        talk.said.push(Turn { speaker: who, shown, whole });
        if let Some(ends) = &dialogue.ends {
            talk.show_all();
            if truth(ends, &talk.scope)? {
                break;
            }
        }
    }
    talk.show_all();
    talk.over(asker)
}

struct Talk<'d> {
    dialogue: &'d Dialogue,
    scope: Scope,
    said: Vec<Turn>,
    /// The speaker under test, and the system prompt that it has of its own.
    tested: Option<(usize, Option<&'d str>)>,
}

impl Talk<'_> {
    fn is_tested(&self, who: usize) -> bool {
        self.tested.is_some_and(|(tested, _)| tested == who)
    }

    /// Puts what was said where expressions read it.
    fn show_all(&mut self) {
        let slots: Vec<Slot> = self.dialogue.speakers.iter().map(|speaker| speaker.slot).collect();
        show(self.dialogue, &self.said, &mut self.scope, self.dialogue.messages, &slots);
    }

    /// The conversation as a speaker sees it, for its next message or, without `note`, for a question at the end.
    fn view(&self, who: usize, note: bool) -> Result<Vec<Message>, (Span, String)> {
        let Some(speaker) = self.dialogue.speakers.get(who) else { return Ok(Vec::new()) };
        let tested = self.tested.filter(|(tested, _)| *tested == who);
        let system = match (tested, &speaker.system) {
            (Some((_, own)), _) => own.map(str::to_owned),
            (None, Some(system)) => Some(system.text(&self.scope)?),
            (None, None) => None,
        };
        let mut view: Vec<Message> = Vec::new();
        if who == self.dialogue.opens {
            add(&mut view, Role::User, OPENING);
        }
        for turn in &self.said {
            if turn.speaker == who {
                add(&mut view, Role::Assistant, &turn.whole);
            } else if self.dialogue.speakers.len() > 2 {
                let name = self.dialogue.speakers.get(turn.speaker).map_or("", |other| other.name.as_str());
                add(&mut view, Role::User, &format!("{name}: {}", turn.shown));
            } else {
                add(&mut view, Role::User, &turn.shown);
            }
        }
        if let Some(note) = speaker.note.as_ref().filter(|_| note && tested.is_none()) {
            add(&mut view, Role::User, &note.text(&self.scope)?);
        }
        if let Some(content) = system {
            view.insert(0, Message { role: Role::System, content });
        }
        Ok(view)
    }

    /// Asks what is asked at the end, and finds the outcome.
    fn over(mut self, asker: &mut Asker<'_>) -> Result<Game, (Span, String)> {
        let (dialogue, mut unknown, mut lost): (_, Vec<Slot>, _) = (self.dialogue, Vec::new(), None);
        for variable in &dialogue.after {
            if unknown.iter().any(|slot| variable.reads(*slot)) {
                unknown.push(variable.slot);
                continue;
            }
            let value = match &variable.draw {
                Draw::Answers(answers) => {
                    let before = match answers.speaker {
                        Some(who) => self.view(who, false)?,
                        None => Vec::new(),
                    };
                    let is_tested = answers.speaker.is_some_and(|who| self.is_tested(who));
                    let by = if is_tested { &Answerer::Itself } else { &answers.asked.by };
                    match asker.ask_of(by, &answers.asked, &self.scope, before)? {
                        Said::Value(value) => value,
                        Said::Missing => {
                            unknown.push(variable.slot);
                            continue;
                        }
                        Said::Lost(why) => {
                            unknown.push(variable.slot);
                            lost = lost.or(Some(why));
                            continue;
                        }
                    }
                }
                Draw::Formula(formula) => formula.evaluate(&self.scope).map_err(|why| (formula.span, why))?,
                _ => {
                    let place = format!("dialogue {}", dialogue.name);
                    let streams = Streams::new(asker.spec.seed, &place, std::slice::from_ref(variable));
                    let Some(stream) = streams.iter().next() else { continue };
                    draw(variable, &self.scope, &mut stream.at(u64::from(asker.seed)))?
                }
            };
            self.scope.set(variable.slot, value);
        }
        if !asker.wanted.is_empty() {
            return Ok(Game::Missing);
        }
        if let Some(why) = lost {
            return Ok(Game::Lost(Lost { loss: Loss::Unanswered, speaker: None, why }));
        }
        for (at, outcome) in dialogue.outcomes.iter().enumerate() {
            let holds = match &outcome.rule {
                Some(rule) => truth(rule, &self.scope)?,
                None => true,
            };
            if holds {
                return Ok(Game::Over(Played { said: self.said, outcome: at, scope: self.scope }));
            }
        }
        // The last outcome has no rule.
        Ok(Game::Lost(Lost { loss: Loss::Unanswered, speaker: None, why: "no outcome".to_owned() }))
    }
}

fn lost(loss: Loss, speaker: usize, why: String) -> Game {
    Game::Lost(Lost { loss, speaker: Some(speaker), why })
}

impl Played {
    /// Returns what was said, by role, under a system prompt.
    pub(crate) fn messages(&self, dialogue: &Dialogue, system: Option<&str>) -> Vec<Message> {
        let system = system.map(|content| Message { role: Role::System, content: content.to_owned() });
        let said = self.said.iter().map(|turn| {
            let role = dialogue.speakers.get(turn.speaker).map_or(Role::User, |speaker| speaker.role);
            Message { role, content: turn.shown.clone() }
        });
        system.into_iter().chain(said).collect()
    }
}

/// Puts messages where expressions read them: all of them, and each speaker's.
pub(crate) fn show(dialogue: &Dialogue, said: &[Turn], scope: &mut Scope, all: Slot, slots: &[Slot]) {
    let value = |turn: &Turn| {
        let role = dialogue.speakers.get(turn.speaker).map_or(Role::User, |speaker| speaker.role);
        let pairs = [("role", Value::from(role.word())), ("content", Value::from(turn.shown.as_str()))];
        Value::from(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<BTreeMap<_, _>>())
    };
    scope.set(all, said.iter().map(value).collect());
    for (at, slot) in slots.iter().enumerate() {
        scope.set(*slot, said.iter().filter(|turn| turn.speaker == at).map(value).collect());
    }
}

/// Adds a message; two of one role after each other are one.
fn add(view: &mut Vec<Message>, role: Role, content: &str) {
    match view.last_mut().filter(|last| last.role == role) {
        Some(last) => last.content = format!("{}\n\n{content}", last.content),
        None => view.push(Message { role, content: content.to_owned() }),
    }
}

/// Takes out what nobody else sees. What opens and never closes goes on to the end.
fn stripped(text: &str, speaker: &Speaker) -> String {
    let Some((from, to)) = &speaker.strip else { return text.trim().to_owned() };
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once(from.as_str()) {
        shown.push_str(before);
        rest = after.split_once(to.as_str()).map_or("", |(_, after)| after);
    }
    shown.push_str(rest);
    shown.trim().to_owned()
}

/// Evaluates a rule, which has to come to true or false.
pub(crate) fn truth(rule: &Formula, scope: &Scope) -> Result<bool, (Span, String)> {
    let value = rule.evaluate(scope).map_err(|why| (rule.span, why))?;
    match value.kind() {
        ValueKind::Bool => Ok(value.is_true()),
        _ => Err((rule.span, format!("it is neither true nor false, but `{value}`"))),
    }
}
