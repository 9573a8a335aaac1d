import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Answer } from './check.ts';
import { answerOf, specOf, type Written } from './testing/finding-of.ts';
import { checkAll, checkOne } from './check-verdict.ts';

const has = (value: string, rest: object = {}): Written => ({ type: 'contains', value, ...rest });
const verdict = (checks: Written[], text: string) => checkAll({ checks: checks.map(specOf) }, answerOf(text));

test('without checks an answer passes in full', () => {
  expect(verdict([], 'a')).toEqual({ passed: true, score: 1, failedChecks: [], reasons: [] });
});

test('the score is the share of the weight that passed', () => {
  const { passed, score } = verdict([has('a', { weight: 3 }), has('b', { weight: 1 })], 'a');
  expect({ passed, score }).toEqual({ passed: false, score: 0.75 });
});

test('a check of weight 0 is reported and does not count', () => {
  expect(verdict([has('a'), has('b', { weight: 0 })], 'a')).toEqual({
    passed: true,
    score: 1,
    failedChecks: ['contains'],
    reasons: ['"b" is not in "a"'],
  });
});

test('with weights of 0 alone the score is 1', () => {
  expect(verdict([has('b', { weight: 0 })], 'a')).toMatchObject({ passed: true, score: 1 });
});

test('failures are in the order of the suite, negated ones by their name', () => {
  const checks = [has('z'), has('a'), has('a', { not: true }), { type: 'json' }];
  const { failedChecks, reasons } = verdict(checks, 'a');
  expect(failedChecks).toEqual(['contains', 'not-contains', 'json']);
  expect(reasons).toEqual([
    '"z" is not in "a"',
    'it does hold: contains {"value":"a","ignore_case":false}',
    'not JSON: "a"',
  ]);
});

test('what goes wrong inside a check fails it, negated or not', () => {
  const broken = { ...specOf({ type: 'matches', pattern: 'a' }), pattern: '(' };
  const why = expect.stringContaining('could not be decided: Invalid regular expression') as string;
  expect(checkOne(broken, answerOf('a'))).toEqual({ pass: false, undecided: true, why });
  expect(checkOne({ ...broken, not: true }, answerOf('a'))).toEqual({ pass: false, undecided: true, why });
});

test('a check that does not exist fails', () => {
  expect(checkOne({ type: 'vibes', not: true, weight: 1 }, answerOf('a')).why).toBe(
    'there is no check of type vibes',
  );
});

/** One of every kind, with awkward values. */
const everyKind: Written[] = [
  { type: 'not-empty' },
  { type: 'equals', value: '' },
  has('ß', { ignore_case: true }),
  { type: 'contains-any', values: ['a', '\ud800'] },
  { type: 'contains-all', values: ['a', '1'] },
  { type: 'starts-with', value: '{' },
  { type: 'ends-with', value: '}' },
  { type: 'length', unit: 'sentences', max: 1 },
  { type: 'length', unit: 'words', min: 2 },
  { type: 'tool-called', tool: 'f', args: { a: 1, '$..b': { exists: false } } },
  { type: 'no-tool-call' },
  { type: 'tool-arguments-valid' },
  { type: 'matches', pattern: '^\\s*\\p{L}', flags: 'ms' },
  { type: 'numeric', value: 1, pick: 'any', relative_tolerance: 0.5 },
  { type: 'json', tool: 'f' },
  { type: 'json-schema', schema: { type: ['object', 'array'], uniqueItems: true } },
  { type: 'json-path', path: '$..*', equals: { a: [null] } },
  { type: 'finish-reason', value: 'stop' },
  { type: 'max-tokens', value: 5 },
  { type: 'max-latency', value: 5 },
];

test('whatever the answer, every check has a verdict and its negation the other one', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.json().map((json) => `Here:\n\`\`\`json\n${json}\n\`\`\``),
    fc
      .array(fc.constantFrom('`', '~', '\n', '{', '-', '1', ',', '.', 'e', 'a', '\u2028'))
      .map((all) => all.join('')),
  );
  const answers: fc.Arbitrary<Answer> = fc.record({
    text,
    toolCalls: fc.array(fc.record({ id: fc.string(), name: fc.constantFrom('f', 'g'), arguments: text })),
    finishReason: fc.string(),
    completionTokens: fc.nat(10),
    tools: fc.constant([{ function: { name: 'f', parameters: { type: 'object' } } }]),
    e2eLatencyMs: fc.nat(10),
  });
  const specs = everyKind.map(specOf);
  const negated = specs.map((spec) => ({ ...spec, not: true }));
  fc.assert(
    fc.property(answers, (answer) => {
      const failed = checkAll({ checks: specs }, answer).failedChecks;
      const failedNegated = checkAll({ checks: negated }, answer).failedChecks.map((name) =>
        name.replace('not-', ''),
      );
      expect([...failed, ...failedNegated].sort()).toEqual(specs.map(({ type }) => type).sort());
    }),
    { seed: 1, numRuns: 500 },
  );
});
