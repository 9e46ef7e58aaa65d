use super::super::{Adjustment, ArmId, Claim, Experiment, SuiteId};
use super::Resolver;
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::tree::{self, Adjust, ExperimentStatement, Name};

impl Resolver<'_> {
    pub(super) fn experiment(&mut self, declared: &tree::Experiment) {
        if !self.is_first(Kind::Experiment, &declared.name) {
            return;
        }
        let (mut arms, mut suites, mut generalize, mut adjustment) = (None, None, None, None);
        for statement in &declared.statements {
            match &statement.value {
                ExperimentStatement::Arms(names) => {
                    let found: Vec<ArmId> =
                        names.iter().filter_map(|name| self.find(Kind::Arm, name)).map(ArmId).collect();
                    self.once(&mut arms, found, "arms", statement.span);
                }
                ExperimentStatement::Run(names) => {
                    let found: Vec<SuiteId> =
                        names.iter().filter_map(|name| self.find(Kind::Suite, name)).map(SuiteId).collect();
                    self.once(&mut suites, found, "run", statement.span);
                }
                ExperimentStatement::Generalize => {
                    self.once(&mut generalize, (), "generalize", statement.span);
                }
                ExperimentStatement::Adjust(adjust) => {
                    let chosen = match adjust {
                        Adjust::None => Adjustment::None,
                        Adjust::Holm => Adjustment::Holm,
                    };
                    self.once(&mut adjustment, chosen, "adjust", statement.span);
                }
                ExperimentStatement::Claim(_) => {}
            }
        }
        let within = format!("the experiment `{}`", declared.name.value);
        for (is_missing, statement) in [(arms.is_none(), "arms"), (suites.is_none(), "run")] {
            if is_missing {
                let problem = Problem::Missing { within: within.clone(), statement };
                self.report(Diagnostic::at(declared.name.span, problem));
            }
        }
        // Without arms or suites, every claim would only say so again.
        let is_readable = arms.is_some() && suites.is_some();
        let mut experiment = Experiment {
            name: declared.name.value.clone(),
            span: declared.name.span,
            own: self.is_own(declared.name.span),
            arms: arms.unwrap_or_default(),
            suites: suites.unwrap_or_default(),
            claims: Vec::new(),
            generalize_wordings: generalize.is_some(),
            adjustment: adjustment.unwrap_or_default(),
        };
        let mut names: Vec<&Name> = Vec::new();
        for statement in &declared.statements {
            let ExperimentStatement::Claim(claim) = &statement.value else { continue };
            if let Some(first) = names.iter().find(|name| name.value == claim.name.value) {
                let problem = Problem::DuplicateName { kind: Kind::Claim, name: claim.name.value.clone() };
                let diagnostic = Diagnostic::at(claim.name.span, problem).related(first.span, "the first one");
                self.report(diagnostic);
            }
            names.push(&claim.name);
            if !is_readable {
                continue;
            }
            if let Some(statement) = self.claim(claim, &experiment) {
                experiment.claims.push(Claim {
                    name: claim.name.value.clone(),
                    text: claim.text.text.clone(),
                    expression: claim.expression.text.trim().to_owned(),
                    span: claim.name.span,
                    statement,
                });
            }
        }
        self.spec.experiments.push(experiment);
    }
}
