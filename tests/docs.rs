//! The examples of the language reference are one spec, and its configuration is one that can be read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;

use introspec::configuration::Configuration;
use introspec::diagnostic::render;
use introspec::plan::plan;
use introspec::spec::resolve;
use introspec::world::Folder;

/// Returns the fenced blocks of a page: what stands after the opening fence, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(info) if !open => blocks.push((info.trim().to_owned(), String::new())),
            Some(_) => {}
            None if open => {
                let (_, text) = blocks.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
        open ^= line.starts_with("```");
    }
    blocks
}

#[test]
fn the_examples_of_the_reference_are_one_spec() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/language.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (mut spec, mut configurations) = (String::new(), 0);
    for (info, text) in blocks(&page) {
        if info == "ispec" {
            spec.push_str(&text);
        } else if info == "yaml" {
            Configuration::read(&text, "introspec.yaml").unwrap_or_else(|errors| panic!("{errors:#?}"));
            configurations += 1;
        } else if let Some((_, file)) = info.split_once(' ') {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    assert_eq!(configurations, 1);
    let path = folder.path().join("language.ispec");
    fs::write(&path, spec).unwrap();
    let resolved = resolve(&path, &Folder::new(folder.path(), &[]));
    assert!(resolved.diagnostics.is_empty(), "{}", render(&resolved.diagnostics, &resolved.sources, false, 120));
    plan(&resolved.spec.unwrap())
        .unwrap_or_else(|diagnostics| panic!("{}", render(&diagnostics, &resolved.sources, false, 120)));
}
