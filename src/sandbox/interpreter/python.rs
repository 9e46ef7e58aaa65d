//! The names that CPython has, up to version 3.14, by which an error shows whether a program or this interpreter is to blame.

/// Modules of the standard library.
const MODULES: &str = "\
abc aifc annotationlib argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect \
builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall \
compression concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses \
datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl \
filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp \
gzip hashlib heapq hmac html http imaplib imghdr imp importlib inspect io ipaddress itertools json keyword \
lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt \
multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev pathlib \
pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd \
py_compile pyclbr pydoc pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets \
select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 \
sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symtable sys \
sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap threading time timeit tkinter token \
tokenize tomllib trace traceback tracemalloc tty turtle types typing unicodedata unittest urllib uu uuid venv \
warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib \
zoneinfo";

const BUILTINS: &str = "\
ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError \
BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError \
ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError Exception \
ExceptionGroup FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError \
ImportError ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError \
KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError NotImplemented \
NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError ProcessLookupError \
PythonFinalizationError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning \
StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError \
TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError \
UnicodeWarning UserWarning ValueError Warning ZeroDivisionError __builtins__ __import__ abs aiter all anext any \
ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod \
enumerate eval exec exit filter float format frozenset getattr globals hasattr hash help hex id input int \
isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property \
quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip";

/// What Python's objects know about themselves.
const REFLECTION: &str = "\
__annotations__ __base__ __bases__ __builtins__ __call__ __cause__ __class__ __closure__ __code__ __context__ \
__defaults__ __delattr__ __dict__ __dir__ __doc__ __eq__ __format__ __func__ __getattribute__ __globals__ \
__hash__ __init__ __init_subclass__ __loader__ __module__ __mro__ __name__ __new__ __qualname__ __reduce__ \
__reduce_ex__ __repr__ __self__ __setattr__ __sizeof__ __spec__ __str__ __subclasses__ __subclasshook__ \
__traceback__ __weakref__ add_note cr_frame f_back f_globals gi_frame mro tb_frame with_traceback";

/// Methods of the types that functions on texts use.
const METHODS: &[(&str, &str)] = &[
    (
        "str",
        "\
capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isascii \
isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip \
maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split \
splitlines startswith strip swapcase title translate upper zfill",
    ),
    (
        "bytes",
        "\
capitalize center count decode endswith expandtabs find fromhex hex index isalnum isalpha isascii isdigit \
islower isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix removesuffix replace \
rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper \
zfill",
    ),
    (
        "list",
        "\
append clear copy count extend index insert pop remove reverse sort",
    ),
    (
        "tuple",
        "\
count index",
    ),
    (
        "dict",
        "\
clear copy fromkeys get items keys pop popitem setdefault update values",
    ),
    (
        "set",
        "\
add clear copy difference difference_update discard intersection intersection_update isdisjoint issubset \
issuperset pop remove symmetric_difference symmetric_difference_update union update",
    ),
    (
        "frozenset",
        "\
copy difference intersection isdisjoint issubset issuperset symmetric_difference union",
    ),
    (
        "int",
        "\
as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag numerator real to_bytes",
    ),
    (
        "float",
        "\
as_integer_ratio conjugate fromhex hex imag is_integer real",
    ),
];

/// The special methods of a program's own classes that this interpreter calls, `__init_subclass__` and its like aside:
/// classes have no bases here.
const CALLED: &str = "\
__init__ __post_init__ __eq__ __hash__ __repr__ __str__ __iter__ __next__ __contains__ __index__ __enter__ __exit__";

const KEYWORDS: &str = "\
False None True and as assert async await break class continue def del elif else except finally for from global if \
import in is lambda nonlocal not or pass raise return try while with yield";

fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|other| other == word)
}

/// Says whether CPython has a module, by the name of its package.
pub(super) fn has_module(name: &str) -> bool {
    has(MODULES, name.split('.').next().unwrap_or(name))
}

pub(super) fn has_builtin(name: &str) -> bool {
    has(BUILTINS, name)
}

pub(super) fn is_reflection(attribute: &str) -> bool {
    has(REFLECTION, attribute)
}

/// Says whether a built-in type of CPython has a method.
pub(super) fn has_method(kind: &str, method: &str) -> bool {
    METHODS.iter().any(|(other, methods)| *other == kind && has(methods, method))
}

/// Says whether a text is a name that Python code can define.
pub(super) fn is_identifier(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
        && !has(KEYWORDS, text)
}

/// Returns the first special method that a program defines and this interpreter never calls. It passes over most of them
/// without a word: an object whose `__bool__` says no is true, and the program's value would be wrong.
pub(super) fn ignored_method(code: &str) -> Option<&str> {
    code.lines().filter_map(defined_in_class).find(|name| is_special(name) && !has(CALLED, name))
}

/// Returns the name that an indented line defines: `def name(` or `name = `.
fn defined_in_class(line: &str) -> Option<&str> {
    let text = line.trim_start_matches([' ', '\t']);
    if text.len() == line.len() {
        return None;
    }
    let end = |text: &str| text.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    match text.strip_prefix("def ") {
        Some(rest) => rest.trim_start().get(..end(rest.trim_start())?),
        None => {
            let name = text.get(..end(text)?)?;
            let rest = text.get(name.len()..)?.trim_start();
            (rest.starts_with('=') && !rest.starts_with("==")).then_some(name)
        }
    }
}

fn is_special(name: &str) -> bool {
    name.len() > 4 && name.starts_with("__") && name.ends_with("__") && !has("__slots__ __doc__ __match_args__", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_are_never_called_are_found() {
        let class = |line: &str| format!("class E:\n    x = 1\n    {line}\n");
        assert_eq!(ignored_method(&class("def __bool__(self): return False")), Some("__bool__"));
        assert_eq!(ignored_method(&class("def  __len__ (self): return 0")), Some("__len__"));
        assert_eq!(ignored_method(&class("__call__ = lambda self: 1")), Some("__call__"));
        for fine in [
            "def __init__(self): pass",
            "def __private(self): pass",
            "x.__len__()",
            "__name__ == '__main__'",
            "__slots__ = ()",
        ] {
            assert_eq!(ignored_method(&class(fine)), None, "{fine}");
        }
        assert_eq!(ignored_method("__all__ = ['f']\ndef __getattr__(name): pass"), None);
    }
}
