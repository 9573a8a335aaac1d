import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkAll } from './check-verdict.ts';
import { createChecker } from './checker.ts';
import { answerOf, specOf, type Written } from './testing/finding-of.ts';
import { NothingToExtract, transformed, transformSchema, type Transform } from './transforms.ts';

const step = (written: unknown): Transform => transformSchema.parse(written);
const steps = (...written: unknown[]): Transform[] => written.map(step);

test.each<[string, unknown[], string, string]>([
  ['thinking in tags', ['strip-think'], '<think>refund? no</think>\n\nlabel: billing', 'label: billing'],
  ['thinking that nothing closes', ['strip-think'], '<think>refund? hm', ''],
  ['thinking whose beginning stood in the prompt', ['strip-think'], 'refund? no</think>billing', 'billing'],
  ['other spellings', ['strip-think'], '<reasoning>a</reasoning>[THINK]b[/THINK]c', 'c'],
  ['tags that are spoken of', ['strip-think'], 'Write `</think>` at the end', 'Write `</think>` at the end'],
  ['a code block', ['unfence'], 'Here:\n```json\n{"a": 1}\n```\nBye', '{"a": 1}'],
  ['the first of two blocks', ['unfence'], '~~~\nx\ny\n~~~\n```\nz\n```', 'x\ny'],
  ['a block that nothing closes', ['unfence'], '```py\nprint(1)', 'print(1)'],
  ['no block', ['unfence'], 'a `b` c', 'a `b` c'],
  ['blanks', ['trim'], ' \n a b\t\n', 'a b'],
  ['the first group', [{ extract: 'label: (\\w+)' }], 'label: refund!', 'refund'],
  ['the whole match', [{ extract: '\\d{4}' }], 'in 1969.', '1969'],
  ['the last match', [{ extract: '\\d{4}' }], '1968 or 1969', '1969'],
  ['the first match', [{ extract: '\\d{4}', pick: 'first' }], '1968 or 1969', '1968'],
  ['a group by number', [{ extract: '(a)(b)', group: 2 }], 'ab', 'b'],
  ['group 0', [{ extract: '(a)b', group: 0 }], 'ab', 'ab'],
  ['a group by name', [{ extract: 'x(?<y>.)', group: 'y' }], 'xz', 'z'],
  ['matches whose group took no part', [{ extract: 'a(b)?' }], 'ab a', 'b'],
  [
    'either case, over lines',
    [{ extract: 'ANSWER:(.*)', flags: 's', ignore_case: true }],
    'answer:a\nb',
    'a\nb',
  ],
  ['a value in JSON', [{ 'json-path': '$.text' }], '{"text": "hi"}', 'hi'],
  ['a value that is no text', [{ 'json-path': '$.a' }], '```json\n{"a": [1, null]}\n```', '[1,null]'],
  [
    'one after the other',
    ['strip-think', 'unfence', { 'json-path': '$.x' }, 'trim'],
    '<think>a</think>```\n{"x": " y "}\n```',
    'y',
  ],
  ['none', [], ' a ', ' a '],
])('%s', (_name, written, text, seen) => {
  expect(transformed(text, steps(...written))).toBe(seen);
});

test.each<[unknown, string, string]>([
  [{ extract: 'label: (\\w+)' }, 'no such thing', '/label: (\\w+)/ is not in "no such thing"'],
  [{ extract: 'a(b)?' }, 'a', 'is not in "a"'],
  [{ 'json-path': '$.x' }, '{}', '$.x leads nowhere in "{}"'],
  [{ 'json-path': '$.x' }, 'Sorry!', 'not JSON: "Sorry!"'],
])('%j on %j finds nothing', (written, text, words) => {
  expect(() => transformed(text, steps(written))).toThrow(NothingToExtract);
  expect(() => transformed(text, steps(written))).toThrow(words);
});

test.each([
  { extract: '(' },
  { extract: 'a', group: 1 },
  { extract: '(a)', group: 'b' },
  { extract: 'a', pick: 'any' },
  { 'json-path': '$[' },
  { extract: 'a', 'json-path': '$.a' },
  'strip_think',
  {},
])('%j is refused', (written) => {
  expect(transformSchema.safeParse(written).success).toBe(false);
});

test('whatever the text, steps that only take away end, and give a part of it', () => {
  const pieces = fc.constantFrom('<think>', '</think>', '```', '\n', 'a', ' ', '`', '[THINK]', '~~~json');
  fc.assert(
    fc.property(
      fc.array(pieces).map((all) => all.join('')),
      (text) => {
        for (const one of ['strip-think', 'trim'] as const) expect(text).toContain(transformed(text, [one]));
        expect(transformed(text, ['unfence']).length).toBeLessThanOrEqual(text.length);
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

const thinking = answerOf('<think>Is it a refund?</think>{"label": "billing"}', { completionTokens: 3 });
const refund: Written = { type: 'contains', value: 'refund' };

test('checks see the transformed text, all of them, and nothing else changes', () => {
  const checks = [refund, { type: 'json' }, { type: 'max-tokens', value: 3 }].map(specOf);
  expect(checkAll({ checks }, thinking).failedChecks).toEqual(['json']);
  expect(checkAll({ answer: ['strip-think'], checks }, thinking).failedChecks).toEqual(['contains']);
});

test('where nothing is found, checks of the text fail, negated too, and say so; the others are decided', () => {
  const written: Written[] = [
    refund,
    { ...refund, not: true },
    { type: 'finish-reason', value: 'stop' },
    { type: 'no-tool-call' },
  ];
  const verdict = checkAll(
    { answer: steps({ extract: 'label=(.*)' }), checks: written.map(specOf) },
    thinking,
  );
  expect(verdict.failedChecks).toEqual(['contains', 'not-contains']);
  for (const why of verdict.reasons)
    expect(why).toMatch(/^nothing to extract: \/label=\(\.\*\)\/ is not in "<think>/);
});

test('a hostile pattern is stopped in the thread like a hostile check', async () => {
  const checker = createChecker({ deadlineMs: 300 });
  const checks = [specOf({ type: 'finish-reason', value: 'stop' }), specOf(refund)];
  const answer = answerOf(`${'a'.repeat(60)}!`);
  const verdict = await checker.check({ answer: steps({ extract: '^(a+)+$' }), checks }, answer);
  await checker.close();
  expect(verdict).toMatchObject({ failedChecks: ['contains'], reasons: ['took longer than 300 ms'] });
});
