import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { listening } from '../../base/testing/listening.ts';
import type { Diagnosis } from '../../diagnose/doctor/diagnose.ts';
import { renderDiagnosis } from '../../diagnose/doctor/render-doctor.ts';
import { scratch, testIo } from '../testing/gatebench.ts';
import { examineSuite, type ExamineFlags } from './examine-suite.ts';

interface Asked {
  path: string;
  body: Record<string, unknown>;
}

type Handler = (asked: Asked, response: ServerResponse) => void;

const closing: (() => PromiseLike<void>)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

/** A server that is not a gateway. */
async function serve(handle: Handler): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let text = '';
    request
      .setEncoding('utf8')
      .on('data', (part: string) => (text += part))
      .on('end', () => {
        const one = { path: request.url ?? '', body: (text === '' ? {} : JSON.parse(text)) as Asked['body'] };
        asked.push(one);
        handle(one, response);
      });
  });
  const here = await listening(server);
  closing.push(() => here[Symbol.asyncDispose]());
  return { url: here.url, asked };
}

async function examined(flags: Partial<ExamineFlags>): Promise<{ diagnosis: Diagnosis; shown: string }> {
  const variables = {
    CF_ACCOUNT_ID: 'acc',
    CF_GATEWAY_ID: 'gw',
    CF_AIG_TOKEN: 'tok-abcdefgh',
    OLLAMA_API_KEY: 'key',
  };
  const diagnosis = await examineSuite(
    {
      suite: undefined,
      route: ['direct'],
      baseUrl: [],
      allowHttp: false,
      providerKey: false,
      models: ['custom-ollama/m'],
      tryBearer: false,
      apiUrl: undefined,
      ...flags,
    },
    { ...testIo('.', variables), say: () => undefined, stop: new AbortController().signal },
  );
  return { diagnosis, shown: renderDiagnosis(diagnosis, { columns: 200, color: false }) };
}

