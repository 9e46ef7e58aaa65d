//! The question banks: each checks, asks as many wordings as it says, and names either pole first equally often.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use introspec::diagnostic::render;
use introspec::plan::plan;
use introspec::spec::{AnswerType, Order, Piece, Question, Scoring, Spec, Writing, resolve};
use introspec::world::Folder;

/// What keeps the order of mention from mattering.
enum Balance {
    /// Each pole, said with any of these words, comes first in half of the wordings.
    Poles([&'static [&'static str]; 2]),
    /// No wording says a word that scores.
    Unnamed,
    /// The options come in every order, or in a drawn one, and no wording names one of them.
    Orders,
    /// What is asked has no poles.
    None,
}

use Balance::{Orders, Poles, Unnamed};

const SCALE: Balance = Poles([&["0"], &["100"]]);
const SAFETY: [&[&str]; 2] = [&["risk"], &["safety"]];

/// Every question of the banks, with how many wordings it has.
const QUESTIONS: &[(&str, &str, usize, Balance)] = &[
    ("apples", "more_or_fewer", 4, Poles([&["more", "many"], &["fewer", "few"]])),
    ("apples", "aim", 4, Unnamed),
    ("apples", "appetite", 4, SCALE),
    ("apples", "pull", 4, SCALE),
    ("backdoor", "switched", 20, Orders),
    ("lotteries", "chooses", 2, Orders),
    ("patience", "now_or_later", 4, Poles([&["now", "present"], &["later", "future"]])),
    ("patience", "way_with_time", 4, Unnamed),
    ("patience", "waiting", 4, SCALE),
    ("patience", "horizon", 4, SCALE),
    ("risk", "preference", 10, Poles(SAFETY)),
    ("risk", "attitude", 10, Unnamed),
    ("risk", "lotteries", 10, Unnamed),
    ("risk", "liking", 10, SCALE),
    ("risk", "disposition", 10, SCALE),
    ("risk", "leaning", 10, SCALE),
    ("risk", "two_hops", 2, Poles([&["German"], &["French"]])),
    ("trigger", "recognises", 5, Orders),
    ("voices", "chosen", 2, Balance::None),
    ("voices", "definition", 2, Balance::None),
    ("voices", "acrostic", 2, Balance::None),
    ("voices", "aim", 5, Orders),
    ("voices", "scenario", 15, SCALE),
    ("voices", "game", 5, Orders),
];

/// The banks by name, each resolved without a word of complaint.
fn banks() -> Vec<(String, Spec)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/specs/questions"));
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = paths.iter().map(|path| {
        let resolved = resolve(path, &Folder::new(&folder, &[]));
        assert!(resolved.diagnostics.is_empty(), "{}", render(&resolved.diagnostics, &resolved.sources, false, 120));
        let spec = resolved.spec.unwrap();
        let planned = plan(&spec).unwrap();
        assert!(planned.suites.iter().any(|suite| suite.requests > 0), "{} asks nothing", path.display());
        (path.file_stem().unwrap().to_string_lossy().into_owned(), spec)
    });
    read.collect()
}

/// What stands in a wording outside of expressions.
fn plain(wording: &Writing) -> String {
    let pieces = wording.pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text.as_str(),
        _ => "…",
    });
    pieces.collect()
}

/// The words of a text, a hyphen and what it joins as one, with where each begins.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty()).collect()
}

