//! Rotary position embeddings: neighbouring values of a head are turned by an angle that grows with the
//! position.

use candle_core::{Device, Result, Tensor};

use super::super::OpenError;
use super::super::gguf::Gguf;

pub(super) struct Rope {
    /// The angle of each pair of values at position 1, in radians.
    angles: Vec<f64>,
}

/// Cosines and sines of consecutive positions, each of shape (positions, pairs).
pub(super) struct Turns {
    pub(super) cos: Tensor,
    pub(super) sin: Tensor,
}

impl Rope {
    pub(super) fn of(gguf: &Gguf, head_width: usize) -> std::result::Result<Self, OpenError> {
        if let Some(scaling) = gguf.text("llama.rope.scaling.type")?
            && scaling != "none"
        {
            return Err(OpenError::RopeScaling(scaling.to_owned()));
        }
        let turned = gguf.number("llama.rope.dimension_count")?;
        if turned.is_some_and(|turned| usize::try_from(turned).ok() != Some(head_width)) {
            return Err(OpenError::Metadata { key: "llama.rope.dimension_count", wanted: "the width of a head" });
        }
        let base = f64::from(gguf.float("llama.rope.freq_base")?.unwrap_or(10_000.0));
        let pairs = head_width / 2;
        // Llama 3 divides the angles by factors that it ships as a tensor.
        let factors = match gguf.shape("rope_freqs.weight") {
            None => vec![1.0; pairs],
            Some(_) => gguf
                .tensor("rope_freqs.weight", &[pairs])?
                .to_vec1::<f32>()
                .map_err(|error| OpenError::NotGguf(error.to_string()))?,
        };
        let angles = factors
            .into_iter()
            .enumerate()
            .map(|(pair, factor)| base.powf(-2.0 * pair as f64 / head_width as f64) / f64::from(factor))
            .collect();
        Ok(Self { angles })
    }

    /// The turns of `count` positions from `start` on.
    pub(super) fn turns(&self, start: usize, count: usize) -> Result<Turns> {
        let angles =
            || (start..start + count).flat_map(|position| self.angles.iter().map(move |angle| position as f64 * angle));
        #[expect(clippy::cast_possible_truncation, reason = "the model computes in F32")]
        let table = |turn: fn(f64) -> f64| {
            let values: Vec<f32> = angles().map(|angle| turn(angle) as f32).collect();
            Tensor::from_vec(values, (count, self.angles.len()), &Device::Cpu)
        };
        Ok(Turns { cos: table(f64::cos)?, sin: table(f64::sin)? })
    }
}
