//! Keys and values that attention reads again: those of a prompt, which all continuations share, and
//! those of the continuations, one row each.

use candle_core::{DType, Device, Result, Tensor};

/// Room is made for a multiple of so many positions: where a masked softmax is taken over a multiple of
/// the processor's lanes, what is masked at its end does not change the order of its sum.
pub(crate) const LANES: usize = 32;

/// Keys and values of positions `0..positions` of one text: for each layer a pair of tensors of shape
/// (heads, positions, width).
#[derive(Clone)]
pub(crate) struct Prefix {
    layers: Vec<(Tensor, Tensor)>,
    positions: usize,
}

impl Prefix {
    pub(crate) fn empty() -> Self {
        Self { layers: Vec::new(), positions: 0 }
    }

    pub(crate) fn positions(&self) -> usize {
        self.positions
    }

    /// Keys and values of one layer; none where there are no positions.
    pub(crate) fn layer(&self, layer: usize) -> Option<&(Tensor, Tensor)> {
        self.layers.get(layer)
    }
}

/// Keys and values of the positions after a prefix, for several texts at once: for each layer a pair of
/// tensors of shape (rows, heads, room, width), of which the first `positions` are filled.
pub(crate) struct Tail {
    layers: Vec<(Tensor, Tensor)>,
    rows: usize,
    room: usize,
    positions: usize,
    heads: usize,
    width: usize,
}

impl Tail {
    pub(crate) fn new(layers: usize, rows: usize, heads: usize, width: usize) -> Result<Self> {
        let layers = (0..layers).map(|_| room(rows, heads, 0, width)).collect::<Result<_>>()?;
        Ok(Self { layers, rows, room: 0, positions: 0, heads, width })
    }

    /// Copies the first positions of a prefix to the beginning of a tail of one row, and makes room for `more`.
    pub(crate) fn begin_with(&mut self, prefix: &Prefix, positions: usize, more: usize) -> Result<()> {
        self.make_room(positions + more)?;
        if positions > 0 {
            for ((keys, values), (known_keys, known_values)) in self.layers.iter().zip(&prefix.layers) {
                keys.slice_set(&known_keys.narrow(1, 0, positions)?.unsqueeze(0)?.contiguous()?, 2, 0)?;
                values.slice_set(&known_values.narrow(1, 0, positions)?.unsqueeze(0)?.contiguous()?, 2, 0)?;
            }
        }
        self.positions = positions;
        Ok(())
    }

    /// The filled positions of the first row.
    pub(crate) fn into_prefix(self) -> Result<Prefix> {
        let filled = |part: &Tensor| part.get(0)?.narrow(1, 0, self.positions)?.contiguous();
        let layers =
            self.layers.iter().map(|(keys, values)| Ok((filled(keys)?, filled(values)?))).collect::<Result<_>>()?;
        Ok(Prefix { layers, positions: self.positions })
    }

    pub(crate) fn positions(&self) -> usize {
        self.positions
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Makes room for `more` positions in every layer.
    pub(crate) fn make_room(&mut self, more: usize) -> Result<()> {
        let wanted = self.positions + more;
        if wanted <= self.room {
            return Ok(());
        }
        // Doubling keeps the copies that growth costs below one for each position.
        let new_room = wanted.max(2 * self.room).next_multiple_of(LANES);
        for (keys, values) in &mut self.layers {
            let (new_keys, new_values) = room(self.rows, self.heads, new_room, self.width)?;
            if self.positions > 0 {
                new_keys.slice_set(&keys.narrow(2, 0, self.positions)?.contiguous()?, 2, 0)?;
                new_values.slice_set(&values.narrow(2, 0, self.positions)?.contiguous()?, 2, 0)?;
            }
            (*keys, *values) = (new_keys, new_values);
        }
        self.room = new_room;
        Ok(())
    }

    /// Writes keys and values of shape (rows, heads, new positions, width) after the filled positions of
    /// one layer, and returns that layer's first `seen` positions. Room must have been made; positions that are
    /// not filled are zero.
    pub(crate) fn write(
        &mut self,
        layer: usize,
        keys: &Tensor,
        values: &Tensor,
        seen: usize,
    ) -> Result<(Tensor, Tensor)> {
        let Some((all_keys, all_values)) = self.layers.get(layer) else {
            candle_core::bail!("the model has no layer {layer}")
        };
        all_keys.slice_set(keys, 2, self.positions)?;
        all_values.slice_set(values, 2, self.positions)?;
        Ok((all_keys.narrow(2, 0, seen)?, all_values.narrow(2, 0, seen)?))
    }

    /// Counts positions as filled, once every layer has been written.
    pub(crate) fn advance(&mut self, positions: usize) {
        self.positions += positions;
    }

    /// Keeps these rows only, in this order.
    pub(crate) fn keep_rows(&mut self, rows: &[u32]) -> Result<()> {
        let index = Tensor::new(rows, &Device::Cpu)?;
        for (keys, values) in &mut self.layers {
            *keys = keys.index_select(&index, 0)?;
            *values = values.index_select(&index, 0)?;
        }
        self.rows = rows.len();
        Ok(())
    }
}

fn room(rows: usize, heads: usize, positions: usize, width: usize) -> Result<(Tensor, Tensor)> {
    let shape = (rows, heads, positions, width);
    Ok((Tensor::zeros(shape, DType::F32, &Device::Cpu)?, Tensor::zeros(shape, DType::F32, &Device::Cpu)?))
}
