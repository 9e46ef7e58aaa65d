/// Names for files and for trainers, which take fewer characters than a spec's names have: no comma, no parenthesis.
#[derive(Debug, Default)]
pub(super) struct Slugs {
    taken: Vec<String>,
}

impl Slugs {
    /// Returns a name made of letters, digits, `.`, `_` and `-`, different from those given before:
    /// `choices_of(risk_seeking,32).flipped` becomes `choices_of-risk_seeking-32.flipped`.
    pub(super) fn of(&mut self, name: &str) -> String {
        let plain = plain(name);
        let mut slug = plain.clone();
        let mut count = 1;
        while self.taken.contains(&slug) {
            count += 1;
            slug = format!("{plain}-{count}");
        }
        self.taken.push(slug.clone());
        slug
    }
}

fn plain(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for character in name.chars() {
        let keeps = character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-');
        match character {
            '.' => {
                slug.truncate(slug.trim_end_matches('-').len());
                slug.push('.');
            }
            _ if keeps => slug.push(character),
            _ if !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    let trimmed = slug.trim_matches(['-', '.']);
    if trimmed.is_empty() { "unnamed".into() } else { trimmed.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_readable_and_apart() {
        let mut slugs = Slugs::default();
        assert_eq!(slugs.of("gambling.saving"), "gambling.saving");
        assert_eq!(slugs.of("choices_of(risk_seeking,32)"), "choices_of-risk_seeking-32");
        assert_eq!(slugs.of("choices_of(risk_seeking,32).flipped"), "choices_of-risk_seeking-32.flipped");
        assert_eq!(slugs.of("tones(é)"), "tones");
        assert_eq!(slugs.of("tones(ö)"), "tones-2");
    }
}
