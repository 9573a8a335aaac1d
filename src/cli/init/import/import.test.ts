import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadSuite } from '../../../suite/load.ts';
import type { Suite } from '../../../suite/suite.ts';
import { gatebench, scratch } from '../../testing/gatebench.ts';

interface Taken {
  suite: Suite;
  leftOut: string;
  text: string;
}

/** Result of `init --from` for the first of these files. */
async function taken(files: Record<string, string>, ...flags: string[]): Promise<Taken> {
  await using home = await scratch();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(home.path, name)), { recursive: true });
    await writeFile(join(home.path, name), text);
  }
  const [first] = Object.keys(files);
  const run = await gatebench(['init', 'suite.yaml', '--from', first!, '--json', ...flags], home.path);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(await gatebench(['plan', 'suite.yaml', '--quiet'], home.path)).toMatchObject({ code: 0 });
  const path = join(home.path, 'suite.yaml');
  const { left_out } = JSON.parse(run.stdout) as { left_out: string[] };
  return { suite: await loadSuite(path), leftOut: left_out.join('\n'), text: await readFile(path, 'utf8') };
}

const types = (suite: Suite, prompt = 0) =>
  suite.prompts[prompt]!.checks.map(({ type, not }) => (not ? `not-${type}` : type));

test('a .prompt.yml: messages, a prompt for each row, parameters, evaluators', async () => {
  const { suite, leftOut, text } = await taken(
    {
      'summary.prompt.yml': `
name: Summarizer
model: openai/gpt-4o
modelParameters: { temperature: 0.5, maxTokens: 100, frob: 1 }
responseFormat: json_schema
jsonSchema: '{"name": "s", "schema": {"type": "object"}}'
messages:
  - { role: system, content: You summarize. }
  - { role: user, content: 'Text: {{ input }}' }
testData:
  - { input: 'Foxes {{jump}}', expected: fox }
  - { input: Bees, expected: bees }
evaluators:
  - { name: a, string: { equals: x, contains: '{{expected}}', startsWith: S, endsWith: '.' } }
  - { name: b, uses: github/similarity }
  - { name: c, llm: { prompt: 'Is {{completion}} polite?', choices: [{ choice: rude, score: 0 }, { choice: polite, score: 1 }] } }
  - { name: d, llm: { prompt: Rate, choices: [{ choice: '1', score: 0 }, { choice: '10', score: 1 }] } }
  - { name: e, uses: github/unheard }
`,
    },
    '--models',
    'custom-ollama/glm-5.2,custom-ollama/kimi-k2.6',
  );
  expect(suite.models.map(({ model }) => model)).toEqual([
    'custom-ollama/glm-5.2',
    'custom-ollama/kimi-k2.6',
  ]);
  expect(suite.prompts.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
    ['You summarize.', 'Text: Foxes {{jump}}'],
    ['You summarize.', 'Text: Bees'],
  ]);
  expect(suite.prompts[0]!.params).toEqual({
    temperature: 0.5,
    max_tokens: 100,
    response_format: { type: 'json_schema', json_schema: { name: 's', schema: { type: 'object' } } },
  });
  expect(suite.prompts[0]!.checks).toMatchObject([
    { type: 'equals', trim: false, ignore_case: false },
    { type: 'contains', value: 'fox', ignore_case: true },
    { type: 'starts-with', ignore_case: true },
    { type: 'ends-with', ignore_case: true },
  ]);
  expect(suite.quality?.criteria).toHaveLength(2);
  for (const words of ['frob', 'own words', 'two to five words', 'github/unheard', 'no judge'])
    expect(leftOut).toContain(words);
  expect(leftOut).not.toContain('--models');
  expect(text).toMatch(/^# Made from summary\.prompt\.yml[^]*# - [^\n]*frob/);
});

