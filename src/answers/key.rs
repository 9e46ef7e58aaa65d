use std::fmt::Write as _;

/// The first 128 bits of a blake3 digest. A billion requests collide with a probability below 1e-20.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Digest([u8; 16]);

impl Digest {
    /// Returns the digest of some texts. Each is led by its length, so that no two lists run together.
    pub(crate) fn of(texts: &[&str]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for text in texts {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        let mut bytes = [0; 16];
        hasher.finalize_xof().fill(&mut bytes);
        Self(bytes)
    }

    /// Returns the digest that was kept as these bytes.
    pub(crate) fn kept(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns it as 32 hexadecimal digits.
    pub(crate) fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Returns its first 64 bits.
    pub(crate) fn word(&self) -> u64 {
        self.0.iter().take(8).fold(0, |word, byte| word << 8 | u64::from(*byte))
    }

    /// Returns a number from 0 up to 1 that depends on the digest and on `turn`, for jitter that repeats.
    pub(crate) fn share(&self, turn: u32) -> f64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0);
        hasher.update(&turn.to_le_bytes());
        let mut bytes = [0; 4];
        hasher.finalize_xof().fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}
