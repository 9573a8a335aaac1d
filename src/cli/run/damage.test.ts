import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { historyColumns } from '../../analysis/history.ts';
import { nightRow } from '../../analysis/testing/nights.ts';
import { csvFile } from '../../journal/csv-file.ts';
import { requestColumns, type RequestRow } from '../../journal/request-columns.ts';
import { readRequests } from '../../journal/read-journal.ts';
import { createMock } from '../../mock/mock-server.ts';
import { historyFile } from '../gate/history-file.ts';
import { gatebench, scratch, type Finished } from '../testing/gatebench.ts';

const token = 'test-token-4711';
const prompts = 8;
const suite = JSON.stringify({
  version: 1,
  name: 'trial',
  models: ['custom-ollama/sim-exact?ttftMs=5&gapMs=1&answerFrames=3'],
  defaults: { params: { max_tokens: 50 }, checks: [{ type: 'not-empty' }] },
  prompts: Array.from({ length: prompts }, (_, n) => ({ id: `p${n}`, prompt: `Question number ${n}?` })),
  run: { repeat: 1, warmup: 0, concurrency: 2 },
});

/** Changes one line, counted from 0, so that its checksum or its syntax shows it. */
async function damage(path: string, place: number): Promise<void> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  lines[place] = lines[place]!.replace(/^../, '#{');
  await writeFile(path, lines.join('\n'));
}

const unwrapped = ({ stdout }: Finished): string => stdout.replace(/\s+/g, ' ');

const promptsDone = async (folder: string): Promise<string[]> =>
  (await Array.fromAsync(readRequests(folder)))
    .filter(({ final, status, passed }) => final && status === 'ok' && passed === true)
    .map(({ prompt_id }) => prompt_id)
    .sort();

test('a damaged run continues: lost requests are sent again, answers that can be checked are, and all of it is reported', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'trial.yaml'), suite);
  const mock = await createMock({ gatewayToken: token, speed: 20 });
  const env = { CF_AIG_TOKEN: token, CF_ACCOUNT_ID: 'a', CF_GATEWAY_ID: 'g', CLOUDFLARE_API_TOKEN: 'any' };
  const to = ['--base-url', `${mock.url}/v1/a/g/compat`, '--quiet'];
  const folder = join(cwd.path, 'out');
  const requests = join(folder, 'requests.csv');
  expect(await gatebench(['run', 'trial.yaml', '--out', 'out', ...to], cwd.path, env)).toMatchObject({
    code: 0,
  });
  const all = await promptsDone(folder);
  expect(all).toHaveLength(prompts);

  // Cut short before its last four answers were checked. The answer of one of these is damaged.
  const unchecked = (row: RequestRow): RequestRow => ({ ...row, passed: undefined, score: undefined });
  const rows = await Array.fromAsync(readRequests(folder));
  await writeFile(
    requests,
    csvFile(
      requestColumns,
      rows.map((row, place) => (place < 4 ? row : unchecked(row))),
    ),
  );
  await damage(requests, 3);
  await appendFile(requests, 'torn,');
  await damage(join(folder, 'answers.jsonl'), 5);
  await rm(join(folder, 'report.html'));

  const reconciled = await gatebench(['reconcile', 'out', '--api-url', mock.url], cwd.path, env);
  expect(unwrapped(reconciled)).toContain('requests.csv: 1 damaged line is left out (line 4');

  const before = await asked(mock.url);
  expect(await gatebench(['run', '--resume', 'out', ...to], cwd.path, env)).toMatchObject({ code: 0 });
  expect((await asked(mock.url)) - before).toBe(1);
  // The unreadable answer has no verdict. Every other prompt has its one final row that passed.
  const lost = rows[5]!.prompt_id;
  expect(await promptsDone(folder)).toEqual(all.filter((prompt) => prompt !== lost));
  expect(await readdir(folder)).toEqual(
    expect.arrayContaining(['requests.csv.damaged', 'requests.csv.torn', 'report.html']),
  );
  const report = unwrapped(await gatebench(['report', 'out'], cwd.path));
  for (const said of [
    '1 damaged line of requests.csv (line 4) left out',
    'a torn line of 5 bytes was set aside',
    'answers.jsonl: 1 damaged line is left out (line 6',
    '1 answer not checked, because the run was cut short; no pass rate includes them',
  ])
    expect(report).toContain(said);
  await mock.close();
}, 60_000);

test('shards with damaged rows are joined without them, and the whole says so', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'trial.yaml'), suite);
  const mock = await createMock({ gatewayToken: token, speed: 20 });
  for (const index of [1, 2]) {
    const part = ['--shard', `${index}/2`, '--seed', '7', '--out', `s${index}`];
    const to = ['--base-url', `${mock.url}/v1/a/g/compat`, '--quiet'];
    await gatebench(['run', 'trial.yaml', ...part, ...to], cwd.path, { CF_AIG_TOKEN: token });
  }
  await mock.close();
  await damage(join(cwd.path, 's2', 'requests.csv'), 2);
  const said = 'shard 2/2: requests.csv: 1 damaged line is left out (line 3';
  expect(unwrapped(await gatebench(['merge', 's1', 's2', '--out', 'whole'], cwd.path))).toContain(said);
  expect(unwrapped(await gatebench(['report', 'whole'], cwd.path))).toContain(said);
  expect(await promptsDone(join(cwd.path, 'whole'))).toHaveLength(prompts - 1);
}, 60_000);

test('a damaged history is repaired: the nights that are whole stay, the file as it was is kept', async () => {
  await using cwd = await scratch();
  const path = historyFile(cwd.path);
  await writeFile(
    path,
    csvFile(
      historyColumns,
      [0, 1, 2, 3].map((night) => nightRow(night, 'glm', 100 + night)),
    ),
  );
  await damage(path, 2);
  const damaged = await readFile(path, 'utf8');
  expect((await gatebench(['trend', '--history', '.'], cwd.path)).stdout).toContain('1 damaged line');
  const { code, stdout } = await gatebench(['repair', '.'], cwd.path);
  expect(code).toBe(0);
  expect(stdout).toContain('3 rows kept, 1 damaged line taken out (line 3)');
  expect(await readFile(`${path}.damaged`, 'utf8')).toBe(damaged);
  const trend = await gatebench(['trend', '--history', '.'], cwd.path);
  expect(trend).toMatchObject({ code: 0 });
  expect(trend.stdout).not.toContain('damaged');
  expect((await gatebench(['repair', '.'], cwd.path)).stdout).toContain('nothing damaged');
}, 60_000);

async function asked(url: string): Promise<number> {
  const stats = (await (await fetch(`${url}/__mock/stats`)).json()) as { requests: number };
  return stats.requests;
}
