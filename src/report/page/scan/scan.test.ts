import { describe, expect, test } from 'vitest';
import { failedRow, row } from '../../../analysis/testing/rows.ts';
import { AnswerChoice } from './answer-choice-scan.ts';
import { Failures, Slowest, slowestPerCell } from './failures-scan.ts';
import { partsOf, Phases, Tokens } from './parts-scan.ts';
import { Timeline } from './timeline-scan.ts';
import { Workers } from './workers-scan.ts';

describe('the slowest requests', () => {
  test('are the slowest of each cell, the slowest of all first', () => {
    const slowest = new Slowest();
    for (const e2e_latency_ms of [3, 9, 1, 7, 5]) slowest.add(row({ e2e_latency_ms }), 0);
    slowest.add(row({ e2e_latency_ms: 8 }), 1);
    expect(slowestPerCell).toBe(3);
    expect(slowest.list().map(({ cell, e2eMs }) => [cell, e2eMs])).toEqual([
      [0, 9],
      [1, 8],
      [0, 7],
      [0, 5],
    ]);
  });

  test('carry their receipts and why they do not count', () => {
    const slowest = new Slowest();
    slowest.add(
      row({
        e2e_latency_ms: 1,
        event_id: 'ev',
        gateway_log_id: 'log',
        cf_ray: 'ray-FRA',
        valid: false,
        invalid_reason: ['buffered'],
      }),
      0,
    );
    expect(slowest.list()[0]).toMatchObject({
      eventId: 'ev',
      logId: 'log',
      ray: 'ray-FRA',
      invalid: ['buffered'],
    });
  });

  test('leave out failures: they have no latency', () => {
    const slowest = new Slowest();
    slowest.add(failedRow({ e2e_latency_ms: 1 }), 0);
    expect(slowest.list()).toEqual([]);
  });
});

describe('failures', () => {
  test('are counted by kind and cell, with the first as a sample; what was given up is counted separately', () => {
    const failures = new Failures();
    const limited = { status: 'rate_limited', http_status: 429, error_family: 'provider' };
    failures.add(failedRow({ ...limited, final: false, error_message: 'first' }), 0);
    failures.add(failedRow({ ...limited, error_message: 'second' }), 1);
    failures.add(failedRow({ status: 'timeout' }), 0);
    const [most, other] = failures.list();
    expect(most).toMatchObject({ status: 'rate_limited', httpStatus: 429, attempts: 2, final: 1 });
    expect(most!.sample.message).toBe('first');
    expect([...most!.byCell]).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(other).toMatchObject({ status: 'timeout', attempts: 1 });
  });

  test('of ever new kinds do not fill the memory, and are counted', () => {
    const failures = new Failures();
    for (let n = 0; n < 1000; n++) failures.add(failedRow({ status: 'error', error_code: `code ${n}` }), 0);
    expect(failures.list()).toHaveLength(200);
    expect(failures.beyond).toBe(800);
  });

  test('leave out answers and what we gave up ourselves', () => {
    const failures = new Failures();
    failures.add(row(), 0);
    failures.add(failedRow({ status: 'cancelled' }), 0);
    expect(failures.list()).toEqual([]);
  });
});

describe('the parts of the time', () => {
  test('of a streamed answer with reasoning follow each other and add up', () => {
    const parts = partsOf(
      row({
        queue_ms: 30,
        connection_reused: false,
        dns_ms: 1,
        connect_ms: 4,
        tls_ms: 5,
        ttft_ms: 100,
        ttfat_ms: 400,
      }),
      1000,
    );
    expect(parts).toEqual({ queue: 20, connect: 10, first: 100, reasoning: 300, answer: 600, whole: 0 });
  });

  test('take no connecting from a connection that was open already', () => {
    expect(partsOf(row({ queue_ms: 30, connection_reused: true, connect_ms: 4 }), 1)).toMatchObject({
      queue: 30,
      connect: 0,
    });
  });

  test('are one whole where nothing is known of the first token', () => {
    expect(partsOf(row(), 500)).toEqual({
      queue: 0,
      connect: 0,
      first: 0,
      reasoning: 0,
      answer: 0,
      whole: 500,
    });
  });

  test('are averaged over the sound answers alone', () => {
    const phases = new Phases();
    phases.add(row({ ttft_ms: 10, ttfat_ms: 10, e2e_latency_ms: 20 }), 0);
    phases.add(row({ ttft_ms: 30, ttfat_ms: 30, e2e_latency_ms: 60 }), 0);
    phases.add(row({ valid: false, ttft_ms: 999, e2e_latency_ms: 999 }), 0);
    phases.add(failedRow({ ttft_ms: 999 }), 0);
    phases.add(row({ final: false, e2e_latency_ms: 999 }), 0);
    expect(phases.of(0)).toMatchObject({ answers: 2, means: { first: 20, answer: 20 } });
    expect(phases.of(1)).toBeUndefined();
  });
});

describe('tokens', () => {
  test('are split into reasoning and answer where the server says so', () => {
    const tokens = new Tokens();
    tokens.add(row({ prompt_tokens: 10, cached_tokens: 4, completion_tokens: 30, reasoning_tokens: 20 }), 0);
    expect(tokens.of(0)).toEqual({
      answers: 1,
      prompt: 10,
      cached: 4,
      reasoning: 20,
      answer: 10,
      unsplit: 0,
    });
  });

  test('stay in one piece where reasoning was seen but not counted', () => {
    const tokens = new Tokens();
    tokens.add(row({ completion_tokens: 30, reasoning_chars: 100 }), 0);
    expect(tokens.of(0)).toMatchObject({ unsplit: 30, answer: 0 });
  });

  test('of another model, and of answers that reported none, are left out', () => {
    const tokens = new Tokens();
    tokens.add(row({ completion_tokens: 30, valid: false, invalid_reason: ['fallback'] }), 0);
    tokens.add(row(), 0);
    expect(tokens.of(0)).toBeUndefined();
  });
});

