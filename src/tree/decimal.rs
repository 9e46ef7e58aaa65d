use std::fmt;

/// A decimal number as it is written, so that `0.05` is that and not the nearest binary fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// The digits without the point.
    pub digits: i64,
    /// How many of them stand behind the point.
    pub scale: u32,
}

impl Decimal {
    /// Reads `-12.50`; nothing where it has more than 17 digits.
    pub fn read(text: &str) -> Option<Decimal> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{fraction}");
        if digits.trim_start_matches('-').len() > 17 {
            return None;
        }
        Some(Decimal { digits: digits.parse().ok()?, scale: u32::try_from(fraction.len()).ok()? })
    }

    /// Returns the digits at a finer or equal scale, where they fit.
    pub fn at_scale(self, scale: u32) -> Option<i64> {
        10_i64.checked_pow(scale.checked_sub(self.scale)?)?.checked_mul(self.digits)
    }

    /// Returns the nearest floating-point number, which is exact for what can be written exactly.
    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Returns the number as a whole one, where it is one.
    pub fn to_integer(self) -> Option<i64> {
        let unit = 10_i64.checked_pow(self.scale)?;
        (self.digits % unit == 0).then(|| self.digits / unit)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.digits.unsigned_abs(), width = self.scale as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{fraction}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_was_written_without_trailing_zeros() {
        for (text, printed) in [("0.05", "0.05"), ("-0.50", "-0.5"), ("12", "12"), ("1.00", "1"), ("0", "0")] {
            assert_eq!(Decimal::read(text).unwrap().to_string(), printed);
        }
        assert_eq!(Decimal::read("123456789012345678"), None);
    }
}
