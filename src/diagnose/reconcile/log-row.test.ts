import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../base/testing/scratch.ts';
import { UserError } from '../../base/user-error.ts';
import { fileSource, type LogRows, readLogRow } from './log-row.ts';

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

test('text is cleaned and redacted before it is kept, and a non-number counts as not measured', () => {
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

async function read(content: string | Uint8Array): Promise<LogRows> {
  await using folder = await scratchFolder();
  const path = join(folder.path, 'rows');
  await writeFile(path, content);
  return await fileSource(path, (text) => text).read({ attempts: [], runIds: [] });
}

const rows = [
  { id: '01A', duration: 12, tokens_in: 3, tokens_out: null, response_content_type: 'a; charset=b' },
  { id: '01B', duration: 13, metadata: '{"run":"r","prompt":"a\\nb"}' },
];
const lines = rows.map((row) => JSON.stringify(row)).join('\n');
const csv = [
  'id,duration,tokens_in,response_content_type,metadata',
  '01A,12,3,a; charset=b,',
  '01B,13,,,"{""run"":""r"",""prompt"":""a\\nb""}"',
].join('\r\n');

test.each([
  ['a JSON array', JSON.stringify(rows)],
  ['a JSON array for people, after a byte order mark', `\ufeff\n${JSON.stringify(rows, null, 2)}\n`],
  ['an answer of the logs API', JSON.stringify({ success: true, result: rows, result_info: {} })],
  ['the same for people', JSON.stringify({ success: true, result: rows }, null, 2)],
  ['several answers, one a line', rows.map((row) => JSON.stringify({ result: [row] })).join('\n')],
  ['JSON lines', `${lines}\n\n`],
  ['JSON lines of Windows', `\ufeff${lines.replace('\n', '\r\n')}`],
  ['CSV', `\ufeff${csv}\r\n`],
  [
    'CSV with semicolons',
    'id;duration;tokens_in;metadata\n01A;12;3;\n01B;13;;"{""run"":""r"",""prompt"":""a\\nb""}"',
  ],
])('reads %s', async (_, content) => {
  const { rows: read_, origin, notes } = await read(content);
  expect(read_).toEqual([
    { id: '01A', durationMs: 12, tokensIn: 3, metadata: {} },
    { id: '01B', durationMs: 13, metadata: { run: 'r', prompt: 'a\nb' } },
  ]);
  expect([origin, notes]).toEqual(['rows', []]);
});

test('a first line that is longer than what is looked at is a row all the same', async () => {
  const long = JSON.stringify({ id: '01A', response: 'x'.repeat(200_000) });
  expect((await read(`${long}\n${long}`)).rows).toEqual([
    { id: '01A', metadata: {} },
    { id: '01A', metadata: {} },
  ]);
});

test('rows that can be matched by nothing are counted', async () => {
  const { notes } = await read('{"id":"01A"}\n{"model":"glm"}\n');
  expect(notes).toEqual([expect.stringMatching(/^1 row of the file had neither id nor metadata/)]);
});

test.each([
  ['nothing', '', /no row of a gateway's log\. Understood: /],
  ['prose', 'Dear all,\nhere is the log.\n', /no row of a gateway's log \(1 row without id and metadata\)/],
  ['an empty list', '[]', /no row/],
  ['JSON that is cut off', '[{"id":"01A"', /rows is not JSON/],
  ['a line that is cut off', '{"id":"01A"}\n{"id":', /rows:2: /],
  ['what is compressed', gzipSync('[]'), /gunzip/],
  ['CSV that is torn', 'id,metadata\n01A,"', /cannot be read/],
])('%s is refused with what to do', async (_, content, message) => {
  const reading = read(content);
  await expect(reading).rejects.toThrow(UserError);
  await expect(reading).rejects.toThrow(message);
});

test('a file that is not there is said to be not there', async () => {
  const source = fileSource('/nowhere/rows.json', (text) => text);
  await expect(source.read({ attempts: [], runIds: [] })).rejects.toThrow(
    '/nowhere/rows.json cannot be read: there is no such file.',
  );
});
