"""Regular expressions of ECMA-262, as JSON Schema has them, in the words of the engine that judges by them.

OpenAPI and JSON Schema ask for ECMA-262. Documents have three kinds of pattern beside the plain ones: those that are
valid only without the ``u`` flag (Annex B of ECMA-262: ``[\\w-.]``, ``\\_``), which have one meaning; those that use
words of other dialects (``\\A``, ``(?i)``, ``[[:alpha:]]``), which ECMA-262 refuses or reads as something that nobody
means; and those that the engine takes in another sense (``.`` and carriage returns, ``\\b`` beside ``é``, ``[^]``).
The first and the last are translated, the second are refused with their place.
"""

import re
from dataclasses import dataclass, field

_WORD = "A-Za-z0-9_"
_NOT_WORD = r"\x00-\x2F\x3A-\x40\x5B-\x5E\x60\x7B-\u{10FFFF}"
_SPACE = r"\x09-\x0D\x20\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF"
_NOT_SPACE = (
    r"\x00-\x08\x0E-\x1F\x21-\x9F\xA1-\u167F\u1681-\u1FFF\u200B-\u2027\u202A-\u202E\u2030-\u205E\u2060-\u2FFF"
    r"\u3001-\uFEFE\uFF00-\u{10FFFF}"
)
_SETS = {
    "d": "0-9", "D": r"\x00-\x2F\x3A-\u{10FFFF}", "w": _WORD, "W": _NOT_WORD, "s": _SPACE, "S": _NOT_SPACE,
}  # fmt: skip
_BOUNDARY = f"(?:(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}]))"
_NO_BOUNDARY = f"(?:(?<=[{_WORD}])(?=[{_WORD}])|(?<![{_WORD}])(?![{_WORD}]))"
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_INSTEAD = {"A": "^", "Z": "$", "z": "$", "h": r"[ \t]", "R": r"\r?\n", "e": r"\x1B", "a": r"\x07"}
_QUANTIFIER = re.compile(r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??")
_BRACED = re.compile(r"\{[0-9]+(?:,[0-9]*)?\}")
_PROPERTY = re.compile(r"[pP]\{[A-Za-z0-9_]+(?:=[A-Za-z0-9_]+)?\}")
_UNICODE = re.compile(r"u\{([0-9A-Fa-f]+)\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})")
_NAME = re.compile(r"<([^\W\d]\w*|\$\w*)>")
_PLAIN = re.compile(r"[A-Za-z0-9_ -]")
_DEEPEST = 50


class EcmaPatternInvalid(Exception):
    """A pattern that is none of ECMA-262, or that cannot be judged by.

    Args:
        message: why, in a sentence for its author.
        offset: where in the pattern, counted in characters.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def translated(pattern: str) -> str:
    """The pattern in words that the engine takes in the sense of ECMA-262.

    Raises:
        PatternInvalid: it is no pattern of ECMA-262 (with or without its ``u`` flag), or has what the engine lacks.
    """
    if len(pattern) > 2 and pattern.startswith("/^") and re.search(r"\$/[a-z]*$", pattern):
        raise EcmaPatternInvalid("slashes around a pattern are no part of it: they are matched as they stand", 0)
    reading = _PatternReading(pattern)
    text = reading.alternatives(0, True)
    if reading.place < len(pattern):
        raise EcmaPatternInvalid("a bracket ) is closed that was not opened", reading.place)
    return text


@dataclass
class _PatternReading:
    pattern: str
    place: int = 0
    groups: int = 0
    names: dict[str, int] = field(default_factory=dict)
    certain: set[int] = field(default_factory=set)
    """The groups that have matched wherever the pattern goes on after them."""

    def alternatives(self, depth: int, certain: bool) -> str:
        if depth > _DEEPEST:
            raise EcmaPatternInvalid("it is nested too deeply", self.place)
        several = _has_alternatives(self.pattern, self.place)
        parts = [self._terms(depth, certain and not several)]
        while self._eat("|"):
            parts.append(self._terms(depth, False))
        return "|".join(parts)

    def _terms(self, depth: int, certain: bool) -> str:
        made = []
        while self.place < len(self.pattern) and self.pattern[self.place] not in "|)":
            first = self.groups + 1
            start = self.place
            atom, repeatable = self._atom(depth, certain)
            match = _QUANTIFIER.match(self.pattern, self.place)
            if match:
                if not repeatable:
                    raise EcmaPatternInvalid("there is nothing to repeat", start)
                self.place = match.end()
                if match[0][0] in "*?" or match[0].startswith("{0"):
                    self.certain.difference_update(range(first, self.groups + 1))
                atom = (
                    f"(?:{atom})" if atom.startswith("(?") or (atom.startswith("\\") and len(atom) > 2) else atom
                ) + match[0]
            made.append(atom)
        return "".join(made)

    def _atom(self, depth: int, certain: bool) -> tuple[str, bool]:
        """One atom or assertion, and whether it may be repeated."""
        char = self.pattern[self.place]
        self.place += 1
        if char in "^$":
            return char, False
        if char == ".":
            return r"[^\x0A\x0D\u2028\u2029]", True
        if char == "(":
            return self._group(depth, certain)
        if char == "[":
            return self._class(), True
        if char == "\\":
            return self._escape()
        if char in "*+?" or (char == "{" and _BRACED.match(self.pattern, self.place - 1)):
            raise EcmaPatternInvalid("there is nothing to repeat", self.place - 1)
        return _literal(self._code_point(char)), True

    def _group(self, depth: int, certain: bool) -> tuple[str, bool]:
        start = self.place - 1
        opening, repeatable, number = "(", True, 0
        if self._eat("?"):
            for mark in (":", "=", "!", "<=", "<!"):
                if self._eat(mark):
                    opening, repeatable = f"(?{mark}", mark in ":=!"
                    certain = certain and mark == ":"
                    break
            else:
                name = _NAME.match(self.pattern, self.place)
                if name is None:
                    what = re.match(r"\(\?[a-zA-Z-]*[^a-zA-Z]?", self.pattern[start:])
                    raise EcmaPatternInvalid(f"{what[0] if what else '(?'} has no meaning in ECMA-262", start)
                self.place = name.end()
                self.names[name[1]] = self.groups + 1
        if opening == "(":
            self.groups += 1
            number = self.groups
        inner = self.alternatives(depth + 1, certain)
        if not self._eat(")"):
            raise EcmaPatternInvalid("a bracket ( is not closed", start)
        if number and certain:
            self.certain.add(number)
        return f"{opening}{inner})", repeatable

    def _escape(self) -> tuple[str, bool]:
        start = self.place - 1
        if self.place >= len(self.pattern):
            raise EcmaPatternInvalid("it ends with a backslash", start)
        char = self.pattern[self.place]
        if char in _SETS:
            self.place += 1
            return f"[{_SETS[char]}]", True
        if char in "bB":
            self.place += 1
            return _BOUNDARY if char == "b" else _NO_BOUNDARY, False
        found = _PROPERTY.match(self.pattern, self.place)
        if found:
            self.place = found.end()
            return f"\\{found[0]}", True
        if char in "123456789" or (char == "k" and _NAME.match(self.pattern, self.place + 1)):
            return self._back(start), True
        return _literal(self._character_escape()), True

    def _back(self, start: int) -> str:
        match = re.compile(r"[1-9][0-9]*").match(self.pattern, self.place)
        if match:
            number = int(match[0])
        else:
            match = _NAME.match(self.pattern, self.place + 1)
            number = self.names.get(match[1], 0) if match else 0
        if match is None or number not in self.certain:
            raise EcmaPatternInvalid("it refers back to a group that need not have matched", start)
        self.place = match.end()
        return f"(?:\\{number})"

    def _character_escape(self) -> int:
        """The code point that an escape stands for; the place is behind the backslash."""
        start = self.place - 1
        char = self.pattern[self.place]
        coded = _UNICODE.match(self.pattern, self.place)
        if coded:
            self.place = coded.end()
            return self._paired(int(coded[1] or coded[2] or coded[3], 16), start)
        self.place += 1
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char == "0" and not self.pattern[self.place : self.place + 1].isdigit():
            return 0
        if char == "c" and re.match(r"[A-Za-z]", self.pattern[self.place : self.place + 1]):
            self.place += 1
            return ord(self.pattern[self.place - 1]) % 32
        if char.isascii() and char.isalnum():
            instead = f"; write {_INSTEAD[char]}" if char in _INSTEAD else ""
            raise EcmaPatternInvalid(f"\\{char} has no meaning in ECMA-262{instead}", start)
        return self._code_point(char)

    def _paired(self, code: int, start: int) -> int:
        if 0xD800 <= code < 0xDC00:
            low = re.compile(r"\\u([dD][c-fC-F][0-9A-Fa-f]{2})").match(self.pattern, self.place)
            if low:
                self.place = low.end()
                return 0x10000 + (code - 0xD800) * 0x400 + int(low[1], 16) - 0xDC00
        if 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            raise EcmaPatternInvalid("it names half a character", start)
        return code

    def _class(self) -> str:
        start = self.place - 1
        negated = self._eat("^")
        made = []
        if self.pattern.startswith("[:", self.place) and ":]" in self.pattern[self.place :]:
            raise EcmaPatternInvalid("[: :] has no meaning in ECMA-262", self.place)
        while not self._eat("]"):
            if self.place >= len(self.pattern):
                raise EcmaPatternInvalid("a bracket [ is not closed", start)
            low_at = self.place
            low = self._member()
            if self.pattern[self.place : self.place + 1] != "-" or self.pattern[self.place + 1 : self.place + 2] in (
                "]",
                "",
            ):
                made.append(low if isinstance(low, str) else _hex(low))
                continue
            self.place += 1
            high = self._member()
            if isinstance(low, str) or isinstance(high, str):
                # Annex B: beside a class such as \w a hyphen is a hyphen.
                made += [each if isinstance(each, str) else _hex(each) for each in (low, ord("-"), high)]
            elif high < low:
                raise EcmaPatternInvalid("the range is out of order", low_at)
            else:
                made.append(f"{_hex(low)}-{_hex(high)}")
        if not made:
            return r"[\x00-\u{10FFFF}]" if negated else r"[^\x00-\u{10FFFF}]"
        return f"[{'^' if negated else ''}{''.join(made)}]"

    def _member(self) -> int | str:
        """One member of a class: a code point, or ranges."""
        if self.place >= len(self.pattern):
            raise EcmaPatternInvalid("a bracket [ is not closed", self.place)
        char = self.pattern[self.place]
        self.place += 1
        if char != "\\":
            return self._code_point(char)
        following = self.pattern[self.place : self.place + 1]
        if not following:
            raise EcmaPatternInvalid("it ends with a backslash", self.place - 1)
        if following in _SETS:
            self.place += 1
            return _SETS[following]
        if following == "b":
            self.place += 1
            return 8
        found = _PROPERTY.match(self.pattern, self.place)
        if found:
            self.place = found.end()
            return f"\\{found[0]}"
        return self._character_escape()

    def _code_point(self, char: str) -> int:
        if 0xD800 <= ord(char) < 0xE000:
            raise EcmaPatternInvalid("it names half a character", self.place - 1)
        return ord(char)

    def _eat(self, text: str) -> bool:
        if not self.pattern.startswith(text, self.place):
            return False
        self.place += len(text)
        return True


def _has_alternatives(pattern: str, start: int) -> bool:
    """Whether the group that begins there has a ``|`` of its own; brackets in classes are skipped."""
    depth, in_class, place = 0, False, start
    while place < len(pattern):
        char = pattern[place]
        if char == "\\":
            place += 1
        elif in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth < 0:
                return False
        elif char == "|" and depth == 0:
            return True
        place += 1
    return False


def _literal(code: int) -> str:
    return chr(code) if _PLAIN.fullmatch(chr(code)) or code > 0x9F else f"\\x{code:02X}"


def _hex(code: int) -> str:
    """A code point within a class, where no sign of the engine's own can be met."""
    if code < 0x80 and chr(code).isalnum():
        return chr(code)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{{{code:X}}}"
