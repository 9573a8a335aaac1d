import fc from 'fast-check';
import { expect, test } from 'vitest';
import { row } from '../../sheet/testing/runs.ts';
import { markup } from '../frame/html.ts';
import { fittingPrompts } from './grid-part.ts';
import { differs, GridScan, mostRepeats, someFailed } from './grid-scan.ts';
import { markedWords } from './word-diff.ts';

function scanOf(rows: readonly ReturnType<typeof row>[]): GridScan {
  const scan = new GridScan();
  for (const one of rows) scan.add(one);
  return scan;
}

test('a cell holds every measured request once, by its last attempt, in the order of repeats', () => {
  const scan = scanOf([
    row({ repeat: 2, event_id: 'b' }),
    row({ repeat: 1, event_id: 'first try', final: false, status: 'error' }),
    row({ repeat: 1, event_id: 'a' }),
    row({ phase: 'warmup', event_id: 'warm' }),
    row({ repeat: 3, event_id: 'c', status: 'cancelled' }),
  ]);
  const cell = scan.cellsOf('p1').get('kimi')!;
  expect(cell.asked).toBe(2);
  expect(cell.answers.map(({ eventId }) => eventId)).toEqual(['a', 'b']);
});

test('of many repeats the first are kept, and all are counted', () => {
  const rows = Array.from({ length: 50 }, (_, n) =>
    row({ repeat: 50 - n, event_id: `e${50 - n}`, passed: n % 2 === 0 }),
  );
  const cell = scanOf(rows).cellsOf('p1').get('kimi')!;
  expect(cell).toMatchObject({ asked: 50, checked: 50, passed: 25 });
  expect(cell.answers.map(({ repeat }) => repeat)).toEqual(
    Array.from({ length: mostRepeats }, (_, n) => n + 1),
  );
});

test('a failed check is reported with its reason, a failed request with its message', () => {
  const scan = scanOf([
    row({ passed: false, failed_checks: ['contains', 'length'], check_why: ['no "O"', ''] }),
    row({
      model: 'glm',
      status: 'error',
      http_status: 503,
      error_family: 'provider',
      error_code: 'http_503',
      error_message: 'busy',
    }),
  ]);
  expect(scan.cellsOf('p1').get('kimi')!.answers[0]!.failed).toEqual(['contains: no "O"', 'length']);
  expect(scan.cellsOf('p1').get('glm')!.answers[0]!.failure).toBe('provider http_503: "busy"');
});

test.each([
  ['other checks', { passed: true }, { passed: false }, true, true],
  [
    'the same checks, other words',
    { passed: true, answer_sha256: 'a' },
    { passed: true, answer_sha256: 'b' },
    false,
    false,
  ],
  ['no checks, other words', { answer_sha256: 'a' }, { answer_sha256: 'b' }, true, false],
  ['no checks, the same words', { answer_sha256: 'a' }, { answer_sha256: 'a' }, false, false],
  ['no answer of one', { passed: true }, { status: 'error' }, true, true],
  ['both wrong', { passed: false }, { passed: false }, false, true],
] as const)('models with %s', (_what, kimi, glm, isDifferent, isFailing) => {
  const scan = scanOf([row(kimi), row({ ...glm, model: 'glm' })]);
  const cells = [...scan.cellsOf('p1').values()];
  expect([differs(cells), someFailed(cells)]).toEqual([isDifferent, isFailing]);
});

test('marked words are the one text and the other, and nothing is lost', () => {
  const words = fc.array(fc.constantFrom('a', 'b', 'word', ' ', '\n', '<i>', '&', '.', 'ü'), {
    maxLength: 30,
  });
  const plain = (html: string): string => markup`${html}`.text;
  fc.assert(
    fc.property(words, words, (one, other) => {
      const [base, text] = [one.join(''), other.join('')];
      const html = markup`${markedWords(base, text)}`.text;
      expect(html.replaceAll(/<del>[^]*?<\/del>/g, '').replaceAll(/<\/?ins>/g, '')).toBe(plain(text));
      expect(html.replaceAll(/<ins>[^]*?<\/ins>/g, '').replaceAll(/<\/?del>/g, '')).toBe(plain(base));
    }),
  );
});

test('texts that have little in common are not marked, to save time', () => {
  const long = (word: string): string => Array.from({ length: 3000 }, (_, n) => `${word}${n}`).join(' ');
  expect(markedWords(long('a'), long('b'))).toBe(long('b'));
});

test('a page of all answers stays below its ceiling, whole prompts at a time', () => {
  const rows = Array.from({ length: 40 }, (_, n) =>
    row({ prompt_id: `p${n}`, event_id: `e${n}`, answer_chars: n === 3 ? 1_000_000 : 1500 }),
  );
  const order = rows.map(({ prompt_id }) => prompt_id);
  const scan = scanOf(rows);
  expect(fittingPrompts(scan, order)).toEqual(order);
  // A long answer is cut, and counts with its shown length.
  expect(fittingPrompts(scan, order, 5 * 2200 + 500)).toEqual(order.slice(0, 5));
  expect(fittingPrompts(scan, order, 0)).toEqual([]);
});
