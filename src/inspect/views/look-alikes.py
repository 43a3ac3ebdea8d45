#!/usr/bin/env python3
"""Writes look-alikes-data.ts: which characters are read as ASCII, which are not seen, which are blanks, which are marks.

    apt-get install python3-icu && /usr/bin/python3 src/inspect/views/look-alikes.py && npx biome format --write src/inspect/views/look-alikes-data.ts

Sources, in order of precedence: the holes below (ours), decimal digits of any script, the name ("LATIN SMALL LETTER L
WITH STROKE" is an l), compatibility decomposition without its marks, and last the skeleton of ICU's SpoofChecker
(Unicode's confusables, https://www.unicode.org/reports/tr39/). A skeleton has no case: what is upper case and looks
like an l is read as I.
"""
import re
import unicodedata
from pathlib import Path

import icu

# What neither names nor confusables say, or say otherwise than it is used: letters of other alphabets that stand in
# for the ASCII letter that they resemble.
HOLES = {}
for ascii_letters, others in {
    'a': 'αаѧ', 'b': 'βвьъбЬƄ', 'c': 'ςϲсҫ', 'd': 'ԁժδ', 'e': 'εеєҽэ', 'f': 'ғֆϝ', 'g': 'ɡցԍ', 'h': 'һհнңћђ',
    'i': 'ιіїɩ', 'j': 'јյ', 'k': 'κкқҝ', 'l': 'ӏլߊ', 'm': 'мӎ', 'n': 'ηпոռղԥ', 'o': 'οоօσ',
    'p': 'ρрք', 'q': 'ԛգզ', 'r': 'гѓɼ', 's': 'ѕտ', 't': 'тτեŧ', 'u': 'υμսմ', 'v': 'νѵ', 'w': 'ωшщԝաѡ',
    'x': 'χхҳ', 'y': 'γуүყ', 'z': 'ζᴢ', 'R': 'Я', 'W': 'Ш', '3': 'ЗзӠ', '4': 'Ч', '6': 'б',
    'A': 'ΑАᎪ', 'B': 'ΒВᏴ', 'C': 'СᏟ', 'D': 'Ꭰ', 'E': 'ΕЕᎬ', 'F': 'Ϝ', 'G': 'ԌᏀ', 'H': 'ΗНᎻ', 'I': 'ΙІӀ',
    'J': 'ЈᎫ', 'K': 'ΚКᏦ', 'L': 'ᏞԼ', 'M': 'ΜМᎷ', 'N': 'Ν', 'O': 'ΟОՕ', 'P': 'ΡРᏢ', 'Q': 'Ԛ', 'S': 'ЅᏚՏ',
    'T': 'ΤТᎢ', 'U': 'ՍႮ', 'V': 'ѴᏙ', 'X': 'ΧХ', 'Y': 'ΥҮУᎩ', 'Z': 'ΖᏃ',
}.items():
    for other in others:
        HOLES[ord(other)] = ascii_letters
HOLES |= {ord(quote): '"' for quote in '“”„‟″〝〞＂'} | {ord('ß'): 'ss'}
# Braille, grade 1: dots of a to j; k to t add dot 3; u v x y z add dot 6; w stands apart.
DOTS = dict(zip('abcdefghij', (0x01, 0x03, 0x09, 0x19, 0x11, 0x0B, 0x1B, 0x13, 0x0A, 0x1A)))
DOTS |= {to: DOTS[of] | 0x04 for of, to in zip('abcdefghij', 'klmnopqrst')}
DOTS |= {to: DOTS[of] | 0x24 for of, to in zip('abcde', 'uvxyz')} | {'w': 0x3A}
HOLES |= {0x2800 + dots: letter for letter, dots in DOTS.items()}

NAME = re.compile(
    r'(?:MODIFIER LETTER |LATIN LETTER |COMBINING )?(?:NEGATIVE |CROSSED |BLACK |WHITE |TORTOISE SHELL BRACKETED )*'
    r'(?:PARENTHESIZED|CIRCLED|SQUARED|REGIONAL INDICATOR SYMBOL LETTER|LATIN)?(?: LATIN)?'
    r' ?(SMALL CAPITAL|CAPITAL|SMALL)?(?: LETTER)?'
    r'(?: TURNED| REVERSED| INVERTED| SIDEWAYS| DOTLESS| SCRIPT| OPEN| CLOSED| BARRED| LONG| LONG-LEGGED| HALF)*'
    r' ([A-Z])(?: WITH .*| BAR| ROTUNDA)?$'
)


def by_name(char):
    name = unicodedata.name(char, '')
    found = NAME.match(name)
    if not found or not re.search('LATIN|REGIONAL', name) or 'COMBINING' in name:
        return None
    return found[2] if found[1] in ('CAPITAL', None) else found[2].lower()


def is_ascii(text):
    return text != '' and all(0x20 < ord(char) < 0x7F for char in text)