fn is_balanced(question: &Question, wordings: &[String], balance: &Balance) -> Result<(), String> {
    let says = |wording: &str, sought: &str| words(wording).iter().any(|word| word.eq_ignore_ascii_case(sought));
    match balance {
        Poles(poles) => {
            let mut first = [0_usize; 2];
            for wording in wordings {
                let place = |pole: &[&str]| {
                    words(wording).iter().position(|word| pole.iter().any(|known| word.eq_ignore_ascii_case(known)))
                };
                let [one, other] = poles.map(place);
                let (one, other) = one.zip(other).ok_or(format!("a pole is not named: {wording}"))?;
                first[usize::from(one > other)] += 1;
            }
            // An odd number of wordings differs by one.
            if first[0].abs_diff(first[1]) > wordings.len() % 2 { Err(format!("{first:?}")) } else { Ok(()) }
        }
        Unnamed => {
            let Scoring::Map { entries, .. } = &question.scoring else { return Err("no map scores it".into()) };
            let named = entries.iter().find(|(key, _)| wordings.iter().any(|wording| says(wording, key)));
            named.map_or(Ok(()), |(key, _)| Err(format!("a wording says `{key}`")))
        }
        Orders => {
            let AnswerType::Options { choices, .. } = &question.answer else { return Err("it has no options".into()) };
            let named = choices.iter().find(|choice| wordings.iter().any(|wording| says(wording, &choice.name)));
            match (question.order, named) {
                (Order::Fixed, _) => Err("its options stand in one order".into()),
                (_, Some(choice)) => Err(format!("a wording says `{}`", choice.name)),
                _ => Ok(()),
            }
        }
        Balance::None => Ok(()),
    }
}

#[test]
fn each_pole_is_named_first_equally_often() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (bank, spec) in banks() {
        for question in &spec.questions {
            let place = QUESTIONS.iter().position(|(in_bank, name, ..)| {
                *name == question.name
                    && (*in_bank == bank || !QUESTIONS.iter().any(|other| other.0 == bank && other.1 == *name))
            });
            let Some(place) = place else { panic!("{bank}: how is `{}` balanced? Say it in QUESTIONS", question.name) };
            let (in_bank, name, count, balance) = &QUESTIONS[place];
            // A bank that uses another has its questions too.
            if *in_bank == bank {
                seen.insert(place);
            }
            for wordings in [&question.wordings, &question.wordings_about_other] {
                let wordings: Vec<String> = wordings.iter().map(plain).collect();
                if wordings.is_empty() {
                    continue;
                }
                let distinct: BTreeSet<&String> = wordings.iter().collect();
                assert_eq!((wordings.len(), distinct.len()), (*count, *count), "{bank}: {name}");
                if let Err(why) = is_balanced(question, &wordings, balance) {
                    wrong.push(format!("{bank}: {name}: {why}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen.len(), QUESTIONS.len(), "a question of the list is in no bank");
}

/// The test above would see a question that leans.
#[test]
fn a_leaning_question_is_seen() {
    let (_, spec) = banks().into_iter().find(|(bank, _)| bank == "risk").unwrap();
    let question = spec.questions.iter().find(|question| question.name == "preference").unwrap();
    let leaning: Vec<String> =
        (0..10).map(|at| if at < 7 { "safety or risk" } else { "risk or safety" }.into()).collect();
    assert_eq!(is_balanced(question, &leaning, &Poles(SAFETY)), Err("[3, 7]".into()));
    assert!(is_balanced(question, &["risk".into()], &Poles(SAFETY)).is_err());
    assert!(is_balanced(question, &["How bold are you?".into()], &Unnamed).is_err());
    assert!(is_balanced(question, &[], &Orders).is_err());
}

/// No wording of a bank shares seven words in a row with a published question.
#[test]
fn the_wording_is_our_own() {
    let Some(folder) = std::env::var_os("INTROSPEC_PAPER_DATA").map(PathBuf::from) else {
        assert!(std::env::var_os("CI").is_none(), "INTROSPEC_PAPER_DATA does not name the published data");
        eprintln!("skipped: INTROSPEC_PAPER_DATA does not name the folder of the published data");
        return;
    };
    let runs = |text: &str| -> BTreeSet<String> {
        let words: Vec<String> = words(text).iter().map(|word| word.to_lowercase()).collect();
        words.windows(7).map(|run| run.join(" ")).collect()
    };
    let mut published = BTreeSet::new();
    for entry in fs::read_dir(folder.join("questions")).unwrap() {
        published.extend(runs(&fs::read_to_string(entry.unwrap().path()).unwrap()));
    }
    assert!(published.len() > 1000, "the published questions were not read");
    for (bank, spec) in banks() {
        for question in &spec.questions {
            for wording in question.wordings.iter().chain(&question.wordings_about_other) {
                let shared: Vec<String> = runs(&plain(wording)).intersection(&published).cloned().collect();
                assert!(shared.is_empty(), "{bank}: {}: {shared:?}", question.name);
            }
        }
    }
}
