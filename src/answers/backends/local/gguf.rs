//! A GGUF file: its metadata with their types checked, and its tensors dequantised to F32.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::{Device, Tensor};

use super::OpenError;

pub(crate) struct Gguf {
    content: Content,
    file: RefCell<BufReader<File>>,
    /// The tensors that have not been taken yet.
    left: RefCell<BTreeSet<String>>,
}

impl Gguf {
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let file = File::open(path).map_err(OpenError::Read)?;
        let mut file = BufReader::new(file);
        let content = Content::read(&mut file).map_err(|error| OpenError::NotGguf(first_line(&error)))?;
        let left = content.tensor_infos.keys().cloned().collect();
        Ok(Self { content, file: RefCell::new(file), left: RefCell::new(left) })
    }

    pub(crate) fn text(&self, key: &'static str) -> Result<Option<&str>, OpenError> {
        match self.content.metadata.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(OpenError::Metadata { key, wanted: "a text" }),
        }
    }

    pub(crate) fn flag(&self, key: &'static str) -> Result<Option<bool>, OpenError> {
        match self.content.metadata.get(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(OpenError::Metadata { key, wanted: "true or false" }),
        }
    }

    pub(crate) fn float(&self, key: &'static str) -> Result<Option<f32>, OpenError> {
        match self.content.metadata.get(key) {
            None => Ok(None),
            Some(Value::F32(number)) if number.is_finite() => Ok(Some(*number)),
            Some(_) => Err(OpenError::Metadata { key, wanted: "a finite 32-bit number" }),
        }
    }

    /// An unsigned number of any width that fits 32 bits.
    pub(crate) fn number(&self, key: &'static str) -> Result<Option<u32>, OpenError> {
        self.content
            .metadata
            .get(key)
            .map(|value| unsigned(value).ok_or(OpenError::Metadata { key, wanted: "a whole number" }))
            .transpose()
    }

    pub(crate) fn texts(&self, key: &'static str) -> Result<Option<Vec<&str>>, OpenError> {
        self.list(key, "a list of texts", |value| match value {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        })
    }

    pub(crate) fn numbers(&self, key: &'static str) -> Result<Option<Vec<u32>>, OpenError> {
        self.list(key, "a list of whole numbers", unsigned)
    }

    fn list<'a, T>(
        &'a self,
        key: &'static str,
        wanted: &'static str,
        item: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<Vec<T>>, OpenError> {
        match self.content.metadata.get(key) {
            None => Ok(None),
            Some(Value::Array(items)) => {
                items.iter().map(item).collect::<Option<Vec<T>>>().map(Some).ok_or(OpenError::Metadata { key, wanted })
            }
            Some(_) => Err(OpenError::Metadata { key, wanted }),
        }
    }

    /// Takes a tensor of exactly this shape, outermost dimension first, dequantised to F32.
    pub(crate) fn tensor(&self, name: &str, shape: &[usize]) -> Result<Tensor, OpenError> {
        let found = self.shape(name).ok_or_else(|| OpenError::NoTensor(name.to_owned()))?;
        if found != shape {
            return Err(OpenError::Shape {
                name: name.to_owned(),
                found: format!("{found:?}"),
                wanted: format!("{shape:?}"),
            });
        }
        self.left.borrow_mut().remove(name);
        self.content
            .tensor(&mut *self.file.borrow_mut(), name, &Device::Cpu)
            .and_then(|tensor| tensor.dequantize(&Device::Cpu))
            .map_err(|error| OpenError::NotGguf(format!("tensor `{name}`: {}", first_line(&error))))
    }

    /// The shape of a tensor, outermost dimension first; none where the file has no such tensor.
    pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.content.tensor_infos.get(name).map(|info| info.shape.dims())
    }

    /// Fails if the file holds a tensor that nothing has taken: such a model computes something that
    /// this program does not.
    pub(crate) fn all_taken(&self) -> Result<(), OpenError> {
        match self.left.borrow().first() {
            None => Ok(()),
            Some(name) => Err(OpenError::UnknownTensor(name.clone())),
        }
    }
}

fn unsigned(value: &Value) -> Option<u32> {
    match *value {
        Value::U8(number) => Some(number.into()),
        Value::U16(number) => Some(number.into()),
        Value::U32(number) => Some(number),
        Value::U64(number) => u32::try_from(number).ok(),
        Value::I8(number) => u32::try_from(number).ok(),
        Value::I16(number) => u32::try_from(number).ok(),
        Value::I32(number) => u32::try_from(number).ok(),
        Value::I64(number) => u32::try_from(number).ok(),
        _ => None,
    }
}

/// Candle appends a backtrace to its messages where one is switched on.
pub(crate) fn first_line(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
