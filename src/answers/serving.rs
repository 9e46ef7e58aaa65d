//! Whether the models can serve what an experiment asks, found out before the first request.

use std::collections::BTreeSet;

use super::Inquiry;
use super::backend::Capabilities;
use crate::configuration::Model;
use crate::diagnostic::Lacking;
use crate::requests::{Message, Role, prompts};
use crate::spec::Question;
use crate::text::Span;

/// Something that a question needs and a model cannot do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unserved {
    pub model: String,
    pub question: String,
    /// The question's place in the spec.
    pub span: Span,
    pub lacking: Lacking,
}

/// Returns what the models of an experiment cannot serve, question by question, each want once. `of` says what a model
/// can do.
///
/// All items of a question have messages of the same roles, so that its first item stands for all of them.
pub fn unserved<E>(
    inquiry: &Inquiry<'_>,
    mut of: impl FnMut(&Model) -> Result<Capabilities, E>,
) -> Result<Vec<Unserved>, E> {
    let mut can = Vec::with_capacity(inquiry.subjects.len());
    for subject in &inquiry.subjects {
        can.push(of(&subject.model)?);
    }
    let (mut found, mut told) = (Vec::new(), BTreeSet::new());
    for (suite, asked) in inquiry.questions() {
        let question = &inquiry.spec[asked.question];
        let stated = inquiry.spec[suite.suite].temperature;
        let first = prompts(inquiry.spec, inquiry.plan, suite, asked)
            .filter_map(Result::ok)
            .take_while(|prompt| prompt.request.item == 1);
        let shapes: BTreeSet<Vec<Role>> = first
            .map(|prompt| prompt.request.messages.iter().map(|message: &Message| message.role).collect())
            .collect();
        for (subject, can) in inquiry.subjects.iter().zip(&can) {
            let mut needs = Vec::new();
            if subject.system.is_some() && !can.system {
                needs.push(Lacking::System);
            }
            for roles in &shapes {
                needs.extend(of_roles(roles, *can));
            }
            needs.extend(stated.and_then(|wanted| of_temperature(wanted, *can)));
            for need in needs {
                if told.insert(format!("{} {} {need:?}", subject.model.name, question.name)) {
                    found.push(told_of(&subject.model, question, need));
                }
            }
        }
    }
    Ok(found)
}

fn of_roles(roles: &[Role], can: Capabilities) -> impl Iterator<Item = Lacking> {
    let system = !can.system && roles.contains(&Role::System);
    let prefill = !can.prefill && roles.last() == Some(&Role::Assistant);
    system.then_some(Lacking::System).into_iter().chain(prefill.then_some(Lacking::Prefill))
}

fn of_temperature(wanted: f64, can: Capabilities) -> Option<Lacking> {
    let most = can.temperature;
    // A model with a temperature of its own has 1.
    let is_given = most.map_or((wanted - 1.0).abs() < f64::EPSILON, |most| wanted <= most);
    (!is_given).then(|| Lacking::Temperature { wanted: wanted.to_string(), most: most.map(|most| most.to_string()) })
}

fn told_of(model: &Model, question: &Question, lacking: Lacking) -> Unserved {
    Unserved { model: model.name.clone(), question: question.name.clone(), span: question.span, lacking }
}
