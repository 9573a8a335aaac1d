import { describe, expect, test } from 'vitest';
import { answerOf, findingOf, resolve, type Written } from './testing/finding-of.ts';

type Case = [fields: Omit<Written, 'type'>, text: string, pass: boolean];

const labeled = { type: 'object', required: ['label'], properties: { label: { type: 'string' } } };
const pair = { items: [{ type: 'string' }, { type: 'number' }] };
const orders =
  '{"items": [{"n": 1, "name": "tea"}, {"n": 2, "name": "Brot"}], "ok": true, "none": null, "tags": ["a", "B"]}';

const cases: Record<string, Case[]> = {
  json: [
    [{}, '{"a": 1}', true],
    [{}, '\ufeff [1, 2]\n', true],
    [{}, '42', true],
    [{}, 'null', true],
    [{}, '', false],
    [{}, 'Sure!', false],
    [{}, "{'a': 1}", false],
    [{}, '{"a": 1,}', false],
    [{}, '{"a": "日本"}', true],
    [{}, 'Here:\n```json\n{"a": 1}\n```\nDone.', true],
    [{}, '~~~\n[1]\n~~~', true],
    [{}, '```py\nprint()\n```\n```JSON\r\n{"a": 1}\r\n```', true],
    [{}, '```py\nprint()\n```', false],
    [{}, '````json\n{"a": "\\n"}\n````', true],
    [{}, '```json\n{"a": 1}', true],
    [{}, '```json\n{"a": ', false],
    [{}, 'it is `{"a": 1}`', false],
    [{}, '```{"a": 1}```\n[1]', false],
    [{}, '````md\n```\n````\n```json\n{"a": 1}\n```', true],
    [{}, '```\n[1]\n```json', false],
    [{ fence: false }, '```json\n{"a": 1}\n```', false],
    [{ fence: false }, '{"a": 1}', true],
    [{ not: true }, 'Sure!', true],
    [{ not: true }, '{}', false],
  ],
  'json-schema': [
    [{ schema: labeled }, '{"label": "refund"}', true],
    [{ schema: labeled }, '```json\n{"label": "refund"}\n```', true],
    [{ schema: labeled, fence: false }, '```json\n{"label": "refund"}\n```', false],
    [{ schema: labeled }, '{"label": 1}', false],
    [{ schema: labeled }, '{}', false],
    [{ schema: labeled }, 'refund', false],
    [{ schema: labeled }, '', false],
    [{ schema: labeled, not: true }, '{}', true],
    [{ schema: labeled, not: true }, '{"label": "ß"}', false],
    [{ schema: { prefixItems: [{ type: 'string' }] } }, '[1]', false],
    [{ schema: { $schema: 'http://json-schema.org/draft-07/schema#', ...pair } }, '["a", 1]', true],
    [{ schema: { $schema: 'http://json-schema.org/draft-07/schema#', ...pair } }, '["a", "b"]', false],
    [{ schema: { type: 'string', format: 'date' } }, '"2026-02-28"', true],
    [{ schema: { type: 'string', format: 'date' } }, '"2026-02-30"', false],
    [{ schema: { type: 'string', pattern: '^\\p{Lu}' } }, '"Ärger"', true],
    [{ schema: { $ref: '#/$defs/n', $defs: { n: { type: 'number' } } } }, '1', true],
  ],
  'json-path': [
    [{ path: '$.ok' }, orders, true],
    [{ path: '$.none' }, orders, true],
    [{ path: '$.gone' }, orders, false],
    [{ path: '$.gone', exists: false }, orders, true],
    [{ path: '$.ok', exists: false }, orders, false],
    [{ path: '$.ok', exists: false }, 'Sure!', false],
    [{ path: '$.items[0].name', equals: 'tea' }, orders, true],
    [{ path: '$.items[0].name', equals: 'TEA' }, orders, false],
    [{ path: '$.items[0].name', equals: 'TEA', ignore_case: true }, orders, true],
    [{ path: '$.items[*].name', equals: 'Brot' }, orders, true],
    [{ path: '$.items[*].name', equals: 'milk' }, orders, false],
    [{ path: '$.items[*].name', equals: 'milk', not: true }, orders, true],
    [{ path: '$.items[?@.n > 1].name', equals: 'Brot' }, orders, true],
    [{ path: '$.items[1].n', equals: 2 }, orders, true],
    [{ path: '$.items[1].n', equals: '2' }, orders, true],
    [{ path: '$.items[1].n', equals: 3 }, orders, false],
    [{ path: '$.items[0].name', equals: 2 }, orders, false],
    [{ path: '$.ok', equals: true }, orders, true],
    [{ path: '$.none', equals: null }, orders, true],
    [{ path: '$.ok', equals: null }, orders, false],
    [{ path: '$.none', equals: 'null' }, orders, false],
    [{ path: '$.items[0]', equals: { name: 'tea', n: 1 } }, orders, true],
    [{ path: '$.tags', equals: ['B', 'a'] }, orders, false],
    [{ path: '$.items[1].name', contains: 'ro' }, orders, true],
    [{ path: '$.items[1].name', contains: 'RO', ignore_case: true }, orders, true],
    [{ path: '$.tags', contains: 'B' }, orders, true],
    [{ path: '$.tags', contains: 'b' }, orders, false],
    [{ path: '$.items[0]', contains: 'tea' }, orders, false],
    [{ path: '$.items[0].name', matches: '^t' }, orders, true],
    [{ path: '$.items[0].name', matches: '^T', ignore_case: true }, orders, true],
    [{ path: '$.items[0].n', matches: '^\\d$' }, orders, true],
    [{ path: '$.items[*].name', contains: 't', matches: '^B' }, orders, true],
    [{ path: '$.items[*].name', contains: 'ea', matches: '^B' }, orders, false],
    [{ path: '$.a', equals: 1 }, '```json\n{"a": 1}\n```', true],
    [{ path: '$.a', equals: 1, fence: false }, '```json\n{"a": 1}\n```', false],
    [{ path: '$', equals: -0 }, '0', true],
    [{ path: '$["日本"]', equals: 'é' }, '{"日本": "e\u0301"}', true],
    [{ path: '$.a' }, '', false],
    [{ path: '$.a', not: true }, '', true],
  ],
};

