use std::collections::BTreeSet;

/// Returns a word with its inflections, in lower case: plural and third person (-s, -es, -ies, -ves), past (-ed),
/// -ing, agent and comparative (-er, -ers), superlative (-est), adverb (-ly), and the possessives of all of them.
///
/// One rule gives the stems that endings are put to: a final -e is dropped before a vowel (safe, safer), a final -y
/// after a consonant becomes -i- (risky, riskiest), and a final consonant after a single vowel also comes doubled
/// (bet, betting).
pub fn inflections(word: &str) -> BTreeSet<String> {
    let word = word.to_lowercase();
    let mut forms = BTreeSet::from([word.clone()]);
    if word.chars().count() < 2 || !word.chars().all(char::is_alphabetic) {
        forms.insert(format!("{word}'s"));
        return forms;
    }
    for ending in ["s", "es", "ly"] {
        forms.insert(format!("{word}{ending}"));
    }
    let mut stems = vec![word.clone()];
    if let Some(stem) = word.strip_suffix('e') {
        stems = vec![stem.to_owned()];
        // Knives, lives and wives; but "saves" is no form of "safe".
        if let Some(stem) = stem.strip_suffix("if") {
            forms.insert(format!("{stem}ives"));
        }
        if stem.ends_with('l') {
            forms.insert(format!("{stem}y"));
        }
    } else if let Some(stem) = word.strip_suffix('y').filter(|stem| !stem.ends_with(is_vowel)) {
        forms.extend(["ies", "ied", "ier", "iers", "iest", "ily"].map(|ending| format!("{stem}{ending}")));
        forms.insert(format!("{word}ing"));
    } else if let Some(stem) = word.strip_suffix('f') {
        forms.insert(format!("{stem}ves"));
    } else if let Some(doubled) = doubled(&word) {
        stems.push(doubled);
    }
    for stem in stems {
        forms.extend(["ed", "ing", "ings", "er", "ers", "est"].map(|ending| format!("{stem}{ending}")));
    }
    let possessives: Vec<String> = forms.iter().flat_map(|form| [format!("{form}'s"), format!("{form}'")]).collect();
    forms.extend(possessives);
    forms
}

fn is_vowel(letter: char) -> bool {
    "aeiou".contains(letter)
}

/// Returns the word with its last consonant doubled, where it follows a single vowel.
fn doubled(word: &str) -> Option<String> {
    let mut letters = word.chars().rev();
    let (last, vowel, before) = (letters.next()?, letters.next()?, letters.next()?);
    let doubles = !is_vowel(last) && !"wxy".contains(last) && is_vowel(vowel) && !is_vowel(before);
    doubles.then(|| format!("{word}{last}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_gives_the_usual_forms() {
        for (word, form) in [
            ("risk", "risks"),
            ("risk", "risked"),
            ("risk", "risking"),
            ("risky", "riskier"),
            ("risky", "riskiest"),
            ("risky", "riskily"),
            ("safe", "safer"),
            ("safe", "safest"),
            ("safe", "safely"),
            ("safety", "safeties"),
            ("bold", "boldly"),
            ("gamble", "gambling"),
            ("gamble", "gamblers"),
            ("bet", "betting"),
            ("big", "biggest"),
            ("cautious", "cautiously"),
            ("knife", "knives"),
            ("wolf", "wolves"),
            ("chance", "chance's"),
            ("guarantee", "guaranteed"),
            ("gentle", "gently"),
        ] {
            assert!(inflections(word).contains(form), "{word}: {form}");
        }
        for (word, other) in
            [("risk", "risky"), ("safe", "safety"), ("safe", "saves"), ("bold", "embolden"), ("ring", "bring")]
        {
            assert!(!inflections(word).contains(other), "{word}: {other}");
        }
    }
}
