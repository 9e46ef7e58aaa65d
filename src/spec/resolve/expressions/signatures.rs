//! What functions and filters take. minijinja tells only when one is called; this tells when a spec is checked.

/// A function or filter, and what it takes. A filter's own value, before the `|`, is not counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signature {
    pub(super) name: &'static str,
    /// The names of the arguments, for people.
    parameters: &'static str,
    pub(super) least: usize,
    pub(super) most: usize,
    /// What may be given by name; nothing where any name may.
    pub(super) keywords: Option<&'static [&'static str]>,
    is_filter: bool,
}

impl Signature {
    pub(super) fn function(name: &str) -> Option<&'static Signature> {
        FUNCTIONS.iter().find(|signature| signature.name == name)
    }

    pub(super) fn filter(name: &str) -> Option<&'static Signature> {
        FILTERS.iter().find(|signature| signature.name == name)
    }

    pub(super) fn functions() -> impl Iterator<Item = &'static str> {
        FUNCTIONS.iter().map(|signature| signature.name)
    }

    pub(super) fn filters() -> impl Iterator<Item = &'static str> {
        FILTERS.iter().map(|signature| signature.name)
    }

    /// Returns how the call is written.
    pub(super) fn form(&self) -> String {
        match (self.is_filter, self.parameters) {
            (false, parameters) => format!("{}({parameters})", self.name),
            (true, "") => format!("x | {}", self.name),
            (true, parameters) => format!("x | {}({parameters})", self.name),
        }
    }
}

const fn function(
    name: &'static str,
    parameters: &'static str,
    counts: (usize, usize),
    keywords: Option<&'static [&'static str]>,
) -> Signature {
    Signature { name, parameters, least: counts.0, most: counts.1, keywords, is_filter: false }
}

const fn filter(
    name: &'static str,
    parameters: &'static str,
    counts: (usize, usize),
    keywords: Option<&'static [&'static str]>,
) -> Signature {
    Signature { name, parameters, least: counts.0, most: counts.1, keywords, is_filter: true }
}

const ANY: usize = usize::MAX;
const NONE: Option<&[&str]> = Some(&[]);

const FUNCTIONS: &[Signature] = &[
    function("call", "function, value", (2, 2), NONE),
    function("dict", "NAME=VALUE, ...", (0, 1), None),
    function("mentions", "text, words", (2, 2), NONE),
    function("range", "from, to, step", (1, 3), NONE),
    function("said", "messages, word", (2, 2), NONE),
];

const FILTERS: &[Signature] = &[
    filter("abs", "", (0, 0), NONE),
    filter("attr", "name", (1, 1), NONE),
    filter("batch", "count, fill_with", (1, 2), NONE),
    filter("bool", "", (0, 0), NONE),
    filter("capitalize", "", (0, 0), NONE),
    filter("chain", "other, ...", (0, ANY), NONE),
    filter("count", "", (0, 0), NONE),
    filter("default", "value, also_if_false", (0, 2), NONE),
    filter("dictsort", "by=\"value\"", (0, 0), Some(&["by", "case_sensitive", "reverse"])),
    filter("first", "", (0, 0), NONE),
    filter("float", "default", (0, 1), Some(&["default"])),
    filter("format", "value, ...", (0, ANY), None),
    filter("groupby", "attribute", (0, 1), Some(&["attribute", "default", "case_sensitive"])),
    filter("indent", "width, first, blank", (0, 3), Some(&["width", "first", "blank"])),
    filter("int", "default, base", (0, 2), Some(&["default", "base"])),
    filter("items", "", (0, 0), NONE),
    filter("join", "between, attribute", (0, 2), Some(&["d", "attribute"])),
    filter("last", "", (0, 0), NONE),
    filter("lemma", "", (0, 0), NONE),
    filter("length", "", (0, 0), NONE),
    filter("lines", "", (0, 0), NONE),
    filter("list", "", (0, 0), NONE),
    filter("lower", "", (0, 0), NONE),
    filter("map", "filter, ...", (0, ANY), None),
    filter("max", "", (0, 0), Some(&["attribute", "case_sensitive"])),
    filter("min", "", (0, 0), Some(&["attribute", "case_sensitive"])),
    filter("pprint", "", (0, 0), NONE),
    filter("reject", "test, ...", (0, ANY), None),
    filter("rejectattr", "attribute, test, ...", (1, ANY), None),
    filter("replace", "old, new, count", (2, 3), Some(&["count"])),
    filter("reverse", "", (0, 0), NONE),
    filter("round", "digits, method", (0, 2), Some(&["precision", "method"])),
    filter("select", "test, ...", (0, ANY), None),
    filter("selectattr", "attribute, test, ...", (1, ANY), None),
    filter("slice", "count, fill_with", (1, 2), NONE),
    filter("sort", "reverse=true", (0, 0), Some(&["attribute", "case_sensitive", "reverse"])),
    filter("split", "between, times", (0, 2), NONE),
    filter("string", "", (0, 0), NONE),
    filter("sum", "attribute, start", (0, 2), Some(&["attribute", "start"])),
    filter("title", "", (0, 0), NONE),
    filter("tojson", "", (0, 0), NONE),
    filter("trim", "characters", (0, 1), NONE),
    filter("unique", "attribute=NAME", (0, 0), Some(&["attribute", "case_sensitive"])),
    filter("upper", "", (0, 0), NONE),
    filter("urlencode", "", (0, 0), NONE),
    filter("without_comments", "language, docstrings=true", (1, 1), Some(&["docstrings"])),
    filter("zip", "other, ...", (0, ANY), NONE),
];

