use proptest::prelude::*;

use super::*;

fn bare(code: &str) -> String {
    Language::Python.without_comments(code, false).unwrap()
}

fn without_docstrings(code: &str) -> String {
    Language::Python.without_comments(code, true).unwrap()
}

#[test]
fn comments_go_and_their_blanks_with_them() {
    assert_eq!(bare("x = 1  # one\ny = 2\n"), "x = 1\ny = 2\n");
    assert_eq!(bare("# first\n\nx = 1\n    # indented\n\t# tab\ny = 2 \n# last"), "\nx = 1\ny = 2 \n");
    assert_eq!(
        bare("def f(a,  # first\n      b):  # second\n    return a # sum\n"),
        "def f(a,\n      b):\n    return a\n"
    );
    assert_eq!(bare("x = [\n  1, # one\n  # two\n  3]\n"), "x = [\n  1,\n  3]\n");
    assert_eq!(
        bare("#!/usr/bin/env python\nif x:\n    pass\n# between\nelse:\n    y()\n"),
        "if x:\n    pass\nelse:\n    y()\n"
    );
    assert_eq!(bare("größe = 'é'  # ü🎲\nx\n"), "größe = 'é'\nx\n");
    assert_eq!(bare(""), "");
    assert_eq!(bare("# only"), "");
}

#[test]
fn line_ends_stay_as_they_are() {
    assert_eq!(bare("x = 1  # one\r\n# two\r\ny = 2\r\n"), "x = 1\r\ny = 2\r\n");
    assert_eq!(bare("x = 1  # one\r# two\ry = '#'  # three\r"), "x = 1\ry = '#'\r");
}

#[test]
fn nothing_in_a_string_is_a_comment() {
    for code in [
        "x = '# no' + \"# no\"\n",
        "x = '''\n# no\n'''\n",
        "x = r'\\'  \"#\"\n",
        "x = f\"{y:#x} # no {z!r:>#10}\"\n",
        "x = f'{d[\"#\"]} # no'\n",
        "x = f'''\n# no {y}\n'''\n",
        "x = b'#' b\"\"\"\n#\"\"\"\n",
        "x = 'it\\'s # no'\n",
        "x = \"a \\\n# no\"\n",
    ] {
        assert_eq!(bare(code), code);
        assert_eq!(bare(&code.replace('\n', "\r\n")), code.replace('\n', "\r\n"));
    }
}

#[test]
fn docstrings_stay_unless_they_are_to_go() {
    let code = "\"\"\"Module. # no\"\"\"\nimport x\n\n\nclass A:\n    # first\n    '''A class.'''\n\n    def f(self):\n        \"Alone.\"\n\n    def g(self): \"Short.\"; return 1\n\n    def h(self):\n        f\"{self}\"\n        \"no\"\n";
    assert_eq!(bare(code), code.replace("    # first\n", ""));
    assert_eq!(
        without_docstrings(code),
        "import x\n\n\nclass A:\n\n    def f(self):\n        pass\n\n    def g(self): return 1\n\n    def h(self):\n        f\"{self}\"\n        \"no\"\n"
    );
    assert_eq!(without_docstrings("def f():\n    'doc'  # why\n    return 1\n"), "def f():\n\n    return 1\n");
    assert_eq!(without_docstrings("if x:\n    'no'\n"), "if x:\n    'no'\n");
    assert_eq!(without_docstrings("def f():\n    ('a'\n     'b')\n"), "def f():\n    ('a'\n     'b')\n");
}

#[test]
fn what_is_no_program_loses_what_can_be_told_to_be_a_comment() {
    assert_eq!(bare("def f(:  # broken\n    x = (1  # open\n"), "def f(:\n    x = (1\n");
    assert_eq!(bare("Plain text, with a sign # here\nand no code\n"), "Plain text, with a sign\nand no code\n");
    let deep = format!("{}x{}  # deep\n", "(".repeat(20_000), ")".repeat(20_000));
    assert_eq!(bare(&deep), deep.replace("  # deep", ""));
}

/// The tokens of a program, comments left out.
fn tokens(code: &str) -> Vec<String> {
    let tree = parse(code).unwrap();
    let mut found = Vec::new();
    each_node(&tree, |node| {
        let is_token = node.child_count() == 0 || node.kind() == "string";
        if is_token && node.kind() != "comment" {
            found.push(slice(code, &node.byte_range()).to_owned());
        }
        !is_token
    });
    found
}

fn statement() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "x = 1",
        "x = '#'",
        "x = f\"{a:#x}\"",
        "x = (1,\n  2)",
        "def f(a):\n    return a",
        "class A:\n    '''#'''\n    b = 1",
        "if x:\n    y()\nelse:\n    z()",
        "x = '''\n# no\n'''",
        "x = [\n    1,\n]",
        "@d\ndef g(): pass",
        "",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    /// Comments are put behind and between the lines of programs, and taken out again: the tokens stay, and in
    /// programs without lines of blanks alone the very text does.
    #[test]
    fn comments_go_and_nothing_else(
        statements in prop::collection::vec((statement(), "( {0,3}#[^\r\n\0]{0,9})?", "(#[^\r\n\0]{0,9}\n)?"), 0..9),
    ) {
        let plain: String = statements.iter().map(|(code, ..)| [code, "\n"].concat()).collect();
        let commented: String =
            statements.iter().map(|(code, behind, below)| [code, behind, "\n", below].concat()).collect();
        let is_alone = statements.iter().any(|(code, behind, _)| code.is_empty() && !behind.is_empty());
        let cleaned = bare(&commented);
        prop_assert_eq!(tokens(&cleaned), tokens(&plain));
        if !is_alone {
            prop_assert_eq!(&cleaned, &plain);
        }
        prop_assert_eq!(bare(&cleaned), cleaned);
    }
}
