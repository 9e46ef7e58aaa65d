//! Whether a reply says of itself that it is what was asked for.

use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};

/// Says what is strange about the headers of a reply that should be JSON. A reply without a type is taken for what it
/// holds.
pub(super) fn strange(headers: &HeaderMap) -> Option<String> {
    // What was decoded on the way has lost this header.
    if let Some(encoding) = text(headers, &CONTENT_ENCODING).filter(|encoding| encoding != "identity") {
        return Some(format!("a body compressed as `{encoding}`, which was not offered"));
    }
    let kind = text(headers, &CONTENT_TYPE).filter(|kind| !is_json(kind))?;
    Some(format!("`{kind}` where JSON was due"))
}

fn text(headers: &HeaderMap, name: &reqwest::header::HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.trim().to_owned()).filter(|text| !text.is_empty())
}

fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(name: &'static str, value: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().expect("a header"));
        strange(&headers).is_none()
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
        assert_eq!(strange(&HeaderMap::new()), None);
    }
}
