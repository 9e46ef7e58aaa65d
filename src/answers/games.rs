//! Dialogues that stand for questions: the model that is asked takes a speaker's place, turn by turn.

use std::sync::Arc;

use super::writers::read_replies;
use super::{Answer, Answers, Cause, Failure, Inquiry, Posed, StoreError, Subject};
use crate::configuration::Model;
use crate::requests::{Message, Role};
use crate::rows::draw::draw;
use crate::rows::stream::{Stream, Streams};
use crate::spec::{Answerer, Argument, Dialogue, Play, Scope};
use crate::text::Span;
use crate::writing::{Asker, Game, Loss, Replies, Wanted, play};

/// How far a game with a model under test has come.
#[derive(Debug)]
pub struct Playing {
    /// What has to be asked next; nothing where it is over.
    pub wanted: Vec<Wanted>,
    /// What came of it, where it is over.
    pub over: Option<Result<Answer, Failure>>,
    /// What was said, as the model under test has it.
    pub messages: Vec<Message>,
}

impl Inquiry<'_> {
    /// Tells whether any question is a dialogue that is played.
    pub fn plays(&self) -> bool {
        self.questions().any(|(_, asked)| self.spec[asked.question].play.is_some())
    }

    /// Returns the model of everybody who speaks or is asked in a game with a subject.
    pub fn player<'s>(&'s self, by: &Answerer, subject: &'s Subject) -> Option<&'s Model> {
        match by {
            Answerer::Itself => Some(&subject.model),
            Answerer::Role(role) => self.model_of(role),
            Answerer::Arm(arm) => self.run_beside(*arm, subject).map(|run| &run.model),
        }
    }

    /// Plays a question's dialogue with a subject, as far as the replies go. `sample` tells games of one prompt apart.
    ///
    /// # Errors
    /// Returns the place of the expression that fails, and why.
    pub fn game(
        &self,
        subject: &Subject,
        posed: &Posed<'_>,
        sample: u32,
        replies: &Replies,
    ) -> Result<Playing, (Span, String)> {
        let Some(played) = &posed.question.play else {
            return Ok(Playing { wanted: Vec::new(), over: None, messages: Vec::new() });
        };
        let dialogue = &self.spec[played.dialogue];
        let stream = Stream::new(self.spec.seed, "game", &posed.prompt.request.id);
        let key = stream.at(u64::from(sample)).word();
        let scope = self.opening(subject, posed, played, dialogue, key)?;
        let own = self.ask(subject, posed).messages.into_iter().find(|message| message.role == Role::System);
        let own = own.map(|message| message.content);
        let (mut wanted, mut used) = (Vec::new(), Vec::new());
        let mut asker = Asker {
            spec: self.spec,
            replies,
            place: &format!("{}, game {}", self.spec.sources.place(posed.question.span), posed.prompt.request.id),
            seed: u32::try_from(key >> 33).unwrap_or(0),
            wanted: &mut wanted,
            used: &mut used,
        };
        let game = play(&mut asker, dialogue, scope, Some((played.speaker, own.as_deref())))?;
        let (over, messages) = match game {
            Game::Missing => (None, Vec::new()),
            Game::Over(over) => {
                let outcome = dialogue.outcomes.get(over.outcome).map(|outcome| outcome.name.clone());
                (Some(Ok(Answer::Text { text: outcome.unwrap_or_default() })), over.messages(dialogue, own.as_deref()))
            }
            Game::Lost(lost) => {
                let is_tested = lost.speaker == Some(played.speaker);
                let come = match lost.loss {
                    Loss::Refused if is_tested => Ok(Answer::Refusal { text: lost.why }),
                    Loss::Truncated if is_tested => Ok(Answer::Truncated { text: lost.why }),
                    _ => Err(Failure { cause: Cause::Local, message: lost.why, retry_after_ms: None }),
                };
                (Some(come), Vec::new())
            }
        };
        Ok(Playing { wanted, over, messages })
    }

    /// Returns the variables of a dialogue before anybody speaks.
    fn opening(
        &self,
        subject: &Subject,
        posed: &Posed<'_>,
        played: &Play,
        dialogue: &Dialogue,
        key: u64,
    ) -> Result<Scope, (Span, String)> {
        let of_question = self.scope(subject, posed);
        let value = |argument: &Argument| match argument {
            Argument::Variable(name) if name == "behavior" => of_question.get(posed.question.slots.behavior),
            Argument::Variable(name) => {
                let variable = posed.question.variables.iter().find(|variable| variable.name == *name);
                variable.map(|variable| of_question.get(variable.slot)).unwrap_or_default()
            }
            argument => argument.value(self.spec),
        };
        let mut scope = Scope::with_size(dialogue.size);
        for ((_, slot), argument) in dialogue.parameters.iter().zip(&played.arguments) {
            scope.set(*slot, value(argument));
        }
        let streams = Streams::new(self.spec.seed, &format!("dialogue {}", dialogue.name), &dialogue.variables);
        for (variable, stream) in dialogue.variables.iter().zip(streams.iter()) {
            // A game with a model under test has one value of each axis, drawn.
            let value = match variable.axis() {
                Some(values) => {
                    let at = stream.at(key).below(values.len().max(1) as u64);
                    let chosen = usize::try_from(at).ok().and_then(|at| values.get(at));
                    chosen.map(|value| value.value(self.spec)).unwrap_or_default()
                }
                None => draw(variable, &scope, &mut stream.at(key))?,
            };
            scope.set(variable.slot, value);
        }
        Ok(scope)
    }

    /// Returns what came of a game, out of a store: nothing where something was never answered.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn game_of(
        &self,
        subject: &Subject,
        posed: &Posed<'_>,
        sample: u32,
        answers: &Answers,
    ) -> Result<Playing, StoreError> {
        let mut replies = Replies::default();
        loop {
            let playing = match self.game(subject, posed, sample, &replies) {
                Ok(playing) => playing,
                Err((_, message)) => {
                    let failure = Failure { cause: Cause::Local, message, retry_after_ms: None };
                    return Ok(Playing { wanted: Vec::new(), over: Some(Err(failure)), messages: Vec::new() });
                }
            };
            if playing.wanted.is_empty() {
                return Ok(playing);
            }
            let model = |by: &Answerer| self.player(by, subject);
            if read_replies(&playing.wanted, &model, answers, &mut replies)? > 0 {
                return Ok(playing);
            }
        }
    }
}