describe.each(Object.entries(cases))('%s', (type, table) => {
  test.each(table)('%j on %j: %s', (fields, text, pass) => {
    expect(findingOf({ type, ...fields }, text).pass).toBe(pass);
  });
});

test('the arguments of a tool call are checked when the check names the tool', () => {
  const toolCalls = [
    { id: '1', name: 'log', arguments: 'not JSON' },
    { id: '2', name: 'weather', arguments: '{"city": "Ulm"}' },
  ];
  const answer = answerOf('{"city": "Bonn"}', { toolCalls });
  const inUlm = { type: 'json-path', path: '$.city', equals: 'Ulm' };

  expect(findingOf({ ...inUlm, tool: 'weather' }, answer).pass).toBe(true);
  expect(findingOf(inUlm, answer).pass).toBe(false);
  expect(findingOf({ type: 'json', tool: 'log' }, answer).pass).toBe(false);
  expect(findingOf({ type: 'json', tool: 'search' }, answer).why).toBe('the tool "search" was not called');
});

test('a failure says where and what', () => {
  expect(findingOf({ type: 'json-schema', schema: labeled }, '{"label": 1}').why).toBe(
    '/label must be string',
  );
  expect(findingOf({ type: 'json-path', path: '$.items[*].n', equals: 3 }, orders).why).toBe(
    '$.items[*].n is 1, 2; expected {"equals":3}',
  );
  expect(findingOf({ type: 'json' }, 'Sure!').why).toBe('not JSON: "Sure!"');
});

test('what one schema names, another does not know', () => {
  const ref = { $ref: 'https://example.org/a' };
  const named = { ...ref, $defs: { a: { $id: 'https://example.org/a', type: 'number' } } };
  expect(findingOf({ type: 'json-schema', schema: named }, '1').pass).toBe(true);
  expect(resolve({ type: 'json-schema', schema: { ...ref, $defs: { a: { type: 'string' } } } })).toEqual([
    expect.stringContaining("can't resolve reference https://example.org/a"),
  ]);
});

test('a schema may refer to itself', () => {
  const $id = 'https://example.org/tree';
  const tree = { $id, type: 'object', required: ['k'], properties: { k: { $ref: $id } } };
  expect(findingOf({ type: 'json-schema', schema: tree }, '{"k": {}}').why).toBe(
    "/k must have required property 'k'",
  );
});

test.each<[Written, string]>([
  [{ type: 'json-schema', schema: { type: 'objekt' } }, 'schema: not a usable JSON Schema'],
  [{ type: 'json-schema', schema: { requried: ['a'] } }, 'unknown keyword: "requried"'],
  [{ type: 'json-schema', schema: { type: 'string', format: 'nope' } }, 'unknown format "nope"'],
  [{ type: 'json-schema', schema: { $ref: 'https://example.org/x' } }, "can't resolve reference"],
  [{ type: 'json-schema', schema: { $async: true, type: 'string' } }, 'asynchronous'],
  [
    { type: 'json-schema', schema: { $schema: 'http://json-schema.org/draft-04/schema#' } },
    'no schema with key',
  ],
  [{ type: 'json-path', path: 'label' }, 'path: not a JSONPath'],
  [{ type: 'json-path', path: '' }, 'path: not a JSONPath'],
  [{ type: 'json-path', path: '$.a', matches: '(' }, 'matches: Invalid regular expression'],
  [{ type: 'json-path', path: '$.a', equal: 1 }, 'Unrecognized key: "equal"'],
])('%j is a fault of the suite', (written, message) => {
  expect(resolve(written)).toEqual([expect.stringContaining(message)]);
});
