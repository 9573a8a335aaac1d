import { describe, expect, test } from 'vitest';
import type { Answer } from './check.ts';
import { answerOf, findingOf, resolve, type Written } from './testing/finding-of.ts';

type Case = [fields: Omit<Written, 'type'>, measured: Partial<Answer>, pass: boolean];

const cases: Record<string, Case[]> = {
  'finish-reason': [
    [{ value: 'stop' }, { finishReason: 'stop' }, true],
    [{ value: 'stop' }, { finishReason: 'length' }, false],
    [{ value: 'stop' }, { finishReason: 'Stop' }, false],
    [{ value: ['stop', 'tool_calls'] }, { finishReason: 'tool_calls' }, true],
    [{ value: ['stop', 'tool_calls'] }, { finishReason: '' }, false],
    [{ value: 'length', not: true }, { finishReason: 'stop' }, true],
    [{ value: 'length', not: true }, { finishReason: 'length' }, false],
  ],
  'max-tokens': [
    [{ value: 10 }, { completionTokens: 10 }, true],
    [{ value: 10 }, { completionTokens: 11 }, false],
    [{ value: '10' }, { completionTokens: 0 }, true],
    [{ value: 10 }, {}, false],
    [{ value: 10, not: true }, { completionTokens: 11 }, true],
    [{ value: 10, not: true }, { completionTokens: 10 }, false],
    [{ value: 10, not: true }, {}, false],
  ],
  'max-latency': [
    [{ value: 1500 }, { e2eLatencyMs: 1500 }, true],
    [{ value: 1500 }, { e2eLatencyMs: 1500.001 }, false],
    [{ value: 1500 }, {}, false],
    [{ value: 1500, not: true }, { e2eLatencyMs: 1501 }, true],
    [{ value: 1500, not: true }, { e2eLatencyMs: 3 }, false],
    [{ value: 1500, not: true }, {}, false],
  ],
};

describe.each(Object.entries(cases))('%s', (type, table) => {
  test.each(table)('%j on %j: %s', (fields, measured, pass) => {
    expect(findingOf({ type, ...fields }, answerOf('text', measured)).pass).toBe(pass);
  });
});

test('what was not measured is named', () => {
  expect(findingOf({ type: 'max-tokens', value: 1 }, 'a').why).toBe('the server reported no token count');
  expect(findingOf({ type: 'max-latency', value: 1 }, 'a').why).toBe(
    'the end-to-end latency was not measured',
  );
  expect(findingOf({ type: 'max-latency', value: 1 }, answerOf('a', { e2eLatencyMs: 1.5 })).why).toBe(
    'took 1.5 ms, at most 1 ms allowed',
  );
});

test.each<[Written, string]>([
  [{ type: 'max-tokens', value: 0 }, 'value: Too small'],
  [{ type: 'max-tokens', value: 1.5 }, 'value: expected a whole number of tokens, 1 or more'],
  [{ type: 'max-tokens', value: true }, 'value: expected a whole number of tokens, 1 or more'],
  [{ type: 'max-latency', value: 0 }, 'value: Too small'],
  [{ type: 'finish-reason', value: [] }, 'value: '],
])('%j is a fault of the suite', (written, message) => {
  expect(resolve(written)).toEqual([expect.stringContaining(message)]);
});
