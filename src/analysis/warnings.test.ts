import { expect, test } from 'vitest';
import { collected, failedRow, latencies, row } from './testing/rows.ts';
import { isIncomplete } from './history.ts';
import {
  describeWarning,
  runPairWarnings,
  visitWarnings,
  warningsOf,
  type Warning,
  type WarningFacts,
} from './warnings.ts';

const forty = Array.from({ length: 40 }, (_, index) => index + 1);
const sound = () => latencies('a', forty, { completion_tokens: 10 });

const kinds = (warnings: readonly Warning[]): string[] => warnings.map(({ kind }) => kind);

test('a sound run gives none', async () => {
  const facts: WarningFacts = {
    order: 'blocks',
    status: 'complete',
    planned: 40,
    maxErrorRate: 0.05,
    loopUtilization: 0.1,
  };
  expect(warningsOf(await collected(...sound()), facts)).toEqual([]);
});

test.each<[string, WarningFacts]>([
  ['sequential-order', { order: 'sequential' }],
  ['unfinished', { planned: 41, status: 'interrupted' }],
  ['busy-loop', { loopUtilization: 0.61 }],
  ['unproven-clock', { unprovenClocks: [{ concurrency: 8 }] }],
])("the manifest's facts give %s", async (kind, facts) => {
  expect(kinds(warningsOf(await collected(...sound()), facts))).toEqual([kind]);
});

test('a complete run that lacks rows is not called complete', () => {
  const words = describeWarning({ kind: 'unfinished', status: 'complete', answered: 6, planned: 12 });
  expect(words).toMatch(/^The run was complete, but only 6 of its 12 requests .* removed or damaged/);
});

test('a run that has reached its budget is finished with a larger one', () => {
  const words = describeWarning({ kind: 'unfinished', status: 'budget', answered: 3, planned: 12 });
  expect(words).toMatch(
    /^The run stopped at its budget: 3 of 12 requests .* --resume and a larger budget\.$/,
  );
});

test('the demo route says that it is simulated', async () => {
  expect(
    kinds(warningsOf(await collected(...latencies('a', forty, { route: 'demo', completion_tokens: 1 })))),
  ).toEqual(['simulated']);
});

test('answers with tokens that no text shows say that their model thinks unseen', async () => {
  const rows = sound().map((one, index) =>
    index < 3 ? { ...one, stream_notes: ['hidden_reasoning'] } : one,
  );
  expect(warningsOf(await collected(...rows))).toEqual([
    { kind: 'hidden-reasoning', model: 'a', answers: 3, of: 40 },
  ]);
});

test('the most frequent unknown content is reported once', async () => {
  const unread = (place: string): object => ({
    stream_notes: ['unread'],
    error_message: `not understood: ${place}: {"a":1}`,
  });
  const rows = sound().map((one, index) =>
    index < 4 ? { ...one, ...unread(index === 0 ? 'song' : 'delta.audio') } : one,
  );
  expect(warningsOf(await collected(...rows))).toEqual([
    { kind: 'unread', model: 'a', place: 'delta.audio', answers: 3 },
  ]);
});

test('nothing measured', async () => {
  expect(warningsOf(await collected())).toEqual([{ kind: 'nothing-measured' }]);
});

test('few prompts, when there is something to compare', async () => {
  const cells = { completion_tokens: 1 };
  const five = [1, 2, 3, 4, 5].flatMap((value) =>
    Array.from({ length: 8 }, (_, repeat) => row({ ...cells, prompt_id: `p${value}`, repeat })),
  );
  expect(warningsOf(await collected(...five))).toEqual([]);
  const both = [...five, ...five.map((one) => ({ ...one, model: 'b' }))];
  expect(warningsOf(await collected(...both))).toEqual([{ kind: 'few-prompts', have: 5, need: 6 }]);
  // E2E latency and pass rate are two comparisons: 2 ÷ 2⁷ is the first p below 0.05 ÷ 2.
  const measured = both.map((one) => ({ ...one, passed: true, e2e_latency_ms: 200 }));
  expect(warningsOf(await collected(...measured))).toEqual([{ kind: 'few-prompts', have: 5, need: 7 }]);
});