#[cfg(test)]
mod tests {
    use minijinja::{Environment, ErrorKind};

    use super::*;

    /// What minijinja says of a filter with so many arguments, over values and arguments of several kinds.
    fn outcomes(name: &str, arguments: usize) -> Vec<Option<ErrorKind>> {
        let environment = Environment::new();
        let mut outcomes = Vec::new();
        for value in ["1", "'a'", "[1]", "{'a': 1}"] {
            for cycle in [&["1"][..], &["'a'"], &["[1]"], &["true"], &["'length'"], &["1", "'a'"], &["'a'", "1"]] {
                let arguments: Vec<&str> = cycle.iter().copied().cycle().take(arguments).collect();
                let arguments = arguments.join(", ");
                let call = environment.compile_expression_owned(format!("{value}|{name}({arguments})")).unwrap();
                outcomes.push(call.eval(()).err().map(|error| error.kind()));
            }
        }
        outcomes
    }

    #[test]
    fn the_numbers_of_arguments_are_minijinjas() {
        let own = ["lemma", "without_comments", "tojson"];
        for signature in FILTERS.iter().filter(|signature| !own.contains(&signature.name)) {
            let too_many = Some(ErrorKind::TooManyArguments);
            if signature.most == ANY {
                // A filter that takes any name hands its arguments on to another one.
                assert!(
                    signature.keywords.is_none() || !outcomes(signature.name, 5).contains(&too_many),
                    "{}",
                    signature.name
                );
            } else {
                assert!(!outcomes(signature.name, signature.most).contains(&too_many), "{}", signature.name);
                assert!(outcomes(signature.name, signature.most + 1).contains(&too_many), "{}", signature.name);
            }
            if let Some(fewer) = signature.least.checked_sub(1) {
                let missing = Some(ErrorKind::MissingArgument);
                assert!(outcomes(signature.name, fewer).contains(&missing), "{}", signature.name);
            }
            // What `groupby` misses may be given by name.
            let is_enough = |outcome: &Option<ErrorKind>| *outcome != Some(ErrorKind::MissingArgument);
            let suffices = outcomes(signature.name, signature.least).iter().any(is_enough);
            assert!(suffices || signature.name == "groupby", "{}", signature.name);
        }
    }

    #[test]
    fn the_keywords_are_minijinjas() {
        let environment = Environment::new();
        let runs = |call: &str| environment.compile_expression(call).unwrap().eval(()).is_ok();
        for (filter, keyword, call) in [
            ("dictsort", "by", "{'a': 1}|dictsort(by='value')"),
            ("dictsort", "reverse", "{'a': 1}|dictsort(reverse=true)"),
            ("float", "default", "'a'|float(default=1)"),
            ("groupby", "attribute", "[{'a': 1}]|groupby(attribute='a')"),
            ("groupby", "default", "[{'a': 1}]|groupby('a', default=2)"),
            ("indent", "width", "'a'|indent(width=2)"),
            ("indent", "first", "'a'|indent(first=true)"),
            ("indent", "blank", "'a'|indent(blank=true)"),
            ("int", "default", "'a'|int(default=1)"),
            ("int", "base", "'a'|int(base=16)"),
            ("join", "d", "['a']|join(d=',')"),
            ("join", "attribute", "[{'a': 1}]|join(',', attribute='a')"),
            ("max", "attribute", "[{'a': 1}]|max(attribute='a')"),
            ("min", "case_sensitive", "['a']|min(case_sensitive=true)"),
            ("replace", "count", "'a'|replace('a', 'b', count=1)"),
            ("round", "precision", "1.5|round(precision=1)"),
            ("round", "method", "1.5|round(method='ceil')"),
            ("sort", "reverse", "[1]|sort(reverse=true)"),
            ("sort", "attribute", "[{'a': 1}]|sort(attribute='a')"),
            ("sum", "attribute", "[{'a': 1}]|sum(attribute='a')"),
            ("sum", "start", "[1]|sum(start=2)"),
            ("unique", "attribute", "[{'a': 1}]|unique(attribute='a')"),
            ("unique", "case_sensitive", "['a']|unique(case_sensitive=true)"),
        ] {
            assert!(runs(call), "{call}");
            assert!(Signature::filter(filter).unwrap().keywords.unwrap().contains(&keyword), "{call}");
            assert!(!runs(&call.replace(&format!("{keyword}="), "surely_not=")), "{call}");
        }
    }
}
