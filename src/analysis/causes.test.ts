import { describe, expect, test } from 'vitest';
import type { RequestRow } from '../journal/request-columns.ts';
import { causeLines, causesOf, nothingSucceeded } from './causes.ts';
import { collected, failedRow, latencies } from './testing/rows.ts';
import { warningsOf } from './warnings.ts';

const refused = (
  model: string,
  prompt: number,
  message: string,
  cells: Partial<RequestRow> = {},
): RequestRow =>
  failedRow({
    model,
    prompt_id: `p${prompt}`,
    status: 'error',
    http_status: 503,
    error_family: 'provider',
    error_code: 'overloaded',
    error_message: message,
    ...cells,
  });

describe('what stopped a run', () => {
  test('is reported for each model that answered too rarely, by its most frequent errors', async () => {
    const run = await collected(
      ...latencies('good', [1, 2, 3]),
      ...[1, 2, 3].map((prompt) => refused('bad', prompt, `server busy, request ${prompt}af${prompt}`)),
      refused('bad', 4, 'unauthorized', { http_status: 401, error_code: 'unauthorized' }),
    );
    expect(causeLines(run)).toEqual([
      'bad: 3 of 4 requests failed, provider overloaded (HTTP 503): "server busy, request 1af1"',
      'bad: 1 of 4 requests failed, provider unauthorized (HTTP 401): "unauthorized"',
    ]);
    expect(nothingSucceeded(run)).toBe(false);
  });

  test('three texts at most, the rest by its number', () => {
    const run = collected(
      ...['a', 'b', 'b', 'c', 'd', 'e'].map((text, prompt) => refused('bad', prompt, text)),
    );
    return run.then((all) => {
      const lines = causeLines(all);
      expect(lines).toHaveLength(4);
      expect(lines[0]).toContain('2 of 6 requests failed');
      expect(lines[3]).toBe('bad: 2 requests failed in other ways; see error_message in requests.csv');
    });
  });

  test('a request that was asked again and went well is none', async () => {
    const run = await collected(
      refused('a', 1, 'busy'),
      ...latencies('a', [1]).map((row) => ({ ...row, prompt_id: 'p1' })),
    );
    expect(run.cells[0]!.causes).toEqual([]);
  });

  test('ids, times and counts alone make no other text', () => {
    expect(causesOf(['id 7f3a9 at 12:00', 'id 81bc2 at 12:01', 'other'])).toEqual([
      { text: 'id 7f3a9 at 12:00', requests: 2 },
      { text: 'other', requests: 1 },
    ]);
  });
});

test('if nothing succeeded, there is no advice about clock or sample', async () => {
  const facts = { unprovenClocks: [{ concurrency: 4 }], loopUtilization: 0.9 };
  const kinds = async (...rows: RequestRow[]) =>
    warningsOf(await collected(...rows), facts).map(({ kind }) => kind);
  const advice = ['unproven-clock', 'busy-loop', 'few-prompts', 'few-samples'];
  const dead = [refused('a', 1, 'busy'), refused('b', 1, 'busy')];
  expect(await kinds(...dead)).not.toEqual(expect.arrayContaining([expect.stringMatching(advice.join('|'))]));
  expect(await kinds(...dead, ...latencies('c', [1]))).toEqual(expect.arrayContaining(advice));
});

test('of equally frequent causes the order does not depend on which came first', () => {
  const texts = ['beta', 'alpha', 'gamma', 'gamma'];
  const inOrder = ['gamma', 'alpha', 'beta'];
  expect(causesOf(texts).map(({ text }) => text)).toEqual(inOrder);
  expect(causesOf(texts.toReversed()).map(({ text }) => text)).toEqual(inOrder);
});
