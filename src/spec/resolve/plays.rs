use super::super::{AnswerType, DialogueId, Play};
use super::Resolver;
use super::answers::Answerable;
use super::frame::Sort;
use super::questions::QuestionFrames;
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::tree::{self, QuestionStatement};

impl Resolver<'_> {
    /// Resolves `play DIALOGUE as SPEAKER`, and says what has no place beside it.
    pub(super) fn play(&mut self, declared: &tree::Question, frames: &QuestionFrames) -> Option<Play> {
        let mut found = None;
        for statement in &declared.statements {
            if let QuestionStatement::Play(play) = &statement.value
                && let Some(resolved) = self.one_play(play, statement.span, frames)
            {
                self.once(&mut found, resolved, "play", statement.span);
            }
        }
        if declared.statements.iter().any(|statement| matches!(statement.value, QuestionStatement::Play(_))) {
            for statement in &declared.statements {
                let word = match &statement.value {
                    QuestionStatement::Ask(_) => "ask",
                    QuestionStatement::Answer(_) => "answer",
                    QuestionStatement::Order(_) => "order",
                    QuestionStatement::Read(_) => "read",
                    QuestionStatement::Judge(_) => "judge",
                    QuestionStatement::MaxTokens(_) => "max tokens",
                    _ => continue,
                };
                self.report(Diagnostic::at(statement.span, Problem::PlayedAlone { statement: word }));
            }
        }
        found
    }

    fn one_play(&mut self, play: &tree::Play, span: crate::text::Span, frames: &QuestionFrames) -> Option<Play> {
        let dialogue = DialogueId(self.find(Kind::Dialogue, &play.dialogue.name)?);
        let known = self.spec.dialogues.get(dialogue.0)?;
        let speakers: Vec<String> = known.speakers.iter().map(|speaker| speaker.name.clone()).collect();
        let expected = known.parameters.len();
        let mut frame = frames.base.clone();
        // Which behavior it is may depend on the arm that is asked: it is known when the dialogue is played.
        frame.bind("behavior", frames.slots.behavior, Sort::Behavior);
        let arguments = self.arguments(&play.dialogue, expected, &frame);
        frames.base.learn(&frame);
        let Some(speaker) = speakers.iter().position(|speaker| *speaker == play.speaker.value) else {
            self.unknown(Kind::Speaker, &play.speaker, speakers, None);
            return None;
        };
        Some(Play { dialogue, arguments: arguments?, speaker, span })
    }

    /// The answer to a question that is played is the outcome.
    pub(super) fn outcomes_of(&self, play: &Play) -> Answerable {
        let outcomes = self.spec[play.dialogue].outcomes.iter().map(|outcome| outcome.name.clone());
        Answerable { answer: AnswerType::Literal(outcomes.collect()), exits: Vec::new() }
    }
}