const json = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** A good answer, streamed or not, that reports this many tokens. */
function answer({ body }: Asked, response: ServerResponse, tokens = 6): void {
  const usage = { prompt_tokens: 20, completion_tokens: tokens, total_tokens: 20 + tokens };
  const base = { id: 'c', created: 1, model: body['model'] };
  if (body['stream'] !== true) {
    const message = { role: 'assistant', content: 'one two three' };
    json(response, 200, {
      ...base,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage,
    });
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const piece = (delta: object, finish: string | null, more = {}): void =>
    void response.write(
      `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`,
    );
  for (const word of ['one ', 'two ', 'three ']) piece({ content: word }, null);
  piece({}, 'stop', { usage });
  response.end('data: [DONE]\n\n');
}

const ids = ({ findings }: Diagnosis): string[] => findings.map(({ id }) => id);

describe('a wrong path is distinguished from a missing model', () => {
  const bodies: readonly (readonly [string, string, string])[] = [
    ['Go', 'text/plain', '404 page not found'],
    ['FastAPI', 'application/json', '{"detail":"Not Found"}'],
    [
      'llama.cpp',
      'application/json',
      '{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}',
    ],
    ['LM Studio', 'application/json', '{"error":"Unexpected endpoint or method. (POST /chat/completions)"}'],
    ['nginx', 'text/html', '<html><head><title>404 Not Found</title></head></html>'],
    ['nobody', 'text/plain', ''],
  ];

  test.each(bodies)('as %s says it', async (_, type, body) => {
    const { url } = await serve(
      (__, response) => void response.writeHead(404, { 'content-type': type }).end(body),
    );
    const { diagnosis } = await examined({ baseUrl: [url] });
    expect(ids(diagnosis)).toEqual(['path-missing']);
    expect(diagnosis.findings[0]?.fix).toContain(`${url}/v1`);
  });

  test('an address that ends in /chat/completions is named as that', async () => {
    const { url } = await serve((__, response) => void response.writeHead(404).end('404 page not found'));
    const { diagnosis } = await examined({ baseUrl: [`${url}/v1/chat/completions`] });
    expect(ids(diagnosis)).toEqual(['path-missing']);
    expect(diagnosis.findings[0]?.fix).toBe(`Leave it off: --base-url ${url}/v1`);
  });

  test.each([
    ['Ollama', { error: { message: 'model "m" not found, try pulling it first', type: 'api_error' } }],
    ['OpenAI', { error: { message: 'The model `m` does not exist', code: 'model_not_found' } }],
    ['an old Ollama', { error: "model 'm' not found" }],
  ])('a model that is not there, as %s says it', async (_, body) => {
    const { url } = await serve((__, response) => json(response, 404, body));
    const { diagnosis } = await examined({ baseUrl: [`${url}/v1`] });
    expect(ids(diagnosis)).toEqual(['model-unknown']);
  });
});

describe('the limits hold, whatever the server does', () => {
  test.each([6, 256, 5000])('where each answer uses %i tokens', async (tokens) => {
    const { url, asked } = await serve((one, response) => {
      // Sent only by Cloudflare's gateway, so the checks for it are made, too.
      response.setHeader('cf-aig-log-id', 'log-1');
      if (one.path.endsWith('/models')) json(response, 200, { data: [{ id: 'm' }] });
      else answer(one, response, tokens);
    });
    const { diagnosis, shown } = await examined({ route: ['compat'], baseUrl: [`${url}/v1/acc/gw/compat`] });
    const { spent, limits } = diagnosis.facts;
    expect(spent.requests).toBe(asked.length);
    expect(spent.requests).toBeLessThanOrEqual(limits.requests);
    expect(spent.tokens).toBeLessThanOrEqual(limits.tokens);
    const knocks = asked.filter(({ body }) => body['model'] === 'gatebench-doctor');
    expect(knocks.map(({ body }) => body['max_tokens'])).toEqual(knocks.map(() => 1));
    expect(knocks.length > 0).toBe(tokens < 5000);
    expect(shown.includes('more than they were allowed')).toBe(tokens > 6);
  });

  test('streamed and whole are both tried, whatever became of the first', async () => {
    const { url, asked } = await serve((one, response) => {
      if (one.path.endsWith('/models')) json(response, 404, {});
      else if (one.body['stream'] === true) json(response, 500, { error: 'no streams here' });
      else answer(one, response);
    });
    const { diagnosis } = await examined({ baseUrl: [`${url}/v1`] });
    expect(
      asked.filter(({ path }) => path.endsWith('completions')).map(({ body }) => body['stream']),
    ).toEqual([true, false]);
    expect(diagnosis.facts.routes[0]?.probes.map(({ exchange }) => exchange.outcome)).toEqual([
      'failed',
      'ok',
    ]);
  });
});

describe("Cloudflare's advice is for Cloudflare's hosts", () => {
  const words = /Cloudflare|Guardrails|AI Gateway|custom provider|stored key|Provider Keys/;

  test.each([
    ['a refused key', (_: Asked, response: ServerResponse) => json(response, 401, { error: 'unauthorized' })],
    [
      'JSON for a stream',
      (one: Asked, response: ServerResponse) =>
        answer({ ...one, body: { ...one.body, stream: false } }, response),
    ],
    [
      'a page of a proxy',
      (_: Asked, response: ServerResponse) =>
        void response
          .writeHead(502, { 'content-type': 'text/html' })
          .end('<html><title>502 Bad Gateway</title></html>'),
    ],
    ['a good answer', (one: Asked, response: ServerResponse) => answer(one, response)],
  ])('not for another server on the direct route: %s', async (_, handle) => {
    const { url } = await serve((one, response) =>
      one.path.endsWith('/models') ? json(response, 404, {}) : handle(one, response),
    );
    expect((await examined({ baseUrl: [`${url}/v1`] })).shown).not.toMatch(words);
  });

  test('nor for one that replaces a gateway', async () => {
    const { url, asked } = await serve((_, response) => json(response, 401, { error: 'unauthorized' }));
    const { diagnosis } = await examined({ route: ['compat'], baseUrl: [`${url}/v1/acc/gw/compat`] });
    expect(ids(diagnosis)).toEqual(['no-gateway-there', 'no-cloudflare']);
    expect(diagnosis.answers).toEqual([]);
    expect(asked.some(({ body }) => body['model'] === 'gatebench-doctor')).toBe(false);
  });
});

test('a local Ollama that loads its model for every question is not all well', async () => {
  await using folder = await scratch();
  const suite = join(folder.path, 'native.yaml');
  await writeFile(
    suite,
    'version: 1\nname: native\ngateway: { local: { api: native } }\nmodels: [custom-ollama/m]\nprompts: [{ id: a, prompt: A? }]\n',
  );
  const seen = async (loads: readonly number[]): Promise<string> => {
    let question = 0;
    const { url } = await serve((one, response) => {
      if (one.path.endsWith('/tags')) {
        json(response, 200, { models: [{ name: 'm' }] });
        return;
      }
      const load_duration = (loads[question++] ?? 0) * 1e6;
      const last = {
        model: 'm',
        done: true,
        done_reason: 'stop',
        total_duration: load_duration + 2e8,
        load_duration,
        prompt_eval_count: 20,
        prompt_eval_duration: 5e7,
        eval_count: 3,
        eval_duration: 1e8,
      };
      const message = { role: 'assistant', content: 'one two three' };
      if (one.body['stream'] === false) {
        json(response, 200, { ...last, message });
        return;
      }
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(`${JSON.stringify({ model: 'm', done: false, message })}\n`);
      return void response.end(
        `${JSON.stringify({ ...last, message: { role: 'assistant', content: '' } })}\n`,
      );
    });
    return (await examined({ suite, models: undefined, route: ['local'], baseUrl: [url] })).shown;
  };
  expect(await seen([5000, 5000])).toMatch(
    /^doctor · native · works, with 1 warning[^]*loaded again for the second request, in 5/,
  );
  expect(await seen([5000, 1])).toMatch(/^doctor · native · all is well/);
});
