use icu_normalizer::ComposingNormalizerBorrowed;

use super::code::Code;
use super::notes::{Notes, around};

/// Notes characters that people do not see and models do.
pub(super) fn check(text: &str, speaker: &str, line: u64, notes: &mut Notes) {
    let note = |notes: &mut Notes, code: Code, kind: String, at: usize| {
        notes.add(code, line, &kind, || format!("{kind} in the {speaker}'s {}", quoted(text, at)));
    };
    if let Some((at, control)) = text.char_indices().find(|(_, c)| c.is_control() && !matches!(c, '\n' | '\t')) {
        let kind = if control == '\r' { "carriage return".to_owned() } else { escaped(control) };
        note(notes, Code::ControlCharacters, kind, at);
    }
    if text.is_ascii() {
        return;
    }
    if let Some((at, character)) = invisible(text) {
        note(notes, Code::Invisible, escaped(character), at);
    }
    if let Some((at, shown)) = mojibake(text) {
        note(notes, Code::Mojibake, format!("`{shown}`"), at);
    }
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let (composed, rest) = nfc.split_normalized(text);
    if !rest.is_empty() {
        notes.add(Code::NotComposed, line, "", || format!("in the {speaker}'s {}", quoted(text, composed.len())));
    }
    if let Some((at, word)) = mixed(text) {
        note(notes, Code::MixedScripts, format!("`{word}`"), at);
    }
}

fn quoted(text: &str, at: usize) -> String {
    format!("“{}”", around(text, at, 60))
}

fn escaped(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// Tells whether a character has no width wherever it stands: blanks and joiners of no width, marks of direction,
/// the soft hyphen, tags.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}' | '\u{e0000}'..='\u{e007f}')
}

/// Finds an invisible character where it has no work to do: joiners make emoji and the letters of some scripts, and
/// marks of direction belong to texts that run from right to left.
fn invisible(text: &str) -> Option<(usize, char)> {
    let runs_left = text.chars().any(|c| matches!(c, '\u{590}'..='\u{8ff}'));
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let has_work = match character {
            '\u{200c}' | '\u{200d}' => !before.is_ascii(),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => runs_left,
            // The flags of England, Scotland and Wales are spelt in tags.
            '\u{e0020}'..='\u{e007f}' => text.contains('\u{1f3f4}'),
            other => !is_invisible(other),
        };
        if !has_work {
            return Some((at, character));
        }
        before = character;
    }
    None
}

/// What UTF-8 becomes when it is read as Windows-1252: quotes and dashes, accented letters, and the no-break space.
const WRONGLY_DECODED: &[&str] =
    &["â€", "Ã©", "Ã¨", "Ã¼", "Ã¶", "Ã¤", "Ã±", "Ã¡", "Ã³", "Ã§", "Â\u{a0}", "Â°", "Â£", "ðŸ", "\u{fffd}"];

fn mojibake(text: &str) -> Option<(usize, &'static str)> {
    WRONGLY_DECODED.iter().filter_map(|wrong| Some((text.find(wrong)?, *wrong))).min()
}

/// The Cyrillic and Greek letters that look like Latin ones.
const LOOK_ALIKES: &str = "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅοανρυικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ";

/// Finds a word in which Latin letters stand beside look-alikes of another script.
fn mixed(text: &str) -> Option<(usize, &str)> {
    if !text.chars().any(|c| matches!(c, '\u{370}'..='\u{52f}')) {
        return None;
    }
    let mut words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_ascii() && !word.is_empty());
    words.find_map(|word| {
        let latin = word.chars().filter(char::is_ascii_alphabetic).count();
        let alike = word.chars().filter(|c| LOOK_ALIKES.contains(*c)).count();
        // Units and symbols, such as μm and Δx, mix scripts by right: they have few Latin letters and no look-alike.
        (latin >= 2 && alike >= 1).then(|| (word.as_ptr() as usize - text.as_ptr() as usize, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<Code> {
        let mut notes = Notes::keeping(1);
        check(text, "user", 1, &mut notes);
        notes.into_codes().into_keys().collect()
    }

    #[test]
    fn what_hides_is_found_and_what_belongs_is_left() {
        assert_eq!(codes("plain, with an é, an emoji 🏃‍♂️ and 🏴‍☠️, 5 μm of Δx, and נכון\u{200f}"), []);
        assert_eq!(codes("a\u{200b}b"), [Code::Invisible]);
        assert_eq!(codes("ris\u{200d}k"), [Code::Invisible]);
        assert_eq!(codes("bell \u{7}"), [Code::ControlCharacters]);
        assert_eq!(codes("cafe\u{301}"), [Code::NotComposed]);
        assert_eq!(codes("pаypal"), [Code::MixedScripts]);
        assert_eq!(codes("itâ€™s"), [Code::Mojibake]);
    }
}