/// All games of an experiment, side by side.
#[derive(Debug)]
pub struct Games<'i> {
    inquiry: &'i Inquiry<'i>,
    /// Those that are not over.
    open: Vec<OpenGame<'i>>,
}

#[derive(Debug)]
struct OpenGame<'i> {
    subject: &'i Subject,
    posed: Arc<Posed<'i>>,
    sample: u32,
    replies: Replies,
    wanted: Vec<Wanted>,
}

impl<'i> Games<'i> {
    /// `is_asked` tells which requests belong to this part of the run.
    pub fn new(inquiry: &'i Inquiry<'i>, is_asked: &dyn Fn(&str) -> bool) -> Games<'i> {
        let mut open = Vec::new();
        for subject in &inquiry.subjects {
            let games = inquiry.posed().filter(|posed| posed.question.play.is_some());
            for posed in games.filter(|posed| is_asked(&posed.prompt.request.id)) {
                let samples = posed.prompt.request.sampling.samples;
                let posed = Arc::new(posed);
                open.extend((0..samples).map(|sample| OpenGame {
                    subject,
                    posed: Arc::clone(&posed),
                    sample,
                    replies: Replies::default(),
                    wanted: Vec::new(),
                }));
            }
        }
        Games { inquiry, open }
    }

    /// Plays every game as far as the replies go, and returns what has to be asked next, with the model.
    ///
    /// # Errors
    /// Returns the place of the expression that fails, and why.
    pub fn next_round(&mut self) -> Result<Vec<(&'i Model, &Wanted)>, (Span, String)> {
        for game in &mut self.open {
            game.wanted = self.inquiry.game(game.subject, &game.posed, game.sample, &game.replies)?.wanted;
        }
        self.open.retain(|game| !game.wanted.is_empty());
        let inquiry = self.inquiry;
        let asked = self.open.iter().flat_map(move |game| {
            let model = move |wanted: &Wanted| inquiry.player(&wanted.by, game.subject);
            game.wanted.iter().filter_map(move |wanted| Some((model(wanted)?, wanted)))
        });
        Ok(asked.collect())
    }

    /// Reads the replies that came. Games whose replies never came are left out of the next round.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn read(&mut self, answers: &Answers) -> Result<(), StoreError> {
        let mut left = Vec::with_capacity(self.open.len());
        for mut game in std::mem::take(&mut self.open) {
            let (inquiry, subject) = (self.inquiry, game.subject);
            let model = |by: &Answerer| inquiry.player(by, subject);
            if read_replies(&game.wanted, &model, answers, &mut game.replies)? == 0 {
                left.push(game);
            }
        }
        self.open = left;
        Ok(())
    }
}
