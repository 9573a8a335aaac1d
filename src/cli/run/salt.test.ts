import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { saltToken } from '../../wire/salt.ts';
import { readManifest } from '../../journal/manifest.ts';
import { keyOf, readRequests } from '../../journal/read-journal.ts';
import { createMock, type Mock } from '../../mock/mock-server.ts';
import { gatebench, onlyRun, scratch } from '../testing/gatebench.ts';

const suite = [
  'version: 1',
  'name: trial',
  'gateway: { route: local }',
  'models: [custom-ollama/sim-instant]',
  'defaults: { system: Be brief., params: { max_tokens: 9 } }',
  'prompts: [{ id: p1, prompt: Hello }, { id: p2, prompt: Good bye }]',
  'run: { repeat: 2, warmup: 1, concurrency: 1, salt: suffix }',
  '',
].join('\n');

/** System prompts in the order in which they came. */
async function systemPrompts({ url }: Mock): Promise<string[]> {
  const seen = (await (await fetch(`${url}/__mock/requests`)).json()) as { path: string; body: string }[];
  return seen
    .filter(({ path }) => path.endsWith('/chat/completions'))
    .map(({ body }) => (JSON.parse(body) as { messages: { content: string }[] }).messages[0]!.content);
}

test('every attempt carries its own token, which run.json and its row reproduce', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'trial.yaml'), suite);
  const mock = await createMock({ keepHeaders: true });
  const ran = await gatebench(['run', 'trial.yaml', '--base-url', mock.url], cwd.path);
  const sent = await systemPrompts(mock);
  await mock.close();
  expect(ran.code).toBe(0);
  const folder = await onlyRun(cwd.path);
  const { run_id: runId, seed, suite: recorded } = await readManifest(folder);
  expect(recorded.run.salt).toBe('suffix');
  const tokens = (await Array.fromAsync(readRequests(folder))).map((row) =>
    saltToken({ runId, seed, key: keyOf(row), attempt: row.attempt }),
  );
  expect(sent).toEqual(tokens.map((token) => `Be brief.\n\n[${token}]`));
  expect(new Set(sent).size).toBe(5);
});

test('the flag wins, is part of what is asked, and cannot change on the way', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'trial.yaml'), suite);
  const mock = await createMock({ keepHeaders: true });
  const run = (...args: string[]) => gatebench(['run', ...args, '--base-url', mock.url], cwd.path);
  await run('trial.yaml', '--salt', 'none', '--out', 'plain', '--max-requests', '5');
  expect(await systemPrompts(mock)).toEqual(Array(5).fill('Be brief.'));
  await run('trial.yaml', '--out', 'salted');
  const hashes = await Promise.all(
    ['plain', 'salted'].map(async (folder) => (await readManifest(join(cwd.path, folder))).suite_hash),
  );
  expect(new Set(hashes).size).toBe(2);
  const other = await run('--resume', 'salted', '--salt', 'prefix');
  await mock.close();
  expect(other).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--salt: a resumed run keeps its plan') as string,
  });
});
