import { expect, test } from 'vitest';
import { readLogRow } from './log-row.ts';

const asIs = (text: string): string => text;
const metadata = { run: 'r', suite: 's', prompt: 'p1', model: 'glm', repeat: 2 };

test('a row of the logs API, whose metadata are JSON in a text', () => {
  const row = {
    id: '01J',
    created_at: '2026-11-22T03:17:01Z',
    duration: 1375,
    model: 'glm-5.2',
    provider: 'custom-ollama',
    status_code: 200,
    step: 0,
    cached: false,
    tokens_in: 20,
    tokens_out: null,
    metadata: JSON.stringify(metadata),
  };
  expect(readLogRow(row, asIs)).toEqual({
    id: '01J',
    createdAt: '2026-11-22T03:17:01.000Z',
    durationMs: 1375,
    model: 'glm-5.2',
    provider: 'custom-ollama',
    status: 200,
    step: 0,
    cached: false,
    tokensIn: 20,
    metadata: { run: 'r', prompt: 'p1', model: 'glm', repeat: '2' },
  });
});

test('a row of Logpush, which has no id, and its figures one level down', () => {
  const row = {
    Cached: false,
    Metadata: metadata,
    Metrics: { durationMs: 1234 },
    StatusCode: 200,
    Timestamp: 1_795_000_000,
  };
  expect(readLogRow(row, asIs)).toMatchObject({
    cached: false,
    durationMs: 1234,
    status: 200,
    createdAt: '2026-11-18T11:06:40.000Z',
    metadata: { run: 'r' },
  });
});

test('a row of a spreadsheet, in which everything is text and empty is not measured', () => {
  const row = { ID: '01J', 'Tokens in': '20', 'Tokens out': '', cached: 'TRUE', duration: '', step: '0' };
  expect(readLogRow(row, asIs)).toEqual({ id: '01J', tokensIn: 20, cached: true, step: 0, metadata: {} });
});

test.each([1_795_000_000, 1_795_000_000_000, 1_795_000_000_000_000, 1_795_000_000_000_000_000])(
  'an instant of %d since 1970',
  (timestamp) => {
    expect(readLogRow({ id: 'x', timestamp }, asIs)?.createdAt).toBe('2026-11-18T11:06:40.000Z');
  },
);

test('text is cleaned and redacted before it is kept, and what is no number is not measured', () => {
  const row = {
    id: '\u001b[31m01J\n',
    model: 'secret-token',
    duration: 'NaN',
    tokens_in: {},
    created_at: 'soon',
  };
  const clean = (text: string): string => text.replace('secret-token', '[TOKEN]');
  expect(readLogRow(row, clean)).toEqual({ id: '01J', model: '[TOKEN]', metadata: {} });
});

test.each([null, 'text', 7, [], {}, { model: 'glm' }, { metadata: 'no JSON' }, { metadata: '[1]' }])(
  '%j can be matched by nothing',
  (value) => {
    expect(readLogRow(value, asIs)).toBeUndefined();
  },
);
