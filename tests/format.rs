//! The formatter: what it does to a text, and that it does nothing to what the text says or builds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use introspec::artifacts::JsonStyle;
use introspec::format::format;
use introspec::text::Sources;
use introspec::tree::parse;
use proptest::prelude::*;

#[path = "support/spacing.rs"]
mod spacing;
#[path = "support/specs.rs"]
#[allow(dead_code)]
mod specs;

use spacing::{respaced, said};
use specs::{Files, built, files, here};

fn formatted(text: &str) -> Result<String, String> {
    let mut sources = Sources::default();
    let id = sources.add("some.ispec", text);
    format(sources.get(id).unwrap()).map_err(|diagnostic| format!("{:?} at {:?}", diagnostic.problem, diagnostic.span))
}

/// Returns the tree of a text without its places; none where the grammar does not read all of it.
fn tree(text: &str) -> Option<String> {
    let mut sources = Sources::default();
    let id = sources.add("some.ispec", text);
    let (tree, diagnostics) = parse(sources.get(id).unwrap());
    diagnostics.is_empty().then(|| without_places(&format!("{:?}", tree.declarations)))
}

/// Takes the spans, and the places of a string's bytes, out of a tree as it is printed. Lines of an expression may be
/// indented in another way: expressions are Jinja's, where blanks between words do not count.
fn without_places(printed: &str) -> String {
    let mut result = String::new();
    let mut rest = printed;
    while let Some(at) = ["Span { source", "places: [", "escaped: [", "Expression { text: \""]
        .iter()
        .filter_map(|start| rest.find(start))
        .min()
    {
        result.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(text) = rest.strip_prefix("Expression { text: \"") {
            let end = text.find("\", span").unwrap();
            let lines: Vec<&str> = text[..end].split("\\n").map(|line| line.trim_end_matches("\\r").trim()).collect();
            result.push_str(&lines.join("\\n"));
            rest = &text[end..];
        } else {
            rest = &rest[rest.find(['}', ']']).unwrap() + 1..];
        }
    }
    result + rest
}

/// Returns the specs below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = files(folder).into_keys().map(|name| folder.join(name)).collect();
    found.retain(|path| path.extension().is_some_and(|ending| ending == "ispec"));
    found
}

/// The examples of the language beside the published data, where there are some.
fn examples() -> Vec<PathBuf> {
    let Some(data) = std::env::var_os("INTROSPEC_PAPER_DATA") else { return Vec::new() };
    below(&Path::new(&data).join("../../language"))
}

/// Every spec of this repository that is one, and the examples.
fn texts() -> Vec<(PathBuf, String)> {
    let own =
        ["specs", "tests/build", "tests/diagnostics", "src/cli/new"].iter().flat_map(|folder| below(&here(folder)));
    own.chain(examples())
        .filter_map(|path| Some((fs::read_to_string(&path).ok()?, path)))
        .map(|(text, path)| (path, text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()))
        .filter(|(_, text)| formatted(text).is_ok())
        .collect()
}

/// Returns the `ispec` blocks of a page.
fn blocks(page: &str) -> Vec<String> {
    let parts = page.split("```ispec\n").skip(1);
    parts.filter_map(|part| Some(part.split_once("```")?.0.to_owned())).collect()
}

#[test]
fn our_own_specs_are_formatted() {
    for path in below(&here("specs")).into_iter().chain(below(&here("src/cli/new"))) {
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(formatted(&text).unwrap(), text, "{}", path.display());
    }
    for page in ["docs/language.md", "docs/tutorial.md"] {
        let blocks = blocks(&fs::read_to_string(here(page)).unwrap());
        assert!(!blocks.is_empty(), "{page} shows no spec");
        for block in blocks {
            assert_eq!(formatted(&block).unwrap(), block, "{page}");
        }
    }
}

#[test]
fn the_examples_of_the_language_are_formatted_but_for_gaps_that_line_nothing_up() {
    for path in examples() {
        let text = fs::read_to_string(&path).unwrap();
        let new = formatted(&text).unwrap();
        assert_eq!(new.lines().count(), text.lines().count(), "{}", path.display());
        let changed: Vec<_> = text.lines().zip(new.lines()).filter(|(old, new)| old != new).collect();
        assert!(changed.len() <= 2, "{}: {changed:#?}", path.display());
        for (old, new) in changed {
            assert_eq!(old.split_whitespace().collect::<Vec<_>>(), new.split_whitespace().collect::<Vec<_>>());
        }
    }
}

#[test]
fn fixtures_of_the_diagnostics_are_among_the_texts() {
    let texts = texts();
    let count = |part: &str| texts.iter().filter(|(path, _)| path.starts_with(here(part))).count();
    assert!(count("tests/diagnostics") > 80 && count("specs") > 0 && count("src/cli/new") == 1);
    let read = texts.iter().filter(|(_, text)| tree(text).is_some()).count();
    assert!(read > 80, "the grammar reads {read} of {} texts", texts.len());
}

