import { describe, expect, test } from 'vitest';
import { ChunkLog } from '../measure/chunk-log.ts';
import type { Exchange, Usage } from '../measure/exchange.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import { assertAffordable, BudgetGuard } from './budget.ts';

let now = 0;
const clock = { now: () => now, wall: () => new Date(now), sleep: () => Promise.resolve() };

/** Maximum: 16 of framing + 4 characters ÷ 2 + 82 of answer = 100 tokens, at 1 USD per million each. */
const planned: PlannedRequest = {
  key: 'k',
  phase: 'measure',
  repeat: 1,
  block: 1,
  position: 1,
  cell: {
    model: { id: 'm', model: 'custom-ollama/m', params: {}, price: { input: 1, output: 1 } },
    route: 'demo',
  },
  prompt: {
    id: 'p',
    tags: [],
    messages: [{ role: '', content: 'hey!' }],
    params: { max_tokens: 82 },
    checks: [],
  },
};

function ended(usage: Usage, httpStatus = 200): Exchange {
  return {
    outcome: 'ok',
    finishReason: 'stop',
    eventId: 'e',
    streamed: true,
    startedAt: new Date(0),
    connection: {},
    endMs: 1,
    chunks: new ChunkLog(),
    answer: 'x',
    reasoning: '',
    toolCalls: [],
    usage,
    receipts: {},
    buffered: false,
    httpStatus,
    sentAt: 1,
  };
}

test('a request that was sent twice counts twice, the unanswered one at its maximum', () => {
  const guard = new BudgetGuard({ requests: 4, tokens: 320 }, clock);
  const twice = { ...ended({ promptTokens: 5, completionTokens: 5 }), notes: ['resent'] };
  expect(guard.reserve(planned)).toBeUndefined();
  guard.settle(planned, twice);
  // 110 spent: a second one fits, and then there is no room for another.
  expect(guard.reserve(planned)).toBeUndefined();
  guard.settle(planned, twice);
  expect(guard.reserve(planned)).toMatch(/^4 requests$/);
});

describe('tokens', () => {
  test('what was used takes the place of the worst case', () => {
    const guard = new BudgetGuard({ tokens: 250 }, clock);
    for (let n = 0; n < 15; n++) {
      expect(guard.reserve(planned)).toBeUndefined();
      guard.settle(planned, ended({ promptTokens: 5, completionTokens: 5 }));
    }
    // 150 spent: one more could still cost 100; the next could not.
    expect(guard.reserve(planned)).toBeUndefined();
    guard.settle(planned, ended({ promptTokens: 5, completionTokens: 5 }));
    expect(guard.reserve(planned)).toMatch(/250 tokens/);
  });

  test('usage that was not reported counts at its worst', () => {
    const guard = new BudgetGuard({ tokens: 250 }, clock);
    for (let n = 0; n < 2; n++) {
      expect(guard.reserve(planned)).toBeUndefined();
      guard.settle(planned, ended({ promptTokens: 5 }));
    }
    expect(guard.reserve(planned)).toBeDefined();
  });

  test('a refusal has generated nothing', () => {
    const guard = new BudgetGuard({ tokens: 150 }, clock);
    for (let n = 0; n < 5; n++) {
      expect(guard.reserve(planned)).toBeUndefined();
      guard.settle(planned, ended({}, 429));
    }
  });

  test('what was never sent cost nothing; what got no answer may have cost its worst', () => {
    const guard = new BudgetGuard({ tokens: 150 }, clock);
    const unanswered = ended({});
    delete unanswered.httpStatus;
    const unsent = { ...unanswered };
    delete unsent.sentAt;
    for (let n = 0; n < 5; n++) {
      expect(guard.reserve(planned)).toBeUndefined();
      guard.settle(planned, unsent);
    }
    expect(guard.reserve(planned)).toBeUndefined();
    guard.settle(planned, unanswered);
    expect(guard.reserve(planned)).toMatch(/150 tokens/);
  });

  test('a request that would fit without those in flight fits when they have cost less', () => {
    const guard = new BudgetGuard({ tokens: 150 }, clock);
    expect(guard.fits(planned)).toBe(true);
    guard.reserve(planned);
    expect(guard.fits(planned)).toBe(false);
    guard.settle(planned, ended({ promptTokens: 5, completionTokens: 5 }));
    expect(guard.fits(planned)).toBe(true);
    expect(guard.reserve(planned)).toBeUndefined();
  });

  test('a request that will never fit does not wait', () => {
    const guard = new BudgetGuard({ tokens: 99 }, clock);
    expect(guard.fits(planned)).toBe(true);
    expect(guard.reserve(planned)).toMatch(/99 tokens/);
  });

  test('a place given back is free again', () => {
    const guard = new BudgetGuard({ requests: 1 }, clock);
    guard.reserve(planned);
    guard.cancel(planned);
    expect(guard.reserve(planned)).toBeUndefined();
    expect(guard.reserve(planned)).toBe('1 request');
  });
});

test('money', () => {
  const guard = new BudgetGuard({ usd: 0.0002 }, clock);
  for (let n = 0; n < 2; n++) {
    expect(guard.reserve(planned)).toBeUndefined();
    guard.settle(planned, ended({}));
  }
  expect(guard.reserve(planned)).toMatch(/USD/);
});

test('time', () => {
  now = 0;
  const guard = new BudgetGuard({ minutes: 2 }, clock);
  expect(guard.reserve(planned)).toBeUndefined();
  now = 119_999;
  expect(guard.reserve(planned)).toBeUndefined();
  now = 120_000;
  expect(guard.reserve(planned)).toBe('2 minutes');
});

test('what earlier processes spent counts', () => {
  const guard = new BudgetGuard({ requests: 10 }, clock);
  guard.carryOver({ requests: 10, tokens: 0, usd: 0 });
  expect(guard.reserve(planned)).toBe('10 requests');
});

test('a plan that cannot be done is refused with every figure', () => {
  const least = { requests: 20, tokens: 900, usd: 0.5 };
  expect(() => assertAffordable({ requests: 10, tokens: 800, usd: 1 }, least)).toThrow(
    /requests: the plan needs at least 20, and the budget is 10\n {2}tokens: the plan needs at least 900, and the budget is 800/,
  );
  expect(() => assertAffordable({ requests: 20, tokens: 900, usd: 0.5 }, least)).not.toThrow();
  expect(() => assertAffordable({ minutes: 1 }, { ...least, minutes: 2.5 })).toThrow(
    /minutes: the plan needs at least 2\.5, and the budget is 1\n.*--max-minutes/,
  );
  expect(() => assertAffordable({ requests: 10 }, least, 3000)).toThrow(
    /requests: one visit needs 20, and the budget is 10\nAll visits have about 3,000 requests: .*gatebench plan.*--max-requests/,
  );
  expect(() => assertAffordable({ usd: 0.000_000_1 }, least)).toThrow(/the budget is 0\.0000001 USD/);
});
