//! The chat template that a GGUF file carries: it turns messages into the prompt the model was
//! trained on.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, Value, context};

use super::OpenError;
use super::gguf::Gguf;
use super::tokenizer::Tokenizer;
use crate::requests::Message;

const NAME: &str = "chat";

pub(crate) struct ChatTemplate {
    environment: Environment<'static>,
    begin: String,
    end: String,
}

impl ChatTemplate {
    pub(crate) fn of(gguf: &Gguf, tokenizer: &Tokenizer) -> Result<Self, OpenError> {
        let source = gguf.text("tokenizer.chat_template")?.ok_or(OpenError::NoMetadata("tokenizer.chat_template"))?;
        // Chat templates are written for Python's Jinja, set up as the transformers library does it:
        // with trimmed blocks, Python's string methods and `raise_exception`. `strftime_now` stays
        // undefined, so that a prompt does not depend on the day.
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .map_err(|error| template_error(&error))?;
        environment.set_syntax(syntax);
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |message: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, message))
        });
        environment.add_template_owned(NAME, source.to_owned()).map_err(|error| template_error(&error))?;
        Ok(Self { environment, begin: tokenizer.begin_text().to_owned(), end: tokenizer.end_text().to_owned() })
    }

    /// The prompt for these messages, up to where the model's answer begins.
    pub(crate) fn render(&self, messages: &[Message]) -> Result<String, Error> {
        let messages: Vec<Value> = messages
            .iter()
            .map(|message| context! { role => message.role.word(), content => message.content.as_str() })
            .collect();
        self.environment.get_template(NAME)?.render(context! {
            messages => messages,
            add_generation_prompt => true,
            bos_token => self.begin.as_str(),
            eos_token => self.end.as_str(),
        })
    }
}

fn template_error(error: &Error) -> OpenError {
    OpenError::Template(error.to_string())
}
