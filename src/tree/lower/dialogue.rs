use super::super::parse::Rule;
use super::super::{Dialogue, DialogueStatement, Outcome, Play, Spanned, Speaker, SpeakerStatement};
use super::{Lower, Node, role};

impl<'s> Lower<'s> {
    pub(super) fn dialogue(&mut self, pair: Node<'s>) -> Option<Dialogue> {
        let name = self.name_in(&pair)?;
        let parameters = self.parameters(&pair);
        let statements = self.block(pair, Rule::dialogue_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::let_statement => DialogueStatement::Let(lower.let_statement(pair)?),
                Rule::speaker => DialogueStatement::Speaker(lower.speaker(pair)?),
                Rule::opens => DialogueStatement::Opens(lower.name_in(&pair)?),
                Rule::turns => DialogueStatement::Turns(lower.whole_in(pair)?),
                Rule::ends => DialogueStatement::Ends(lower.expression_in(&pair)?),
                _ => {
                    let name = lower.name_in(&pair)?;
                    let is_rest = pair.clone().into_inner().any(|part| part.as_rule() == Rule::k_else);
                    let rule = if is_rest { None } else { Some(lower.expression_in(&pair)?) };
                    DialogueStatement::Outcome(Outcome { name, rule })
                }
            })
        });
        Some(Dialogue { name, parameters, statements })
    }

    fn speaker(&mut self, pair: Node<'s>) -> Option<Speaker> {
        let name = self.name_in(&pair)?;
        let place = pair.clone().into_inner().find(|part| part.as_rule() == Rule::role)?;
        let role = Spanned { value: role(&place), span: self.span(&place) };
        let statements = self.block(pair, Rule::speaker_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::speaker_model => SpeakerStatement::Model(lower.name_in(&pair)?),
                Rule::frame_system => SpeakerStatement::System(lower.phrasings(pair)?),
                Rule::note => SpeakerStatement::Note(lower.string_in(pair)?),
                Rule::strip => {
                    let mut ends = lower.strings(pair.into_inner()).into_iter();
                    SpeakerStatement::Strip(ends.next()?, ends.next()?)
                }
                Rule::max_tokens => SpeakerStatement::MaxTokens(lower.whole_in(pair)?),
                _ => SpeakerStatement::Temperature(lower.decimals(pair.into_inner()).into_iter().next()?),
            })
        });
        Some(Speaker { name, role, statements })
    }

    pub(super) fn play(&mut self, pair: &Node<'s>) -> Option<Play> {
        Some(Play { dialogue: self.reference_in(pair)?, speaker: self.name_in(pair)? })
    }
}
