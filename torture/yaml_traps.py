"""What YAML is known to trip readers up with: values, whole texts, and texts that take time or memory."""

from __future__ import annotations

from collections.abc import Callable

SMALLEST = "data: xor\nmodel: {layers: [4, 1]}\n"

VALUES = (
    *("", "~", "null", "Null", "''", '""', "|", ">", "|-\n   a\n   b", ">+\n   a\n\n", "-", "?", ":", "- 1", "? a"),
    "a: b",
    *("off", "no", "yes", "on", "y", "n", "true", "True", "TRUE", "tRue", "false", "'true'", "none", "None", "NULL"),
    *("1e-4", "1e5", "1E5", "1.e-4", ".5", "5.", "1_000", "1_000.5", "010", "0o10", "0x10", "0b11", "0xG", "+1", "-0"),
    *("1:30", "1:30:00.5", "190:20:30", "2024-01-01", "2024-01-01T00:00:00Z", "2024-01-01 00:00:00 +1", "12e03", "- 1"),
    *(".nan", ".NaN", "NaN", "nan", ".inf", "-.inf", "+.INF", "inf", "Infinity", "1e999", "-1e999", "1e-999", "-0.0"),
    *("-1", "0", "1", "2", "1.0", "1.5", "1e308", "5e-324", "2.2250738585072014e-308", "0.1", "0.99999999999999999"),
    *("9" * 19, "9" * 100, "9" * 101, "9" * 5000, "-" + "9" * 60, "0x" + "f" * 98, "0x" + "f" * 400, "0." + "1" * 500),
    *("18446744073709551616", "9223372036854775807", "-9223372036854775809", "4294967296", "1e19", "1" + "0" * 400),
    *("[]", "{}", "[[]]", "[{}]", "[1, 2]", "{a: 1}", "{a: {b: {c: 1}}}", "[a, [b, [c]]]", "{name: }", "{name: ~}"),
    "[,]",
    *("{name: [xor]}", "{name: {name: xor}}", "{name: xor, name: iris}", "{1: 2}", "{? [a] : b}", "{[a]: b}", "{~: 1}"),
    *("{true: 1}", "{1.5: 1}", "{.nan: 1}", "{'': 1}", "{=: 1}", "=", "<<", "{<<: {name: sgd}}", "{<<: *a}", "{? }"),
    *("[" * 70 + "]" * 70, "{a: " * 70 + "}" * 70, "[" * 64 + "]" * 64, "[" * 3000, "{" * 3000, "]" * 9, "}" * 9),
    *("!!python/object:os.system {}", "!!python/object/apply:os.system [ls]", "!!python/name:os.system", "!!int 'a'"),
    *("!!binary aGVsbG8=", "!!set {a, b}", "!!omap [a: 1]", "!!timestamp 2024-01-01", "!!float .nan", "!!null x", "!x"),
    "!",
    *("!<tag:yaml.org,2002:int> 1", "!!str 1", "!!map []", "!!seq {}", "!e!x 1", "! 1", "!!", "!<", "!%41 1", "!%ZZ 1"),
    *("&a", "*a", "&a *a", "&a [*a]", "&a {b: *a}", "[&a 1, *a]", "&a &b 1", "[&a [1], &a [2], *a]", "* a", "&", "*"),
    *("@x", "`x", "%x", "#x", "x #y", "x#y", "'it''s'", "'open", '"open', '"\\x41"', '"\\0"', '"\\ud800"', '"\\q"'),
    *('"\\UFFFFFFFF"', '"\\U0010FFFF"', '"\\u2028"', '"\\x85"', '"\\e[31m"', '"\\N\\_\\L\\P"', '"a\\\n  b"', '"\\'),
    '"\\u12"',
    *("\t1", "1\t", "a\tb", "\t", "a\0b", "\0", "a\x07b", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff"),
    "\ufffe",
    *("\xa0", "\u202ex", "\u200b", "é", "e\u0301", "漢字", "😀", "\U0010ffff", "\U000e0001", "\ue000", "\ufdd0", "Ⅷ"),
    "１",
    *("x" * 101, "x" * 5000, "x " * 3000, "'" + "\n" * 300 + "'", "../x", "/dev/null", "a/b", "CON", ".", "..", "-x"),
    "%s{0}$",
    *("validation_loss", "train_loss", "input", "full", "auto", "balanced", "sgd", "xor", "{name: csv, file: x.csv}"),
    "1,5",
    *("---", "...", "--- 1", "\n---\na: 1", "\n...\n", "\n%YAML 1.1\n---\n", "1\n2", "1\n  2", "\r", "\r\n", "a\rb"),
    "key: [\n",
)
"""Each stands where a value belongs."""

KEYS = (
    *("name", "Name", "NAME", "data", "lr", "units", "<<", "=", "~", "null", "true", "1", "1.5", "''", '"name"'),
    "'data'",
    *("? a", "? [a]", "[a]", "{a: b}", "&k name", "*k", "!!str name", "!x name", "-", "- name", "", " ", "\t", "\0"),
    "x" * 2000,
    *("é", "😀", "\u2028", "na me", "na-me", "name:", ":name", "#name", "@name", "__class__", "self", "{}", "[]"),
    *("0x10", ".nan"),
)

_BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

TEXTS: tuple[str | bytes, ...] = (
    *("", " ", "\n", "\r", "\t", "#", "# nothing\n", "---", "---\n...", "...", "--- #", "%YAML 1.2\n---\n"),
    "%TAG ! a\n---\n",
    *("%YAML 9.9\n---\n" + SMALLEST, "%x\n", "\ufeff", "\ufeff# x", "\ufeff\ufeff" + SMALLEST, SMALLEST + "\ufeff"),
    *("~", "null"),
    *(SMALLEST + "---\n", SMALLEST + "...\n", SMALLEST + "...\nx", SMALLEST + "---\n" + SMALLEST, "---\n" + SMALLEST),
    *("- a", "x"),
    *(SMALLEST + SMALLEST, SMALLEST + "<<: {seed: 1}\n", "x: &x {seed: 1}\n<<: *x\n" + SMALLEST),
    SMALLEST + "<<: [{}, {}]\n",
    *("&a\n" + SMALLEST, "&a {data: *a}", "data: &a [*a]\n", "&a [*a]", "*a", "? *a\n: *a", _BOMB, _BOMB + SMALLEST),
    "&a &a a",
    *("!!python/object/apply:os.system ['touch x']", "!!map\n" + SMALLEST, "!!omap\n- data: xor\n", "!<x> " + SMALLEST),
    "!",
    *(SMALLEST.replace("\n", "\r"), SMALLEST.replace("\n", "\r\n"), SMALLEST.replace("\n", "\x85")),
    *(SMALLEST.replace("\n", "\u2028"), SMALLEST.replace(" ", "\xa0"), SMALLEST.replace(" ", "\t")),
    *(SMALLEST + "\0", "\0" + SMALLEST, SMALLEST + "name: a\0b"),
    *("[" * 5000, "{" * 5000, "[" * 5000 + "]" * 5000, "- " * 3000, "? " * 3000, ": " * 3000, "a: " * 3000),
    *("{a: " * 3000, "!" * 3000),
    *("".join(f"{' ' * depth}a:\n" for depth in range(900)), "".join(f"{' ' * depth}-\n" for depth in range(900))),
    "&" * 3000,
    *("'" * 3001, '"' * 3001, "|\n" * 3000, "\n" * 3000, "#\n" * 3000, "*" * 3000, "%" * 3000, "\\" * 3000),
    *("[,]" * 1000, "\t" * 3000),
    *(f'{{"data": "xor", "model": {{"layers": [{text}]}}}}' for text in ("4, 1", "4, 1,", "1e1", "true", "[1]", "{}")),
    *(SMALLEST.encode(coding) for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp500")),
    *(b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\xef\xbb", b"\xef\xbb\xbf", b"\x80", b"\xc0\x80", b"\xed\xa0\x80"),
    b"\xf8\x88",
    *(b"\xf4\x90\x80\x80", SMALLEST.encode() + b"\xe2\x82", b"\x1f\x8b\x08\0", b"PK\x03\x04", b"\x7fELF"),
    *(bytes(range(256)), bytes(999)),
)
"""Each is a whole file."""

_MIB = 1 << 20


def _filled(before: str, part: str, after: str = "", *, of: int = _MIB) -> Callable[[], bytes]:
    """`part` over and over between `before` and `after`, as many bytes as a config may have, or `of`."""
    size = len(part.encode())
    return lambda: (before + part * ((of - len((before + after).encode())) // size) + after).encode()


def _rows(before: str, row: str, after: str, *, count: int = 10_000) -> Callable[[], bytes]:
    """`row` with each number up to `count`."""
    return lambda: (before + "".join(row.format(i) for i in range(count)) + after).encode()


_INLINE = "model: {layers: [4, 1]}\ndata: {name: inline, inputs: ["
_LAYERS = "data: xor\nmodel: {layers: ["

LARGE: tuple[Callable[[], bytes], ...] = (
    _filled(SMALLEST, "# x\n", of=5 * _MIB),
    _filled("", "x", of=3 * _MIB),
    *(_filled(SMALLEST, part) for part in ("# x\n", "\n", " ", "\r\n", "#", "\t", "\u2028")),
    *(_filled(f"{SMALLEST}name: ", part) for part in ("x", "😀", "9", "_", "x ", "*a ", "é", "- ")),
    *(_filled(f"{SMALLEST}name: ", part) for part in "[{'\\&!"),
    *(_filled(f"{SMALLEST}name: {before}", part) for before, part in (("1.", "0"), ("0x", "f"))),
    *(_filled(f"{SMALLEST}name: {before}\n", "  x\n") for before in "|>"),
    *(_filled(f"{SMALLEST}name: {before}", " x\n", after) for before, after in (("x\n", ""), ("'", "'"), ('"', '"'))),
    *(_filled(f'{SMALLEST}name: "', part, '"') for part in ("\\n", "\\x00", "\\U0010ffff", "\\ud800")),
    *(_filled(SMALLEST, "x", after) for after in ("", ": 1\n")),
    _filled(f"{SMALLEST}? ", "x", "\n: 1\n"),
    _filled(f"{SMALLEST}name: ", "x", "\0"),
    *(_filled(f"{SMALLEST}metrics: [", part, "]") for part in ("1,", "x,", "mae,", ".nan,", "!a b,")),
    *(_filled(f"{SMALLEST}metrics: [", part, "]") for part in ("[],", "{},", "a: 1,", "&a 1,")),
    *(_filled(f"{SMALLEST}metrics: [&a x, ", part, "]") for part in ("*a,", "*b,", "[*a],", "!a b,x,x,")),
    *(_filled(_LAYERS, part, "1]}") for part in ("1,", "x,", "{a: 1},", "{units: 0},", "{units: 1, init: zeros},")),
    *(_filled(f"{_LAYERS}&a {{units: 1, init: zeros}},", part, "1]}") for part in ("*a,", "[*a],")),
    *(_filled(SMALLEST, part) for part in ("seed: 1\n", "a: 1\n", "? a\n", "seed:\n")),
    _filled(f"{SMALLEST}training:\n", "  - 1\n"),
    _filled(_INLINE, "[1,2],", "], targets: [1]}"),
    _filled(f"{'x' * 60}: {'{a: ' * 60}[", "1,", "]" + "}" * 60),
    *(_rows(SMALLEST, row, "") for row in ("key{}: 1\n", "ke{0}y{0}: {{a: 1}}\n", "s{0}: &a{0} 1\n")),
    *(_rows(SMALLEST, row, "") for row in ("{}: 1\n", "'{}': .nan\n")),
    # as many values as may stand there
    *(_rows(f"{SMALLEST}metrics: [", row, "]", count=9900) for row in (".nan,", "!a b,", "x,", "mae,")),
    _rows(f"{SMALLEST}metrics: [", "!a b,x,", "]", count=4900),
    *(_rows(_LAYERS, "1,", "1]}", count=count) for count in (400, 600, 9900)),
    *(_rows(_LAYERS, row, "1]}", count=count) for row, count in (("x,", 9900), ("{{a: 1}},", 2400))),
    *(
        _rows(_LAYERS, row, "1]}", count=1900)
        for row in ("{{init: x}},", "{{units: !a 1, init: x}},", "{{init: {{x: 1}}}},")
    ),
    _rows(f"{SMALLEST}loss: {{name: weighted_sum, parts: [", "{{loss: mse}},", "]}", count=2400),
    _rows(f"{SMALLEST}optimizer: {{", "learning_rat{}: 1,", "}", count=4900),
    _rows(f"{SMALLEST}loss: {{name: cross_entropy, class_weights: {{", "k{}: 1,", "}}", count=4900),
    _rows(_INLINE, "[{}],", f"], targets: [{'1,' * 3000}]}}", count=3000),
    _rows(_INLINE + "[1]], targets: [", '"\\U000e0001{}",', "]}", count=9000),
    _filled(_INLINE + "[1]], targets: [&a " + "x" * 900_000 + ",", "*a,", "]}", of=920_000),
    _filled(_INLINE + '[1]], targets: ["', "\ue000", '"]}'),
    _filled(_INLINE + "[1]], targets: [", "x" * 200 + ",", "]}"),
)
"""Whole files, made when they are wanted: of megabytes, or of as many values as a config may have."""