test('few requests, by the percentile that they lack', async () => {
  const few = async (n: number) => warningsOf(await collected(...sound().slice(0, n)));
  expect(await few(19)).toEqual([{ kind: 'few-samples', model: 'a', percentile: 'p90', have: 19, need: 20 }]);
  expect(await few(39)).toEqual([{ kind: 'few-samples', model: 'a', percentile: 'p95', have: 39, need: 40 }]);
});

test("failures, below the success floor and above the run's limit", async () => {
  const some = await collected(...sound().slice(0, 39), failedRow({ prompt_id: 'x' }));
  expect(warningsOf(some, { maxErrorRate: 0.05 })).toEqual([
    { kind: 'failures', model: 'a', failures: 1, requests: 40 },
  ]);
  const many = await collected(
    ...sound().slice(0, 35),
    ...['v', 'w', 'x', 'y', 'z'].map((prompt_id) => failedRow({ prompt_id })),
  );
  expect(warningsOf(many, { maxErrorRate: 0.05 })).toEqual([
    { kind: 'errors-above-limit', share: 0.125, limit: 0.05 },
    { kind: 'below-success-floor', model: 'a', share: 0.875, floor: 0.9 },
  ]);
});

test('rate limits, requests given up, and usage that is missing', async () => {
  const run = await collected(
    ...sound(),
    failedRow({ status: 'rate_limited', final: false, repeat: 9 }),
    failedRow({ status: 'cancelled', repeat: 9 }),
    row({ prompt_id: 'extra', e2e_latency_ms: 1 }),
  );
  expect(warningsOf(run)).toEqual([
    { kind: 'rate-limited', model: 'a', attempts: 1 },
    { kind: 'cancelled', model: 'a', requests: 1 },
    { kind: 'usage-missing', model: 'a', answers: 1, of: 41 },
  ]);
});

test('answers left out, by reason', async () => {
  const left = (n: number, reason: string) =>
    Array.from({ length: n }, (_, index) =>
      row({ prompt_id: `${reason}${index}`, valid: false, invalid_reason: [reason], completion_tokens: 1 }),
    );
  expect(warningsOf(await collected(...sound(), ...left(2, 'cache_hit'), ...left(1, 'fallback')))).toEqual([
    { kind: 'invalid-answers', model: 'a', reason: 'cache_hit', answers: 2, of: 43 },
    { kind: 'invalid-answers', model: 'a', reason: 'fallback', answers: 1, of: 43 },
  ]);
});

test.each([
  [2, undefined],
  [4, 'client-lag'],
  [10, 'client-lag'],
  [11, 'too-busy'],
])('%i of 40 answers known only within our own lag: %s', async (late, kind) => {
  const rows = sound().map((one, n) => ({ ...one, ...(n < late && { lag_excluded: ['e2e_latency_ms'] }) }));
  const lost = { model: 'a', route: 'compat', metric: 'e2e_latency_ms', share: late / 40 };
  expect(warningsOf(await collected(...rows))).toEqual(kind === undefined ? [] : [{ kind, metrics: [lost] }]);
});

test('models are named with their route where there are several', async () => {
  const rows = [...sound(), ...latencies('a', [1], { route: 'direct', completion_tokens: 1 })];
  expect(warningsOf(await collected(...rows))).toMatchObject([{ kind: 'few-samples', model: 'a@direct' }]);
});

test('two runs: never paired in time, perhaps of other suites and prompts', async () => {
  const before = await collected(...sound());
  const after = await collected(...latencies('a', forty.slice(1), { suite_hash: 'other' }));
  expect(kinds(runPairWarnings(before, before))).toEqual(['not-paired-in-time']);
  expect(runPairWarnings(before, after)).toEqual([
    { kind: 'not-paired-in-time' },
    { kind: 'other-suite', before: 'hash', after: 'other' },
    { kind: 'prompts-not-shared', count: 1 },
  ]);
});

