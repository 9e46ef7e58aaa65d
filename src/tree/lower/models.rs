use super::super::parse::Rule;
use super::super::{
    Adjust, Arm, ArmStatement, Claim, ConditionName, Experiment, ExperimentStatement, Setting, Suite, SuiteStatement,
    Values,
};
use super::{Lower, Node};

impl<'s> Lower<'s> {
    pub(super) fn suite(&mut self, pair: Node<'s>) -> Option<Suite> {
        let name = self.name_in(&pair)?;
        let statements = self.block(pair, Rule::suite_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::suite_ask => {
                    let questions = lower.names(pair.clone().into_inner());
                    let about = pair
                        .into_inner()
                        .find(|part| part.as_rule() == Rule::suite_about)
                        .map_or_else(Vec::new, |about| lower.names(about.into_inner()));
                    SuiteStatement::Ask { questions, about }
                }
                Rule::under => {
                    let conditions = pair.into_inner().filter(|part| part.as_rule() == Rule::condition);
                    SuiteStatement::Under(conditions.filter_map(|part| lower.condition(part)).collect())
                }
                Rule::samples => SuiteStatement::Samples(lower.whole_in(pair)?),
                Rule::temperature => SuiteStatement::Temperature(lower.decimals(pair.into_inner()).into_iter().next()?),
                _ => SuiteStatement::MaxTokens(lower.whole_in(pair)?),
            })
        });
        Some(Suite { name, statements })
    }

    fn condition(&self, pair: Node<'s>) -> Option<ConditionName> {
        let (name, span) = (self.name_in(&pair)?, self.span(&pair));
        let values = match pair.into_inner().last().map(|part| part.as_rule()) {
            Some(Rule::condition_held) => Values::HeldOut,
            Some(Rule::condition_near) => Values::NearMiss,
            _ => Values::Trained,
        };
        Some(ConditionName { name, values, span })
    }

    pub(super) fn arm(&mut self, pair: Node<'s>) -> Option<Arm> {
        let name = self.name_in(&pair)?;
        let statements = self.block(pair, Rule::arm_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::arm_from => ArmStatement::From(lower.name_in(&pair)?),
                Rule::arm_system => ArmStatement::System(lower.string_in(pair)?),
                Rule::trained => {
                    let dataset = lower.reference_in(&pair)?;
                    let controls = pair.into_inner().filter(|part| part.as_rule() == Rule::control_path);
                    let controls = controls.filter_map(|path| lower.name_in(&path)).collect();
                    ArmStatement::Trained { dataset, controls }
                }
                Rule::learning_rate => ArmStatement::LearningRate(lower.setting(pair)?),
                Rule::epochs => ArmStatement::Epochs(lower.setting(pair)?),
                Rule::checkpoints => ArmStatement::Checkpoints(lower.setting(pair)?),
                Rule::seeds => ArmStatement::Seeds(lower.setting(pair)?),
                Rule::let_statement => ArmStatement::Let(lower.let_statement(pair)?),
                _ => return None,
            })
        });
        Some(Arm { name, statements })
    }

    fn setting(&mut self, pair: Node<'s>) -> Option<Setting> {
        let setting = pair.into_inner().find(|part| part.as_rule() == Rule::setting)?;
        Some(match self.expression_in(&setting) {
            Some(expression) => Setting::Expression(expression),
            None => Setting::Number(self.decimals(setting.into_inner()).into_iter().next()?),
        })
    }

    pub(super) fn experiment(&mut self, pair: Node<'s>) -> Option<Experiment> {
        let name = self.name_in(&pair)?;
        let statements = self.block(pair, Rule::experiment_statement, |lower, pair| {
            Some(match pair.as_rule() {
                Rule::arms => ExperimentStatement::Arms(lower.names(pair.into_inner())),
                Rule::run => ExperimentStatement::Run(lower.names(pair.into_inner())),
                Rule::generalize => ExperimentStatement::Generalize,
                Rule::adjust => {
                    let is_holm = pair.into_inner().any(|part| part.as_rule() == Rule::k_holm);
                    ExperimentStatement::Adjust(if is_holm { Adjust::Holm } else { Adjust::None })
                }
                _ => {
                    let expression = lower.expression_in(&pair)?;
                    ExperimentStatement::Claim(Claim {
                        name: lower.name_in(&pair)?,
                        text: lower.string_in(pair)?,
                        expression,
                    })
                }
            })
        });
        Some(Experiment { name, statements })
    }
}
