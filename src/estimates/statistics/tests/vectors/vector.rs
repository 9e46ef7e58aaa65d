use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value as Json;

/// The file of expected values, two folders above the published data; nothing where these are not at hand, which a
/// continuous build has to have.
pub(crate) fn file() -> Option<Json> {
    let Some(data) = std::env::var_os("INTROSPEC_PAPER_DATA").map(PathBuf::from) else {
        assert!(std::env::var_os("CI").is_none(), "INTROSPEC_PAPER_DATA does not name the published data");
        eprintln!("skipped: INTROSPEC_PAPER_DATA does not name the folder of the published data");
        return None;
    };
    let text = fs::read_to_string(data.join("../../reference/stats-vectors.json")).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// One case of the file. It remembers which expected values were asked for.
pub(crate) struct Vector {
    inputs: Json,
    expected: Json,
    tolerance: f64,
    asked: RefCell<BTreeSet<String>>,
}

impl Vector {
    pub(crate) fn of(file: &Json, id: &str) -> Vector {
        let case = file["vectors"].as_array().unwrap().iter().find(|case| case["id"] == id).unwrap();
        Vector {
            inputs: case["inputs"].clone(),
            expected: case["expected"].clone(),
            // The file allows the sample size formulas 1e-6; nothing here needs more than 1e-9.
            tolerance: case["rel_tol"].as_f64().unwrap().min(1e-9),
            asked: RefCell::default(),
        }
    }

    pub(crate) fn input(&self, name: &str) -> &Json {
        let input = &self.inputs[name];
        assert!(!input.is_null(), "there is no input `{name}`");
        input
    }

    pub(crate) fn numbers_in(&self, name: &str) -> Vec<f64> {
        numbers(self.input(name))
    }

    pub(crate) fn number_in(&self, name: &str) -> f64 {
        self.input(name).as_f64().unwrap()
    }

    pub(crate) fn expected(&self, name: &str) -> &Json {
        let expected = &self.expected[name];
        assert!(!expected.is_null(), "no `{name}` is expected");
        self.asked.borrow_mut().insert(name.to_owned());
        expected
    }

    /// Compares a number with the expected one.
    #[track_caller]
    pub(crate) fn compare(&self, name: &str, found: f64) {
        self.close(found, self.expected(name).as_f64().unwrap(), name);
    }

    /// Compares numbers in their order with the expected ones.
    #[track_caller]
    pub(crate) fn compare_all(&self, name: &str, found: &[f64]) {
        self.all_close(found, &numbers(self.expected(name)), name);
    }

    /// Compares what other random numbers decided, within an absolute distance.
    #[track_caller]
    pub(crate) fn compare_within(&self, name: &str, found: &[f64], distance: f64) {
        let expected = match self.expected(name) {
            Json::Array(_) => numbers(self.expected(name)),
            one => vec![one.as_f64().unwrap()],
        };
        assert_eq!(found.len(), expected.len(), "{name}");
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() <= distance, "{name}: {found} is not {expected}");
        }
    }

    #[track_caller]
    pub(crate) fn close(&self, found: f64, expected: f64, what: &str) {
        let distance = self.tolerance * expected.abs().max(1e-9);
        assert!((found - expected).abs() <= distance, "{what}: {found} is not {expected}");
    }

    #[track_caller]
    pub(crate) fn all_close(&self, found: &[f64], expected: &[f64], what: &str) {
        assert_eq!(found.len(), expected.len(), "{what}");
        for (found, expected) in found.iter().zip(expected) {
            self.close(*found, *expected, what);
        }
    }

    /// Fails where an expected value was not asked for.
    pub(crate) fn nothing_is_left(&self) {
        let asked = self.asked.borrow();
        let left: Vec<&String> =
            self.expected.as_object().unwrap().keys().filter(|name| !asked.contains(*name)).collect();
        assert!(left.is_empty(), "nothing compares {left:?}");
    }
}

pub(crate) fn numbers(list: &Json) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}
