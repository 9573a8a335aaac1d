import { expect, test } from 'vitest';
import { ask, chat, direct, json, streamed } from './testing/client.ts';
import type { Got } from './testing/client.ts';
import { sim, start, wall } from './testing/running.ts';

const lines = ({ text }: Got): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('the native way streams lines of JSON with durations at the end', async () => {
  const { url } = await start({ speed: 50 });
  const headers = sim({ reasoning: 'Hm', answer: 'Type O', ttftMs: 100, gapMs: 20, loadMs: 40 });
  const got = await ask(url, '/api/chat', { body: chat('sim-exact'), headers });
  expect(got.headers['content-type']).toBe('application/x-ndjson');
  const start_ = { model: 'sim-exact', created_at: wall.toISOString() };
  const message = (content: string, more = {}): object => ({ role: 'assistant', content, ...more });
  expect(lines(got)).toEqual([
    { ...start_, message: message('', { thinking: 'Hm' }), done: false },
    { ...start_, message: message('Type'), done: false },
    { ...start_, message: message(' O'), done: false },
    {
      ...start_,
      message: message(''),
      done: true,
      done_reason: 'stop',
      // 40 to load, 100 to the first piece, three gaps of 20: fifty times as fast as that.
      total_duration: 4e6,
      load_duration: 0.8e6,
      prompt_eval_count: 9,
      prompt_eval_duration: 2e6,
      eval_count: 3,
      eval_duration: 1.2e6,
    },
  ]);
});

test('the native way answers whole when asked to', async () => {
  const { url } = await start();
  const headers = sim({ answer: 'yes', ttftMs: 100, gapMs: 20 });
  const got = await ask(url, '/api/chat', { body: chat('sim-exact', { stream: false }), headers });
  expect(json(got)).toMatchObject({
    message: { content: 'yes' },
    done: true,
    total_duration: 2.4e6,
    eval_count: 1,
  });
});

test('the native way calls tools with arguments that are JSON', async () => {
  const { url } = await start();
  const headers = sim({ toolCall: { name: 'add', arguments: '{"a":1}' } });
  const got = await ask(url, '/api/chat', { body: chat('sim-exact'), headers });
  expect(lines(got)[0]).toMatchObject({
    message: { tool_calls: [{ function: { name: 'add', arguments: { a: 1 } } }] },
  });
});

test('the native way says no in its own way', async () => {
  const { url } = await start();
  expect((await ask(url, '/api/chat', { body: chat('nobody') })).text).toBe(
    `{"error":"model 'nobody' not found"}`,
  );
  expect((await ask(url, '/api/chat', { body: '{' })).text).toBe('{"error":"cannot parse request body"}');
});

test('num_predict cuts the answer', async () => {
  const { url } = await start();
  const got = await ask(url, '/api/chat', {
    body: chat('sim-exact', { stream: false, options: { num_predict: 4 } }),
  });
  expect(json(got)).toMatchObject({ done_reason: 'length', eval_count: 4 });
});

test('a model is cold once, then warm, and cold again after keep_alive 0', async () => {
  const { url } = await start();
  const load = async (keep_alive: unknown): Promise<unknown> => {
    const body = chat('sim-exact', { stream: false, keep_alive });
    return (
      json(await ask(url, '/api/chat', { body, headers: sim({ loadMs: 30 }) })) as { load_duration: unknown }
    ).load_duration;
  };
  const loaded = async (): Promise<unknown> =>
    (json(await ask(url, '/api/ps')) as { models: { name: string }[] }).models.map(({ name }) => name);
  expect(await loaded()).toEqual([]);
  expect([await load('10m'), await load('10m')]).toEqual([0.6e6, 0]);
  expect(await loaded()).toEqual(['sim-exact']);
  expect([await load(0), await load(undefined)]).toEqual([0, 0.6e6]);
});

