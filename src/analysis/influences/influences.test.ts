import { expect, test } from 'vitest';
import { normal, seededRandom } from '../../base/random.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { row } from '../testing/rows.ts';
import { InfluenceCollector } from './influences.ts';

const severalRoutes = { routes: ['compat', 'direct'] };

function collect(rows: readonly RequestRow[], options = {}): InfluenceCollector {
  const collector = new InfluenceCollector(options);
  for (const one of rows) collector.add(one);
  return collector;
}

/** Sent at this second of the run. */
const at = (second: number): string => new Date(Date.UTC(2026, 10, 22, 3, 0, second)).toISOString();

/** Repeats of one prompt of 4,000 tokens, a second apart, with these TTFTs. */
const repeats = (ttfts: readonly number[], cells: (index: number) => Partial<RequestRow> = () => ({})) =>
  ttfts.map((ttft_ms, index) =>
    row({ repeat: index + 1, started_at: at(index), ttft_ms, prompt_tokens: 4000, ...cells(index) }),
  );

test('a prompt that is read once, and then cached: first sends and repeats are separate, in any order of the rows', () => {
  const rows = repeats([16_354, 245, 251, 240]);
  for (const order of [rows, rows.toReversed()])
    expect(collect(order).promptCaches()).toEqual([
      {
        ...{ model: 'a', route: 'compat', repeated_prompts: 1 },
        first_ttft_ms: expect.closeTo(16_354, 3) as number,
        later_ttft_ms: expect.closeTo((245 * 251 * 240) ** (1 / 3), 3) as number,
      },
    ]);
  expect(collect(rows).warnings()).toMatchObject([{ kind: 'prompt-cache', model: 'a' }]);
});

test('the warm-up is a first send, too', () => {
  const rows = repeats([16_354, 245, 251], (index) => (index === 0 ? { phase: 'warmup' } : {}));
  expect(collect(rows).promptCaches()).toMatchObject([
    { first_ttft_ms: expect.closeTo(16_354, 3) as number },
  ]);
});

test('a first send that waited for a load says nothing of a cache', () => {
  const rows = repeats([5200, 245, 251], (index) =>
    index === 0 ? { valid: false, invalid_reason: ['cold_load'] } : {},
  );
  expect(collect(rows).promptCaches()).toEqual([]);
});

test('the share that the server reports is said, and becomes a warning where it matters', () => {
  const cachedBy = (tokens: number) => collect(repeats([100, 100, 100], () => ({ cached_tokens: tokens })));
  expect(cachedBy(3000).promptCaches()).toEqual([{ model: 'a', route: 'compat', cached_share: 0.75 }]);
  expect(cachedBy(3000).warnings()).toEqual([{ kind: 'prompt-cache', model: 'a', share: 0.75 }]);
  expect(cachedBy(0).promptCaches()).toMatchObject([{ cached_share: 0 }]);
  expect(cachedBy(0).warnings()).toEqual([]);
  // A server that counts only what it newly read has no known share.
  expect(cachedBy(9000).promptCaches()).toEqual([]);
});

test("the server's own time for reading the prompt shows it if TTFT is mostly something else", () => {
  const rows = repeats([900, 700, 690], (index) => ({ prompt_eval_ms: index === 0 ? 220 : 20 }));
  expect(collect(rows).promptCaches()).toMatchObject([{ repeated_prompts: 1 }]);
  expect(collect(repeats([900, 700, 690], () => ({ prompt_eval_ms: 220 }))).promptCaches()).toEqual([]);
});

test('many short prompts whose repeats are surely faster show it, too; noise does not', () => {
  const random = seededRandom('prompt cache');
  const world = (share: number): RequestRow[] =>
    Array.from({ length: 30 }, (_, prompt) =>
      [0, 1, 2].map((repeat) =>
        row({
          prompt_id: `p${prompt}`,
          repeat,
          started_at: at(repeat),
          prompt_tokens: 60,
          ttft_ms: 200 * (repeat === 0 ? 1 : share) * Math.exp(0.4 * normal(random)),
        }),
      ),
    ).flat();
  expect(collect(world(0.5)).promptCaches()).toMatchObject([{ repeated_prompts: 30 }]);
  let alarms = 0;
  for (let n = 0; n < 500; n++) if (collect(world(1)).promptCaches().length > 0) alarms++;
  expect(alarms).toBeLessThan(5);
});

