//! Whether a reply comes from the model that was asked.

use std::sync::OnceLock;

/// The names that a model may answer under.
pub(in crate::answers::backends) struct Names {
    asked: String,
    rule: Rule,
    /// The name that the first reply had.
    first: OnceLock<String>,
}

#[derive(Clone, Copy)]
enum Rule {
    /// The name asked for, or a dated version of it.
    Asked,
    /// Whatever the first reply said: servers of one's own call a model by its file.
    First,
}

impl Names {
    pub(in crate::answers::backends) fn as_asked(asked: &str) -> Self {
        Self { asked: asked.to_owned(), rule: Rule::Asked, first: OnceLock::new() }
    }

    pub(in crate::answers::backends) fn as_first(asked: &str) -> Self {
        Self { asked: asked.to_owned(), rule: Rule::First, first: OnceLock::new() }
    }

    /// Says what is wrong with a reply's name for its model, where it gives one.
    pub(in crate::answers::backends) fn check(&self, name: Option<&str>) -> Result<(), String> {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(()) };
        if name == self.asked || self.is_version(name) {
            return Ok(());
        }
        let due = match self.rule {
            Rule::Asked => &self.asked,
            Rule::First => self.first.get_or_init(|| name.to_owned()),
        };
        if name == due { Ok(()) } else { Err(format!("an answer of the model `{name}`, where `{due}` was due")) }
    }
}

impl Names {
    /// Whether a name is the one asked for and a date or number behind it: `gpt-4o-2024-08-06` is a version of
    /// `gpt-4o`, and `gpt-4o-mini` is another model.
    fn is_version(&self, name: &str) -> bool {
        let asked = self.asked.strip_suffix("-latest").unwrap_or(&self.asked);
        let version = name.strip_prefix(asked).and_then(|rest| rest.strip_prefix('-'));
        version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dated_version_is_the_model_and_another_is_not() {
        let names = Names::as_asked("gpt-4o");
        assert_eq!(names.check(Some("gpt-4o-2024-08-06")), Ok(()));
        assert_eq!(names.check(None), Ok(()));
        assert_eq!(Names::as_asked("claude-latest").check(Some("claude-20250219")), Ok(()));
        for other in ["gpt-4.1", "gpt-4o-mini", "gpt-4"] {
            assert!(names.check(Some(other)).is_err(), "{other}");
        }
    }

    #[test]
    fn a_servers_own_name_stays() {
        let names = Names::as_first("m");
        assert_eq!(names.check(Some("weights.gguf")), Ok(()));
        assert_eq!(names.check(Some("weights.gguf")), Ok(()));
        assert!(names.check(Some("other.gguf")).is_err_and(|why| why.contains("weights.gguf")));
    }
}
