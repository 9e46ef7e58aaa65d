use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::{ExportedFile, Format};
use crate::artifacts::{JsonStyle, Staging, WriteProblem};

/// A file that counts and digests what it is given.
#[derive(Debug)]
pub(super) struct DataFile {
    pub(super) name: String,
    pub(super) path: PathBuf,
    file: BufWriter<File>,
    digest: blake3::Hasher,
    bytes: u64,
    pub(super) rows: u64,
}

impl DataFile {
    /// Makes a file below the build's folder.
    pub(super) fn create(staging: &Staging, name: String) -> Result<DataFile, WriteProblem> {
        let (path, file) = staging.create(&name)?;
        let file = BufWriter::with_capacity(1 << 18, file);
        Ok(DataFile { name, path, file, digest: blake3::Hasher::new(), bytes: 0, rows: 0 })
    }

    pub(super) fn finish(mut self, format: Format, dataset: &str, split: String) -> Result<ExportedFile, WriteProblem> {
        let flushed = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        flushed.map_err(|error| WriteProblem::new(&self.path, &error))?;
        Ok(ExportedFile {
            format: format.name().into(),
            dataset: dataset.into(),
            split,
            file: self.name,
            rows: self.rows,
            bytes: self.bytes,
            blake3: self.digest.finalize().to_hex().to_string(),
        })
    }
}

impl Write for DataFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write_all(bytes)?;
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// The files of JSON Lines of one dataset in one format: one for each split.
#[derive(Debug)]
pub(super) struct LineFiles<'b> {
    staging: &'b Staging,
    format: Format,
    slug: String,
    style: JsonStyle,
    files: BTreeMap<String, DataFile>,
    buffer: Vec<u8>,
}

impl<'b> LineFiles<'b> {
    pub(super) fn new(staging: &'b Staging, format: Format, slug: &str, style: JsonStyle) -> LineFiles<'b> {
        LineFiles { staging, format, slug: slug.into(), style, files: BTreeMap::new(), buffer: Vec::new() }
    }

    /// Appends a line to its split's file.
    pub(super) fn line<T: Serialize>(&mut self, split: &str, value: &T) -> Result<(), WriteProblem> {
        if !self.files.contains_key(split) {
            let name = format!("exports/{}/{}.{split}.jsonl", self.format, self.slug);
            self.files.insert(split.to_owned(), DataFile::create(self.staging, name)?);
        }
        let Some(file) = self.files.get_mut(split) else { return Ok(()) };
        self.buffer.clear();
        let written = self.style.line(value, &mut self.buffer).map_err(std::io::Error::from);
        let written = written.and_then(|()| file.write_all(&self.buffer));
        written.map_err(|error| WriteProblem::new(&file.path, &error))?;
        file.rows += 1;
        Ok(())
    }

    pub(super) fn finish(self, dataset: &str) -> Result<Vec<ExportedFile>, WriteProblem> {
        self.files.into_iter().map(|(split, file)| file.finish(self.format, dataset, split)).collect()
    }
}
