import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { echoes } from '../base/testing/echoes.ts';
import { listening } from '../base/testing/listening.ts';
import { secretsOf, variables, type Environment } from '../target/environment.ts';
import { routes } from '../target/routes.ts';
import { gatebench, scratch } from './testing/gatebench.ts';

/** A value for every variable that there is. */
const environment = Object.fromEntries(
  Object.keys(variables).map((name) => [
    name,
    `${name.slice(0, 3)}-${randomBytes(24).toString('base64url')}Z`,
  ]),
) as Required<Environment>;
const secrets = [...secretsOf(environment).keys()];

async function bodyOf(request: IncomingMessage): Promise<{ model: string; prompt: string }> {
  let text = '';
  for await (const chunk of request) text += (chunk as Buffer).toString();
  const { model, messages } = JSON.parse(text) as { model: string; messages: { content: string }[] };
  return { model, prompt: messages.at(-1)!.content };
}

/** Answers with every credential that it received, in the disguise that the prompt names. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') return void response.writeHead(404).end(secrets.join(' '));
  const { model, prompt } = await bodyOf(request);
  const { of } = echoes.find(({ name }) => prompt === name) ?? echoes[0]!;
  const given = ['authorization', 'cf-aig-authorization'].map(
    (name) => request.headers[name] as string | undefined,
  );
  const said = [...given.flatMap((value) => value?.replace(/^Bearer /, '') ?? []), ...secrets].map(of);
  const all = said.join(' | ');
  const headers = Object.fromEntries(
    [
      'cf-aig-log-id',
      'cf-ray',
      'cf-aig-step',
      'cf-aig-cache-status',
      'cf-aig-provider',
      'cf-aig-model',
    ].flatMap((name, place) => {
      const value = said[place % said.length]!;
      return /^[\u0020-\u007e]*$/.test(value) ? [[name, value]] : [];
    }),
  );
  if (model.includes('refuses')) {
    const error = { error: { message: `x`.repeat(270) + all, code: said[0], type: said.at(-1) } };
    response.writeHead(500, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(error));
    return;
  }
  if (model.includes('page')) {
    const page = `<html><title>502 ${all}</title><body>${all}</body></html>`;
    response.writeHead(502, { ...headers, 'content-type': 'text/html' }).end(page);
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
  const frame = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ model: said[0], choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const call = { index: 0, id: said[0], function: { name: said[1 % said.length], arguments: all } };
  response.write(frame({ reasoning: all }, null));
  // In two pieces, and where the preview is cut.
  const content = 'y'.repeat(185) + all;
  response.write(frame({ content: content.slice(0, 190) }, null));
  response.write(frame({ content: content.slice(190), unknown_field: all }, null));
  response.write(frame({ tool_calls: [call] }, null));
  response.write(frame({}, said[0]!));
  response.end('data: [DONE]\n\n');
}

/** Any twelve characters of any secret in any disguise. */
const traces = new Set(
  secrets.flatMap((secret) =>
    echoes.flatMap(({ of }) => {
      const text = of(secret).toLowerCase();
      return Array.from({ length: Math.max(0, text.length - 11) }, (_, at) => text.slice(at, at + 12));
    }),
  ),
);

/** The secrets that a text contains. */
function traceIn(text: string, known: ReadonlySet<string>): string | undefined {
  const lower = text.toLowerCase();
  for (let at = 0; at + 12 <= lower.length; at++)
    if (known.has(lower.slice(at, at + 12))) return text.slice(Math.max(0, at - 60), at + 40);
  return undefined;
}

/** Everything below a folder. */
async function textsBelow(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), 'utf8'));
  return (await Promise.all(texts)).join('\n');
}

test.each(routes.filter(({ name }) => name !== 'demo').map(({ name }) => name))(
  'on the route %s no credential that comes back, in whatever disguise, gets into a file or onto the terminal',
  async (route) => {
    await using cwd = await scratch();
    const server = createServer((request, response) => void echo(request, response));
    await using here = await listening(server);
    const { url } = here;
    const suite = {
      version: 1,
      name: 'echo',
      gateway: { route },
      models: ['custom-ollama/answers', 'custom-ollama/refuses', 'custom-ollama/page'],
      prompts: echoes.map(({ name }, place) => ({ id: `p${place}`, prompt: name })),
      run: { repeat: 1, warmup: 0, retry: { max: 0 }, concurrency: 8 },
    };
    await writeFile(join(cwd.path, 'echo.yaml'), JSON.stringify(suite));
    const args = ['run', 'echo.yaml', '--base-url', `${url}/v1`, '--seed', '1', '--out', 'run'];
    const sent = await gatebench(args, cwd.path, environment);
    const shown = await Promise.all(
      [
        ['report', 'run'],
        ['report', 'run', '--format', 'json'],
        ['export', 'run'],
        ['doctor', 'echo.yaml', '--base-url', `${url}/v1`],
      ].map((command) => gatebench(command, cwd.path, environment)),
    );
    const rows = (await readFile(join(cwd.path, 'run', 'requests.csv'), 'utf8')).trimEnd().split('\n');
    expect(rows, sent.stderr).toHaveLength(1 + 3 * echoes.length);
    const everything = [
      await textsBelow(join(cwd.path, 'run')),
      ...[sent, ...shown].flatMap(({ stdout, stderr }) => [stdout, stderr]),
    ].join('\n');
    expect(traceIn(everything, traces)).toBeUndefined();
    expect(everything).toContain('[CLOUDFLARE_API_TOKEN]');
  },
  30_000,
);

test('a variable is a secret unless it says that it is none', () => {
  const names = Object.entries(variables)
    .filter(([, facts]) => 'secret' in facts && !facts.secret)
    .map(([name]) => name);
  expect(names).toEqual(['CF_GATEWAY_ID', 'CF_AIG_BYOK_ALIAS']);
  expect([...secretsOf(environment).values()]).toHaveLength(Object.keys(variables).length - names.length);
});

test.each([
  ['a prompt', (secret: string) => ({ prompts: [{ id: 'a', prompt: `Mine is ${secret}.` }] })],
  ['the name', (secret: string) => ({ name: secret })],
  ['a header', (secret: string) => ({ gateway: { headers: { 'x-key': secret } } })],
  ['a parameter', (secret: string) => ({ defaults: { params: { max_tokens: 9, user: secret } } })],
  ['a check', (value: string) => ({ defaults: { checks: [{ type: 'contains', value }] } })],
])('a suite that holds a secret as %s is refused, and nothing is written', async (_, holding) => {
  await using cwd = await scratch();
  for (const secret of secrets) {
    const suite = {
      version: 1,
      name: 'holding',
      models: ['custom-ollama/sim-swift'],
      prompts: [{ id: 'a', prompt: 'hi' }],
      ...holding(secret),
    };
    await writeFile(join(cwd.path, 'suite.json'), JSON.stringify(suite));
    const { code, stderr } = await gatebench(['run', 'suite.json', '--route', 'demo'], cwd.path, environment);
    expect(stderr).toMatch(/^gatebench: suite\.json: it holds the value of [A-Z_]+, which would be written/);
    expect(stderr).not.toContain(secret);
    expect(code).toBe(2);
  }
  expect(await readdir(cwd.path)).not.toContain('results');
});
