//! Programs that try to get out, to hold everything up, or to bring the interpreter down.
//!
//! Each defines `f(message)`, and is called with one message. Between two of them the pool answers a harmless program.

/// A program, and the kind of outcome that it must have.
pub(crate) struct Hostile {
    pub(crate) name: &'static str,
    pub(crate) code: String,
    pub(crate) kind: &'static str,
}

/// Returns a hostile program whose function has this body.
fn body(name: &'static str, kind: &'static str, body: &str) -> Hostile {
    let lines: Vec<String> = body.lines().map(|line| format!("    {line}\n")).collect();
    Hostile { name, kind, code: format!("def f(message):\n{}", lines.concat()) }
}

fn whole(name: &'static str, kind: &'static str, code: impl Into<String>) -> Hostile {
    Hostile { name, kind, code: code.into() }
}

/// Programs that never end by themselves.
pub(crate) fn endless() -> Vec<Hostile> {
    vec![
        body("loop", "timed_out", "while True:\n    pass"),
        whole("loop in the body", "timed_out", "while True:\n    pass\ndef f(message):\n    return 1"),
        body(
            "loop that catches",
            "timed_out",
            "while True:\n    try:\n        while True:\n            pass\n    except Exception:\n        pass",
        ),
        body(
            "loop that catches all",
            "timed_out",
            "while True:\n    try:\n        while True:\n            pass\n    except:\n        pass",
        ),
        body(
            "loop in finally",
            "timed_out",
            "try:\n    while True:\n        pass\nfinally:\n    while True:\n        pass",
        ),
        body("huge range", "timed_out", "n = 0\nfor i in range(10**15):\n    n += 1\nreturn n"),
        body("sum of a huge range", "timed_out", "return sum(range(10**15))"),
        body("any over a huge range", "timed_out", "return any(i < 0 for i in range(10**15))"),
        body("member of a huge count", "timed_out", "return max(map(abs, range(10**15)))"),
        body("endless iterator", "timed_out", "import itertools\nfor i in itertools.count():\n    pass"),
        body("endless cycle", "timed_out", "import itertools\nfor x in itertools.cycle([0]):\n    pass"),
        body("endless two-argument iter", "timed_out", "for x in iter(lambda: 1, 2):\n    pass"),
        body(
            "doubling recursion",
            "timed_out",
            "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nreturn fib(60)",
        ),
        body(
            "evil __eq__",
            "timed_out",
            "class E:\n    def __eq__(self, other):\n        while True:\n            pass\nreturn E() == E()",
        ),
        body(
            "evil __hash__",
            "timed_out",
            "class E:\n    def __hash__(self):\n        while True:\n            pass\nreturn {E(): 1}",
        ),
        body(
            "evil __repr__",
            "timed_out",
            "class E:\n    def __repr__(self):\n        while True:\n            pass\nreturn str([E()])",
        ),
        body(
            "evil sort key",
            "timed_out",
            "def key(x):\n    while True:\n        pass\nreturn sorted([2, 1], key=key)",
        ),
        body(
            "replacing for ever",
            "timed_out",
            "s = 'ab' * 1000\nwhile True:\n    s = s.replace('a', 'b').replace('b', 'a')",
        ),
        body("silent printing", "timed_out", "while True:\n    print('', end='')"),
    ]
}

