//! GGUF files made from the built-in model's: the same weights, written otherwise.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use candle_core::Device;
use candle_core::quantized::gguf_file::{Content, Value, write};
use candle_core::quantized::{GgmlDType, QTensor};

/// The weights in F32. On quantised ones llama.cpp also rounds what it multiplies them with, and its
/// probabilities differ from its own on F32 by several hundredths.
pub(crate) fn in_f32(model: &Path) -> PathBuf {
    rewritten(model, "f32", &[("general.file_type", Value::U32(0))], |tensor| {
        let values = tensor.dequantize(&Device::Cpu).expect("known quantisation");
        QTensor::quantize(&values, GgmlDType::F32).expect("F32 takes everything")
    })
}

/// The weights as they are, under another rule for cutting texts into pieces.
pub(crate) fn with_rule(model: &Path, rule: &str) -> PathBuf {
    rewritten(model, rule, &[("tokenizer.ggml.pre", Value::String(rule.to_owned()))], |tensor| tensor)
}

fn rewritten(model: &Path, name: &str, changes: &[(&str, Value)], change: impl Fn(QTensor) -> QTensor) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("smollm2.{name}.gguf"));
    if path.exists() {
        return path;
    }
    let mut file = BufReader::new(File::open(model).expect("the model is there"));
    let content = Content::read(&mut file).expect("the model is a GGUF file");
    let mut metadata: BTreeMap<&str, &Value> =
        content.metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
    metadata.extend(changes.iter().map(|(key, value)| (*key, value)));
    let tensors: BTreeMap<&str, QTensor> = content
        .tensor_infos
        .keys()
        .map(|name| (name.as_str(), change(content.tensor(&mut file, name, &Device::Cpu).expect("a whole tensor"))))
        .collect();

    let metadata: Vec<_> = metadata.into_iter().collect();
    let tensors: Vec<_> = tensors.iter().map(|(name, tensor)| (*name, tensor)).collect();
    let written = tempfile::NamedTempFile::new_in(folder).expect("the target folder can be written to");
    write(&mut BufWriter::new(written.as_file()), &metadata, &tensors).expect("space for the weights");
    written.persist(&path).expect("the file can be named");
    path
}