describe('the timeline', () => {
  const start = '2026-11-22T03:17:00.000Z';
  const at = (seconds: number): string => new Date(Date.parse(start) + seconds * 1000).toISOString();

  test('has each sound answer at its time, relative to what is usual', () => {
    const timeline = new Timeline(start);
    for (const [seconds, e2e_latency_ms] of [150, 300, 600].entries())
      timeline.add(row({ started_at: at(seconds), e2e_latency_ms }), 0);
    expect(timeline.of(0, () => 200).points).toMatchObject([
      { atMs: 0, e2eMs: 150, relative: 0.5 },
      { atMs: 1000, e2eMs: 300, relative: 1 },
      { atMs: 2000, e2eMs: 600, relative: 2 },
    ]);
  });

  test('keeps failures, rate limits and answers left out apart', () => {
    const timeline = new Timeline(start);
    timeline.add(failedRow({ started_at: at(1) }), 0);
    timeline.add(failedRow({ started_at: at(2), status: 'rate_limited', final: false }), 0);
    timeline.add(row({ started_at: at(3), valid: false, invalid_reason: ['cache_hit'] }), 0);
    const { events, points, eventCounts } = timeline.of(0, () => undefined);
    expect(events.map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ['failed', 1000],
      ['rate limited', 2000],
      ['left out', 3000],
    ]);
    expect(points).toEqual([]);
    expect(eventCounts).toEqual({ failed: 1, 'rate limited': 1, 'left out': 1 });
  });

  test('is thinned for long runs, yet counts all', () => {
    const timeline = new Timeline(start);
    for (let n = 0; n < 20_000; n++) {
      timeline.add(row({ started_at: at(n), e2e_latency_ms: 1 }), 0);
      timeline.add(failedRow({ started_at: at(n) }), 0);
    }
    const { points, answers, events, eventCounts } = timeline.of(0, () => undefined);
    expect(answers).toBe(20_000);
    expect(points.length).toBeLessThanOrEqual(4096);
    expect(events.length).toBeLessThanOrEqual(150);
    expect(eventCounts.failed).toBe(20_000);
    expect(points.at(-1)!.atMs).toBeGreaterThan(19_900_000);
  });
});

describe('the answers to show', () => {
  test('are the first by repeat of each cell, whatever the order of the rows', () => {
    const choice = new AnswerChoice();
    choice.add(row({ prompt_id: 'p1', repeat: 2, event_id: 'late' }), 0);
    choice.add(row({ prompt_id: 'p1', repeat: 1, event_id: 'early' }), 0);
    choice.add(row({ prompt_id: 'p2', repeat: 1, event_id: 'other' }), 1);
    choice.add(row({ prompt_id: 'p3', event_id: 'unwanted' }), 0);
    choice.add(failedRow({ prompt_id: 'p2', event_id: 'failed' }), 0);
    expect(choice.list(['p2', 'p1']).map(({ eventId }) => eventId)).toEqual(['other', 'early']);
  });
});

describe('workers', () => {
  const startedAt = '2026-11-22T03:17:00.000Z';
  const by = (worker: string, vantage: string, second: number, more: object = {}) =>
    row({
      ...{ worker, vantage, e2e_latency_ms: 5, final: true },
      scheduled_at: `2026-11-22T03:17:${String(second).padStart(2, '0')}.000Z`,
      // Its own clock is an hour off.
      started_at: '2026-11-22T04:17:00.000Z',
      ...more,
    });

  test('have a timeline each, by the clock of the run, in the order of their places', () => {
    const workers = new Workers(startedAt);
    workers.add(by('w2', 'iad', 3));
    workers.add(by('w1', 'fra', 1));
    workers.add(by('w1', 'iad', 2));
    workers.add(by('w1', 'fra', 4, { status: 'error', final: true }));
    const lost = { status: 'cancelled', error_family: 'client', error_code: 'worker_lost', final: false };
    workers.add(by('w1', 'fra', 5, lost));
    workers.add(row({ e2e_latency_ms: 1 }));
    expect(
      workers.list().map(({ name, vantage, lost: losses, timeline: { points, eventCounts } }) => ({
        ...{ name, vantage, losses, at: points.map(({ atMs }) => atMs), failed: eventCounts.failed },
      })),
    ).toEqual([
      { name: 'w1', vantage: 'fra', losses: 1, at: [1000], failed: 1 },
      { name: 'w1', vantage: 'iad', losses: 0, at: [2000], failed: 0 },
      { name: 'w2', vantage: 'iad', losses: 0, at: [3000], failed: 0 },
    ]);
    expect(workers.beyond).toBe(0);
  });

  test('of very many, a hundred are kept, and the others counted', () => {
    const workers = new Workers(startedAt);
    for (let turn = 0; turn < 2; turn++) for (let n = 0; n < 107; n++) workers.add(by(`w${n}`, 'fra', 1));
    expect([workers.list().length, workers.beyond]).toEqual([100, 7]);
  });
});