/// Checks a text against its formatted text.
fn says_the_same(name: &Path, text: &str) -> Result<String, TestCaseError> {
    let new = formatted(text).map_err(|why| TestCaseError::fail(format!("{}: {why}\n{text}", name.display())))?;
    prop_assert_eq!(said(text), said(&new), "{}", name.display());
    prop_assert_eq!(formatted(&new), Ok(new.clone()), "{} changes twice", name.display());
    if let Some(before) = tree(text) {
        prop_assert_eq!(Some(before), tree(&new), "{} is read in another way", name.display());
    }
    Ok(new)
}

fn text() -> impl Strategy<Value = (PathBuf, String)> {
    prop::sample::select(texts())
}

fn numbers() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 997)
}

/// Texts whose braces close, of words that no grammar has to know.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "bcd",
        "10%",
        "x.y",
        "0..1",
        "\"s\"",
        "'tuv'",
        ",",
        ";",
        ":",
        "=",
        "|",
        "\n",
        "\n",
        "\n\n\n",
        "\r\n",
        " ",
        "  ",
        "    ",
        "\t",
        "# c\n",
        "  # d e\n",
        "{{ f }}",
        "{{ g\n      + 'h\n  i' }}",
        "\n\"\"\"\n   j\n     k\n\n  l\n  \"\"\"",
        "\"\"\"m\n n\"\"\"",
        "\n  {{ o }}",
        "\u{e9}",
    ]);
    let flat = prop::collection::vec(piece.prop_map(str::to_owned), 1..12).prop_map(|pieces| pieces.concat());
    flat.prop_recursive(4, 32, 6, |inner| {
        let brackets =
            prop::sample::select(vec![("", ""), ("{ ", " }"), ("[", "]"), ("(", ")"), ("{\n", "\n}"), ("b   {", "}")]);
        let wrapped = (inner, brackets).prop_map(|(text, (open, close))| format!("{open}{text}\n{close}"));
        let glue = prop::sample::select(vec!["  ", "\n", " ", "   # k\n"]);
        (prop::collection::vec(wrapped, 1..6), glue).prop_map(|(parts, glue)| parts.join(glue))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn spacing_says_nothing((name, text) in text(), numbers in numbers()) {
        let spaced = respaced(&text, &numbers);
        prop_assert_eq!(tree(&spaced).is_some(), tree(&text).is_some(), "{} is respaced into another spec", name.display());
        says_the_same(&name, &spaced)?;
    }

    #[test]
    fn whatever_closes_is_formatted_once(text in any_text()) {
        if formatted(&text).is_ok() {
            says_the_same(Path::new("a text"), &text)?;
        }
    }
}

/// A spec that builds, in a folder of its own, with another text. The questions that specs share stand beside it.
fn build(spec: &Path, text: &str) -> Files {
    let root = tempfile::tempdir().unwrap();
    let own = spec.parent().unwrap();
    let copied = [(own.to_path_buf(), "own"), (own.with_file_name("questions"), "questions")];
    for (folder, name) in copied {
        for (file, bytes) in files(&folder) {
            let path = root.path().join(name).join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    let path = root.path().join("own").join(spec.file_name().unwrap());
    fs::write(&path, text).unwrap();
    let mut built = built(&path, &[root.path().to_path_buf()], JsonStyle::Compact).unwrap();
    // The manifest tells the digest of the spec's own text, and nothing else of it.
    let manifest = built.get_mut("manifest.json").unwrap();
    let mut value: serde_json::Value = serde_json::from_slice(manifest).unwrap();
    value["sources"][0]["blake3"] = serde_json::Value::Null;
    *manifest = serde_json::to_vec(&value).unwrap();
    built
}

/// Every spec that builds, with its text and what it builds.
static BUILT: LazyLock<Vec<(PathBuf, String, Files)>> = LazyLock::new(|| {
    let specs = below(&here("specs")).into_iter().chain(below(&here("tests/build")));
    let read = |spec: PathBuf| {
        let text = fs::read_to_string(&spec).unwrap();
        let files = build(&spec, &text);
        (spec, text, files)
    };
    specs.map(read).collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn formatting_builds_the_same_bytes(numbers in numbers()) {
        for (spec, text, files) in BUILT.iter() {
            let new = formatted(&respaced(text, &numbers)).unwrap();
            prop_assert!(*files == build(spec, &new), "{} builds something else", spec.display());
        }
    }
}

#[test]
fn a_spec_is_written_in_one_way() {
    for (before, after) in STYLES {
        assert_eq!(formatted(before).as_deref(), Ok(*after), "{before}");
        assert_eq!(formatted(after).as_deref(), Ok(*after), "{after}");
    }
}

/// Texts, and what the formatter makes of them.
const STYLES: &[(&str, &str)] = &[
    // Nothing stays nothing, and a file ends with its last line.
    ("", ""),
    ("\n\n  \n", ""),
    ("\n\nseed 1  \n\n\n\nseed   2", "seed 1\n\nseed 2\n"),
    // Two blanks a level, whatever opened it; no blank line inside a brace.
    ("suite s{\n\n\task a\n\n\n  under b\n\n}", "suite s {\n  ask a\n\n  under b\n}\n"),
    ("t {\nask [\n\"a\"\n      \"b\" ]\n}", "t {\n  ask [\n    \"a\"\n    \"b\"]\n}\n"),
    ("a(b [\nc\n])", "a(b [\n  c\n])\n"),
    ("a {\nb {\nc\n}}", "a {\n  b {\n    c\n} }\n"),
    // Gaps: one blank, two between statements of a line.
    ("arm a {from   base   trained on b.c   seeds 3}", "arm a { from base  trained on b.c  seeds 3 }\n"),
    ("s {   ask a ,b;samples   5;   under c }", "s { ask a, b; samples 5;  under c }\n"),
    ("score{\"a\" :1,\"b\":0}", "score { \"a\": 1, \"b\": 0 }\n"),
    ("words w=[ \"a\",\"b\" ]", "words w = [\"a\", \"b\"]\n"),
    ("a  {  }", "a {}\n"),
    // A statement that goes on is indented once more; an item of a map or a list is not.
    ("s {\nask a,\nb,\n        c\nunder d\n}", "s {\n  ask a,\n    b,\n    c\n  under d\n}\n"),
    ("s {\nscore { a: 1,\nb: 0 }\n}", "s {\n  score { a: 1,\n    b: 0 }\n}\n"),
    ("e {\nclaim c \"d\"\n\n# why\n{{ e > 0 }}\n}", "e {\n  claim c \"d\"\n\n    # why\n    {{ e > 0 }}\n}\n"),
    // What was lined up stays so, also where a name before it has changed.
    (
        "arm a    { from base   seeds 5 }\narm bcd  { from base   seeds 5 }\n",
        "arm a    { from base   seeds 5 }\narm bcd  { from base   seeds 5 }\n",
    ),
    ("t {\n does   \"a\"   # b\n unsaid c     # d\n}", "t {\n  does   \"a\"   # b\n  unsaid c     # d\n}\n"),
    ("a    \"b\" ,c  # d\nefgh \"ij\" , k # l\n", "a    \"b\", c  # d\nefgh \"ij\", k # l\n"),
    // Comments stay where they are: at the end of a line, below one another, and in their block.
    ("a {   # b\n    # c\n  # d\n}", "a {   # b\n  # c\n  # d\n}\n"),
    ("let a = 1    # b\n             # c\nlet d = 2\n", "let a = 1    # b\n             # c\nlet d = 2\n"),
    ("{\nb,# c\n  # d\n}", "{\n  b, # c\n  # d\n}\n"),
    ("a  {\n  b\n# c\n}\n    # d\n", "a {\n  b\n  # c\n}\n# d\n"),
    // The lines of a long string move together, and their value stays.
    (
        "q {\n      ask \"\"\"   \n  one\n\n    two\n  \"\"\"  answer word\n}",
        "q {\n  ask \"\"\"\n    one\n\n      two\n    \"\"\"  answer word\n}\n",
    ),
    ("q {\nask \"\"\"one\n   two\"\"\"\n}", "q {\n  ask \"\"\"one\n    two\"\"\"\n}\n"),
    // Closing quotes at the start of a line end a value that ends with a line end.
    ("q {\n ask \"\"\"\n one\n\"\"\"\n}", "q {\n  ask \"\"\"\n    one\n\"\"\"\n}\n"),
    // An expression's lines move along with it; texts inside it do not.
    ("e {\n     {{ a\n       > b }}\n}", "e {\n  {{ a\n    > b }}\n}\n"),
    ("e {\n     {{ a ~ 'b\n       c' }}\n}", "e {\n  {{ a ~ 'b\n       c' }}\n}\n"),
    // Line ends of Windows and of old machines, except in the value of a long string.
    ("a\r\nb\rc\r\n", "a\nb\nc\n"),
    ("q \"\"\"\r\n  a\r\n  b\r\n  \"\"\"\r\n", "q \"\"\"\n  a\r\n  b\n  \"\"\"\n"),
    ("\u{feff}seed 1\n", "seed 1\n"),
];

#[test]
fn what_does_not_close_is_told_with_its_place() {
    for (text, at) in
        [("a {\n  b", 2), ("\u{feff}a }", 5), ("a ]", 2), ("ask \"b\n", 4), ("score {{ a }", 6), ("\"\"\"a", 0)]
    {
        let told = formatted(text).unwrap_err();
        assert!(told.contains(&format!("start: {at}, ")), "{text:?}: {told}");
    }
}
