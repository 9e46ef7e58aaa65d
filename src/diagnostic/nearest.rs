use strsim::osa_distance;

/// Returns the known name nearest to a mistaken one, if one is near enough to be meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = name.chars().count().max(3) / 3;
    known
        .into_iter()
        .map(|candidate| (osa_distance(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= limit && candidate != name)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_what_may_have_been_meant_and_nothing_else() {
        let known = ["prompt", "risky", "ordinary"];
        assert_eq!(nearest("prompr", known), Some("prompt"));
        assert_eq!(nearest("rikys", known), None);
        assert_eq!(nearest("riksy", known), Some("risky"));
        assert_eq!(nearest("x", known), None);
    }
}
