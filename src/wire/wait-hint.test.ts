import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { classify } from './classify.ts';

const now = new Date('2026-11-22T03:17:00Z');
const epoch = now.getTime() / 1000;

function waitOf(headers: Record<string, string>, body: unknown = {}): number | undefined {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classify({ httpStatus: 429, contentType: 'application/json', body: text, headers }, now)
    .retryAfterMs;
}

describe('headers', () => {
  test.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': 'Sun, 22 Nov 2026 03:17:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 03:17:30 GMT', date: 'Sun, 22 Nov 2026 03:17:20 GMT' }, 10_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 03:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': '1e23' }, undefined],
    [{ 'retry-after': '9'.repeat(30) }, undefined],
    [{ 'retry-after': '99999999999' }, undefined],
    [{ 'retry-after-ms': '700', 'retry-after': '9' }, 700],
    [{ 'x-ms-retry-after-ms': '6' }, 6],
    [{ 'x-ratelimit-reset-requests': '700ms', 'x-ratelimit-remaining-requests': '0' }, 700],
    [{ 'x-ratelimit-reset-tokens': '1m30s', 'x-ratelimit-remaining-tokens': '0' }, 90_000],
    [{ 'x-ratelimit-reset-tokens': '1m30s', 'x-ratelimit-remaining-tokens': '5' }, undefined],
    [{ 'x-ratelimit-reset': '30' }, 30_000],
    [{ 'x-ratelimit-reset': String(epoch + 12), 'x-ratelimit-remaining': '0' }, 12_000],
    [{ 'x-ratelimit-reset': String((epoch + 12) * 1000), 'x-ratelimit-remaining': '0' }, 12_000],
    [
      {
        'anthropic-ratelimit-requests-reset': '2026-11-22T03:17:08Z',
        'anthropic-ratelimit-requests-remaining': '0',
      },
      8000,
    ],
    [{ ratelimit: '"default";r=0;t=30' }, 30_000],
    [{ ratelimit: 'limit=10, remaining=0, reset=7' }, 7000],
    [{ ratelimit: '"a";r=3;t=30, "b";r=0;t=9' }, 9000],
  ])('%j', (headers, wait) => {
    expect(waitOf(headers)).toBe(wait);
  });
});

describe('bodies', () => {
  test.each<[unknown, number | undefined]>([
    [{ type: 'x', title: 'Error 1015', status: 429, retry_after: 30 }, 30_000],
    [{ error: { message: 'slow down', retry_after_ms: 250 } }, 250],
    [{ error: { message: 'slow', details: [{ '@type': 'RetryInfo', retryDelay: '17s' }] } }, 17_000],
    [{ retry_after: 1e23 }, undefined],
    [{ retry_after: -1 }, undefined],
    [{ error: { message: 'Rate limit reached. Please try again in 20s. Visit x.' } }, 20_000],
    [{ error: { message: 'Please try again in 7m12.5s.' } }, 432_500],
    [{ error: { message: 'Please try again in 6ms' } }, 6],
    [{ error: { message: 'Please retry after 20 seconds.' } }, 20_000],
    [{ error: { message: 'try again in 2 minutes and 5 seconds' } }, 125_000],
    [{ error: { message: 'try again later' } }, undefined],
    [{ error: { message: 'Retry after: 30' } }, 30_000],
    [{ error: { message: 'Rate limited; retry_after=8 sec' } }, 8000],
    [{ error: { message: 'Your limit will reset in 1 hour 5 minutes.' } }, 3_900_000],
    [{ error: { message: 'Limit resets at 2026-11-22T03:18:00Z.' } }, 60_000],
    [{ error: { message: 'retry after 5xx' } }, undefined],
    [{ error: { message: 'retry after 2026-11-22' } }, undefined],
    [{ error: { message: 'reset 3 days of logs' } }, undefined],
    [{ error: { message: 'x', retryAfter: 'PT1M30.5S' } }, 90_500],
    [{ error: 'Model is currently loading', estimated_time: 20.5 }, 20_500],
    [{ error: { metadata: { headers: { 'Retry-After': 7 } } } }, 7000],
    [
      {
        error: {
          metadata: {
            headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String((epoch + 55) * 1000) },
          },
        },
      },
      55_000,
    ],
  ])('%j', (body, wait) => {
    expect(waitOf({}, body)).toBe(wait);
  });
});

test('whatever is said, a wait is a plain number of at most a year', () => {
  const value = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.bigInt().map(String),
    fc.date().map(String),
  );
  fc.assert(
    fc.property(value, fc.jsonValue(), (said, member) => {
      const wait = waitOf(
        { 'retry-after': said, 'x-ratelimit-reset': said, ratelimit: said },
        { retry_after: member },
      );
      if (wait !== undefined) expect(String(wait)).toMatch(/^\d{1,11}(\.\d{1,3})?$/);
    }),
  );
});