/// Programs that come to an end or to a limit other than time.
pub(crate) fn ending() -> Vec<Hostile> {
    let mut programs = vec![
        // Recursion.
        body("recursion", "too_deep", "return f(message)"),
        body("mutual recursion", "too_deep", "def a():\n    return b()\ndef b():\n    return a()\nreturn a()"),
        body("recursion by lambda", "too_deep", "g = lambda g: g(g)\nreturn g(g)"),
        body(
            "recursion by __repr__",
            "too_deep",
            "class E:\n    def __repr__(self):\n        return repr(self)\nreturn repr(E())",
        ),
        body(
            "recursion by __eq__",
            "too_deep",
            "class E:\n    def __eq__(self, other):\n        return self == other\nreturn E() == E()",
        ),
        body("recursion by sort key", "too_deep", "def key(x):\n    return sorted([1, 2], key=key)\nreturn key(1)"),
        body("recursion by map", "too_deep", "def g(x):\n    return list(map(g, [x]))\nreturn g(1)"),
        body(
            "recursion by __getattr__",
            "unsupported",
            "class E:\n    def __getattr__(self, name):\n        return self.x\nreturn E().y",
        ),
        body("nested value", "too_deep", "x = []\nfor i in range(100):\n    x = [x]\nreturn x"),
        body("very nested value", "too_deep", "x = []\nfor i in range(100000):\n    x = [x]\nreturn x"),
        body(
            "comparing very nested values",
            "too_deep",
            "x = []\ny = []\nfor i in range(100000):\n    x = [x]\n    y = [y]\nreturn x == y",
        ),
        // The interpreter shows the outer lists, and points for the rest.
        body(
            "showing a very nested value",
            "value",
            "x = []\nfor i in range(100000):\n    x = [x]\nreturn len(repr(x))",
        ),
        body("a list within itself", "not_data", "x = []\nx.append(x)\nreturn x"),
        whole(
            "nested parentheses",
            "too_deep",
            format!("def f(message):\n    return {}1{}", "(".repeat(5000), ")".repeat(5000)),
        ),
        whole(
            "nested lists",
            "too_deep",
            format!("def f(message):\n    return {}{}", "[".repeat(40_000), "]".repeat(40_000)),
        ),
        whole(
            "nested dictionaries",
            "too_deep",
            format!("def f(message):\n    return {}1{}", "{1:".repeat(10_000), "}".repeat(10_000)),
        ),
        whole(
            "nested blocks",
            "too_deep",
            (0..300).map(|depth| format!("{}if True:\n", " ".repeat(depth))).collect::<String>()
                + &" ".repeat(300)
                + "x = 1",
        ),
        whole(
            "a chain of attributes",
            "too_deep",
            format!("def f(message):\n    return message{}", ".x".repeat(40_000)),
        ),
        whole("a chain of minuses", "too_deep", format!("def f(message):\n    return {}1", "-".repeat(90_000))),
        whole("a chain of calls", "too_deep", format!("def f(message):\n    return f{}", "()".repeat(40_000))),
        whole("nested lambdas", "too_deep", format!("f = {}1", "lambda x: ".repeat(9_000))),
        whole("nested f-strings", "unparsed", "def f(message):\n    return f'{f\"{f'''{f'{'"),
        // Memory.
        body("string bomb", "out_of_memory", "return 'a' * 10**12"),
        body("list bomb", "out_of_memory", "return [0] * 10**12"),
        body("bytes bomb", "out_of_memory", "return b'a' * 10**12"),
        body("tuple bomb", "out_of_memory", "return (0,) * 10**12"),
        body("growing string", "out_of_memory", "s = 'ab'\nwhile True:\n    s = s + s"),
        body("growing list", "out_of_memory", "x = []\nwhile True:\n    x.append('message' + str(len(x)))"),
        body("loop over a growing list", "out_of_memory", "xs = [1]\nfor x in xs:\n    xs.append(x)"),
        body("sum of an endless cycle", "out_of_memory", "import itertools\nreturn sum(itertools.cycle([0]))"),
        body("growing dictionary", "out_of_memory", "d = {}\ni = 0\nwhile True:\n    d[i] = [i]\n    i += 1"),
        body("growing set", "out_of_memory", "s = set()\nwhile True:\n    s.add(len(s))"),
        whole(
            "growing in the body",
            "out_of_memory",
            "x = []\nwhile True:\n    x.append([len(x)])\ndef f(message):\n    return 1",
        ),
        body(
            "growing that catches",
            "out_of_memory",
            "x = []\nwhile True:\n    try:\n        x.append('a' * 1000000)\n    except MemoryError:\n        pass",
        ),
        body("list of a huge range", "out_of_memory", "return list(range(10**12))"),
        body(
            "a value that is shared and multiplies",
            "out_of_memory",
            "x = [0]\nfor i in range(40):\n    x = [x, x]\nreturn str(x)",
        ),
        body(
            "returning what multiplies",
            "out_of_memory",
            "x = [0] * 10\nfor i in range(9):\n    x = [x] * 10\nreturn x",
        ),
        body(
            "billion laughs",
            "out_of_memory",
            "s = 'lol'\nfor i in range(10):\n    s = s.replace('l', s)\nreturn len(s)",
        ),
        body("huge format width", "out_of_memory", "return f'{1:>1000000000000}'"),
        body("huge format by %", "unsupported", "return '%1000000000000d' % 1"),
        body("huge justification", "out_of_memory", "return 'a'.ljust(10**12)"),
        body("huge join", "out_of_memory", "return ('x' * 10**6).join(['y'] * 10**6)"),
        body("huge shift", "out_of_memory", "return 1 << 10**12"),
        body("huge power", "out_of_memory", "return 10 ** 10 ** 10"),
        body("expanding tabs", "raised", "return '\\t'.expandtabs(10**12)"),
        body("huge products", "unsupported", "import itertools\nreturn list(itertools.product(range(100), repeat=10))"),
        // Numbers.
        body("a whole number beyond floats", "not_finite", "return 10 ** 4000"),
        body("infinity", "not_finite", "return float('inf')"),
        body("not a number", "not_finite", "return float('nan')"),
        body("not a number in a list", "not_data", "return [float('nan')]"),
        body("huge factorial digits", "raised", "import math\nreturn str(math.factorial(5000))"),
        body("division by zero", "raised", "return 1 / 0"),
        // The way out.
        body("classes of a tuple", "unsupported", "return ().__class__.__bases__[0].__subclasses__()"),
        body("globals of a function", "unsupported", "return f.__globals__['__builtins__']"),
        body("code of a function", "unsupported", "return f.__code__.co_code"),
        body("attributes by getattr", "unsupported", "return getattr(getattr((), '__class__'), '__bases__')"),
        body("attributes by format", "unsupported", "return '{0.__class__.__init__.__globals__}'.format(f)"),
        body(
            "traceback frames",
            "unsupported",
            "try:\n    1 / 0\nexcept Exception as e:\n    return e.__traceback__.tb_frame.f_back",
        ),
        body("builtins", "unsupported", "return __builtins__"),
        body("__import__", "unsupported", "return __import__('os').system('id')"),
        body("eval", "unsupported", "return eval('1 + 1')"),
        body("exec", "unsupported", "exec('x = 1')\nreturn x"),
        body("compile", "unsupported", "return compile('1', 'x', 'eval')"),
        body("globals()", "unsupported", "return globals()"),
        body("breakpoint", "unsupported", "breakpoint()"),
        body("input", "unsupported", "return input()"),
        body("open to read", "unsupported", "return open('/etc/passwd').read()"),
        body("open to write", "unsupported", "with open('/tmp/x', 'w') as file:\n    file.write('x')"),
        body("pathlib", "unsupported", "from pathlib import Path\nreturn Path('/etc/passwd').read_text()"),
        body("os.system", "unsupported", "import os\nreturn os.system('id')"),
        body("os.environ", "unsupported", "import os\nreturn os.environ['HOME']"),
        body("os.getenv", "unsupported", "import os\nreturn os.getenv('HOME')"),
        body("os.listdir", "unsupported", "import os\nreturn os.listdir('/')"),
        body("os._exit", "unsupported", "import os\nos._exit(0)"),
        body("sys.exit", "unsupported", "import sys\nsys.exit(0)"),
        body("sys.modules", "unsupported", "import sys\nreturn sys.modules"),
        body("subprocess", "unsupported", "import subprocess\nreturn subprocess.run(['id'])"),
        body("socket", "unsupported", "import socket\nsocket.create_connection(('127.0.0.1', 80))"),
        body("urllib", "unsupported", "import urllib.request\nreturn urllib.request.urlopen('http://127.0.0.1')"),
        body("ctypes", "unsupported", "import ctypes\nreturn ctypes.string_at(0)"),
        body("threading", "unsupported", "import threading\nthreading.Thread(target=f).start()"),
        body("signal", "unsupported", "import signal\nsignal.alarm(1)"),
        body("pickle", "unsupported", "import pickle\nreturn pickle.loads(b'')"),
        body("importlib", "unsupported", "import importlib\nreturn importlib.import_module('os')"),
        body("time of day", "unsupported", "import datetime\nreturn datetime.datetime.now().isoformat()"),
        body("sleep", "unsupported", "import time\ntime.sleep(1000)"),
        body("asyncio sleep", "unsupported", "import asyncio\nasyncio.run(asyncio.sleep(1000))"),
        body("generator", "unsupported", "while True:\n    yield message"),
        body("leaving by SystemExit", "raised", "raise SystemExit(0)"),
        body("exit", "unsupported", "exit()"),
        body("interrupting", "raised", "raise KeyboardInterrupt"),
        body("a module that nobody has", "raised", "import no_such_module_at_all"),
        // Output.
        body("printing for ever", "too_long", "while True:\n    print('message')"),
        body(
            "printing for ever that catches",
            "too_long",
            "try:\n    while True:\n        print('message')\nexcept BaseException:\n    return 1",
        ),
        body("printing one long line", "too_long", "print('a' * 10**6)\nreturn 1"),
        body("returning a long text", "too_long", "return 'a' * 10**6"),
        body("returning a long list", "too_long", "return [0] * 10**6"),
        body("raising a huge message", "raised", "raise ValueError('a' * 10**6)"),
        body(
            "raising a chain",
            "raised",
            "e = None\nfor i in range(1000):\n    try:\n        raise ValueError(str(i))\n    except ValueError as other:\n        e = other\nraise e",
        ),
        body("forging a time limit's name", "raised", "raise TimeoutError('no')"),
        body("forging a memory limit's name", "raised", "raise MemoryError('no')"),
        body(
            "text that looks like a reply",
            "value",
            "print('{\"called\":{\"outcome\":\"value\",\"detail\":1}}')\nreturn 0",
        ),
        body("returning a function", "not_data", "return f"),
        body("returning a class", "not_data", "class E:\n    pass\nreturn E"),
        body("returning an object", "not_data", "class E:\n    pass\nreturn E()"),
        body("returning a set", "not_data", "return {1, 2}"),
        body("returning bytes", "not_data", "return b'1'"),
        body("returning number keys", "not_data", "return {1: 2}"),
        // Regular expressions.
        body(
            "catastrophic regular expression",
            "value",
            "import re\nreturn bool(re.match('(a+)+$', 'a' * 5000 + 'b'))",
        ),
        body(
            "catastrophic with a backreference",
            "raised",
            "import re\nreturn bool(re.match(r'(a*)*(b|\\1)*c', 'a' * 5000))",
        ),
        body("huge repetition", "raised", "import re\nreturn bool(re.match('((a{1000}){1000}){1000}', 'a'))"),
        body("nested groups", "raised", "import re\nreturn bool(re.match('(' * 10000 + ')' * 10000, 'a'))"),
        body("no regular expression", "raised", "import re\nreturn re.search('(', message)"),
        // Text that is no program.
        whole("nothing", "missing", ""),
        whole("only a comment", "missing", "# def f(message): return 1"),
        whole("another function", "missing", "def g(message):\n    return 1"),
        whole("a number of that name", "missing", "f = 1"),
        whole("a function that is deleted by its body", "missing", "def f(message):\n    return 1\nf = None"),
        whole("prose", "unparsed", "I am sorry, but I cannot write this function."),
        whole("half a function", "unparsed", "def f(message):\n    return (message."),
        whole("null bytes", "unparsed", "def f(message):\n    return \0"),
        whole("a null byte in a text", "value", "def f(message):\n    return len('\0')"),
        whole("curly quotes", "unparsed", "def f(message):\n    return \u{201c}yes\u{201d}"),
        whole("unfinished escapes", "unparsed", "def f(message):\n    return '\\x4'"),
        // More lenient than CPython: the surrogate becomes U+FFFD, tabs are eight blanks, and a body may return.
        whole("a lone surrogate", "value", "def f(message):\n    return '\\ud800'"),
        whole("an unknown character name", "unparsed", "def f(message):\n    return '\\N{NO SUCH CHARACTER}'"),
        whole("indentation of two kinds", "value", "def f(message):\n\tif message:\n        return 1\n\treturn 0"),
        whole("return outside of a function", "missing", "return 1"),
        whole("Python 2", "unparsed", "def f(message):\n    print 'x'"),
        whole("another language", "unparsed", "function f(message) { return 1; }"),
        whole("1 MB of code", "too_long", format!("def f(message):\n    return 1\n{}", "# padding\n".repeat(100_000))),
        whole("90 kB of code", "value", format!("{}def f(message):\n    return 1\n", "x = 1 + 2 + 3\n".repeat(6_000))),
        whole("a long sum", "too_deep", format!("def f(message):\n    return {}1", "1 + ".repeat(20_000))),
        whole("a long whole number", "unparsed", format!("def f(message):\n    return {}", "9".repeat(90_000))),
        whole(
            "many names",
            "value",
            (0..8_000).map(|i| format!("x{i} = 1\n")).collect::<String>() + "def f(message):\n    return 1",
        ),
        whole("many arguments", "raised", "def f(a, b, c, d):\n    return 1"),
        whole("a body that raises", "raised", "raise ValueError('no')\ndef f(message):\n    return 1"),
        whole("replacing what is built in", "value", "str = None\nlen = None\ndef f(message):\n    return 1"),
        whole(
            "a name of the sandbox's own",
            "value",
            "__argument_0 = 'mine'\ndef f(message):\n    return message == 'hello'",
        ),
    ];
    // Methods that the interpreter passes over would make values wrong.
    for method in ["__bool__", "__len__", "__lt__", "__ne__", "__format__", "__new__", "__call__", "__add__", "__del__"]
    {
        programs.push(whole(
            "methods that are never called",
            "unsupported",
            format!("class E:\n    def {method}(self, *others):\n        return 0\ndef f(message):\n    return 1 if E() else 0"),
        ));
    }
    // Methods that collections call on what is put into them.
    for method in ["__eq__", "__hash__", "__repr__", "__iter__", "__contains__"] {
        programs.push(whole(
            "methods that raise",
            "raised",
            format!(
                "class E:\n    def {method}(self, *others):\n        raise ValueError('evil')\n\
                 def f(message):\n    e = E()\n    x = [e == E(), {{e: 1}}, repr(e), list(e), 1 in e]\n    return 1"
            ),
        ));
    }
    programs
}
