import { expect, test } from 'vitest';
import { normal, seededRandom } from '../base/random.ts';
import { decision, historyOf, runIdOf } from './testing/nights.ts';
import { trend } from './trend.ts';

/** Sixty nights that vary by 4 %, and by 10 % together. */
function sixty(change: (model: string, night: number) => number = () => 1) {
  const random = seededRandom('trend');
  const shared = Array.from({ length: 60 }, () => 0.1 * normal(random));
  return Object.fromEntries(
    ['a', 'b', 'c', 'd'].map((model) => [
      model,
      shared.map((shift, night) => 1000 * Math.exp(shift + 0.04 * normal(random)) * change(model, night)),
    ]),
  );
}

const lineOf = (lines: ReturnType<typeof trend>, model?: string) =>
  lines.find((line) => line.model === model)!;

test('a step is found in its own line, with its size and night', () => {
  const lines = trend(historyOf(sixty((model, night) => (model === 'a' && night >= 40 ? 1.3 : 1))));
  expect(lines.map(({ model }) => model)).toEqual(['a', 'b', 'c', 'd', undefined]);
  const [change, ...more] = lineOf(lines, 'a').changes;
  expect(more).toEqual([]);
  expect(change).toMatchObject({ runId: runIdOf(40), isAccepted: false });
  expect(change?.ratio).toBeCloseTo(1.3, 1);
  for (const model of ['b', 'c', 'd', undefined]) expect(lineOf(lines, model).changes).toEqual([]);
});

test("a step of one model is in no other model's line, however much nights vary", () => {
  const nights = 30;
  const histories = 60;
  let others = 0;
  let found = 0;
  for (let run = 0; run < histories; run++) {
    const random = seededRandom(`one of four ${run}`);
    const models = Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((model) => [
        model,
        Array.from({ length: nights }, (_, night) => {
          const step = model === 'a' && night >= 18 ? 1.5 : 1;
          return 1000 * step * Math.exp(0.12 * normal(random));
        }),
      ]),
    );
    const lines = trend(historyOf(models));
    if (lineOf(lines, 'a').changes.length > 0) found++;
    if (['b', 'c', 'd', undefined].some((model) => lineOf(lines, model).changes.length > 0)) others++;
  }
  expect(found).toBeGreaterThan(0.85 * histories);
  expect(others).toBeLessThanOrEqual(0.05 * histories);
});

test("a step of all together is in the line of all, and in no model's own", () => {
  const lines = trend(historyOf(sixty((_, night) => (night >= 40 ? 1.6 : 1))));
  expect(lineOf(lines).changes).toHaveLength(1);
  expect(Math.abs(lineOf(lines).changes[0]!.ratio! - 1.6)).toBeLessThan(0.15);
  for (const model of ['a', 'b', 'c', 'd']) expect(lineOf(lines, model).changes).toEqual([]);
});

test('an accepted change says so', () => {
  const rows = historyOf(sixty((model, night) => (model === 'a' && night >= 40 ? 1.3 : 1)));
  expect(lineOf(trend([...rows, decision('accept', 40, { model: 'a' })]), 'a').changes[0]?.isAccepted).toBe(
    true,
  );
});

test('missing and dropped nights are skipped', () => {
  const models = sixty((model, night) => (model === 'a' && night >= 40 ? 1.3 : 1));
  models['a']![20] = NaN;
  models['a']![30] = 50_000;
  const lines = trend([...historyOf(models), decision('drop', 30, { model: 'a' })]);
  expect(lineOf(lines, 'a').changes.map(({ runId }) => runId)).toEqual([runIdOf(40)]);
  expect(lineOf(lines, 'a').values[20]).toBeNaN();
});

test('a slow slide shows as creep against the first nights, or against a pinned window', () => {
  const models = sixty((model, night) => (model === 'a' ? 1 + night * 0.005 : 1));
  const creep = lineOf(trend(historyOf(models)), 'a').creep;
  expect(creep).toMatchObject({ from: runIdOf(0), to: runIdOf(13) });
  expect(creep?.ratio).toBeGreaterThan(1.15);
  expect(lineOf(trend(historyOf(models)), 'b').creep).toBeUndefined();
  const pinned = lineOf(trend([...historyOf(models), decision('pin', 49, { model: 'a' })]), 'a');
  expect(pinned.creep).toBeUndefined();
});

test('of several decisions the last one made anchors the creep', () => {
  const models = sixty((model, night) => (model === 'a' ? 1 + night * 0.005 : 1));
  const about = (kind: 'accept' | 'pin', night: number, day: number) =>
    decision(kind, night, { model: 'a', at: `2027-03-0${day}T00:00:00.000Z` });
  const anchor = (...decisions: ReturnType<typeof decision>[]): (string | undefined)[] => {
    const { creep } = lineOf(trend([...historyOf(models), ...decisions]), 'a');
    expect(lineOf(trend([...historyOf(models), ...decisions.toReversed()]), 'a').creep).toEqual(creep);
    return [creep?.from, creep?.to];
  };
  expect(anchor(about('accept', 10, 1), about('pin', 20, 2))).toEqual([runIdOf(7), runIdOf(20)]);
  expect(anchor(about('pin', 20, 1), about('accept', 10, 2))).toEqual([runIdOf(10), runIdOf(23)]);
  expect(anchor(about('accept', 5, 1), about('accept', 10, 2))).toEqual([runIdOf(10), runIdOf(23)]);
});

test('shares change by points', () => {
  const shares = {
    a: Array.from({ length: 40 }, (_, night) => (night < 20 ? 0.95 : 0.75) + 0.01 * (night % 3)),
  };
  const [line] = trend(historyOf(shares, { metric: 'passed' }));
  expect(line?.changes[0]).toMatchObject({ runId: runIdOf(20) });
  expect(line?.changes[0]?.difference).toBeCloseTo(-0.2, 2);
});

test('only the newest suite hash is drawn, and an empty history draws nothing', () => {
  const old = historyOf({ a: [1, 2, 3] }, { suite_hash: 'old', at: '2025-01-01T00:00:00.000Z' });
  expect(trend([...old, ...historyOf({ a: [1000, 1000] })])[0]?.values).toEqual([1000, 1000]);
  expect(trend([])).toEqual([]);
});

test('each place has lines of its own, and one for what its models share', () => {
  const from = (vantage: string, models: ReturnType<typeof sixty>) => historyOf(models, { vantage });
  const lines = trend([
    ...from('ams', sixty()),
    ...from(
      'fra',
      sixty((model, night) => (model === 'a' && night >= 40 ? 1.3 : 1)),
    ),
  ]);
  expect(lines.map(({ model, vantage }) => `${model} ${vantage}`)).toEqual([
    ...['a ams', 'b ams', 'c ams', 'd ams', 'undefined ams'],
    ...['a fra', 'b fra', 'c fra', 'd fra', 'undefined fra'],
  ]);
  expect(
    lines.filter(({ changes }) => changes.length > 0).map(({ model, vantage }) => [model, vantage]),
  ).toEqual([['a', 'fra']]);
});
