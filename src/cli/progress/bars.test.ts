import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { painter } from '../../report/paint.ts';
import { bars } from './bars.ts';
import { workerLines, type WorkerState } from '../../run/worker-state.ts';
import { newTally, type ModelTally } from './tally.ts';

const plain = painter(false);

function tallyOf(models: Record<string, Partial<ModelTally> & { ttfts?: number[] }>) {
  const tally = newTally(
    Object.keys(models).map((id) => ({ id, total: 40 })),
    1000,
  );
  for (const [id, { ttfts = [], ...counts }] of Object.entries(models)) {
    const model = tally.models.get(id)!;
    Object.assign(model, counts);
    for (const ttft of ttfts) model.ttft.add(ttft);
  }
  return tally;
}

test('each model has a bar to scale, its count, median TTFT, time left and failures', () => {
  const tally = tallyOf({
    swift: { done: 20, ttfts: [40, 41, 900] },
    通义: { done: 10, failed: 2, inFlight: 1, ttfts: [1840] },
    idle: {},
    ready: { done: 40, ttfts: [7] },
  });
  expect(bars(tally, 13_000, 73, plain)).toEqual([
    'swift  ━━━━━━━━━━──────────  20/40  TTFT 41.0 ms     0:12 left',
    '通义   ━━━━━───────────────  10/40  TTFT  1.84 s     0:36 left  2 failed',
    'idle   ────────────────────   0/40',
    'ready  ━━━━━━━━━━━━━━━━━━━━  40/40  TTFT 7.00 ms          done',
    '70 of 160 requests · 1 in flight · 0:12 elapsed · 0:15 left',
  ]);
});

test('lines are shorter than the window, whatever its width, and the names still differ', () => {
  const tally = tallyOf({
    '通义千问-超长模型名称-预览版本': { done: 3, failed: 3, ttfts: [59_000] },
    '🚀 rocket-with-a-long-name-α': { done: 3, ttfts: [1] },
    '🚀 rocket-with-a-long-name-β': { done: 3, ttfts: [1] },
  });
  for (let columns = 20; columns <= 200; columns++) {
    const lines = bars(tally, 13_000, columns, painter(true));
    for (const line of lines) expect(stringWidth(line), line).toBeLessThan(columns);
  }
  const [, alpha, beta] = bars(tally, 13_000, 80, plain);
  expect(alpha!.split('━')[0]).not.toBe(beta!.split('━')[0]);
});

test('a narrow window drops the time left first, then the TTFT, then the bar', () => {
  const tally = tallyOf({ swift: { done: 20, ttfts: [41] } });
  const line = (columns: number): string => bars(tally, 13_000, columns, plain)[0]!;
  expect(line(60)).toMatch(/━.*TTFT.*left/);
  expect(line(40)).toMatch(/━.*TTFT 41\.0 ms$/);
  expect(line(26)).toMatch(/━.*20\/40$/);
  expect(line(16)).toBe('sw…t  20/40');
});

test('a run without requests is done', () => {
  expect(bars(newTally([], 0), 0, 80, plain)).toEqual(['0 of 0 requests · 0 in flight · 0:00 elapsed']);
});

test('workers stand below, in columns that fit the window', () => {
  const worker: WorkerState = {
    name: 'fra-1',
    isThere: true,
    inFlight: 2,
    done: 9,
    lost: 0,
    perSecond: 1.25,
  };
  const tally = tallyOf({ swift: { done: 20 } });
  tally.workers = workerLines([
    { ...worker, vantage: 'fra' },
    { ...worker, vantage: 'fra', name: 'fra-2', isThere: false, inFlight: 0, done: 10, lost: 3 },
    { ...worker, vantage: '通义', name: '通义千问-a-long-name' },
  ]);
  expect(bars(tally, 13_000, 80, plain).slice(2)).toEqual([
    'fra, 1 worker               2 in flight  19 done  3 lost  1.25/s',
    '  fra-1                     2 in flight   9 done  0 lost  1.25/s',
    '  fra-2                            gone  10 done  3 lost  1.25/s',
    '通义千问-a-lo…me from 通义  2 in flight   9 done  0 lost  1.25/s',
  ]);
  for (let columns = 20; columns <= 200; columns++)
    for (const line of bars(tally, 13_000, columns, painter(true)))
      expect(stringWidth(line), line).toBeLessThan(columns);
  expect(bars(tally, 13_000, 40, plain)[3]).toMatch(/fra-1 +2 in flight +9 done$/);
});

test('the current visit is in the line for all, until the run is over', () => {
  const tally = tallyOf({ swift: { done: 20 } });
  tally.visit = 'now: swift at 5/s, visit 2';
  expect(bars(tally, 13_000, 90, plain).at(-1)).toMatch(/0:12 left · now: swift at 5\/s, visit 2$/);
  tally.models.get('swift')!.done = 40;
  expect(bars(tally, 13_000, 90, plain).at(-1)).not.toMatch(/now:/);
});
