//! The claims of one experiment as a family.

use super::claims::LEVEL;
use super::statistics::families;
use super::words;
use crate::report::{ClaimResult, Verdict};
use crate::spec::Adjustment;

/// Adjusts the claims' p values for their number, and takes back the verdicts that do not stand against the adjusted
/// ones. A claim about which nothing could be concluded stays a member of the family, as one that failed.
pub(crate) fn adjust(claims: &mut [ClaimResult], adjustment: Adjustment) {
    if adjustment == Adjustment::None {
        return;
    }
    let raw: Vec<f64> = claims.iter().map(|claim| claim.p.unwrap_or(1.0)).collect();
    let members = claims.len();
    for (claim, adjusted) in claims.iter_mut().zip(families::holm(&raw)) {
        claim.adjusted_p = claim.p.map(|_| adjusted);
        if claim.verdict == Verdict::Undecided || adjusted <= 1.0 - LEVEL {
            continue;
        }
        let alone = match claim.verdict {
            Verdict::Holds => "holds",
            Verdict::Refuted | Verdict::Undecided => "is refuted",
        };
        claim.verdict = Verdict::Undecided;
        claim.reason = format!(
            "alone it {alone} ({}), but adjusted for {members} claims by Holm's method {} is above {}: {}",
            words::p_value(claim.p.unwrap_or(1.0)),
            words::p_value(adjusted),
            words::number(1.0 - LEVEL),
            claim.reason
        );
    }
}
