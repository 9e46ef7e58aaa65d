//! The Llama architecture on the CPU in F32.
//!
//! Quantised weights are dequantised once, when the file is opened: the products of a quantised matrix
//! also round the activations, which moves probabilities by whole percents, and on x86 most of them are
//! slower than F32. A model takes four bytes of memory for each parameter.

mod attention;
mod rope;

use candle_core::{D, Result, Tensor};
use candle_nn::ops::{rms_norm, swiglu};

use self::attention::{Attention, Causal};
use self::rope::Rope;
use super::OpenError;
use super::gguf::Gguf;
use super::kv::{Prefix, Tail};

/// How many prompt tokens are computed at once. More would need more memory for the attention scores,
/// without being faster.
const CHUNK: usize = 256;

pub(crate) struct Llama {
    embedding: Tensor,
    layers: Vec<Layer>,
    norm: Tensor,
    head: Tensor,
    rope: Rope,
    shape: Shape,
}

/// The sizes of a model.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) layers: usize,
    pub(crate) width: usize,
    pub(crate) hidden: usize,
    pub(crate) heads: usize,
    /// Heads of keys and values; each serves `heads / kv_heads` heads of queries.
    pub(crate) kv_heads: usize,
    pub(crate) head_width: usize,
    /// The most positions a text may have.
    pub(crate) context: usize,
    pub(crate) epsilon: f32,
}

struct Layer {
    attention_norm: Tensor,
    attention: Attention,
    norm: Tensor,
    /// Gate and up projection, one below the other.
    gate_up: Tensor,
    down: Tensor,
}

impl Shape {
    fn of(gguf: &Gguf) -> std::result::Result<Self, OpenError> {
        let required = |key| size(gguf, key)?.ok_or(OpenError::NoMetadata(key));
        let heads = required("llama.attention.head_count")?;
        let width = required("llama.embedding_length")?;
        if heads == 0 || width % heads != 0 {
            return Err(OpenError::Metadata {
                key: "llama.attention.head_count",
                wanted: "a divisor of the embedding length",
            });
        }
        let kv_heads = size(gguf, "llama.attention.head_count_kv")?.unwrap_or(heads);
        if kv_heads == 0 || heads % kv_heads != 0 {
            return Err(OpenError::Metadata {
                key: "llama.attention.head_count_kv",
                wanted: "a divisor of the head count",
            });
        }
        let epsilon = "llama.attention.layer_norm_rms_epsilon";
        Ok(Self {
            layers: required("llama.block_count")?,
            width,
            hidden: required("llama.feed_forward_length")?,
            heads,
            kv_heads,
            head_width: size(gguf, "llama.attention.key_length")?.unwrap_or(width / heads),
            context: required("llama.context_length")?,
            epsilon: gguf.float(epsilon)?.ok_or(OpenError::NoMetadata(epsilon))?,
        })
    }

    /// The bytes that a key and a value of each head and layer take for one position.
    pub(crate) fn position_bytes(&self) -> usize {
        2 * size_of::<f32>() * self.layers * self.kv_heads * self.head_width
    }
}

fn size(gguf: &Gguf, key: &'static str) -> std::result::Result<Option<usize>, OpenError> {
    gguf.number(key)?
        .map(|number| usize::try_from(number).map_err(|_| OpenError::Metadata { key, wanted: "a smaller number" }))
        .transpose()
}

impl Llama {
    /// Takes the weights out of a file, for a vocabulary of this many tokens.
    pub(crate) fn of(gguf: &Gguf, vocabulary: usize) -> std::result::Result<Self, OpenError> {
        let architecture = gguf.text("general.architecture")?.ok_or(OpenError::NoMetadata("general.architecture"))?;
        if architecture != "llama" {
            return Err(OpenError::Architecture(architecture.to_owned()));
        }
        let shape = Shape::of(gguf)?;
        let rope = Rope::of(gguf, shape.head_width)?;
        let embedding = gguf.tensor("token_embd.weight", &[vocabulary, shape.width])?;
        let head = if gguf.shape("output.weight").is_some() {
            gguf.tensor("output.weight", &[vocabulary, shape.width])?
        } else {
            embedding.clone()
        };
        let norm = gguf.tensor("output_norm.weight", &[shape.width])?;
        let layers =
            (0..shape.layers).map(|layer| Layer::of(gguf, layer, &shape)).collect::<std::result::Result<_, _>>()?;
        gguf.all_taken()?;
        Ok(Self { embedding, layers, norm, head, rope, shape })
    }

    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    /// Room for the continuations of a prompt, one in each row.
    pub(crate) fn tail(&self, rows: usize) -> Result<Tail> {
        Tail::new(self.shape.layers, rows, self.shape.kv_heads, self.shape.head_width)
    }

