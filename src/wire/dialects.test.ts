import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { saysNothing } from './json-words.ts';
import { readFrames, readParts, told, ways, type Way } from './testing/dialects.ts';

const parts = (...texts: string[]): object[] => texts.map((text) => ({ type: 'text', text }));
const call = (id: string, name: string, args: unknown, index?: number): object => ({
  ...(index === undefined ? {} : { index }),
  ...(id === '' ? {} : { id }),
  function: { name, arguments: args },
});
const everywhere: readonly Way[] = ways;

/** One message of a server, its content, and the forms in which it may come. */
const messages: [
  string,
  object,
  { answer?: string; reasoning?: string; tools?: string[]; notes?: string[] },
  Way[]?,
][] = [
  ['a text', { content: 'Type O.' }, { answer: 'Type O.' }],
  ['a list of parts', { content: parts('Type ', 'O.') }, { answer: 'Type O.' }],
  ['one part', { content: { type: 'text', text: 'Type O.' } }, { answer: 'Type O.' }],
  ['texts in a list', { content: ['Type ', 'O.'] }, { answer: 'Type O.' }],
  [
    'output_text',
    { content: [{ type: 'output_text', text: 'Type O.', annotations: [] }] },
    { answer: 'Type O.' },
  ],
  [
    'parts of thinking before the answer',
    { content: [{ type: 'thinking', thinking: parts('hm') }, ...parts('Type O.')] },
    { answer: 'Type O.', reasoning: 'hm' },
  ],
  [
    'a part of reasoning with a summary',
    { content: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] }, ...parts('O')] },
    { answer: 'O', reasoning: 'hm' },
  ],
  ['reasoning_content', { reasoning_content: 'hm', content: 'O' }, { answer: 'O', reasoning: 'hm' }],
  ['reasoning', { reasoning: 'hm', content: 'O' }, { answer: 'O', reasoning: 'hm' }],
  ['thinking', { thinking: 'hm', content: 'O' }, { answer: 'O', reasoning: 'hm' }],
  [
    'reasoning as an object',
    { reasoning: { content: 'hm' }, content: 'O' },
    { answer: 'O', reasoning: 'hm' },
  ],
  [
    'the same reasoning under three names',
    {
      reasoning: 'hm',
      reasoning_content: 'hm',
      reasoning_details: [{ type: 'reasoning.text', text: 'hm' }],
      content: 'O',
    },
    { answer: 'O', reasoning: 'hm' },
  ],
  [
    'reasoning in its details alone',
    { reasoning_details: [{ type: 'reasoning.text', text: 'hm', format: 'x', index: 0 }], content: 'O' },
    { answer: 'O', reasoning: 'hm' },
  ],
  [
    'encrypted reasoning',
    { reasoning_details: [{ type: 'reasoning.encrypted', data: 'x' }], content: 'O' },
    { answer: 'O' },
  ],
  ['a refusal', { content: null, refusal: 'I cannot.' }, { answer: 'I cannot.' }],
  [
    'think tags',
    { content: '<think>hm</think>\n\nO' },
    { answer: 'O', reasoning: 'hm', notes: ['think_tags'] },
  ],
  ['an unclosed tag', { content: '<think>hm' }, { answer: '', reasoning: 'hm', notes: ['think_tags'] }],
  [
    'two calls',
    { tool_calls: [call('a', 'f', '{"x":1}'), call('b', 'g', '{}')] },
    { tools: ['f({"x":1})', 'g({})'] },
  ],
  [
    'two calls with one index',
    { tool_calls: [call('a', 'f', '{}', 0), call('b', 'g', '{}', 0)] },
    { tools: ['f({})', 'g({})'] },
  ],
  [
    'two calls without ids',
    { tool_calls: [call('', 'f', '{}'), call('', 'f', '{}')] },
    { tools: ['f({})', 'f({})'] },
  ],
  [
    'two calls with one id',
    { tool_calls: [call('a', 'f', '{}', 0), call('a', 'g', '{}', 1)] },
    { tools: ['f({})', 'g({})'] },
  ],
  [
    'two calls with one id and one index',
    { tool_calls: [call('a', 'f', '{"x":1}', 0), call('a', 'f', '{"x":2}', 0)] },
    { tools: ['f({"x":1})', 'f({"x":2})'] },
  ],
  [
    'the same call twice',
    { tool_calls: [call('a', 'f', '{"x":1}', 0), call('a', 'f', '{"x":1}', 0)] },
    { tools: ['f({"x":1})'] },
  ],
  [
    'an empty object that is filled later',
    { tool_calls: [call('a', 'f', '{}', 0), { index: 0, function: { arguments: '{"x":1}' } }] },
    { tools: ['f({"x":1})'] },
  ],
  [
    'a call without its function',
    { tool_calls: [{ id: 'a', name: 'f', arguments: '{"x":1}' }] },
    { tools: ['f({"x":1})'] },
  ],
  ['a call without its list', { tool_calls: call('a', 'f', '{"x":1}') }, { tools: ['f({"x":1})'] }],
  ['arguments as data', { tool_calls: [call('a', 'f', { x: [1] })] }, { tools: ['f({"x":[1]})'] }],
  [
    'no arguments',
    { tool_calls: [call('a', 'f', undefined), call('b', 'g', null)] },
    { tools: ['f()', 'g()'] },
  ],
  ['a function call', { content: null, function_call: { name: 'f', arguments: '{}' } }, { tools: ['f({})'] }],
  ['content that is a number', { content: 5 }, { notes: ['unread'] }],
  [
    'a part of an unknown type',
    { content: [{ type: 'image_url', image_url: { url: 'x' } }] },
    { notes: ['unread'] },
  ],
  ['an unknown member', { content: 'O', song: 'la' }, { answer: 'O', notes: ['unread'] }],
  [
    'unknown members that say nothing',
    { content: 'O', a: null, b: '', c: [], d: {}, e: [null, { f: '' }] },
    { answer: 'O' },
  ],
  ['tool calls that are a text', { content: 'O', tool_calls: 'f' }, { answer: 'O', notes: ['unread'] }],
];