test('lists its models without a key', async () => {
  const { url } = await start({ providerKeys: ['key'] });
  const { data } = json(await ask(url, '/v1/models')) as { data: { id: string; object: string }[] };
  expect(data[0]).toMatchObject({ id: 'sim-swift', object: 'model' });
  const { models } = json(await ask(url, '/api/tags')) as { models: { name: string }[] };
  expect(models.map(({ name }) => name)).toEqual(data.map(({ id }) => id));
  expect(json(await ask(url, '/v1/models/sim-tail'))).toMatchObject({ id: 'sim-tail' });
  expect((await ask(url, '/v1/models/nobody')).status).toBe(404);
  expect(json(await ask(url, '/api/version'))).toHaveProperty('version');
  expect(json(await ask(url, '/api/show', { body: { model: 'sim-thinker' } }))).toMatchObject({
    capabilities: ['completion', 'tools', 'thinking'],
  });
});

test('its pages are behind the gateway, too', async () => {
  const { url } = await start();
  expect((await ask(url, '/v1/account/gateway/custom-ollama/v1/models')).status).toBe(200);
  const native = await ask(url, '/v1/account/gateway/custom-ollama/api/chat', { body: chat('sim-instant') });
  expect(lines(native).at(-1)).toMatchObject({ done: true });
  expect(native.headers['cf-aig-log-id']).toMatch(/^01/);
});

test('usage adds up what was answered, and asks for a key', async () => {
  const { url } = await start({ providerKeys: ['key'] });
  const headers = { authorization: 'Bearer key' };
  expect((await ask(url, '/api/usage')).status).toBe(401);
  for (const model of ['sim-instant', 'sim-instant', 'sim-echo', 'sim-fail-500'])
    await ask(url, direct, { body: chat(model, {}, 'abcd'), headers });
  expect(json(await ask(url, '/api/usage?range=24h&group_by=model', { headers }))).toMatchObject({
    range: '24h',
    totals: { request_count: 3, input_tokens: 24, cached_input_tokens: 0, output_tokens: 7 },
    buckets: [
      {
        from: '2026-11-22T03:00:00.000Z',
        until: '2026-11-22T04:00:00.000Z',
        model: 'sim-instant',
        request_count: 2,
        output_tokens: 6,
      },
      { model: 'sim-echo', request_count: 1, output_tokens: 1 },
    ],
  });
  const ungrouped = json(await ask(url, '/api/usage', { headers })) as {
    buckets: { request_count: number }[];
  };
  expect(ungrouped.buckets.map(({ request_count }) => request_count)).toEqual([3]);
});

test.each([
  ['{', 'cannot parse request body'],
  ['[]', 'cannot parse request body'],
  ['{"messages":[]}', 'model is required'],
  ['{"model":"sim-echo","messages":[]}', "[] is too short - 'messages'"],
])('the body %s is refused', async (body, message) => {
  const { url } = await start();
  const got = await ask(url, direct, { body });
  expect([got.status, json(got)]).toMatchObject([400, { error: { message, type: 'invalid_request_error' } }]);
});

test('max_completion_tokens is ignored, as Ollama ignores it; max_tokens is not', async () => {
  const { url } = await start();
  const finish = async (more: object): Promise<unknown> => {
    const got = json(await ask(url, direct, { body: chat('sim-exact', more) })) as {
      choices: [{ finish_reason: string }];
      usage: { completion_tokens: number };
    };
    return [got.choices[0].finish_reason, got.usage.completion_tokens];
  };
  expect(await finish({ max_completion_tokens: 10 })).toEqual(['stop', 50]);
  expect(await finish({ max_tokens: 10 })).toEqual(['length', 10]);
});

test('content in parts is read as one text', async () => {
  const { url } = await start();
  const messages = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'one ' },
        { type: 'text', text: 'two' },
      ],
    },
  ];
  const got = await ask(url, direct, { body: { model: 'sim-echo', messages, ...streamed, stream: false } });
  expect(json(got)).toMatchObject({ choices: [{ message: { content: 'one two' } }] });
});