/** Two routes that take turns at asking each of 24 prompts first. The first one waits this much longer. */
function blocks(times: number, seed: string, cells: (isFirst: boolean) => Partial<RequestRow> = () => ({})) {
  const random = seededRandom(seed);
  return Array.from({ length: 24 }, (_, block) =>
    ['compat', 'direct'].map((route, index) => {
      const isFirst = (block + index) % 2 === 0;
      const usual = route === 'compat' ? 260 : 200;
      return row({
        ...{ route, block, prompt_id: `p${block}`, started_at: at(2 * block + (isFirst ? 0 : 1)) },
        ttft_ms: usual * (isFirst ? times : 1) * Math.exp(0.3 * normal(random)),
        prompt_tokens: 1000,
        ...cells(isFirst),
      });
    }),
  ).flat();
}

test("routes that find the other's entries in the cache are reported, whichever is slower by itself", () => {
  const found = collect(blocks(3, 'shared'), severalRoutes).warnings();
  expect(found).toMatchObject([{ kind: 'shared-cache', model: 'a', blocks: 24 }]);
  expect((found[0] as { times: number }).times).toBeGreaterThan(2);
  let alarms = 0;
  for (let n = 0; n < 500; n++)
    if (collect(blocks(1, `apart ${n}`), severalRoutes).warnings().length > 0) alarms++;
  expect(alarms).toBeLessThan(5);
});

test('a server that reports more cached tokens for the second request needs no test', () => {
  const cached = (isFirst: boolean) => ({ cached_tokens: isFirst ? 20 : 950 });
  expect(collect(blocks(1, 'reported', cached), severalRoutes).warnings()).toContainEqual(
    expect.objectContaining({ kind: 'shared-cache' }),
  );
  // A system prompt that both find in the cache makes no difference between them.
  const both = blocks(1, 'reported', () => ({ cached_tokens: 50 }));
  expect(collect(both, severalRoutes).warnings()).toEqual([]);
});

test("answers that waited in the server's queue, by its own times; then no ladder is looked for", () => {
  const rows = Array.from({ length: 8 }, (_, index) =>
    row({
      ...{ repeat: index, in_flight: index + 1, ttft_ms: 100 + 280 * index, started_at: at(0) },
      ...{ server_total_ms: 150 + 280 * index, server_queue_ms: 280 * index },
    }),
  );
  expect(collect(rows).warnings()).toEqual([
    { kind: 'server-queue', model: 'a', answers: 7, of: 8, queueMs: 1120, ofMs: 1270 },
  ]);
  const silent = rows.map((one) => ({ ...one, server_total_ms: undefined, server_queue_ms: undefined }));
  expect(collect(silent).warnings()).toMatchObject([
    { kind: 'queue-ladder', route: 'compat', from: 1, to: 8 },
  ]);
});

test('of a burst, a request counts those that were sent before it, not those that are on their way', () => {
  const burst = Array.from({ length: 16 }, (_, index) =>
    row({
      ...{ repeat: index, in_flight: 8, ttft_ms: 90 * Math.min(8, index + 1) },
      started_at: new Date(Date.UTC(2026, 10, 22) + (index < 8 ? 0 : 100 * (index - 7))).toISOString(),
      ended_at: new Date(Date.UTC(2026, 10, 22) + 100 * (index + 1)).toISOString(),
    }),
  );
  expect(collect(burst).warnings()).toMatchObject([{ kind: 'queue-ladder', from: 1, to: 8 }]);
});

test('a model that counts less than half of what the others do in a long prompt may have been asked part of it', () => {
  const counted = (model: string, prompt_id: string, prompt_tokens: number) =>
    row({ model, prompt_id, prompt_tokens });
  const rows = [
    ...[counted('a', 'long', 4230), counted('b', 'long', 4100), counted('c', 'long', 1026)],
    ...[counted('a', 'short', 30), counted('b', 'short', 10), counted('c', 'short', 29)],
  ];
  expect(collect(rows).warnings()).toEqual([
    { kind: 'few-prompt-tokens', model: 'c', prompt: 'long', counted: 1026, others: 4165, prompts: 1 },
  ]);
  expect(collect(rows.filter(({ model }) => model !== 'c')).warnings()).toEqual([]);
});

test('failures and attempts that were not the last say nothing', () => {
  const rows = repeats([16_354, 245, 251], () => ({ status: 'error', valid: undefined }));
  expect(collect(rows).promptCaches()).toEqual([]);
  const left = repeats([1, 2], () => ({ final: false, cached_tokens: 4000 }));
  expect(collect(left).warnings()).toEqual([]);
});
