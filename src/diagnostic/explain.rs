const MANUAL: &str = include_str!("../../docs/diagnostics.md");

/// Returns the explanation of a code: its section of `docs/diagnostics.md`, without the heading marks.
pub fn explain(code: &str) -> Option<&'static str> {
    let heading = format!("## {} ", code.to_uppercase());
    let start = MANUAL.find(&heading)?;
    let section = MANUAL.get(start + 3..)?;
    let end = section.find("\n## ").unwrap_or(section.len());
    section.get(..end).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::super::Problem;
    use super::*;

    #[test]
    fn every_code_is_explained() {
        let missing: Vec<_> = Problem::CODES.iter().filter(|code| explain(code).is_none()).collect();
        assert!(missing.is_empty(), "docs/diagnostics.md lacks {missing:?}");
    }
}
