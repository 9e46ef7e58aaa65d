//! Scores as one Parquet file, for notebooks: one row a scored answer.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::builder::{Float64Builder, StringBuilder, UInt32Builder, UInt64Builder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use serde::Serialize;

use crate::scores::ScoredAnswer;

/// How many rows are kept before they are encoded.
const BATCH: usize = 4096;

/// Writes answers as Parquet, in the columns that `docs/results.md` lists, and returns how many rows there are.
///
/// # Errors
/// An answer cannot be read, or the file cannot be written.
pub fn write_parquet<W: Write + Send>(
    answers: impl Iterator<Item = io::Result<ScoredAnswer<'static>>>,
    out: W,
) -> io::Result<u64> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("introspec ", env!("CARGO_PKG_VERSION")).into())
        .build();
    let mut writer = ArrowWriter::try_new(out, schema(), Some(properties))?;
    let (mut batch, mut rows) = (Batch::default(), 0);
    for answer in answers {
        batch.push(&answer?);
        rows += 1;
        if batch.rows == BATCH {
            writer.write(&std::mem::take(&mut batch).finish()?)?;
        }
    }
    writer.write(&batch.finish()?)?;
    writer.close()?;
    Ok(rows)
}

fn schema() -> SchemaRef {
    let columns = [
        ("question", DataType::Utf8, false),
        ("arm", DataType::Utf8, false),
        ("seed", DataType::UInt64, true),
        ("checkpoint", DataType::UInt64, true),
        ("arm_axes", DataType::Utf8, false),
        ("about", DataType::Utf8, false),
        ("under", DataType::Utf8, false),
        ("axes", DataType::Utf8, false),
        ("item", DataType::UInt32, false),
        ("wording", DataType::UInt32, false),
        ("order", DataType::Utf8, false),
        ("sample", DataType::UInt32, false),
        ("model", DataType::Utf8, false),
        ("method", DataType::Utf8, false),
        ("outcome", DataType::Utf8, false),
        ("score", DataType::Float64, true),
        ("read", DataType::Utf8, true),
        ("probabilities", DataType::Utf8, true),
        ("outside", DataType::Float64, true),
        ("messages", DataType::Utf8, false),
        ("answer", DataType::Utf8, false),
    ];
    Arc::new(Schema::new(columns.map(|(name, kind, nullable)| Field::new(name, kind, nullable)).to_vec()))
}

/// Rows that are not encoded yet, by column.
#[derive(Debug, Default)]
struct Batch {
    rows: usize,
    question: StringBuilder,
    arm: StringBuilder,
    seed: UInt64Builder,
    checkpoint: UInt64Builder,
    arm_axes: StringBuilder,
    about: StringBuilder,
    under: StringBuilder,
    axes: StringBuilder,
    item: UInt32Builder,
    wording: UInt32Builder,
    order: StringBuilder,
    sample: UInt32Builder,
    model: StringBuilder,
    method: StringBuilder,
    outcome: StringBuilder,
    score: Float64Builder,
    read: StringBuilder,
    probabilities: StringBuilder,
    outside: Float64Builder,
    messages: StringBuilder,
    answer: StringBuilder,
}

impl Batch {
    fn push(&mut self, answer: &ScoredAnswer<'_>) {
        let score = &answer.score;
        let probabilities: serde_json::Map<String, serde_json::Value> =
            score.probabilities.iter().map(|(name, share)| (name.clone(), (*share).into())).collect();
        self.rows += 1;
        self.question.append_value(&score.question);
        self.arm.append_value(&score.arm);
        self.seed.append_option(score.run.seed);
        self.checkpoint.append_option(score.run.checkpoint);
        self.arm_axes.append_value(json(&score.run.axes));
        self.about.append_value(&score.about);
        self.under.append_value(&score.under);
        self.axes.append_value(json(&score.axes));
        self.item.append_value(score.item);
        self.wording.append_value(score.wording);
        self.order.append_value(&score.order);
        self.sample.append_value(score.sample);
        self.model.append_value(&answer.model);
        self.method.append_value(score.method.word());
        self.outcome.append_value(score.outcome.word());
        self.score.append_option(score.outcome.value());
        self.read.append_option(score.read.as_deref());
        self.probabilities.append_option((!probabilities.is_empty()).then(|| json(&probabilities)));
        self.outside.append_option(score.outside);
        self.messages.append_value(json(&answer.messages));
        self.answer.append_value(&answer.answer);
    }

    fn finish(mut self) -> io::Result<RecordBatch> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.question.finish()),
            Arc::new(self.arm.finish()),
            Arc::new(self.seed.finish()),
            Arc::new(self.checkpoint.finish()),
            Arc::new(self.arm_axes.finish()),
            Arc::new(self.about.finish()),
            Arc::new(self.under.finish()),
            Arc::new(self.axes.finish()),
            Arc::new(self.item.finish()),
            Arc::new(self.wording.finish()),
            Arc::new(self.order.finish()),
            Arc::new(self.sample.finish()),
            Arc::new(self.model.finish()),
            Arc::new(self.method.finish()),
            Arc::new(self.outcome.finish()),
            Arc::new(self.score.finish()),
            Arc::new(self.read.finish()),
            Arc::new(self.probabilities.finish()),
            Arc::new(self.outside.finish()),
            Arc::new(self.messages.finish()),
            Arc::new(self.answer.finish()),
        ];
        RecordBatch::try_new(schema(), columns).map_err(io::Error::other)
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
