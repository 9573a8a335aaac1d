import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flagTable } from './command.ts';
import { parseArguments } from './parse-arguments.ts';

const table = flagTable({
  run: { type: 'run', argument: true, required: true, describe: 'a run' },
  more: { type: 'paths', argument: true, describe: 'others' },
  maxCost: { type: 'number', min: 0, max: 9, value: 'USD', describe: 'cost' },
  repeat: { type: 'number', min: -5, whole: true, default: 3, describe: 'times' },
  levels: { type: 'numbers', default: [1, 8], whole: true, describe: 'levels' },
  models: { type: 'list', describe: 'ids' },
  order: { type: 'text', choices: ['blocks', 'sequential'], describe: 'order' },
  resume: { type: 'run', mayBeEmpty: true, excludes: ['out'], describe: 'go on' },
  out: { type: 'path', short: 'o', value: 'FILE', describe: 'a file' },
  strict: { type: 'switch', describe: 'strict' },
});
const parsed = (line: string, cwd = '.') =>
  parseArguments(line === '' ? [] : line.split(' '), table, 'try', cwd);

test('what is not said has its default, or none', () => {
  const given = parsed('latest');
  expect(given).toMatchObject({ run: 'latest', more: [], repeat: 3, levels: [1, 8], strict: false });
  expect([given.maxCost, given.models, given.order, given.out, given.color]).toEqual(
    Array(5).fill(undefined),
  );
});

test.each([
  ['a --max-cost 1.5 --repeat=-2', { maxCost: 1.5, repeat: -2 }],
  ['a --repeat -2', { repeat: -2 }],
  ['a -o x', { out: 'x' }],
  ['a -ox', { out: 'x' }],
  ['-o=x a', { run: 'a', out: 'x' }],
  ['a --models a,b --models=c', { models: ['a', 'b', 'c'] }],
  ['a --models -1/s', { models: ['-1/s'] }],
  ['a --models -.5s --strict', { models: ['-.5s'], strict: true }],
  ['a --levels 1,64', { levels: [1, 64] }],
  ['a --strict --no-color', { strict: true, color: false }],
  ['a --color --strict=false', { strict: false, color: true }],
  ['a --resume', { resume: '' }],
  ['a --resume --strict', { resume: '', strict: true }],
  ['a b -- --strict', { run: 'a', more: ['b', '--strict'], strict: false }],
])('"%s" is understood', (line, expected) => {
  expect(parsed(line)).toMatchObject(expected);
});

test.each([
  ['', 'try needs a run: a run.'],
  ['a --max-cost', '--max-cost needs a value: --max-cost USD, cost.'],
  ['a --out --strict', '--out needs a value: --out FILE, a file.'],
  ['a --max-cost 10', '--max-cost takes a number from 0 to 9, not "10".'],
  ['a --repeat 1.5', '--repeat takes a whole number from -5, not "1.5".'],
  ['a --levels 1,x', '--levels takes a whole number, not "x".'],
  ['a --out x -o y', '--out is given more than once.'],
  ['a --order random', '--order is blocks, sequential; "random" is not one of them.'],
  ['a --strict=maybe', '--strict takes no value; remove "maybe".'],
  ['a --maxCost 1', 'try has no flag "--maxCost"; did you mean "--max-cost"?'],
  ['a --no-out', 'try has no flag "--no-out"'],
  ['a --resume b --out c', '--resume and --out cannot be used together.'],
])('"%s" is refused in words', (line, message) => {
  expect(() => parsed(line)).toThrow(message);
});

describe('paths', () => {
  test('start where the command runs; whole ones and latest stay', () => {
    const given = parsed('latest /c latest d --out e', '/home/me');
    expect(given).toMatchObject({ run: 'latest', more: ['/c', 'latest', '/home/me/d'] });
    expect([given.out, given.results]).toEqual(['/home/me/e', '/home/me/results']);
    expect(parsed('latest --out latest', '/home/me').out).toBe('/home/me/latest');
    expect(parsed('./a --out b/').out).toBe('b/');
  });
});

test.each(['""', `'a'`, '"a b"', `"'a'"`, '"', 'a"'])('the value %s keeps its quotes', (value) => {
  for (const words of [[`--out=${value}`], [`-o${value}`], ['--out', value]])
    expect(parseArguments(['a', ...words], table, 'try', '.').out).toBe(value);
});

test('any word is a value after =, and none is lost or taken for a flag', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string({ minLength: 1 })), (value, words) => {
      const given = parseArguments(['latest', `--resume=${value}`, '--', ...words], table, 'try', '.');
      expect([given.resume, given.more]).toEqual([value, words]);
    }),
  );
});
