//! The formatter.
#![allow(clippy::unwrap_used)]

use introspec::format::format;
use introspec::text::Sources;

#[test]
fn t() {
    for file in std::env::var("FILES").unwrap().split_whitespace() {
        let text = std::fs::read_to_string(file).unwrap();
        let mut sources = Sources::default();
        let id = sources.add(file, text.as_str());
        let out = format(sources.get(id).unwrap()).unwrap();
        let id = sources.add(file, out.as_str());
        assert_eq!(format(sources.get(id).unwrap()).unwrap(), out);
        std::fs::write(format!("/tmp/fmtout/{}", file.rsplit('/').next().unwrap()), out).unwrap();
    }
}
