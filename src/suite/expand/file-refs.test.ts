import { describe, expect, test } from 'vitest';
import type { Json } from '../suite.ts';
import { faultsOf, load, minimal } from '../testing/temp-suite.ts';

const files = {
  'a.md': 'one {{x}}\n\n',
  'b.md': 'two',
  'p.png': 'not a text',
  'd.jsonl': '{"doc":{"file":"a.md"}}\n',
};

async function content(entry: string): Promise<Json> {
  const { prompts } = await load(minimal(`prompts: [{ id: a, ${entry} }]`), files);
  return prompts[0]!.messages[0]!.content;
}

const refused = (entry: string): Promise<string[]> =>
  faultsOf(minimal(`prompts: [{ id: a, ${entry} }]`), files);

describe('{ file } becomes the text of the file', () => {
  test.each<[string, string, Json]>([
    ['a variable', "prompt: '<{{d}}>', vars: { d: { file: a.md } }", '<one {{x}}>'],
    ['one of a list', "prompt: '{{d}}', vars: { d: [{ file: b.md }, 1] }", '["two",1]'],
    ['one in a map', "prompt: '{{d}}', vars: { d: { e: { file: b.md } } }", '{"e":"two"}'],
    [
      'the text of a part',
      'vars: { x: 7 }, messages: [{ role: user, content: [{ type: text, text: { file: a.md } }] }]',
      [{ type: 'text', text: 'one 7' }],
    ],
  ])('%s', async (_, entry, expected) => {
    expect(await content(entry)).toEqual(expected);
  });

  test('a variable may be called file', async () => {
    expect(await content("prompt: '{{file}}', vars: { file: name.txt }")).toBe('name.txt');
  });
});

describe('or is refused at its place', () => {
  const part = (text: string): string => `messages: [{ role: user, content: [${text}] }]`;
  test.each<[string, string, RegExp]>([
    [
      'a file that is not there',
      'prompt: x, vars: { d: { file: c.md } }',
      /vars\.d\.file: "c\.md" does not exist/,
    ],
    ['a file outside', 'prompt: x, vars: { d: { file: ../c.md } }', /lies outside the folder/],
    [
      'something beside it',
      'prompt: x, vars: { d: { file: a.md, trim: true } }',
      /vars\.d\.file: a file is \{ file: PATH \} and/,
    ],
    [
      'a picture',
      part('{ type: image_url, image_url: { file: p.png } }'),
      /content\.0\.image_url\.file: .*no file is read here; make the whole part \{ type: image, file: PATH \}/,
    ],
    [
      'its address',
      part('{ type: image_url, image_url: { url: { file: p.png } } }'),
      /image_url\.url\.file: .*make the whole part \{ type: image/,
    ],
    ['a part of its own', part('{ type: text, file: a.md }'), /content\.0\.file: a part takes no "file"/],
    ['sound', part('{ type: input_audio, input_audio: { data: { file: p.png } } }'), /no file is read here/],
    [
      'a tool call',
      'messages: [{ role: assistant, tool_calls: [{ function: { file: a.md } }] }]',
      /no file is read here/,
    ],
    [
      'params',
      'prompt: x, params: { response_format: { file: a.md } }',
      /params\.response_format\.file: .*no file is read/,
    ],
    ['deep in params', 'prompt: x, params: { tools: [{ x: { file: a.md } }] }', /params\.tools\.0\.x\.file/],
    [
      "another tool's way, in vars",
      'prompt: x, vars: { d: file://a.md }',
      /vars\.d: write \{ file: a\.md \}/,
    ],
    ["another tool's way, as prompt", 'prompt: file://a.md', /prompt: write \{ file: a\.md \}/],
    ['an axis', 'prompt: x, matrix: { d: [{ file: a.md }] }', /matrix\.d\.0: expected/],
    ['a row', "prompt: '{{doc}}', dataset: { file: d.jsonl }", /^d\.jsonl:1:1: "doc" names a file/],
  ])('%s', async (_, entry, fault) => {
    expect(await refused(entry)).toEqual([expect.stringMatching(fault)]);
  });

  test("a model's params and those of the defaults", async () => {
    const suite = minimal(
      'prompts: [{ id: a, prompt: x }]\ndefaults: { params: { x: { file: a.md } } }',
    ).replace('custom-ollama/one', '{ model: custom-ollama/one, params: { y: [{ file: a.md }] } }');
    expect(await faultsOf(suite, files)).toEqual([
      expect.stringMatching(/models\.0\.params\.y\.0\.file: "a\.md": no file is read here/),
      expect.stringMatching(/defaults\.params\.x\.file: "a\.md": no file is read here/),
    ]);
  });
});

test('a file inside tool or schema descriptions is not read', async () => {
  const { prompts } = await load(
    minimal(
      'prompts: [{ id: a, prompt: x, params: { tools: [{ properties: { file: { type: string } } }] } }]',
    ),
  );
  expect(prompts[0]!.params).toEqual({ tools: [{ properties: { file: { type: 'string' } } }] });
});