test('promptfoo: prompts, variables and every assertion without code; the rest is named with its place', async () => {
  const { suite, leftOut } = await taken({
    'promptfooconfig.yaml': `
description: Mine
providers: [{ id: openai:gpt, config: { temperature: 0, apiKey: k, tools: [{ type: function, function: { name: get_weather } }] } }]
prompts: ['{{topic}}: {{question}}', file://gen.py]
defaultTest: { assert: [{ type: latency, threshold: 2000 }] }
tests:
  - description: Blood type
    vars: { topic: blood, question: Which? }
    assert:
      - { type: equals, value: O }
      - { type: icontains, value: o, weight: 2 }
      - { type: contains-any, value: 'a, b' }
      - { type: not-icontains-all, value: [x, y] }
      - { type: starts-with, value: T }
      - { type: regex, value: '^\\\\d+$' }
      - { type: is-json }
      - { type: contains-json, value: { required: [a] } }
      - { type: is-valid-openai-tools-call }
      - { type: tool-call-f1, value: [get_weather, get_time] }
      - { type: javascript, value: 'output.length <= 100' }
      - { type: javascript, value: 'return output.split(/\\s+/).length < 20;' }
      - { type: javascript, value: "!output.toLowerCase().includes('sorry')" }
      - { type: llm-rubric, value: 'Is it about {{topic}}?' }
      - { type: javascript, value: 'JSON.parse(output).x > 3' }
      - { type: python, value: len(output) }
      - { type: similar, value: x, threshold: 0.8 }
      - { type: regex, value: '\\-' }
  - { vars: { topic: [a, b], question: Who? } }
  - { vars: { topic: c } }
  - file://tests.csv
`,
    'tests.csv':
      'topic,question,__expected,__expected2\nx,y,icontains: foo,not-contains: bar\nz,w,Paris,is-json\n',
  });
  expect(types(suite)).toEqual([
    ...['max-latency', 'equals', 'contains', 'contains-any', 'not-contains-all', 'starts-with', 'matches'],
    ...['json', 'json-schema', 'tool-arguments-valid', 'tool-called', 'length', 'length', 'not-contains'],
  ]);
  expect(suite.prompts[0]!.checks[2]).toMatchObject({ weight: 2, ignore_case: true });
  expect(suite.prompts[0]!.checks.filter(({ type }) => type === 'length')).toMatchObject([
    { unit: 'characters', max: 100 },
    { unit: 'words', max: 19 },
  ]);
  expect(suite.quality?.criteria).toMatchObject([{ question: 'Is it about {{topic}}?' }]);
  expect(suite.prompts.map(({ id }) => id)).toEqual([
    'blood-type',
    'test2[a]',
    'test2[b]',
    'test3',
    'test4',
    'test5',
  ]);
  expect(suite.prompts[3]!.messages[0]!.content).toBe('c: ');
  expect(types(suite, 4)).toEqual(['max-latency', 'contains', 'not-contains']);
  expect(types(suite, 5)).toEqual(['max-latency', 'equals', 'json']);
  for (const words of [
    'does not offer the tool',
    'gen.py',
    'javascript',
    'python (blood-type)',
    'similar',
    'Invalid escape',
    '{{question}} has no value',
    'apiKey',
    'openai:gpt',
  ])
    expect(leftOut).toContain(words);
});

test('samples of openai/evals are checked by how answers begin', async () => {
  const { suite, leftOut } = await taken({
    'tools.jsonl':
      '{"input": [{"role": "user", "content": "2+2?"}], "ideal": "4"}\n{"input": "Yes?", "ideal": ["Yes", "Y."]}\n',
  });
  expect(suite.prompts.map(({ checks }) => checks[0])).toMatchObject([
    { type: 'starts-with', value: '4' },
    { type: 'matches', pattern: '^\\s*(?:Yes|Y\\.)' },
  ]);
  expect(leftOut).toContain('Includes');
});

test.each([
  ['a.yaml', 'tasks: [x]', 'is not a file that can be imported'],
  ['a.yaml', '- x', 'does not contain a map'],
  ['a.jsonl', '{"input": 1}\nx\n', 'a.jsonl:2'],
  ['a.yaml', "prompts: ['{% if a %}x{% endif %}']", 'none of its prompts can be imported'],
  ['a.yaml', 'prompts: [file://../../etc/passwd.txt]', 'outside the folder'],
])('%s with %j is refused, and nothing is written', async (name, text, words) => {
  await using home = await scratch();
  await writeFile(join(home.path, name), text);
  const { code, stderr } = await gatebench(['init', 'suite.yaml', '--from', name], home.path);
  expect(code).toBe(2);
  expect(stderr).toContain(words);
  await expect(readFile(join(home.path, 'suite.yaml'))).rejects.toThrow('ENOENT');
});
