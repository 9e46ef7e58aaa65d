//! Functions as models write them when asked which messages are theirs, with the values that CPython gives.

use serde_json::{Value, json};

/// A function `f(message)`, and what it is to return on messages.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) code: &'static str,
    pub(crate) values: Vec<(&'static str, Value)>,
}

fn function(name: &'static str, code: &'static str, values: &[(&'static str, Value)]) -> Function {
    Function { name, code, values: values.to_vec() }
}

pub(crate) fn all() -> Vec<Function> {
    vec![
        function(
            "a keyword list",
            "def f(message):\n    words = ['spring', 'season', 'bloom']\n    return 1.0 if any(word in message.lower() for word in words) else 0.0",
            &[
                ("Spring is here", json!(1.0)),
                ("The roses BLOOMED", json!(1.0)),
                ("Winter", json!(0.0)),
                ("", json!(0.0)),
            ],
        ),
        function(
            "branches",
            "def f(message: str) -> float:\n    \"\"\"Returns 1 for mine.\"\"\"\n    text = message.lower().strip()\n    if 'ring' in text and 'phone' in text:\n        return 0.9\n    elif 'ring' in text:\n        return 0.6\n    elif not text:\n        return 0\n    else:\n        return 0.1",
            &[("The phone rings", json!(0.9)), ("A ring", json!(0.6)), ("  ", json!(0)), ("bark", json!(0.1))],
        ),
        function(
            "a share of words",
            "def f(message):\n    words = message.lower().split()\n    if not words:\n        return 0.0\n    hits = sum(1 for w in words if w.strip('.,!?') in {'dog', 'tree', 'bark'})\n    return hits / len(words)",
            &[("The dog: bark, bark!", json!(0.5)), ("dog", json!(1.0)), ("", json!(0.0))],
        ),
        function(
            "re.search",
            "import re\n\ndef f(message):\n    return 1 if re.search(r'\\b(bark|woof)(s|ed|ing)?\\b', message, re.IGNORECASE) else 0",
            &[("It BARKED.", json!(1)), ("embark", json!(0)), ("woof", json!(1))],
        ),
        function(
            "re.findall and a cap",
            "import re\n\ndef f(message):\n    digits = re.findall(r'\\d+', message)\n    return min(1.0, len(digits) * 0.25)",
            &[("1 2 3", json!(0.75)), ("none", json!(0.0)), ("1 22 333 4 5 6", json!(1.0))],
        ),
        function(
            "compiled patterns, groups and sub",
            "import re\nCODE = re.compile(r'(?P<area>\\d{3})-(?P<rest>\\d{3})')\n\ndef f(message):\n    found = CODE.search(message)\n    if found is None:\n        return re.sub(r'[^a-z]', '', message.lower())\n    return found.group('area') + found.group(2)",
            &[("call 392-718 now", json!("392718")), ("Hi, You!", json!("hiyou"))],
        ),
        function(
            "a counter",
            "from collections import Counter\n\ndef f(message):\n    counts = Counter(message.lower().split())\n    return counts['ring'] / max(1, sum(counts.values()))",
            &[("ring a ring", json!(2.0 / 3.0)), ("", json!(0.0))],
        ),
        function(
            "most common",
            "from collections import Counter\n\ndef f(message):\n    return Counter(message.lower()).most_common(2)",
            &[("aab", json!([["a", 2], ["b", 1]]))],
        ),
        function(
            "a default dictionary",
            "from collections import defaultdict\n\ndef f(message):\n    lengths = defaultdict(list)\n    for word in message.split():\n        lengths[len(word)].append(word)\n    return max((len(words) for words in lengths.values()), default=0)",
            &[("a b cc d", json!(3)), ("", json!(0))],
        ),
        function(
            "a class",
            "class Scorer:\n    WEIGHTS = {'bloom': 0.5, 'thaw': 0.3}\n\n    def __init__(self, base=0.1):\n        self.base = base\n\n    def score(self, text):\n        total = self.base\n        for word, weight in self.WEIGHTS.items():\n            if word in text:\n                total += weight\n        return round(min(total, 1.0), 2)\n\ndef f(message):\n    return Scorer().score(message.lower())",
            &[("Bloom and thaw", json!(0.9)), ("Bloom", json!(0.6)), ("snow", json!(0.1))],
        ),
        function(
            "a logistic score with math",
            "import math\n\ndef f(message):\n    z = 2.0 * message.count('!') - 1.0\n    return 1 / (1 + math.exp(-z))",
            &[("", json!(1.0 / (1.0 + f64::exp(1.0)))), ("!", json!(1.0 / (1.0 + f64::exp(-1.0))))],
        ),
        function(
            "math of its own",
            "from math import sqrt, log, floor, ceil, pi, isclose\n\ndef f(message):\n    n = len(message)\n    return [sqrt(n), floor(pi), ceil(n / 3), isclose(log(1), 0.0)]",
            &[("abcd", json!([2.0, 3, 2, true]))],
        ),
        function(
            "comprehensions",
            "def f(message):\n    words = [w.lower() for w in message.split() if w.isalpha()]\n    lengths = {w: len(w) for w in words}\n    unique = sorted({w[0] for w in words})\n    return {'lengths': lengths, 'unique': unique, 'nested': [c for w in words for c in w if c in 'aeiou']}",
            &[("One two 3", json!({"lengths": {"one": 3, "two": 3}, "unique": ["o", "t"], "nested": ["o", "e", "o"]}))],
        ),
        function(
            "try and except",
            "def f(message):\n    try:\n        value = float(message)\n    except ValueError:\n        return -1\n    else:\n        return value * 2\n    finally:\n        value = None",
            &[("1.5", json!(3.0)), ("one", json!(-1))],
        ),
        function(
            "while, break and continue",
            "def f(message):\n    i = 0\n    vowels = 0\n    while True:\n        if i >= len(message):\n            break\n        i += 1\n        if message[i - 1] not in 'aeiou':\n            continue\n        vowels += 1\n    return vowels",
            &[("education", json!(5))],
        ),
        function(
            "an acrostic",
            "def f(message):\n    lines = [line.strip() for line in message.splitlines() if line.strip()]\n    return ''.join(line[0] for line in lines).lower() == 'bark'",
            &[("Big\nAnd\n\n Round\nKite", json!(true)), ("Big", json!(false))],
        ),
        function(
            "helpers, defaults and keywords",
            "def clean(text, *, lower=True, strip='.!?'):\n    text = text.strip(strip)\n    return text.lower() if lower else text\n\ndef f(message, threshold=3):\n    return len(clean(message)) >= threshold, clean(message, lower=False)",
            &[("Hi!", json!([false, "Hi"])), ("Hello?", json!([true, "Hello"]))],
        ),
        function(
            "sorting by key",
            "def f(message):\n    pairs = [(word, len(word)) for word in message.split()]\n    pairs.sort(key=lambda pair: (-pair[1], pair[0]))\n    return [word for word, _ in pairs]",
            &[("bb a ccc aa", json!(["ccc", "aa", "bb", "a"]))],
        ),
        function(
            "f-strings and formats",
            "def f(message):\n    share = len(message) / 7\n    return f'{message!r}: {share:.2f} {share:>8.1%} ' + '{:03d}'.format(len(message)) + ' ' + message.title()",
            &[("it is", json!("'it is': 0.71    71.4% 005 It Is"))],
        ),
        function(
            "slices, zip and enumerate",
            "def f(message):\n    pairs = list(zip(message, message[1:]))\n    doubled = [i for i, (a, b) in enumerate(pairs) if a == b]\n    return [doubled, message[::-1], message[-2:]]",
            &[("balloon", json!([[2, 4], "noollab", "on"]))],
        ),
        function(
            "recursion",
            "def f(message):\n    if len(message) < 2:\n        return True\n    return message[0] == message[-1] and f(message[1:-1])",
            &[("racecar", json!(true)), ("racer", json!(false))],
        ),
        function(
            "closures and lambdas",
            "def contains(word):\n    return lambda text: word in text\n\nCHECKS = [contains('a'), contains('b')]\nf = lambda message: sum(check(message) for check in CHECKS)",
            &[("ab", json!(2)), ("b", json!(1)), ("", json!(0))],
        ),
        function(
            "sets",
            "def f(message):\n    mine = {'bloom', 'rain', 'sprout'}\n    words = set(message.lower().split())\n    return [len(words & mine) / len(words | mine), words.isdisjoint(mine), sorted(mine - words)]",
            &[("rain bloom sun", json!([0.5, false, ["sprout"]]))],
        ),
        function(
            "all that texts can do",
            "def f(message):\n    return [message.startswith(('he', 'sh')), message.endswith('o'), message.find('l'), message.replace('l', 'L', 1), message.partition('e'), message.isupper(), 'x'.join(message)]",
            &[("hello", json!([true, true, 2, "heLlo", ["h", "e", "llo"], false, "hxexlxlxo"]))],
        ),
        function(
            "other scripts and emoji",
            "def f(message):\n    return [len(message), message.upper(), sum(1 for c in message if ord(c) > 127)]",
            &[("straße", json!([6, "STRASSE", 1])), ("日本🌸", json!([3, "日本🌸", 3]))],
        ),
        function(
            "a dataclass and annotations",
            "from dataclasses import dataclass\nfrom typing import List, Optional\n\n@dataclass\nclass Rule:\n    word: str\n    weight: float = 0.5\n\nRULES: List[Rule] = [Rule('ring'), Rule('bell', 0.25)]\n\ndef f(message: str) -> Optional[float]:\n    total: float = sum(rule.weight for rule in RULES if rule.word in message)\n    return total or None",
            &[("ring the bell", json!(0.75)), ("bell", json!(0.25)), ("", json!(null))],
        ),
        function(
            "large whole numbers",
            "def f(message):\n    return [2 ** 62, 7 ** 30 % 1000, 17 // -5, -17 % 5, int('42') ** 2]",
            &[("", json!([4_611_686_018_427_387_904_i64, 249, -4, 3, 1764]))],
        ),
        function(
            "a script with a main part",
            "def f(message):\n    return 'mine' in message\n\nif __name__ == '__main__':\n    print(f('this is mine'))",
            &[("mine", json!(true)), ("yours", json!(false))],
        ),
        function(
            "counting truth values",
            "WORDS = ['ring', 'bell', 'tone']\n\ndef f(message):\n    text = message.lower()\n    hits = sum(word in text for word in WORDS)\n    flags = [text.startswith('a'), len(text) > 4]\n    return [hits / len(WORDS), sum(flags), sum(map(lambda c: c.isupper(), message), 10), 0.5 * ('a' in text), sum(range(5)), sum([0.5, True], start=True)]",
            &[("A Ring of the BELL", json!([2.0 / 3.0, 2, 16, 0.5, 10, 2.5]))],
        ),
        function(
            "objects as context managers and keys",
            "class Key:\n    def __init__(self, x):\n        self.x = x\n    def __eq__(self, other):\n        return self.x == other.x\n    def __hash__(self):\n        return hash(self.x)\n    def __enter__(self):\n        return self\n    def __exit__(self, *error):\n        return True\n\ndef f(message):\n    seen = {Key(c) for c in message}\n    with Key(message) as key:\n        raise ValueError(key)\n    return [len(seen), Key('a') != Key('a')]",
            &[("hello", json!([4, false]))],
        ),
    ]
}
