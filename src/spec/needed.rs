use super::{Argument, DatasetId, Spec};

impl Spec {
    /// Returns the datasets to build, with their arguments: those of the spec's own file that need none, and those
    /// that the arms of its own experiments are trained on, with every value of their axes.
    pub(crate) fn needed_datasets(&self) -> Vec<(DatasetId, Vec<Argument>)> {
        let own = self.datasets.iter().enumerate().filter(|(_, dataset)| dataset.own && dataset.parameters.is_empty());
        let mut needed: Vec<(DatasetId, Vec<Argument>)> =
            own.map(|(index, _)| (DatasetId(index), Vec::new())).collect();
        let own = self.experiments.iter().filter(|experiment| experiment.own);
        for arm in own.flat_map(|experiment| &experiment.arms).filter_map(|id| self.arms.get(id.0)) {
            let Some(trained) = &arm.trained else { continue };
            let axes: Vec<(&str, &[Argument])> = arm.axes().map(|(name, _, values)| (name, values)).collect();
            let combinations: u64 = axes.iter().map(|(_, values)| values.len() as u64).product();
            for combination in 0..combinations {
                let value_of = |name: &str| {
                    let mut rest = combination;
                    for (axis, values) in axes.iter().rev() {
                        let at = usize::try_from(rest % values.len() as u64).unwrap_or(0);
                        rest /= values.len() as u64;
                        if *axis == name {
                            return values.get(at).cloned();
                        }
                    }
                    None
                };
                let given = |argument: &Argument| match argument {
                    Argument::Variable(name) => value_of(name).unwrap_or_else(|| argument.clone()),
                    other => other.clone(),
                };
                let needs = (trained.dataset, trained.arguments.iter().map(given).collect());
                if !needed.contains(&needs) {
                    needed.push(needs);
                }
            }
        }
        needed
    }
}

/// Puts what the parameters were given into arguments that name them.
pub(crate) fn given<P>(arguments: &[Argument], parameters: &[(String, P)], values: &[Argument]) -> Vec<Argument> {
    let value = |argument: &Argument| {
        let Argument::Variable(name) = argument else { return argument.clone() };
        let place = parameters.iter().position(|(parameter, _)| parameter == name);
        place.and_then(|at| values.get(at)).cloned().unwrap_or_else(|| argument.clone())
    };
    arguments.iter().map(value).collect()
}
