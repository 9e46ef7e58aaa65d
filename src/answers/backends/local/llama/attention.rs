//! Causal attention over a prefix that all rows share and a tail that is each row's own.

use candle_core::{D, Device, Result, Tensor};
use candle_nn::ops::softmax_last_dim;
use candle_nn::rotary_emb::rope_i;

use super::super::OpenError;
use super::super::kv::{LANES, Prefix, Tail};
use super::rope::Turns;
use super::{Shape, product, stacked};

pub(super) struct Attention {
    /// Projections to queries, keys and values, one below the other.
    qkv: Tensor,
    output: Tensor,
    heads: usize,
    kv_heads: usize,
    head_width: usize,
    /// What queries are multiplied with.
    scale: f64,
}

/// Where in the model and in the texts attention is computed.
pub(super) struct Step<'a> {
    pub(super) layer: usize,
    pub(super) rows: usize,
    /// New tokens in each row.
    pub(super) tokens: usize,
    pub(super) turns: &'a Turns,
    pub(super) causal: &'a Causal,
}

impl Attention {
    pub(super) fn of(
        part: impl Fn(&str, &[usize]) -> std::result::Result<Tensor, OpenError>,
        shape: &Shape,
    ) -> std::result::Result<Self, OpenError> {
        let Shape { width, heads, kv_heads, head_width, .. } = *shape;
        let qkv = [
            part("attn_q", &[heads * head_width, width])?,
            part("attn_k", &[kv_heads * head_width, width])?,
            part("attn_v", &[kv_heads * head_width, width])?,
        ];
        Ok(Self {
            qkv: stacked(&qkv)?,
            output: part("attn_output", &[width, heads * head_width])?,
            heads,
            kv_heads,
            head_width,
            scale: 1.0 / (head_width as f64).sqrt(),
        })
    }

    /// Takes states of shape (rows * tokens, width) and returns as many.
    pub(super) fn forward(&self, states: &Tensor, step: &Step<'_>, prefix: &Prefix, tail: &mut Tail) -> Result<Tensor> {
        let Step { layer, rows, tokens, .. } = *step;
        let (heads, kv_heads, width) = (self.heads, self.kv_heads, self.head_width);
        let group = heads / kv_heads;
        let qkv = product(states, &self.qkv)?.reshape((rows, tokens, heads + 2 * kv_heads, width))?;
        let part = |first, count| qkv.narrow(2, first, count)?.transpose(1, 2)?.contiguous();
        let queries = (rope_i(&part(0, heads)?, &step.turns.cos, &step.turns.sin)? * self.scale)?;
        let keys = rope_i(&part(heads, kv_heads)?, &step.turns.cos, &step.turns.sin)?;
        let values = part(heads + kv_heads, kv_heads)?;
        let (tail_keys, tail_values) = tail.write(layer, &keys, &values, step.causal.seen)?;

        // The heads of a group read the same keys, and so do all rows in the prefix: each makes one
        // product of them.
        let in_groups = (rows, kv_heads, group * tokens, width);
        let queries = queries.reshape(in_groups)?;
        let mut scores = queries.matmul(&tail_keys.t()?)?;
        if let Some(mask) = &step.causal.mask {
            scores = scores.broadcast_add(mask)?;
        }
        let shared = prefix.layer(layer);
        if let Some((keys, _)) = shared {
            let queries = queries.transpose(0, 1)?.reshape((kv_heads, rows * group * tokens, width))?;
            let before = queries
                .matmul(&keys.t()?)?
                .reshape((kv_heads, rows, group * tokens, prefix.positions()))?
                .transpose(0, 1)?
                .contiguous()?;
            scores = Tensor::cat(&[&before, &scores], D::Minus1)?;
        }
        let weights = softmax_last_dim(&scores)?;
        let mut mixed = weights.narrow(D::Minus1, prefix.positions(), step.causal.seen)?.matmul(&tail_values)?;
        if let Some((_, values)) = shared {
            let before = weights
                .narrow(D::Minus1, 0, prefix.positions())?
                .transpose(0, 1)?
                .reshape((kv_heads, rows * group * tokens, prefix.positions()))?
                .matmul(values)?
                .reshape((kv_heads, rows, group * tokens, width))?
                .transpose(0, 1)?;
            mixed = (mixed + before)?;
        }
        let mixed =
            mixed.reshape((rows, heads, tokens, width))?.transpose(1, 2)?.reshape((rows * tokens, heads * width))?;
        product(&mixed, &self.output)
    }
}

/// Which positions of the tail new tokens see.
pub(super) struct Causal {
    /// How many positions of the tail are looked at.
    seen: usize,
    /// What is added to the scores over these, so that no token sees a later one: a tensor of shape
    /// (1, 1, group * tokens, seen). One new token sees everything there is.
    mask: Option<Tensor>,
}

impl Causal {
    pub(super) fn new(before: usize, tokens: usize, group: usize, prefix: &Prefix) -> Result<Self> {
        let positions = before + tokens;
        if tokens == 1 && prefix.positions() > 0 {
            return Ok(Self { seen: positions, mask: None });
        }
        let seen = positions.next_multiple_of(LANES);
        let of_token = |token: usize| {
            (0..seen).map(move |position| if position <= before + token { 0.0 } else { f32::NEG_INFINITY })
        };
        let mask: Vec<f32> = (0..group).flat_map(|_| (0..tokens).flat_map(of_token)).collect();
        let mask = Tensor::from_vec(mask, (1, 1, group * tokens, seen), &Device::Cpu)?;
        Ok(Self { seen, mask: Some(mask) })
    }
}
