use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The first eight bytes of a BLAKE3 digest. Of a million rows, two that differ have the same one with a chance of
/// 3 in 10⁸.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Print(pub(super) u64);

impl Print {
    pub(super) fn of(bytes: &[u8]) -> Print {
        let digest = blake3::hash(bytes);
        Print(digest.as_bytes().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    pub(super) fn of_value(value: &Value) -> Print {
        Print::of(value.to_string().as_bytes())
    }

    /// The print of several prints, in their order.
    pub(super) fn of_all(prints: impl IntoIterator<Item = u64>) -> Print {
        let bytes: Vec<u8> = prints.into_iter().flat_map(u64::to_be_bytes).collect();
        Print::of(&bytes)
    }
}

impl Serialize for Print {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Print {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Print, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map(Print).map_err(serde::de::Error::custom)
    }
}
