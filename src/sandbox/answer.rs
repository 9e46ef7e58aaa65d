//! The code in an answer.

/// A fenced block of an answer.
struct Block {
    /// The word behind the opening fence, in small letters; empty where there is none.
    tag: String,
    code: String,
}

impl Block {
    fn is_python(&self) -> bool {
        matches!(self.tag.as_str(), "python" | "python3" | "py" | "py3")
    }

    fn defines(&self, function: &str) -> bool {
        self.code.lines().any(|line| {
            let line = line.strip_prefix("async ").unwrap_or(line);
            let Some(rest) = line.strip_prefix("def ") else { return false };
            rest.trim_start().strip_prefix(function).is_some_and(|rest| rest.trim_start().starts_with('('))
        })
    }
}

/// Returns the code that an answer holds: of its fenced blocks tagged as Python, else of those without a tag, the first
/// that defines `function` at its left edge, else the first at all. An answer without such a block is code as a whole.
/// Fences are Markdown's, of backticks or tildes; one that is never closed runs to the end, as it does where an answer
/// was cut off. The text around a block is no code, and nothing is repaired.
pub fn code(answer: &str, function: &str) -> String {
    let blocks = blocks(answer);
    let mut candidates: Vec<&Block> = blocks.iter().filter(|block| block.is_python()).collect();
    if candidates.is_empty() {
        candidates = blocks.iter().filter(|block| block.tag.is_empty()).collect();
    }
    let defining = candidates.iter().find(|block| block.defines(function));
    defining.or(candidates.first()).map_or_else(|| answer.to_owned(), |block| block.code.clone())
}

fn blocks(answer: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(Fence, Block)> = None;
    for line in answer.lines() {
        match &mut open {
            Some((fence, block)) => {
                if fence.is_closed_by(line) {
                    blocks.extend(open.take().map(|(_, block)| block));
                } else {
                    block.code.push_str(fence.dedented(line));
                    block.code.push('\n');
                }
            }
            None => open = Fence::opened_by(line),
        }
    }
    blocks.extend(open.map(|(_, block)| block));
    blocks
}

struct Fence {
    mark: char,
    length: usize,
    indent: usize,
}

impl Fence {
    fn opened_by(line: &str) -> Option<(Fence, Block)> {
        let text = line.trim_start_matches([' ', '\t']);
        let mark = text.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let info = text.trim_start_matches(mark);
        let length = text.len() - info.len();
        // Three backticks and three more on one line are code within a sentence.
        if length < 3 || (mark == '`' && info.contains('`')) {
            return None;
        }
        let tag = info.split(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | ',')).find(|word| !word.is_empty());
        let tag = tag.unwrap_or_default().trim_start_matches('.').to_lowercase();
        let fence = Fence { mark, length, indent: line.len() - text.len() };
        Some((fence, Block { tag, code: String::new() }))
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let text = line.trim();
        text.len() >= self.length && text.chars().all(|c| c == self.mark)
    }

    /// Takes the fence's own indentation from a line: a block within a list is indented as a whole.
    fn dedented<'a>(&self, line: &'a str) -> &'a str {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        line.get(blanks.min(self.indent)..).unwrap_or(line)
    }
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn an_answer_without_a_fence_is_code() {
        let plain = "def f(m):\n    return 1\n";
        assert_eq!(code(plain, "f"), plain);
        assert_eq!(code("I cannot do that.", "f"), "I cannot do that.");
        assert_eq!(code("", "f"), "");
        assert_eq!(code("use ```f``` here", "f"), "use ```f``` here");
    }

    #[test]
    fn the_fenced_block_is_taken() {
        let block = "def f(m):\n    return 1\n";
        for answer in [
            "Sure!\n\n```python\ndef f(m):\n    return 1\n```\n\nIt returns 1.",
            "```\ndef f(m):\n    return 1\n```",
            "~~~ Python3\ndef f(m):\n    return 1\n~~~",
            "``` {.python}\ndef f(m):\n    return 1\n```",
            "1. So:\n\n   ```py\n   def f(m):\n       return 1\n   ```\n",
            "```python\r\ndef f(m):\r\n    return 1\r\n```",
            "```python\ndef f(m):\n    return 1",
            "```bash\npip install x\n```\n```python\ndef f(m):\n    return 1\n```",
        ] {
            assert_eq!(code(answer, "f"), block, "{answer}");
        }
    }

    #[test]
    fn the_block_with_the_function_comes_first() {
        let answer = "```python\nf('x')\n```\n```python\ndef ff(m): pass\n```\n```python\ndef f (m): pass\n```";
        assert_eq!(code(answer, "f"), "def f (m): pass\n");
        assert_eq!(code(answer, "g"), "f('x')\n");
    }

    #[test]
    fn a_longer_fence_holds_shorter_ones() {
        assert_eq!(code("````python\ns = '''\n```\n'''\n````", "f"), "s = '''\n```\n'''\n");
    }
}
