import { describe, expect, test } from 'vitest';
import { cell, planned, prompt } from '../plan/testing/planned.ts';
import type { LocalSettings, Message, Params } from '../suite/suite.ts';
import { assertNativeWords, nativeBody } from './native-request.ts';

const native: LocalSettings = { api: 'native' };

function body(
  params: Params,
  { settings = native, modelParams = {}, messages = [{ role: 'user', content: 'hi' }] as Message[] } = {},
) {
  const request = planned(cell('llama', { params: modelParams }), prompt('faq', { params, messages }));
  return nativeBody(request, 'llama3', settings);
}

describe('params', () => {
  test('without any, nothing is said but the model, the messages and that it streams', () => {
    expect(body({})).toEqual({
      model: 'llama3',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      truncate: false,
    });
  });

  test('what OpenAI puts into the body goes into the options of the model', () => {
    const params = {
      temperature: 0,
      top_p: 0.9,
      seed: 7,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      max_tokens: 50,
    };
    expect(body({ ...params, stop: 'END' }).options).toEqual({
      temperature: 0,
      top_p: 0.9,
      seed: 7,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      num_predict: 50,
      stop: ['END'],
    });
    expect(body({ stop: ['a', 'b'] })['options']).toEqual({ stop: ['a', 'b'] });
  });

  test.each<[Params, Params]>([
    [{ reasoning_effort: 'none' }, { think: false }],
    [{ reasoning_effort: 'minimal' }, { think: 'low' }],
    [{ reasoning_effort: 'high' }, { think: 'high' }],
    [{ reasoning: { effort: 'ultra' } }, { think: 'max' }],
    [{ think: true }, { think: true }],
    [{ response_format: { type: 'text' } }, {}],
    [{ response_format: { type: 'json_object' } }, { format: 'json' }],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } } },
      { format: { type: 'object' } },
    ],
    [{ tools: [{ type: 'function' }] }, { tools: [{ type: 'function' }] }],
    [{ truncate: true }, { truncate: true }],
    [{ stream: false, stream_options: { include_usage: true } }, { stream: false }],
    [{ seed: null }, {}],
  ])('%j', (params, said) => {
    expect(body(params)).toEqual({
      model: 'llama3',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      truncate: false,
      ...said,
    });
  });

  test("the settings of the route give way to what a suite says in Ollama's own words", () => {
    const settings: LocalSettings = { api: 'native', keepAlive: '10m', numCtx: 8192 };
    expect(body({ max_tokens: 5 }, { settings })).toMatchObject({
      keep_alive: '10m',
      options: { num_ctx: 8192, num_predict: 5 },
    });
    const ownWords = { keep_alive: -1, options: { num_ctx: 512, top_k: 3, num_predict: 9 } };
    expect(body({ max_tokens: 5, ...ownWords }, { settings })).toMatchObject(ownWords);
  });

  test("the model's own win over the prompt's", () => {
    expect(body({ seed: 1, top_p: 0.5 }, { modelParams: { seed: 2 } })['options']).toEqual({
      seed: 2,
      top_p: 0.5,
    });
  });
});

describe('messages', () => {
  const said = (...messages: Message[]) => body({}, { messages }).messages;

  test('parts of text are one text, no message is empty, and a developer is the system', () => {
    expect(
      said(
        {
          role: 'developer',
          content: [
            { type: 'text', text: 'Be ' },
            { type: 'text', text: 'brief.' },
          ],
        },
        { role: 'assistant', content: null, reasoning: 'hm' },
      ),
    ).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'assistant', content: '', thinking: 'hm' },
    ]);
  });

  test('a call has data for arguments, and its answer the name of the tool', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } };
    expect(
      said(
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', content: '2', tool_call_id: 'c1' },
      ),
    ).toEqual([
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ ...call, function: { name: 'add', arguments: { a: 1 } } }],
      },
      { role: 'tool', content: '2', tool_name: 'add', tool_call_id: 'c1' },
    ]);
  });
});

describe('what has no words', () => {
  const model = (id: string, params: Params = {}) => ({ id, model: `custom-ollama/${id}`, params });
  const message = (models: ReturnType<typeof model>[], ...prompts: ReturnType<typeof prompt>[]): string => {
    try {
      assertNativeWords({ models, prompts });
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('is named with its place, before anything is sent', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((id) =>
      prompt(id, { params: { tool_choice: 'auto', seed: 1 } }),
    );
    const text = message(
      [model('llama', { n: 2 })],
      ...many,
      prompt('f', { params: { max_completion_tokens: 5 } }),
    );
    expect(text).toContain('params.tool_choice has no counterpart');
    expect(text).toContain('(prompts a, b, c and 2 more)');
    expect(text).toMatch(/params\.n has no counterpart.*\(model llama\)/);
    expect(text).toContain('params.max_completion_tokens is called max_tokens in gatebench (prompt f)');
    expect(text).not.toContain('seed');
  });

  test.each<[Params, string]>([
    [{ toString: 1 }, 'params.toString has no counterpart'],
    [{ response_format: { type: 'grammar' } }, 'params.response_format takes json_object'],
    [{ reasoning_effort: 3 }, 'params.reasoning_effort takes a word'],
    [{ reasoning: 'high' }, 'params.reasoning takes a map'],
    [{ options: [1] }, 'params.options takes a map'],
  ])('%j', (params, problem) => {
    expect(message([], prompt('a', { params }))).toContain(problem);
  });

  test('a picture, and arguments that are not JSON', () => {
    const picture = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:' } }] };
    const call = {
      role: 'assistant',
      content: null,
      tool_calls: [{ function: { name: 'f', arguments: '{' } }],
    };
    const text = message([], prompt('a', { messages: [picture, call] }));
    expect(text).toContain(
      'parts of the type "image_url" cannot be sent, only text and images from files (prompt a)',
    );
    expect(text).toContain('the arguments of a tool call are not JSON');
  });

  test('all that has words passes', () => {
    expect(message([model('llama', { max_tokens: 1 })], prompt('a'))).toBe('');
  });
});
