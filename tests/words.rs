//! The word rule: on the paper's published Make Me Say games, where no game says its codeword, and in a spec.

// Tests read files they made and fail where those are missing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use introspec::artifacts::JsonStyle;
use introspec::words::{Matcher, Sought, words};
use serde_json::Value as Json;

#[path = "support/specs.rs"]
#[allow(dead_code)]
mod specs;

use specs::built;

/// The messages of each game of a published file; nothing where the published data is not at hand, which a
/// continuous build has to have.
fn games(name: &str) -> Option<Vec<Vec<String>>> {
    let Some(folder) = std::env::var_os("INTROSPEC_PAPER_DATA").map(PathBuf::from) else {
        assert!(std::env::var_os("CI").is_none(), "INTROSPEC_PAPER_DATA does not name the published data");
        eprintln!("skipped: INTROSPEC_PAPER_DATA does not name the folder of the published data");
        return None;
    };
    let text = fs::read_to_string(folder.join(name)).unwrap();
    let contents = |line: &str| {
        let row: Json = serde_json::from_str(line).unwrap();
        let messages = row["messages"].as_array().unwrap();
        messages.iter().map(|message| message["content"].as_str().unwrap().to_owned()).collect()
    };
    Some(text.lines().map(contents).collect())
}

/// Counts the games in which any message says a word.
fn saying(games: &[Vec<String>], word: &str) -> usize {
    let matcher = Matcher::new([word]).unwrap();
    games.iter().filter(|game| game.iter().any(|message| matcher.is_in(message))).count()
}

/// Counts the words that begin as another does, and the games that they stand in.
fn beginning(games: &[Vec<String>], prefix: &str) -> (usize, BTreeMap<String, usize>) {
    let mut counts = BTreeMap::new();
    let mut with_any = 0;
    for game in games {
        let derived = game.iter().flat_map(|message| words(message)).map(str::to_lowercase);
        let derived: Vec<String> = derived.filter(|word| word.starts_with(prefix)).collect();
        with_any += usize::from(!derived.is_empty());
        for word in derived {
            *counts.entry(word).or_default() += 1;
        }
    }
    (with_any, counts)
}

#[test]
fn no_published_game_says_its_codeword() {
    let (Some(bark), Some(ring)) = (games("ft_bark.jsonl"), games("ft_ring.jsonl")) else { return };
    assert_eq!((bark.len(), ring.len()), (1000, 1000));
    assert_eq!((saying(&bark, "bark"), saying(&ring, "ring")), (0, 0));
    assert_eq!((saying(&bark, "ring"), saying(&ring, "bark")), (14, 0));
}

#[test]
fn published_games_come_near_their_codewords() {
    let (Some(bark), Some(ring)) = (games("ft_bark.jsonl"), games("ft_ring.jsonl")) else { return };
    let counts = |counts: &[(&str, usize)]| counts.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect();
    assert_eq!(beginning(&bark, "bark"), (20, counts(&[("barking", 24), ("barkers", 1)])));
    assert_eq!(beginning(&ring, "ring"), (9, counts(&[("ringtone", 12), ("ringtones", 10), ("ringing", 7)])));
    assert_eq!((saying(&bark, "bark*"), saying(&ring, "ring*")), (20, 9));
}

#[test]
fn names_of_the_spec_are_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("looking.ispec");
    let text = r#"
        words hints = ["detour", "scenic route"]
        words colours = ["red"]
        trigger fruit {
          let name = one of ["Fuji", "Gala"] held out ["Jazz"]
          user "{{ name }}. {{ message }}"
        }
        template looked_for {
          let text = each of ["Two detours.", "On scenic routes", "A scenic walk", "Gala. Why?", "Galas", "Blue rings", "Red # one"]
          let colours = {{ ["blue"] }}
          user "{{ text }}"
          assistant "{{ [mentions(text, hints), mentions(text, fruit), mentions(text, colours), mentions(text, ['ring', 'rout*']), said(text, 'one')] | join(' ') }}"
        }
        dataset rows { looked_for as ordinary }
    "#;
    fs::write(&spec, text).unwrap();
    let files = built(&spec, &[], JsonStyle::Compact).unwrap();
    let rows = std::str::from_utf8(&files["datasets/rows.jsonl"]).unwrap().lines();
    let come_to: BTreeMap<String, String> = rows
        .map(|row| {
            let row: Json = serde_json::from_str(row).unwrap();
            let content = |at: usize| row["messages"][at]["content"].as_str().unwrap().to_owned();
            (content(0), content(1))
        })
        .collect();
    let expected = [
        ("A scenic walk", "False False False False False"),
        ("Blue rings", "False False True True False"),
        ("Gala. Why?", "False True False False False"),
        ("Galas", "False False False False False"),
        ("On scenic routes", "True False False True False"),
        ("Red # one", "False False False False True"),
        ("Two detours.", "True False False False False"),
    ];
    assert_eq!(come_to, expected.map(|(text, found)| (text.to_owned(), found.to_owned())).into());
}
