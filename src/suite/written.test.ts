import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/user-error.ts';
import { load, minimal } from './testing/temp-suite.ts';
import { plain, spell, Written, type Value } from './written.ts';

/** The prompts' texts, or the place of the first fault. */
async function texts(suite: string, files: Record<string, string> = {}): Promise<readonly string[] | string> {
  try {
    const { prompts } = await load(minimal(suite), files);
    return prompts.map(({ messages }) => messages[0]!.content as string);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return /^[\w./-]+:\d+:\d+/.exec(error.message)?.[0] ?? 'refused without a place';
  }
}

/** Everything that might be a number, a boolean, a time or nothing. */
const written = fc.oneof(
  fc.constantFrom(
    ...['3.10', '1.50', '01234', '-0', '+1', '.5', '5.', '1e5', '1E+05', '0x1F', '0o17', '1_000', '12:30'],
    ...['yes', 'no', 'on', 'True', 'TRUE', 'false', '~', 'null', '.inf', '.NaN', '2026-11-22', '1-2', '3/4'],
    ...['12345678901234567890', '0.1234567890123456789', '1e400', '1,000', '12:30:45.500', '5 %', '007'],
  ),
  fc.stringMatching(/^[-+]?[0-9.][0-9_.eExXo:/-]{0,24}$/),
);

describe('a scalar reaches the prompt as it was written, or is refused at its place', () => {
  test.each([
    ['vars', (text: string) => `prompts:\n  - id: a\n    prompt: '={{v}}'\n    vars:\n      v: ${text}`],
    [
      'defaults',
      (text: string) => `defaults:\n  vars:\n    v: ${text}\nprompts: [{ id: a, prompt: '={{v}}' }]`,
    ],
    [
      'an axis',
      (text: string) => `prompts:\n  - id: a\n    prompt: '={{v}}'\n    matrix:\n      v:\n        - ${text}`,
    ],
    [
      'an alias',
      (text: string) => `x-v: &v ${text}\nprompts:\n  - id: a\n    prompt: '={{v}}'\n    vars:\n      v: *v`,
    ],
    [
      'a merged map',
      (text: string) =>
        `x-m: &m\n  v: ${text}\nprompts:\n  - id: a\n    prompt: '={{v}}'\n    vars:\n      <<: *m\n      w: 1`,
    ],
  ])('YAML, in %s', async (_, suite) => {
    await fc.assert(
      fc.asyncProperty(written, async (text) => {
        const seen = await texts(suite(text));
        if (typeof seen === 'string') expect(seen).toMatch(/^suite\.yaml:\d+:\d+$/);
        else expect(seen).toEqual([`=${text}`]);
      }),
      { numRuns: 60 },
    );
  });

  test('YAML, within a list', async () => {
    const suite = 'prompts: [{ id: a, prompt: \'{{v}}\', vars: { v: [1.50, { n: 01234 }, True, "x"] } }]';
    expect(await texts(suite)).toEqual(['[1.50,{"n":01234},True,"x"]']);
  });

  test('JSONL, alone and within a list', async () => {
    const number = fc.stringMatching(/^-?(?:0|[1-9]\d{0,24})(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/);
    const suite = "prompts: [{ id: a, prompt: '={{v}} {{w}}', dataset: { file: d.jsonl } }]";
    await fc.assert(
      fc.asyncProperty(number, async (text) => {
        const files = { 'd.jsonl': `{"v":${text},"w":["x",{"y": ${text} }]}\n` };
        expect(await texts(suite, files)).toEqual([`=${text} ["x",{"y":${text}}]`]);
      }),
      { numRuns: 60 },
    );
  });

  test('CSV', async () => {
    const suite = "prompts: [{ id: a, prompt: '={{v}}', dataset: { file: d.csv } }]";
    await fc.assert(
      fc.asyncProperty(written, async (text) => {
        const files = { 'd.csv': `v;w\r\n"${text}";1\r\n${text.includes(',') ? '' : `${text};2\r\n`}` };
        expect(new Set(await texts(suite, files))).toEqual(new Set([`=${text}`]));
      }),
      { numRuns: 60 },
    );
  });
});

test.each([
  ['vars: { v: ~ }', 'suite.yaml:4:'],
  ['dataset: { file: d.jsonl }', 'd.jsonl:2:1'],
])('null goes into no text: %s', async (source, place) => {
  const seen = await texts(`prompts: [{ id: a, prompt: 'x {{v}}', ${source} }]`, {
    'd.jsonl': '{"v":1}\n{"v":null}\n',
  });
  expect(seen).toContain(place);
});

test('null that is never written into a text is not a fault', async () => {
  const files = { 'd.jsonl': '{"v":1,"w":null}\n' };
  expect(await texts("prompts: [{ id: a, prompt: '{{v}}', dataset: { file: d.jsonl } }]", files)).toEqual([
    '1',
  ]);
});

test('prompts are named by what was written, and checks compare with it', async () => {
  const entry =
    "{ id: a, prompt: x, matrix: { v: [3.9, 3.10] }, checks: [{ type: contains, value: '{{v}}' }, { type: numeric, value: '{{v}}' }] }";
  const { prompts } = await load(minimal(`prompts: [${entry}]`));
  expect(prompts.map(({ id }) => id)).toEqual(['a[3.9]', 'a[3.10]']);
  expect(prompts[1]!.checks).toMatchObject([{ value: '3.10' }, { value: 3.1 }]);
});

test('a value alone has its number again', () => {
  const value: Value = { a: [new Written(1.5, '1.50'), null, 'x'], b: new Written(true, 'True') };
  expect(spell(value)).toBe('{"a":[1.50,null,"x"],"b":True}');
  expect(plain(value)).toEqual({ a: [1.5, null, 'x'], b: true });
});

test('a key that a row has twice is a fault: the last would win unseen', async () => {
  const suite = "prompts: [{ id: a, prompt: '{{v}}', dataset: { file: d.jsonl } }]";
  expect(
    await texts(suite, { 'd.jsonl': '{"v":"a","w":{"v":1,"x":"{\\"v\\":"}}\n{"v":1,"\\u0076":2}\n' }),
  ).toBe('d.jsonl:2:1');
});