test('two runs by different routes: what differs may be the route', async () => {
  const by = (route: string) => collected(...latencies('a', forty, { route, completion_tokens: 1 }));
  const warnings = runPairWarnings(await by('direct'), await by('compat'));
  expect(warnings).toContainEqual({ kind: 'other-route', before: 'direct', after: 'compat' });
  expect(kinds(runPairWarnings(await by('compat'), await by('compat')))).toEqual(['not-paired-in-time']);
});

test('two runs from different places: what differs may be the place', async () => {
  const from = (vantage?: string) =>
    collected(
      ...latencies('a', forty, { completion_tokens: 1, ...(vantage === undefined ? {} : { vantage }) }),
    );
  expect(runPairWarnings(await from('fra'), await from('ams'))).toContainEqual({
    ...{ kind: 'other-vantage', before: 'fra', after: 'ams' },
  });
  expect(runPairWarnings(await from(), await from('ams'))).toContainEqual({
    ...{ kind: 'other-vantage', before: 'a place without a name', after: 'ams' },
  });
  expect(kinds(runPairWarnings(await from('ams'), await from('ams')))).toEqual(['not-paired-in-time']);
});

test('a place that fails is not hidden by the others, and is named', async () => {
  const rows = ['ams', 'fra', 'lhr', 'nrt', 'tok'].flatMap((vantage) =>
    forty.map((value, index) => {
      const own = { vantage, prompt_id: `p${index}`, completion_tokens: 10 };
      return vantage === 'tok' && index < 4 ? failedRow(own) : row({ ...own, e2e_latency_ms: value });
    }),
  );
  const found = warningsOf(await collected(...rows), { maxErrorRate: 0.05 });
  expect(found).toContainEqual({ kind: 'errors-above-limit', share: 0.1, limit: 0.05, vantage: 'tok' });
  expect(isIncomplete(await collected(...rows), 0.05)).toBe(true);
  expect(isIncomplete(await collected(...rows), 0.1)).toBe(false);
});

test.each<Warning>([
  { kind: 'simulated' },
  { kind: 'nothing-measured' },
  { kind: 'unfinished', status: 'interrupted', answered: 3, planned: 12 },
  { kind: 'unfinished', status: 'budget', answered: 3, planned: 12, isOfPlaces: true },
  { kind: 'visits-missing', status: 'interrupted' },
  { kind: 'errors-above-limit', share: 0.123, limit: 0.05 },
  { kind: 'errors-above-limit', share: 0.123, limit: 0.05, vantage: 'tok' },
  { kind: 'sequential-order' },
  { kind: 'unproven-clock', concurrency: 8 },
  { kind: 'busy-loop', utilization: 0.83 },
  { kind: 'few-prompts', have: 1, need: 6 },
  { kind: 'few-samples', model: 'glm', percentile: 'p95', have: 12, need: 40 },
  { kind: 'below-success-floor', model: 'glm', share: 0.5, floor: 0.9 },
  { kind: 'failures', model: 'glm', failures: 1, requests: 40 },
  { kind: 'rate-limited', model: 'glm', attempts: 2 },
  { kind: 'cancelled', model: 'glm', requests: 1 },
  { kind: 'unsent', model: 'glm', attempts: 1 },
  { kind: 'invalid-answers', model: 'glm', reason: 'buffered', answers: 4, of: 40 },
  { kind: 'invalid-answers', model: 'glm', reason: 'cold_load', answers: 4, of: 40 },
  { kind: 'invalid-answers', model: 'glm', reason: 'of the future', answers: 1, of: 40 },
  { kind: 'client-lag', metrics: [{ model: 'glm', route: 'compat', metric: 'ttft_ms', share: 0.2 }] },
  { kind: 'too-busy', metrics: [{ model: 'glm', route: 'compat', metric: 'ttft_ms', share: 0.2 }] },
  { kind: 'usage-missing', model: 'glm', answers: 40, of: 40 },
  { kind: 'hidden-reasoning', model: 'glm', answers: 12, of: 40 },
  { kind: 'invalid-answers', model: 'glm', reason: 'prompt_truncated', answers: 4, of: 40 },
  { kind: 'prompt-cache', model: 'glm', share: 0.5, firstMs: 16_354, laterMs: 245 },
  { kind: 'prompt-cache', model: 'glm', firstMs: 16_354, laterMs: 245 },
  { kind: 'prompt-cache', model: 'glm', share: 0.5 },
  { kind: 'shared-cache', model: 'glm', times: 3.1, blocks: 20 },
  { kind: 'server-queue', model: 'glm', queueMs: 1984, ofMs: 2107, answers: 9, of: 10 },
  { kind: 'queue-ladder', route: 'local', from: 1, to: 8, times: 10.3 },
  { kind: 'few-prompt-tokens', model: 'glm', prompt: 'p1', counted: 1026, others: 4230, prompts: 2 },
  { kind: 'not-paired-in-time' },
  { kind: 'other-suite', before: '0123456789abcdef', after: 'f' },
  { kind: 'other-route', before: 'direct', after: 'compat' },
  { kind: 'other-route', before: 'compat', after: 'demo' },
  { kind: 'other-vantage', before: 'fra', after: 'ams' },
  { kind: 'prompts-not-shared', count: 2 },
])('$kind has words that end with what to do', (warning) => {
  expect(describeWarning(warning)).toMatch(
    /^\S.*[.;] .*(--?\w|run|Run|See|Check|Lower|Add|Compare|Set|Raise|Take|try|Try|Switch|choose).*\.$/,
  );
});

