import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { suiteJsonSchema } from './suite-json-schema.ts';

const read = (name: string): Promise<string> =>
  readFile(new URL(`../../suites/${name}`, import.meta.url), 'utf8');
const accepts = new Ajv({ strict: false, allErrors: true }).compile(suiteJsonSchema());
const faults = (text: string): string[] => {
  accepts(parse(text, { merge: true }));
  return (accepts.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
};
const suite = (check: string): string =>
  `version: 1\nname: x\nmodels: [a/b]\nprompts: [{ id: a, prompt: x, checks: [${check}] }]`;

test("the shipped schema is today's; if not: npm run -s gatebench -- schema > suites/suite.schema.json, and format it", async () => {
  expect(JSON.parse(await read('suite.schema.json'))).toEqual(JSON.parse(JSON.stringify(suiteJsonSchema())));
});

test.each(['load.yaml', 'smoke.yaml', 'support-triage.yaml'])(
  '%s names the schema for editors and fits it',
  async (name) => {
    const text = await read(name);
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./suite.schema.json');
    expect(faults(text)).toEqual([]);
  },
);

test('unknown keys, wrong kinds and missing fields do not fit', () => {
  expect(faults(`${suite('{ type: not-empty }')}\npromts: []`)).toEqual([
    ' must NOT have additional properties',
  ]);
  expect(faults('version: 2\nname: x\nmodels: []\nprompts: x').map((fault) => fault.split(' ')[0])).toEqual(
    expect.arrayContaining(['/version', '/models', '/prompts']),
  );
  expect(faults(suite('{ type: contain, value: x }'))).not.toEqual([]);
});

test('x- at the top holds anchors', () => {
  expect(faults(`${suite('{ type: not-empty }')}\nx-base: { a: 1 }`)).toEqual([]);
});

test('a variable is allowed wherever a check takes something other than text', () => {
  expect(faults(suite('{ type: numeric, value: "{{n}}", not: "{{no}}" }'))).toEqual([]);
  expect(faults(suite('{ type: contains-any, values: "{{list}}" }'))).toEqual([]);
  expect(faults(suite('{ type: numeric, value: many }'))).not.toEqual([]);
});

test('fields have their meaning and their default', () => {
  const { properties } = suiteJsonSchema() as {
    properties: Record<string, { properties: Record<string, object> }>;
  };
  const { repeat, timeouts } = properties.run!.properties;
  expect(repeat).toMatchObject({ default: 3, description: 'how often each prompt is sent to each model' });
  expect(timeouts).toMatchObject({ properties: { total_ms: { default: 300_000, type: 'integer' } } });
});
