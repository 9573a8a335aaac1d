import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readManifest } from '../../journal/manifest.ts';
import { goodFrames, sendFrames, serve } from '../../wire/testing/server.ts';
import { createMock } from '../../mock/mock-server.ts';
import { readRequests } from '../../journal/read-journal.ts';
import { gatebench, onlyRun, scratch } from '../testing/gatebench.ts';

/** With two models that take a while to load. */
const suiteText = (local: string, params = 'max_tokens: 20'): string =>
  [
    'version: 1',
    'name: trial',
    `gateway: { route: local${local} }`,
    'models:',
    '  - { id: one, model: "custom-ollama/sim-exact?loadMs=600&gapMs=2" }',
    '  - { id: two, model: "custom-ollama/sim-exact?loadMs=400&gapMs=4&reasoningFrames=3" }',
    `defaults: { params: { ${params} } }`,
    'prompts: [{ id: p1, prompt: Hello }, { id: p2, prompt: Good bye }]',
    'run: { repeat: 2, warmup: 1, concurrency: 1 }',
    '',
  ].join('\n');

const native = ', local: { api: native, keep_alive: 30m, num_ctx: 4096 }';

test.concurrent(
  "Ollama's native API: cold loads are in the warm-up, and server time is separate from network time",
  async () => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'trial.yaml'), suiteText(native));
    const mock = await createMock({ keepHeaders: true });
    const ran = await gatebench(['run', 'trial.yaml', '--base-url', mock.url], cwd.path);
    await mock.close();
    expect(ran.code).toBe(0);
    const folder = await onlyRun(cwd.path);
    const rows = await Array.fromAsync(readRequests(folder));
    const warmup = rows.filter(({ phase }) => phase === 'warmup');
    expect(warmup.map(({ model, load_ms }) => [model, load_ms]).toSorted()).toEqual([
      ['one', 600],
      ['two', 400],
    ]);
    for (const { valid, invalid_reason } of warmup)
      expect([valid, invalid_reason]).toEqual([false, expect.arrayContaining(['cold_load'])]);
    const measured = rows.filter(({ phase }) => phase === 'measure');
    expect(measured).toHaveLength(8);
    for (const row of measured) {
      expect(row).toMatchObject({ status: 'ok', load_ms: 0, route: 'local', token_source: 'server' });
      expect(row.prompt_eval_ms! + row.eval_ms!).toBeCloseTo(row.server_total_ms!, 2);
      expect(row.server_total_ms).toBeLessThanOrEqual(row.stream_end_ms!);
    }
    const { local } = await readManifest(folder);
    expect(local).toMatchObject({ version: '0.32.1', before: [], after: [{}, {}] });
    const stays = Date.parse(local!.after![0]!.expires_at!) - Date.parse(rows[0]!.started_at!);
    expect(stays).toBeGreaterThan(29 * 60_000);
    expect(ran.stdout).toMatch(/one .*1 × 600 ms\ntwo .*1 × 400 ms\n/);
    const again = await gatebench(['report', folder, '--json'], cwd.path);
    expect(JSON.parse(again.stdout)).toMatchObject({
      server_times: [
        { model: 'one', cold_loads: 1, cold_load_ms: 600 },
        { model: 'two', cold_loads: 1, cold_load_ms: 400 },
      ],
    });
  },
);

test.concurrent(
  'a measured answer for which the model had to be loaded does not count, and the warning says what to do',
  async () => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'trial.yaml'), suiteText(native.replace('30m', '0')));
    const mock = await createMock({});
    const ran = await gatebench(['run', 'trial.yaml', '--base-url', mock.url, '--repeat', '1'], cwd.path);
    await mock.close();
    const said = ran.stdout.replace(/\s+/g, ' ');
    expect(said).toContain(
      'left out of latency figures (cold_load). The model had to be loaded into memory first',
    );
    expect(ran.stdout).toMatch(/No model is ranked/);
  },
);

test.concurrent(
  'by default it is asked as every route is; a cold load is seen in its memory, and left out',
  async () => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'trial.yaml'), suiteText(''));
    const mock = await createMock({ speed: 20 });
    const ran = await gatebench(['run', 'trial.yaml', '--base-url', mock.url, '--warmup', '0'], cwd.path);
    await mock.close();
    expect(ran.code).toBe(0);
    const folder = await onlyRun(cwd.path);
    const rows = await Array.fromAsync(readRequests(folder));
    expect(
      rows.every(({ status, server_total_ms }) => status === 'ok' && server_total_ms === undefined),
    ).toBe(true);
    for (const model of ['one', 'two']) {
      const [first, ...later] = rows.filter((row) => row.model === model);
      expect(first!.invalid_reason).toContain('cold_load');
      expect(later).toHaveLength(3);
      expect(later.flatMap(({ invalid_reason }) => invalid_reason ?? [])).not.toContain('cold_load');
    }
    expect((await readManifest(folder)).local).toMatchObject({ before: [], after: [{}, {}] });
    expect(ran.stdout).not.toContain('Server time');
    expect(ran.stdout.replace(/\s+/g, ' ')).toContain('left out of latency figures (cold_load)');
  },
);

test.concurrent('a server that knows no /api/ps is noted, and asked all the same', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'trial.yaml'), suiteText(''));
  await using server = await serve((response, { method }) => {
    if (method === 'POST') sendFrames(response, goodFrames());
    else response.writeHead(404).end();
  });
  const ran = await gatebench(['run', 'trial.yaml', '--base-url', server.url], cwd.path);
  const { local, notes } = await readManifest(await onlyRun(cwd.path));
  expect([ran.code, local]).toEqual([0, undefined]);
  expect(notes.map(({ text }) => text)).toEqual([
    'the local server did not say which models are in its memory (HTTP 404)',
  ]);
});

test.concurrent(
  'what cannot be said in its words is said before anything is sent, by plan as by run',
  async () => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'trial.yaml'), suiteText(native, 'tool_choice: auto'));
    for (const command of ['plan', 'run']) {
      const { code, stderr } = await gatebench([command, 'trial.yaml'], cwd.path);
      expect(stderr).toMatch(/params\.tool_choice has no counterpart.*\(prompts p1, p2\)/);
      expect(code).toBe(2);
    }
    // Another route has no such limit.
    expect((await gatebench(['plan', 'trial.yaml', '--route', 'demo'], cwd.path)).code).toBe(0);
  },
);