test.each([
  [2, /one burst, which is too little to blame the route/],
  [3, /something on the way buffers/],
])('%i held-back streams: the way is accused only when several agree', (answers, words) => {
  expect(
    describeWarning({ kind: 'invalid-answers', model: 'glm', reason: 'buffered', answers, of: 40 }),
  ).toMatch(words);
});

test('a run that stopped early is reported in a sentence', () => {
  const words = (status: string) => describeWarning({ kind: 'unfinished', status, answered: 3, planned: 12 });
  expect(words('budget')).toMatch(/^The run stopped at its budget: 3 of 12 requests/);
  expect(words('incomplete')).toMatch(/^The run is incomplete: /);
});

test.each<[WarningFacts, string[]]>([
  [{ status: 'complete' }, []],
  [{ status: 'incomplete' }, []],
  [{}, []],
  [{ status: 'interrupted' }, ['The run was interrupted, so visits are missing. Finish it with --resume.']],
  [
    { status: 'budget' },
    ['The run stopped at its budget, so visits are missing. Finish it with --resume and a larger budget.'],
  ],
  [
    { status: 'interrupted', isOfPlaces: true },
    [
      'The run was interrupted, so visits are missing. Finish its parts where they were sent, each with run --resume, then merge them again.',
    ],
  ],
])('under load, %j is reported in a sentence', (facts, words) => {
  expect(visitWarnings(facts).map(describeWarning)).toEqual(words);
});

test('the words carry the numbers', () => {
  expect(describeWarning({ kind: 'few-samples', model: 'glm', percentile: 'p95', have: 12, need: 40 })).toBe(
    'glm: 12 requests are too few for a p95 (it needs 40). Add prompts, or raise run.repeat.',
  );
});

test.each([
  [
    undefined,
    /^The clock of this machine is not proven for 4 requests in flight\. Each row .* To prove it: /,
  ],
  [['w1'], /^The clock of the worker w1 is not proven .* Its rows have unproven_clock .*, on that machine: /],
  [['a', 'b', 'c', 'd', 'e'], /^The clocks of the workers a, b, c, 2 more are not proven .* Their rows /],
])('an unproven clock is named: %j', (workers, expected) => {
  const warning = { kind: 'unproven-clock', concurrency: 4, ...(workers ? { workers } : {}) } as const;
  expect(describeWarning(warning)).toMatch(expected);
});
