// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are for a shell, not templates of ours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { placeOf } from '../../../src/inspect/arguments/addresses.ts';
import { commandsOf } from '../../../src/inspect/arguments/shell-words.ts';
import { found } from './found.ts';

const PARAMETERS = [
  'id',
  'email',
  'path',
  'url',
  'host',
  'command',
  'sql',
  'code',
  'pattern',
  'value',
];
/** What the grammars are made of, so that random texts get deep into them. */
const PIECES = [
  ...'\'"`$(){}[]<>|&;\\/.*?!#%=+-_@:,~^ \n\t\0a1é。．',
  ...[
    '$(',
    '${',
    '<(',
    '<<<',
    '&&',
    '../',
    '%2e',
    '%25',
    '%c0%af',
    '/*',
    '*/',
    '--',
    ' or ',
    'select ',
    'union ',
    'rm ',
    'echo ',
    'x=',
    '$x',
    'http://',
    '127.',
    '0x',
    '{a,b}',
    "$'",
    '\\x41',
    '\u200b',
    'base64 -d',
    ' | sh',
    '{{',
    'IFS',
  ],
];
const text = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 200 })
  .map((parts) => parts.join(''));

test('no text makes a check throw, whatever its parameter', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...PARAMETERS),
      fc.oneof(text, fc.string(), fc.string({ unit: 'binary' })),
      (name, value) => {
        for (const rule of found('run_query', { [name]: value }))
          assert.match(rule, /^arguments\.[a-z-]+(?:\.[a-z-]+)?$/);
      },
    ),
    { numRuns: 600 },
  );
});

test('what a shell makes of a text is bounded by the text', () => {
  const LIMIT = 32_768;
  const check = (line: string) => {
    const commands = commandsOf(line);
    assert.ok(commands.length <= 4096 + 8, `${commands.length} commands`);
    const characters = commands.reduce((sum, { words }) => sum + words.join('').length, 0);
    // One word of braces becomes 64 at most.
    assert.ok(characters <= 64 * (line.length + LIMIT), `${characters} characters`);
  };
  fc.assert(fc.property(text, check), { numRuns: 300 });
  for (const part of [
    'x=$x$x;',
    '$(',
    '${',
    '`',
    '{a,b}',
    'a;',
    '<(',
    'x=${x}${x}$(echo $x$x);',
    '{$x,$x}',
    "$'\\x41'",
  ])
    check(`x=abcdefgh;${part.repeat(20_000)}`);
});

/** Ways to write a letter, a word or a blank for a shell that change nothing of what is run. */
const hidden = (word: string, choices: readonly number[]): string =>
  [...word]
    .map((letter, at) => {
      const octal = letter.charCodeAt(0).toString(8);
      const hex = letter.charCodeAt(0).toString(16);
      const ways = [
        letter,
        `'${letter}'`,
        `"${letter}"`,
        `${letter}''`,
        `$'\\x${hex}'`,
        `$'\\${octal}'`,
        `$(echo ${letter})`,
        `$(printf '\\x${hex}')`,
        at === 0 ? letter : `\\${letter}`,
        `\${_-${letter}}`,
      ];
      return ways[choices[at]! % ways.length]!;
    })
    .join('');

test('a command is found however its letters are written', () => {
  const choices = fc.array(fc.nat(), { minLength: 8, maxLength: 8 });
  const blank = fc.constantFrom(' ', '  ', '\t', '${IFS}', '$IFS$9');
  fc.assert(
    fc.property(fc.constantFrom('rm', 'sudo rm'), choices, blank, (line, ways, gap) => {
      const words = line.split(' ').map((word) => hidden(word, ways));
      const whole = [...words, '-rf', '/'].join(gap);
      assert.ok(found('run_command', { command: whole }).length > 0, whole);
    }),
    { numRuns: 300 },
  );
});

const byte = fc.nat(255);
const inside = fc.oneof(
  fc.tuple(fc.constant(127), byte, byte, byte),
  fc.tuple(fc.constant(10), byte, byte, byte),
  fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
  fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
);

test('an address leads to the same place in every notation', () => {
  fc.assert(
    fc.property(inside, (parts) => {
      const [a, b, c, d] = parts;
      const whole = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
      const hex = (value: number) => value.toString(16);
      const octal = (value: number) => `0${value.toString(8)}`;
      const expected = placeOf(`${a}.${b}.${c}.${d}`)!.kind;
      const notations = [
        `${whole}`,
        `0x${hex(whole)}`,
        octal(whole),
        parts.map((part) => `0x${hex(part)}`).join('.'),
        parts.map(octal).join('.'),
        `${a}.${b}.${(c << 8) | d}`,
        `${a}.${(b << 16) | (c << 8) | d}`,
        `${a + 256}.${b}.${c}.${d + 512}`,
        `${whole + 2 ** 32}`,
        `[::ffff:${a}.${b}.${c}.${d}]`,
        `[::ffff:${hex((a << 8) | b)}:${hex((c << 8) | d)}]`,
        `[64:ff9b::${hex((a << 8) | b)}:${hex((c << 8) | d)}]`,
        `[2002:${hex((a << 8) | b)}:${hex((c << 8) | d)}::1]`,
        `${a}.${b}.${c}.${d}.`,
        `${a}。${b}．${c}｡${d}`,
        `${a}.${b}.${c}.${d}.nip.io`,
        `x-${a}-${b}-${c}-${d}.sslip.io`,
      ];
      for (const notation of notations) assert.equal(placeOf(notation)?.kind, expected, notation);
    }),
    { numRuns: 200 },
  );
});

test('a path that leaves is found through rounds of percent-encoding', () => {
  const encoded = (value: string, ways: readonly boolean[]): string =>
    [...value]
      .map((letter, at) =>
        ways[at % ways.length] ? `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}` : letter,
      )
      .join('');
  const ways = fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 16 }), { maxLength: 3 });
  fc.assert(
    fc.property(
      fc.constantFrom('../a', '../../etc/x', 'a/../../b', '..\\..\\b'),
      ways,
      (path, rounds) => {
        const hiddenPath = rounds.reduce(encoded, path);
        assert.ok(
          found('read_file', { path: hiddenPath }).includes('arguments.path.traversal'),
          hiddenPath,
        );
      },
    ),
    { numRuns: 300 },
  );
});
