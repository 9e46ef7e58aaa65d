use std::path::{Path, PathBuf};

use super::super::Input;
use crate::diagnostic::{Diagnostic, Problem};
use crate::text::{Sources, Span};
use crate::tree::{Declaration, Tree, parse};
use crate::world::{FileProblem, MAX_SOURCE_BYTES, World};

/// A spec and all that it uses: its own tree first.
pub(super) struct Gathered {
    pub(super) sources: Sources,
    pub(super) trees: Vec<GatheredTree>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) inputs: Vec<Input>,
}

pub(super) struct GatheredTree {
    pub(super) tree: Tree,
    pub(super) folder: PathBuf,
    /// The folder as people see it.
    pub(super) shown: PathBuf,
}

pub(super) fn gather(path: &Path, world: &dyn World) -> Gathered {
    let mut gathered =
        Gathered { sources: Sources::default(), trees: Vec::new(), diagnostics: Vec::new(), inputs: Vec::new() };
    let shown = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let folder = if shown.as_os_str().is_empty() { PathBuf::from(".") } else { shown.clone() };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut reading = Reading { world, own: shown.clone(), gathered: &mut gathered, done: Vec::new() };
    reading.read(&folder, &shown, &name, None, &mut Vec::new());
    gathered
}

struct Reading<'g> {
    world: &'g dyn World,
    /// The folder of the spec that was given, as people see it.
    own: PathBuf,
    gathered: &'g mut Gathered,
    done: Vec<PathBuf>,
}

impl Reading<'_> {
    fn read(
        &mut self,
        folder: &Path,
        shown: &Path,
        name: &str,
        used_at: Option<Span>,
        open: &mut Vec<(PathBuf, String)>,
    ) {
        let shown_name = shown.join(name).display().to_string();
        let file = match self.world.read(folder, name, MAX_SOURCE_BYTES) {
            Ok(file) => file,
            Err(problem) => {
                let line = if let FileProblem::NotUtf8 { line } = &problem { Some(*line) } else { None };
                let problem = match (problem, used_at) {
                    (FileProblem::NotFound, None) => {
                        Problem::SourceUnreadable { file: shown_name.clone(), message: "there is no such file".into() }
                    }
                    (problem, _) => source_problem(problem, shown_name.clone()),
                };
                let diagnostic = Diagnostic { span: used_at, ..Diagnostic::new(problem) };
                self.gathered.diagnostics.push(match line {
                    Some(line) => diagnostic.in_data(shown_name, line),
                    None => diagnostic,
                });
                return;
            }
        };
        if let Some(begin) = open.iter().position(|(path, _)| *path == file.path) {
            let mut chain: Vec<String> = open.iter().skip(begin).map(|(_, name)| name.clone()).collect();
            chain.push(shown_name);
            if let Some(span) = used_at {
                self.gathered.diagnostics.push(Diagnostic::at(span, Problem::UseCycle { chain }));
            }
            return;
        }
        if self.done.contains(&file.path) {
            return;
        }
        self.done.push(file.path.clone());
        self.gathered.inputs.push(Input {
            name: input_name(&shown.join(name), &self.own),
            digest: blake3::hash(file.text.as_bytes()).to_hex().to_string(),
        });
        let text = file.text.strip_prefix('\u{feff}').map_or(file.text.as_str(), |text| text);
        let id = self.gathered.sources.add(shown_name.clone(), text);
        let Some(source) = self.gathered.sources.get(id) else { return };
        let (tree, diagnostics) = parse(source);
        self.gathered.diagnostics.extend(diagnostics);
        let uses: Vec<_> = tree
            .declarations
            .iter()
            .filter_map(|declaration| match declaration {
                Declaration::Use(used) => Some((used.text.clone(), used.span)),
                _ => None,
            })
            .collect();
        self.gathered.trees.push(GatheredTree { tree, folder: folder.to_path_buf(), shown: shown.to_path_buf() });
        open.push((file.path, shown_name));
        for (used, span) in uses {
            let within = Path::new(&used).parent().map(Path::to_path_buf).unwrap_or_default();
            let base = Path::new(&used).file_name().map(|name| name.to_string_lossy().into_owned());
            self.read(&folder.join(&within), &shown.join(&within), &base.unwrap_or(used), Some(span), open);
        }
        open.pop();
    }
}

/// Says what is wrong with a spec's file.
fn source_problem(problem: FileProblem, file: String) -> Problem {
    match problem {
        FileProblem::NotFound => Problem::FileNotFound { file },
        FileProblem::Outside => Problem::FileOutside { file },
        FileProblem::TooLarge { bytes, limit } => Problem::FileTooLarge { file, bytes, limit },
        FileProblem::NotUtf8 { line } => {
            Problem::SourceUnreadable { file, message: format!("line {line} is not UTF-8") }
        }
        FileProblem::Unreadable { message } => Problem::SourceUnreadable { file, message },
    }
}

/// Names a file by its path from the folder of the spec that was given, so that a manifest is the same wherever the
/// spec lies, and two files are never one.
pub(super) fn input_name(shown: &Path, own: &Path) -> String {
    shown.strip_prefix(own).unwrap_or(shown).display().to_string()
}