def bare(text):
    return ''.join(c for c in unicodedata.normalize('NFKD', text) if unicodedata.category(c)[0] != 'M')


checker = icu.SpoofChecker()


def by_skeleton(char):
    """A skeleton may hold a small capital or a stroke again: then that one's letter."""
    skeleton = bare(checker.getSkeleton(0, char))
    ascii_text = ''.join(c if ord(c) < 0x7F else HOLES.get(ord(c)) or by_name(c) or c for c in skeleton)
    if not is_ascii(ascii_text) or len(ascii_text) > 3:
        return None
    if ascii_text == 'rn':
        return 'm'
    return 'I' if ascii_text == 'l' and char.isupper() else ascii_text


def read_as(code):
    char = chr(code)
    if code in HOLES:
        return HOLES[code]
    if unicodedata.category(char) == 'Nd':
        return str(unicodedata.digit(char))
    letter = by_name(char)
    if letter:
        return letter
    text = bare(char)
    if text != char and is_ascii(text) and len(text) <= 4:
        return text
    # Real words of scripts without a likeness stay as they are; a mark or an ideograph is never taken for a letter.
    if unicodedata.category(char)[0] in 'MC' or 0x3040 <= code < 0xA000 or 0xAC00 <= code < 0xD7B0:
        return None
    return by_skeleton(char)


def ranges(codes):
    """'start.count …', both in base 36, each start relative to the end of the last."""
    out, last, codes = [], 0, sorted(codes)
    while codes:
        count = 1
        while count < len(codes) and codes[count] == codes[0] + count:
            count += 1
        out.append(f'{base36(codes[0] - last)}.{base36(count)}')
        last, codes = codes[0] + count, codes[count:]
    return ' '.join(out)


def base36(number):
    digits = ''
    while True:
        digits = '0123456789abcdefghijklmnopqrstuvwxyz'[number % 36] + digits
        number //= 36
        if number == 0:
            return digits


seen, invisible, blank, marks = {}, [], [], []
for code in range(0x80, 0x110000):
    category = unicodedata.category(chr(code))
    if icu.Char.hasBinaryProperty(chr(code) if code > 0xFFFF else code, icu.UProperty.DEFAULT_IGNORABLE_CODE_POINT) or category in ('Cf', 'Cc'):
        invisible.append(code)
    elif category in ('Zs', 'Zl', 'Zp') or code == 0x2800:
        blank.append(code)
    elif category[0] == 'M':
        marks.append(code)
    elif category not in ('Cs', 'Co', 'Cn'):
        text = read_as(code)
        if text:
            seen[code] = text

ODD = '\'"`\\'
runs, several, odd, last = [], [], {char: [] for char in ODD}, 0
codes = sorted(seen)
for code in codes:
    text = seen[code]
    if len(text) > 1:
        several.append(f'{base36(code)}:{"".join(c for c in text if c not in ODD)}')
    elif text in ODD:
        odd[text].append(code)
    elif runs and runs[-1][0] + len(runs[-1][1]) == code:
        runs[-1][1] += text
    else:
        runs.append([code, text])
tokens = []
for start, text in runs:
    tokens.append(f'{base36(start - last)}:{text}')
    last = start + len(text)

lines = ['/** Generated by look-alikes.py from ICU ' + icu.ICU_VERSION + ' (Unicode ' + icu.UNICODE_VERSION + ', https://www.unicode.org/license.txt). Do not edit. */', '']


def constant(name, doc, text):
    lines.append(f'/** {doc} */')
    words, rows = text.split(' '), ['']
    for word in words:
        if len(rows[-1]) + len(word) > 86:
            rows.append('')
        rows[-1] += word + ' '
    rows[-1] = rows[-1].rstrip()
    lines.append(f'export const {name} =\n' + ' +\n'.join(f"  '{row}'" for row in rows) + ';\n')


constant('LIKE_ONE', 'Runs of characters that are read as one ASCII character each: start:letters, start relative to the end of the last run, base 36.', ' '.join(tokens))
constant('LIKE_SEVERAL', 'Characters that are read as several: code:letters.', ' '.join(several))
for char, name in zip(ODD, ('APOSTROPHES', 'QUOTES', 'BACKTICKS', 'BACKSLASHES')):
    constant(name, f'Read as U+{ord(char):04X}: ranges start.count, relative, base 36.', ranges(odd[char]))
constant('INVISIBLE', 'Default-ignorable, format and control characters.', ranges(invisible))
constant('BLANK', 'Blanks other than the ASCII ones.', ranges(blank))
constant('MARKS', 'Combining marks.', ranges(marks))
Path(__file__).with_name('look-alikes-data.ts').write_text('\n'.join(lines))
print(len(seen), 'characters,', len(runs), 'runs,', len(invisible), 'invisible')
for sample in 'аІӏВвғЗꓐᎠᏞՕոսւ⒜🄰🅰🇦łøđɐǝʇɥ⠁…“’ßæ٣ﬁℹ™':
    print(sample, seen.get(ord(sample)), end='; ')
