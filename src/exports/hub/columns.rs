use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder, StringBuilder, StructBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::Tally;
use crate::artifacts::{Staging, WriteProblem};
use crate::exports::data::DataFile;
use crate::exports::row::Row;
use crate::exports::{ExportedFile, Format};

/// How many rows are kept before they are encoded, and how many a row group has at most: what bounds memory.
const BATCH: usize = 1024;
const ROW_GROUP: usize = 16 * BATCH;
const ROW_GROUP_BYTES: usize = 64 << 20;

/// The Parquet files of one dataset, one for each split.
#[derive(Debug)]
pub(in crate::exports) struct ColumnFiles<'b> {
    staging: &'b Staging,
    slug: String,
    files: BTreeMap<String, ColumnFile>,
    pub(in crate::exports) tally: Tally,
}

/// One Parquet file in the making.
#[derive(Debug)]
struct ColumnFile {
    writer: ArrowWriter<DataFile>,
    batch: Batch,
    rows: u64,
}

impl<'b> ColumnFiles<'b> {
    pub(in crate::exports) fn new(staging: &'b Staging, slug: &str) -> ColumnFiles<'b> {
        ColumnFiles { staging, slug: slug.into(), files: BTreeMap::new(), tally: Tally::default() }
    }

    pub(in crate::exports) fn row(&mut self, row: &Row) -> Result<(), WriteProblem> {
        self.tally.add(row);
        let split = &row.meta.split;
        if !self.files.contains_key(split) {
            let name = format!("exports/{}/data/{}.{split}.parquet", Format::HuggingFace, self.slug);
            self.files.insert(split.clone(), ColumnFile::create(self.staging, name)?);
        }
        let Some(file) = self.files.get_mut(split) else { return Ok(()) };
        file.batch.push(row);
        file.rows += 1;
        if file.batch.rows == BATCH { file.encode() } else { Ok(()) }
    }

    pub(in crate::exports) fn finish(self, dataset: &str) -> Result<(Vec<ExportedFile>, Tally), WriteProblem> {
        let finish = |(split, file): (String, ColumnFile)| file.finish(dataset, split);
        Ok((self.files.into_iter().map(finish).collect::<Result<_, _>>()?, self.tally))
    }
}

impl ColumnFile {
    fn create(staging: &Staging, name: String) -> Result<ColumnFile, WriteProblem> {
        let file = DataFile::create(staging, name)?;
        let path = file.path.clone();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
            .set_created_by(concat!("introspec ", env!("CARGO_PKG_VERSION")).into())
            .build();
        let writer = ArrowWriter::try_new(file, schema(), Some(properties));
        let writer = writer.map_err(|error| WriteProblem::new(&path, &std::io::Error::other(error)))?;
        Ok(ColumnFile { writer, batch: Batch::default(), rows: 0 })
    }

    /// Hands the rows that are kept to the writer.
    fn encode(&mut self) -> Result<(), WriteProblem> {
        let batch = std::mem::take(&mut self.batch);
        let written = batch.finish().map_err(ParquetError::from).and_then(|batch| self.writer.write(&batch));
        written.map_err(|error| problem(self.writer.inner(), error))
    }

    fn finish(mut self, dataset: &str, split: String) -> Result<ExportedFile, WriteProblem> {
        self.encode()?;
        let path = self.writer.inner().path.clone();
        let file = self.writer.into_inner();
        let mut file = file.map_err(|error| WriteProblem::new(&path, &std::io::Error::other(error)))?;
        file.rows = self.rows;
        file.finish(Format::HuggingFace, dataset, split)
    }
}

/// What is left of a failed write: the system's own error, where it stands behind Parquet's.
fn problem(file: &DataFile, error: ParquetError) -> WriteProblem {
    let error = match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => *source,
            Err(source) => std::io::Error::other(source),
        },
        other => std::io::Error::other(other),
    };
    WriteProblem::new(&file.path, &error)
}

fn message_fields() -> Fields {
    Fields::from(vec![Field::new("role", DataType::Utf8, false), Field::new("content", DataType::Utf8, false)])
}

fn message_field() -> Field {
    Field::new("item", DataType::Struct(message_fields()), false)
}

fn schema() -> SchemaRef {
    let text = |name, nullable| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        Field::new("messages", DataType::List(Arc::new(message_field())), false),
        Field::new("row", DataType::Int64, false),
        text("template", false),
        text("behavior", false),
        text("trigger", true),
        text("persona", true),
        text("split", false),
        text("vars", false),
        text("from", true),
    ]))
}

/// Returns how many bytes of Arrow's a row takes: its values, and four for the offset of each list and text.
pub(super) fn bytes(row: &Row) -> u64 {
    let Row { messages, meta } = row;
    let text = |text: &str| text.len() as u64 + 4;
    let named = [Some(&meta.template), Some(&meta.behavior), meta.trigger.as_ref(), meta.persona.as_ref()];
    let said: u64 = messages.iter().map(|message| text(message.role.word()) + text(&message.content)).sum();
    let named: u64 = named.into_iter().map(|name| text(name.map_or("", String::as_str))).sum();
    4 + said + 8 + named + text(&meta.split) + text(&meta.vars.to_string()) + text(&from(row).unwrap_or_default())
}

/// Writes the data file and line that a row was made from.
fn from(row: &Row) -> Option<String> {
    row.meta.from.as_ref().map(|(file, line)| format!("{file}:{line}"))
}

/// Rows in columns, not yet encoded.
#[derive(Debug)]
struct Batch {
    rows: usize,
    messages: ListBuilder<StructBuilder>,
    row: Int64Builder,
    template: StringBuilder,
    behavior: StringBuilder,
    trigger: StringBuilder,
    persona: StringBuilder,
    split: StringBuilder,
    vars: StringBuilder,
    from: StringBuilder,
}

impl Default for Batch {
    fn default() -> Batch {
        let messages = StructBuilder::from_fields(message_fields(), BATCH);
        Batch {
            rows: 0,
            messages: ListBuilder::new(messages).with_field(message_field()),
            row: Int64Builder::new(),
            template: StringBuilder::new(),
            behavior: StringBuilder::new(),
            trigger: StringBuilder::new(),
            persona: StringBuilder::new(),
            split: StringBuilder::new(),
            vars: StringBuilder::new(),
            from: StringBuilder::new(),
        }
    }
}

impl Batch {
    fn push(&mut self, row: &Row) {
        let Row { messages, meta } = row;
        for message in messages {
            let builder = self.messages.values();
            for (at, text) in [message.role.word(), &message.content].into_iter().enumerate() {
                if let Some(field) = builder.field_builder::<StringBuilder>(at) {
                    field.append_value(text);
                }
            }
            builder.append(true);
        }
        self.messages.append(true);
        self.row.append_value(i64::try_from(meta.row).unwrap_or(i64::MAX));
        self.template.append_value(&meta.template);
        self.behavior.append_value(&meta.behavior);
        self.trigger.append_option(meta.trigger.as_deref());
        self.persona.append_option(meta.persona.as_deref());
        self.split.append_value(&meta.split);
        self.vars.append_value(meta.vars.to_string());
        self.from.append_option(from(row));
        self.rows += 1;
    }

    fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.messages.finish()),
            Arc::new(self.row.finish()),
            Arc::new(self.template.finish()),
            Arc::new(self.behavior.finish()),
            Arc::new(self.trigger.finish()),
            Arc::new(self.persona.finish()),
            Arc::new(self.split.finish()),
            Arc::new(self.vars.finish()),
            Arc::new(self.from.finish()),
        ];
        RecordBatch::try_new(schema(), columns)
    }
}
