use serde_yaml::Value;

use super::place::Path;
use super::reader::Reader;

/// Where a key comes from. The configuration never holds the key itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeySource {
    /// The environment variable of this name.
    Variable(String),
    /// What this command line prints, run by the system's shell.
    Command(String),
}

impl KeySource {
    /// Reads `key` and `key_command`, of which a model has at most one.
    pub(super) fn read(
        reader: &mut Reader,
        variable: Option<(&Value, Path)>,
        command: Option<(&Value, Path)>,
    ) -> Result<Option<Self>, ()> {
        match (variable, command) {
            (Some(_), Some((_, path))) => {
                let help = "keep `key`, or keep `key_command`";
                reader.error_at_key(&path, "a key comes from one place".to_owned(), help);
                Err(())
            }
            (Some((value, path)), None) => Ok(Some(Self::Variable(read_name(reader, value, &path).ok_or(())?))),
            (None, Some((value, path))) => {
                let command = reader.text(value, &path, "a command that prints the key").ok_or(())?;
                Ok(Some(Self::Command(command)))
            }
            (None, None) => Ok(None),
        }
    }
}

fn read_name(reader: &mut Reader, value: &Value, path: &Path) -> Option<String> {
    let help = "name the environment variable that holds the key, such as `SOME_API_KEY`";
    let named = |text: &str| {
        !text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match value.as_str() {
        Some(text) if !text.is_empty() && named(text) => Some(text.to_owned()),
        // The value may be a key, so it is not repeated.
        _ => {
            reader.error_at_value(path, "`key` is not the name of an environment variable".to_owned(), help);
            None
        }
    }
}
