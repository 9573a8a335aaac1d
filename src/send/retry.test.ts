import { describe, expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import type { Exchange, Failure } from '../measure/exchange.ts';
import type { Retry } from '../suite/suite.ts';
import { withoutAnswer } from './asker.ts';
import { decide, waitAfterOwnLimit } from './retry.ts';

const settings: Retry = { max: 2, backoffMs: [1000, 3000], maxWaitMs: 60_000, outageMs: 60_000 };
const half = (): number => 0.5;

function failed(failure: Partial<Failure>, httpStatus?: number): Exchange {
  return {
    ...withoutAnswer(
      { status: 'error', family: 'provider', code: 'x', message: 'm', ...failure },
      systemClock,
    ),
    ...(httpStatus === undefined ? {} : { httpStatus, headersMs: 1 }),
  };
}

const kindOf = (exchange: Exchange, attempt = 1): string => decide(exchange, attempt, settings, half).kind;

test.each<[string, Exchange, string]>([
  [
    'a transient failure upstream that is reported as 400',
    failed({ family: 'gateway', code: '2005' }, 400),
    'retry',
  ],
  ['429', failed({ status: 'rate_limited' }, 429), 'retry'],
  ['408', failed({}, 408), 'retry'],
  ['503', failed({ code: 'overloaded' }, 503), 'retry'],
  ['524', failed({ family: 'edge', code: '524' }, 524), 'retry'],
  ['a connection lost before the first byte', failed({ family: 'network', code: 'reset' }), 'retry'],
  ['401/2009, once', failed({ family: 'gateway', code: '2009' }, 401), 'retry'],
  ['the session limit', failed({ status: 'rate_limited', code: 'session_limit' }, 429), 'switch-off'],
  ['401 of the provider', failed({ code: 'unauthorized' }, 401), 'switch-off'],
  ['a wrong request', failed({}, 400), 'refused'],
  [
    'a cut answer: it has been paid for',
    failed({ status: 'truncated', family: 'network', code: 'reset' }, 200),
    'done',
  ],
  ['an answer without text', failed({ status: 'empty' }, 200), 'done'],
  ['a timeout of ours', failed({ status: 'timeout', family: 'client', code: 'total' }, 200), 'done'],
  ['a host that is not found any more', failed({ family: 'network', code: 'dns' }), 'outage'],
  ['a server that is gone', failed({ family: 'network', code: 'refused' }), 'outage'],
  ['a host that cannot be reached', failed({ family: 'network', code: 'unreachable' }), 'outage'],
  ['no connection in time', failed({ status: 'timeout', family: 'network', code: 'connect' }), 'outage'],
  ['a server that loads', failed({ message: 'Loading model' }, 503), 'outage'],
  [
    'a full queue',
    failed({ message: 'server busy, please try again. maximum pending requests exceeded' }, 503),
    'outage',
  ],
  ['a model that loads', failed({ message: 'Model google/gemma is currently loading' }, 503), 'outage'],
  ['one without a free slot', failed({ status: 'rate_limited', code: 'busy' }, 503), 'outage'],
  ['the same told as 429', failed({ status: 'rate_limited', code: 'busy' }, 429), 'retry'],
  ['the same words of a server that broke', failed({ message: 'error loading model' }, 500), 'retry'],
  ['a stop by the user', failed({ status: 'cancelled', family: 'client', code: 'cancelled' }), 'done'],
])('%s', (_name, exchange, expected) => expect(kindOf(exchange)).toBe(expected));

test('a host name that was never found is a wrong one', () => {
  const exchange = failed({ family: 'network', code: 'dns' });
  expect(decide(exchange, 1, settings, half, false)).toEqual({ kind: 'done' });
});

test('401/2009 twice is not an accident', () => {
  expect(kindOf(failed({ family: 'gateway', code: '2009' }, 401), 2)).toBe('switch-off');
});

test('not more often than the suite allows', () => {
  expect([1, 2, 3].map((attempt) => kindOf(failed({}, 503), attempt))).toEqual(['retry', 'retry', 'done']);
});

describe('the wait', () => {
  const waitOf = (failure: Partial<Failure>, attempt: number): unknown =>
    decide(failed(failure, 503), attempt, { ...settings, max: 9 }, half);

  test('a random share of a back-off that doubles up to its cap', () => {
    expect([1, 2, 3, 4].map((attempt) => waitOf({}, attempt))).toEqual(
      [500, 1000, 1500, 1500].map((waitMs) => ({ kind: 'retry', waitMs })),
    );
  });

  test('never less than the server asked for, capped', () => {
    expect(waitOf({ retryAfterMs: 7000 }, 1)).toEqual({ kind: 'retry', waitMs: 7000 });
    expect(waitOf({ retryAfterMs: 9e9 }, 1)).toEqual({ kind: 'retry', waitMs: 60_000 });
    expect(waitOf({ retryAfterMs: 0 }, 1)).toEqual({ kind: 'retry', waitMs: 500 });
  });
});

test('what this machine could not send is sent again for half a minute, then owed', () => {
  const waits = Array.from({ length: 11 }, (_, n) => waitAfterOwnLimit(n + 1, () => 1)!);
  expect(waits.slice(0, 3)).toEqual([100, 200, 400]);
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  const sum = waits.reduce((total, wait) => total + wait, 0);
  expect(sum).toBeGreaterThan(25_000);
  expect(sum).toBeLessThan(40_000);
  expect(waitAfterOwnLimit(12, half)).toBeUndefined();
});