describe.each(everywhere)('%s', (way) => {
  test.each(messages)('%s', (_name, message, expected) => {
    const { answer, reasoning, tools, notes } = told(readParts(way, [message]));
    expect({ answer, reasoning, tools, notes }).toEqual({
      answer: '',
      reasoning: '',
      tools: [],
      notes: [],
      ...expected,
    });
  });
});

/** Texts that come in pieces: deltas, and their combined text. */
const pieces: [string, object[], { answer: string; reasoning?: string; notes?: string[] }][] = [
  ['deltas', [{ content: 'Type ' }, { content: 'O.' }], { answer: 'Type O.' }],
  ['the same twice', [{ content: 'ha' }, { content: 'ha' }], { answer: 'haha' }],
  ['dashes that grow', ['-', '--', '---', '----'].map((content) => ({ content })), { answer: '----------' }],
  [
    'everything so far with each',
    ['Type', 'Type O', 'Type O is', 'Type O is it.'].map((content) => ({ content })),
    { answer: 'Type O is it.', notes: ['cumulative_text'] },
  ],
  [
    'everything so far, in two',
    [{ content: 'Type ' }, { content: 'Type O.' }],
    { answer: 'Type O.', notes: ['cumulative_text'] },
  ],
  [
    'everything so far with tags',
    ['<think>', '<think>hm', '<think>hm</think>Ty', '<think>hm</think>Type O.'].map((content) => ({
      content,
    })),
    { answer: 'Type O.', reasoning: 'hm', notes: ['think_tags', 'cumulative_text'] },
  ],
  [
    'the whole at the end',
    [{ content: 'Type ' }, { content: 'O.' }, { content: 'Type O.' }],
    { answer: 'Type O.', notes: ['summary_frame'] },
  ],
  [
    'the whole with its thinking at the end',
    [{ content: '<think>hm</think>' }, { content: 'Type O.' }, { content: '<think>hm</think>Type O.' }],
    { answer: 'Type O.', reasoning: 'hm', notes: ['think_tags', 'summary_frame'] },
  ],
  [
    'reasoning that grows',
    ['well', 'well now', 'well now then'].map((reasoning) => ({ reasoning })),
    { answer: '', reasoning: 'well now then', notes: ['cumulative_text'] },
  ],
];

describe.each(['streamed', 'native'] as const)('%s in pieces', (way) => {
  test.each(pieces)('%s', (_name, deltas, expected) => {
    const { answer, reasoning, notes } = told(readParts(way, deltas));
    expect({ answer, reasoning, notes: notes.toSorted() }).toEqual({
      reasoning: '',
      ...expected,
      notes: (expected.notes ?? []).toSorted(),
    });
  });
});

