import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RequestRow } from '../../journal/request-columns.ts';
import { readRequests } from '../../journal/read-journal.ts';
import { createMock } from '../../mock/mock-server.ts';
import { influences } from '../../mock/set-ups.ts';
import { gatebench, onlyRun, scratch } from '../testing/gatebench.ts';

/** One long prompt and one short one, for one model with exact times. */
const suite = (gateway: object, run: object): string =>
  JSON.stringify({
    version: 1,
    name: 'trial',
    gateway,
    models: ['custom-ollama/sim-exact'],
    defaults: { params: { max_tokens: 20 } },
    prompts: [
      { id: 'long', prompt: 'Some words that all are read, one after another. '.repeat(60) },
      { id: 'short', prompt: 'Hello' },
    ],
    run: { repeat: 3, warmup: 0, concurrency: 1, ...run },
  });

const local = { route: 'local' };
/** Has the model loaded before anything is measured. */
async function load(url: string): Promise<void> {
  const body = { model: 'sim-exact', messages: [{ role: 'user', content: 'Hi' }], stream: false };
  await (await fetch(`${url}/api/chat`, { method: 'POST', body: JSON.stringify(body) })).text();
}

const native = { route: 'local', local: { api: 'native' } };

interface Ran {
  code: number | null;
  /** On one line. */
  said: string;
  rows: RequestRow[];
}

async function ran(mode: string, gateway: object, run: object = {}, ...args: string[]): Promise<Ran> {
  const { options } = influences.find(({ name }) => name === mode)!;
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'trial.yaml'), suite(gateway, run));
  const mock = await createMock({ speed: 5, ...options });
  if (mode !== 'cold-loads') await load(mock.url);
  const { code, stdout } = await gatebench(['run', 'trial.yaml', '--base-url', mock.url, ...args], cwd.path);
  await mock.close();
  const rows = await Array.fromAsync(readRequests(await onlyRun(cwd.path)));
  return { code, said: stdout.replace(/\s+/g, ' '), rows };
}

test.concurrent.each([
  ['prompt-cache', local, 'the first time it is sent, and'],
  ['prompt-cache', native, 'the first time it is sent, and'],
  ['prompt-cache-told', local, "% of its prompt tokens came from the server's prompt cache"],
])('%s, asked by %j', async (mode, gateway, words) => {
  // A single prompt, as when somebody tries a long one a few times.
  const { code, said, rows } = await ran(mode, gateway, {}, '--prompts', 'long');
  expect(code).toBe(0);
  expect(said).toContain(words);
  expect(said).toContain('set run.salt to prefix');
  const [first, ...later] = rows.map(({ ttft_ms }) => ttft_ms!);
  expect(Math.max(...later)).toBeLessThan(first! / 2);
});

test.concurrent.each(['prompt-cache', 'prompt-cache-told'])(
  '%s, with a fresh token in each prompt: no word',
  async (mode) => {
    const { said } = await ran(mode, local, {}, '--prompts', 'long', '--salt', 'prefix');
    expect(said).not.toContain('the first time it is sent');
    expect(said).not.toContain("came from the server's prompt cache");
  },
);

test.concurrent(
  'small-context: a silently cut prompt gives no latency; through the native API, it is refused',
  async () => {
    const { rows, said } = await ran('small-context', local);
    for (const { prompt_id, invalid_reason = [] } of rows)
      expect(invalid_reason.includes('prompt_truncated')).toBe(prompt_id === 'long');
    expect(said).toContain('The server cut the prompt: it counted fewer tokens');
    const refused = await ran('small-context', native);
    for (const { prompt_id, status, error_message = '' } of refused.rows)
      expect([status, /exceeds the context/.test(error_message)]).toEqual(
        prompt_id === 'long' ? ['error', true] : ['ok', false],
      );
  },
);

test.concurrent.each([local, native])(
  'cold-loads: the first answer waited for the disk, and is left out (%j)',
  async (gateway) => {
    const { rows, said } = await ran('cold-loads', gateway);
    const cold = rows.filter(({ invalid_reason = [] }) => invalid_reason.includes('cold_load'));
    expect(cold.map(({ event_id }) => event_id)).toEqual([rows[0]!.event_id]);
    expect(said).toContain('The model had to be loaded into memory first. Raise');
  },
);

test.concurrent.each<[string, object, RegExp]>([
  [
    'its own times',
    native,
    /waited in the server's own queue, at the median .* Lower run.concurrency, or raise/,
  ],
  [
    'a ladder of TTFT',
    local,
    /grows with the requests in flight: it is .* as long at \d as at 1\. .* Lower run.concurrency/,
  ],
])('one-at-a-time: shown by %s', async (_by, gateway, words) => {
  const { said, rows } = await ran('one-at-a-time', gateway, { repeat: 12, concurrency: 8 });
  expect(said).toMatch(words);
  const queued = rows.filter(({ server_queue_ms = 0 }) => server_queue_ms > 100);
  if (gateway === native) expect(queued.length).toBeGreaterThan(5);
  else expect(queued).toEqual([]);
});

test.concurrent('without an influence none is mentioned', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'trial.yaml'), suite(local, { repeat: 6, concurrency: 4 }));
  const mock = await createMock({ speed: 5 });
  await load(mock.url);
  const { stdout } = await gatebench(['run', 'trial.yaml', '--base-url', mock.url], cwd.path);
  await mock.close();
  expect(stdout).not.toMatch(/\bcache\b|queue|\bcontext\b|loaded|in flight, /);
});
