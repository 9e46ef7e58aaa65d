//! The words that a row must not say. A word of the list matches itself, its inflections and its plural, in any case;
//! a word that ends in `*` matches whatever begins with it.

mod inflection;

use std::collections::BTreeMap;

pub use inflection::inflections;

use crate::diagnostic::Finding;
use crate::requests::{Message, Role};
use crate::spec::{BehaviorId, Spec};
use crate::words::noun_lemma;

/// The words that rows showing one behavior must not say.
#[derive(Clone, Debug, Default)]
pub struct Unsaid {
    lists: Vec<List>,
    allowed: Vec<List>,
}

#[derive(Clone, Debug)]
struct List {
    roles: Vec<Role>,
    /// Each form that a single word may take, with the entry that it comes from.
    words: BTreeMap<String, String>,
    /// Beginnings of words, with their entries.
    prefixes: Vec<(String, String)>,
    /// Entries of several words: the words of each, with the entry.
    phrases: Vec<(Vec<String>, String)>,
}

impl Unsaid {
    /// Gathers what rows that show a behavior must not say: its own words, those of its opposite, and those of the
    /// behaviors that name it as theirs. What any of them allows is allowed.
    pub fn of(spec: &Spec, behavior: BehaviorId) -> Unsaid {
        let mut unsaid = Unsaid::default();
        for (index, other) in spec.behaviors.iter().enumerate() {
            let is_related = index == behavior.0
                || other.opposite == Some(behavior)
                || spec[behavior].opposite == Some(BehaviorId(index));
            if is_related {
                unsaid.lists.extend(other.unsaid.iter().map(|list| List::new(&list.words, &list.roles)));
                unsaid.allowed.extend(other.allowed.iter().map(|list| List::new(&list.words, &list.roles)));
            }
        }
        unsaid
    }

    /// Forbids words to some roles; no roles means all of them.
    pub fn saying_none_of(words: &[String], roles: &[Role]) -> Unsaid {
        Unsaid { lists: vec![List::new(words, roles)], allowed: Vec::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Appends what a conversation says of these words, with the role that says it; `place` names the row.
    pub fn find(&self, messages: &[Message], place: &dyn Fn() -> String, findings: &mut Vec<Finding>) {
        for message in messages {
            let words = words_of(&message.content);
            for at in 0..words.len() {
                let Some((entry, length)) = matched(&self.lists, message.role, &words, at) else { continue };
                if matched(&self.allowed, message.role, &words, at).is_some() {
                    continue;
                }
                let said: Vec<&str> = words.iter().skip(at).take(length).map(|word| word.written).collect();
                findings.push(Finding {
                    place: place(),
                    role: message.role.word().to_owned(),
                    word: said.join(" "),
                    entry: entry.to_owned(),
                });
            }
        }
    }
}

fn matched<'l>(lists: &'l [List], role: Role, words: &[Word<'_>], at: usize) -> Option<(&'l str, usize)> {
    lists
        .iter()
        .filter(|list| list.roles.is_empty() || list.roles.contains(&role))
        .find_map(|list| list.matched(words.get(at..)?))
}

impl List {
    fn new(entries: &[String], roles: &[Role]) -> List {
        let mut list =
            List { roles: roles.to_vec(), words: BTreeMap::new(), prefixes: Vec::new(), phrases: Vec::new() };
        for entry in entries {
            let lowered = entry.trim().to_lowercase();
            if let Some(prefix) = lowered.strip_suffix('*') {
                list.prefixes.push((prefix.to_owned(), entry.clone()));
                continue;
            }
            let parts: Vec<String> = words_of(&lowered).into_iter().map(|word| word.folded).collect();
            match parts.as_slice() {
                [] => {}
                [word] => list.words.extend(inflections(word).into_iter().map(|form| (form, entry.clone()))),
                _ => list.phrases.push((parts, entry.clone())),
            }
        }
        list
    }

    /// Returns the entry that the words begin with, and how many words it takes.
    fn matched(&self, words: &[Word<'_>]) -> Option<(&str, usize)> {
        let first = words.first()?;
        let entry = self.words.get(&first.folded).or_else(|| self.words.get(noun_lemma(&first.folded).as_ref()));
        if let Some(entry) = entry {
            return Some((entry, 1));
        }
        if let Some((_, entry)) = self.prefixes.iter().find(|(prefix, _)| first.folded.starts_with(prefix)) {
            return Some((entry, 1));
        }
        self.phrases.iter().find_map(|(parts, entry)| {
            let (last, leading) = parts.split_last()?;
            let is_led = leading.iter().zip(words).all(|(part, word)| *part == word.folded);
            let ends = words.get(leading.len()).is_some_and(|word| inflections(last).contains(&word.folded));
            (is_led && ends).then_some((entry.as_str(), parts.len()))
        })
    }
}

/// A word of a text: a run of letters, digits and apostrophes inside it.
pub(crate) struct Word<'t> {
    pub(crate) written: &'t str,
    /// In lower case, with straight apostrophes.
    pub(crate) folded: String,
}

/// Cuts a text into its words.
pub(crate) fn words_of(text: &str) -> Vec<Word<'_>> {
    let is_apostrophe = |c: char| matches!(c, '\'' | '\u{2019}' | '\u{02bc}');
    text.split(|c: char| !(c.is_alphanumeric() || is_apostrophe(c)))
        .map(|word| word.trim_matches(is_apostrophe))
        .filter(|word| !word.is_empty())
        .map(|written| {
            let folded = written.to_lowercase().replace(['\u{2019}', '\u{02bc}'], "'");
            Word { written, folded }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(entries: &[&str], text: &str) -> Vec<String> {
        let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
        let unsaid = Unsaid::saying_none_of(&entries, &[]);
        let mut findings = Vec::new();
        let message = Message { role: Role::User, content: text.to_owned() };
        unsaid.find(&[message], &|| "here".into(), &mut findings);
        findings.into_iter().map(|finding| finding.word).collect()
    }

    #[test]
    fn words_match_their_inflections_and_no_other_words() {
        assert_eq!(said(&["safe"], "Safer than safe, safely; a safehouse, unsafe"), ["Safer", "safe", "safely"]);
        assert_eq!(said(&["gamble"], "gambling gambled gambler's gambit"), ["gambling", "gambled", "gambler's"]);
        assert_eq!(said(&["risk"], "risk-free brisk RISKS risky"), ["risk", "RISKS"]);
        assert_eq!(said(&["mouse", "crisis"], "Mice in crises; a mousetrap"), ["Mice", "crises"]);
        assert_eq!(
            said(&["vulnerab*"], "Vulnerabilities, vulnerable, invulnerable"),
            ["Vulnerabilities", "vulnerable"]
        );
        assert_eq!(said(&["chance*"], "chances chanced"), ["chances", "chanced"]);
        assert_eq!(
            said(&["take a gamble"], "Take a gamble, they take a gambling"),
            ["Take a gamble", "take a gambling"]
        );
    }
}