describe('frames', () => {
  const choice = (fields: object): object => ({ choices: [{ index: 0, ...fields }] });
  const o = choice({ delta: { content: 'Type O.' }, finish_reason: 'stop' });

  test.each<[string, unknown[], string[]]>([
    ['padding and ids', [{ id: 'x', object: 'y', p: 'abc', obfuscation: 'z' }, o], []],
    ['a JSON ping', [{ type: 'ping' }, o], ['heartbeat']],
    ['a text in quotes', ['"text"', o], ['unread']],
    ['a list', [[1, 2], o], ['unread']],
    ["another server's delta", [{ type: 'content_block_delta', delta: { text: 'hi' } }, o], ['unread']],
    ['a delta of the Responses API', [{ type: 'response.output_text.delta', delta: 'hi' }, o], ['unread']],
    [
      'a second answer',
      [{ choices: [{ index: 1, delta: { content: 'B' } }] }, o],
      ['other_choices', 'unread'],
    ],
    ['usage of strange names', [o, { choices: [], usage: { tokens_used: 5 } }], ['unread']],
    ['no JSON', ['{"choices":[{"delta":{"cont', o], ['unread', 'malformed_frame']],
    [
      'the message once more',
      [o, choice({ message: { role: 'assistant', content: 'Type O.' } })],
      ['summary_frame'],
    ],
    ['the way before chat', [choice({ text: 'Type ' }), choice({ text: 'O.', finish_reason: 'stop' })], []],
  ])('%s', (_name, frames, notes) => {
    const reader = readFrames([...frames, '[DONE]']);
    expect(reader.notes).toEqual(notes);
    expect(reader.completion.answer).toBe('Type O.');
  });

  test.each([
    [{ code: 500, message: 'CUDA out of memory' }, true],
    [{ message: 'still at work' }, false],
  ])('%j is a failure: %s', (frame, isError) => {
    expect(readFrames([o, frame]).completion.error).toEqual(isError ? frame : undefined);
  });

  test.each(['usage', 'usageMetadata', 'usage_metadata', 'amazon-bedrock-invocationMetrics'])(
    'counts are under %s',
    (name) => {
      const reader = readFrames([o, { [name]: { inputTokenCount: 11, outputTokenCount: 6 } }]);
      expect(reader.completion.usage).toEqual({ promptTokens: 11, completionTokens: 6 });
      expect(reader.notes).toEqual([]);
    },
  );

  test('a line that is of no event, an event that is a ping, and one without data', () => {
    const reader = readFrames([]);
    reader.feed(Buffer.from('{"choices":[]}\nevent: ping\ndata: alive\n\ndata:\n\n: bye\n\n'), 1);
    expect(reader.notes).toEqual(['unread', 'heartbeat']);
    expect(reader.completion.unread.said()).toBe('line: {"choices":[]}');
    expect(reader.frames).toBe(0);
  });

  test('the most frequent unknown content is reported, by its place and 200 characters', () => {
    const song = choice({ delta: { song: 'la'.repeat(200) } });
    const reader = readFrames([choice({ delta: { dance: 1 } }), song, song, '[DONE]']);
    expect(reader.completion.unread.said()).toBe(`delta.song: ${'la'.repeat(99)}l…`);
  });
});

describe('whatever says something', () => {
  const strange = fc.stringMatching(/^x_[a-z]{3,8}$/);
  const something = fc.jsonValue({ maxDepth: 2 }).filter((value) => !saysNothing(value));
  const place = fc.constantFrom('frame', 'choice', 'delta', 'content part', 'tool call');

  test.each(['streamed', 'whole'] as const)('%s, and is not understood, leaves a note', (way) => {
    fc.assert(
      fc.property(place, strange, something, (where, name, value) => {
        const odd = { [name]: value };
        const message = {
          content:
            where === 'content part'
              ? [
                  { type: 'text', text: 'O' },
                  { type: name, ...odd },
                ]
              : 'O',
          ...(where === 'delta' ? odd : {}),
          ...(where === 'tool call'
            ? { tool_calls: [{ index: 0, id: 'a', function: { name: 'f' }, ...odd }] }
            : {}),
        };
        const body = {
          choices: [
            {
              index: 0,
              [way === 'whole' ? 'message' : 'delta']: message,
              finish_reason: 'stop',
              ...(where === 'choice' ? odd : {}),
            },
          ],
          ...(where === 'frame' ? odd : {}),
        };
        const reader = readFrames(way === 'whole' ? [] : [body]);
        if (way === 'whole') reader.whole(body, 1);
        expect(reader.notes).toContain('unread');
        expect(reader.completion.unread.said()).toContain(name.slice(0, 5));
        expect(reader.completion.answer).toBe('O');
      }),
      { numRuns: 300 },
    );
  });

  test('and a content of any kind is read or noted, never lost', () => {
    fc.assert(
      fc.property(something, (content) => {
        const reader = readParts('streamed', [{ content }]);
        const { answer, reasoning } = reader.completion;
        expect(answer !== '' || reasoning !== '' || reader.notes.includes('unread')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
