const MANUALS: [&str; 2] = [include_str!("../../docs/diagnostics.md"), include_str!("../../docs/audit.md")];

/// Returns the explanation of a code: its section of `docs/diagnostics.md` or `docs/audit.md`, without the heading
/// marks.
pub fn explain(code: &str) -> Option<&'static str> {
    let heading = format!("## {} ", code.to_uppercase());
    MANUALS.into_iter().find_map(|manual| section(manual, &heading))
}

fn section(manual: &'static str, heading: &str) -> Option<&'static str> {
    let start = manual.find(heading)?;
    let section = manual.get(start + 3..)?;
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
