use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

/// How JSON is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JsonStyle {
    /// No spaces, UTF-8 as it is.
    #[default]
    Compact,
    /// As Python's `json.dumps` writes by default: a space after `,` and `:`, everything beyond ASCII escaped.
    Python,
    /// The same, with the line ends that Python writes on Windows: a carriage return before the line feed.
    PythonWindows,
}

impl JsonStyle {
    /// Appends a value as one line.
    ///
    /// # Errors
    /// Fails where the value cannot be JSON, such as a map whose keys are no texts.
    pub fn line<T: Serialize>(self, value: &T, out: &mut Vec<u8>) -> serde_json::Result<()> {
        match self {
            JsonStyle::Compact => serde_json::to_writer(&mut *out, value)?,
            JsonStyle::Python | JsonStyle::PythonWindows => {
                value.serialize(&mut Serializer::with_formatter(&mut *out, Python))?;
            }
        }
        out.extend_from_slice(if self == JsonStyle::PythonWindows { b"\r\n" } else { b"\n" });
        Ok(())
    }
}

struct Python;

impl Formatter for Python {
    fn begin_array_value<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = 0;
        for (at, character) in fragment.char_indices() {
            if character.is_ascii() && character != '\u{7f}' {
                continue;
            }
            writer.write_all(fragment.get(plain..at).unwrap_or("").as_bytes())?;
            plain = at + character.len_utf8();
            if character == '\u{7f}' {
                writer.write_all(b"\x7f")?;
                continue;
            }
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        writer.write_all(fragment.get(plain..).unwrap_or("").as_bytes())
    }

    fn write_char_escape<W: io::Write + ?Sized>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        let short: &[u8] = match escape {
            CharEscape::Quote => b"\\\"",
            CharEscape::ReverseSolidus => b"\\\\",
            CharEscape::Solidus => b"/",
            CharEscape::Backspace => b"\\b",
            CharEscape::FormFeed => b"\\f",
            CharEscape::LineFeed => b"\\n",
            CharEscape::CarriageReturn => b"\\r",
            CharEscape::Tab => b"\\t",
            CharEscape::AsciiControl(byte) => return write!(writer, "\\u{byte:04x}"),
        };
        writer.write_all(short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_style_is_what_python_writes() {
        let value = serde_json::json!({"a": ["é", "😀", "tab\t \u{1} \"q\" \\ \u{7f}"], "b": {"c": 0.5, "d": null}});
        let mut line = Vec::new();
        JsonStyle::Python.line(&value, &mut line).unwrap();
        let expected = "{\"a\": [\"\\u00e9\", \"\\ud83d\\ude00\", \"tab\\t \\u0001 \\\"q\\\" \\\\ \u{7f}\"], \"b\": {\"c\": 0.5, \"d\": null}}\n";
        assert_eq!(String::from_utf8(line).unwrap(), expected);
    }
}
