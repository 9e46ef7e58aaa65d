//! Whether a reply says of itself that it is what was asked for.

use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};

use super::fault::{Fault, shortened};

/// Checks the headers of a reply with a success status. A reply without a type is taken for what it holds.
pub(super) fn check(headers: &HeaderMap, bytes: &[u8]) -> Result<(), Fault> {
    // What was decoded on the way has lost this header.
    if let Some(encoding) = text(headers, &CONTENT_ENCODING).filter(|encoding| encoding != "identity") {
        return Err(Fault::malformed(format!(
            "sent a body compressed as `{}`, which was not asked for",
            shortened(&encoding)
        )));
    }
    match text(headers, &CONTENT_TYPE) {
        Some(kind) if !is_json(&kind) => {
            let start = shortened(&String::from_utf8_lossy(bytes));
            Err(Fault::malformed(format!("sent `{}` where JSON was due: {start}", shortened(&kind))))
        }
        _ => Ok(()),
    }
}

fn text(headers: &HeaderMap, name: &reqwest::header::HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.trim().to_ascii_lowercase()).filter(|text| !text.is_empty())
}

fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(name: &'static str, value: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().expect("a header"));
        check(&headers, b"{}").is_ok()
    }

    #[test]
    fn json_under_its_names_is_taken_and_nothing_else() {
        for kind in
            ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/problem+json"]
        {
            assert!(is_taken("content-type", kind), "{kind}");
        }
        for kind in ["text/html", "text/event-stream", "text/plain", "application/jsonl"] {
            assert!(!is_taken("content-type", kind), "{kind}");
        }
        assert!(is_taken("content-encoding", "identity") && !is_taken("content-encoding", "br"));
        assert!(check(&HeaderMap::new(), b"{}").is_ok());
    }
}