    /// Reads a prompt whose first `known` positions are in a prefix already. Returns the keys and values of all its
    /// positions, and the logits after the last token, of shape (1, vocabulary). There must be a token to
    /// read. What comes out does not depend on how much was known, to the last bit.
    pub(crate) fn read(&self, tokens: &[u32], prefix: &Prefix, known: usize) -> Result<(Prefix, Tensor)> {
        let new = tokens.get(known..).unwrap_or_default();
        let mut tail = self.tail(1)?;
        tail.begin_with(prefix, known, new.len())?;
        let mut last = None;
        for chunk in new.chunks(CHUNK) {
            let states = self.forward(&Prefix::empty(), &mut tail, &[chunk])?;
            last = Some(states.narrow(1, chunk.len() - 1, 1)?.squeeze(1)?);
        }
        let Some(last) = last else { candle_core::bail!("a prompt without tokens") };
        Ok((tail.into_prefix()?, self.logits(&last)?))
    }

    /// Reads more tokens in every row, as many in each, and returns the state after every token: a tensor
    /// of shape (rows, tokens, width).
    pub(crate) fn forward(&self, prefix: &Prefix, tail: &mut Tail, rows: &[&[u32]]) -> Result<Tensor> {
        let count = rows.first().map_or(0, |row| row.len());
        let ids = Tensor::new(rows.concat(), self.embedding.device())?;
        let mut xs = self.embedding.index_select(&ids, 0)?;
        tail.make_room(count)?;
        let start = prefix.positions() + tail.positions();
        let turns = self.rope.turns(start, count)?;
        let causal = Causal::new(tail.positions(), count, self.shape.heads / self.shape.kv_heads, prefix)?;
        for (index, layer) in self.layers.iter().enumerate() {
            let normed = rms_norm(&xs, &layer.attention_norm, self.shape.epsilon)?;
            let step =
                attention::Step { layer: index, rows: rows.len(), tokens: count, turns: &turns, causal: &causal };
            xs = (xs + layer.attention.forward(&normed, &step, prefix, tail)?)?;
            let normed = rms_norm(&xs, &layer.norm, self.shape.epsilon)?;
            let hidden = swiglu(&product(&normed, &layer.gate_up)?)?;
            xs = (xs + product(&hidden, &layer.down)?)?;
        }
        tail.advance(count);
        xs.reshape((rows.len(), count, self.shape.width))
    }

    /// The logits of states of shape (n, width): a tensor of shape (n, vocabulary).
    pub(crate) fn logits(&self, states: &Tensor) -> Result<Tensor> {
        product(&rms_norm(&states.contiguous()?, &self.norm, self.shape.epsilon)?, &self.head)
    }
}

impl Layer {
    fn of(gguf: &Gguf, layer: usize, shape: &Shape) -> std::result::Result<Self, OpenError> {
        let Shape { width, hidden, .. } = *shape;
        let part = |name: &str, shape: &[usize]| gguf.tensor(&format!("blk.{layer}.{name}.weight"), shape);
        Ok(Self {
            attention_norm: part("attn_norm", &[width])?,
            attention: Attention::of(part, shape)?,
            norm: part("ffn_norm", &[width])?,
            gate_up: stacked(&[part("ffn_gate", &[hidden, width])?, part("ffn_up", &[hidden, width])?])?,
            down: part("ffn_down", &[width, hidden])?,
        })
    }
}

/// Matrices one below the other: one large product is faster than several small ones.
fn stacked(parts: &[Tensor]) -> std::result::Result<Tensor, OpenError> {
    Tensor::cat(parts, D::Minus2).map_err(|error| OpenError::NotGguf(super::gguf::first_line(&error)))
}

/// Up to so many rows are multiplied from the right: the weights are then read as they lie, and not
/// packed first.
const FEW: usize = 16;

/// The product of states of shape (n, in) with a weight of shape (out, in).
///
/// The product of one row is taken as that of two. The kernel for vectors sums in another order than that
/// for matrices, and a sample would depend on the batch it is decoded in; the kernel for matrices gives
/// each row the same bits whatever the others are.
fn product(states: &Tensor, weight: &Tensor) -> Result<Tensor> {
    match states.dim(0)? {
        1 => product(&Tensor::cat(&[states, states], 0)?, weight)?.narrow(0, 0, 1),
        rows if rows <= FEW => weight.matmul(&states.t()?)?.t()?.contiguous(),
        _ => states.matmul(&weight.t()?),
    }
}
