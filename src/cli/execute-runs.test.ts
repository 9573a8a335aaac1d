import { join } from 'node:path';
import { expect, test } from 'vitest';
import { row } from '../report/sheet/testing/runs.ts';
import { viewerOf, visit } from '../view/testing/viewer.ts';
import { nightlySuite, writeNight } from './gate/testing/nightly-runs.ts';
import { gatebench, scratch } from './testing/gatebench.ts';
import { writeRun } from './testing/run-folder.ts';

test('runs are listed newest first, with what became of them; one without an end has stopped', async () => {
  await using home = await scratch();
  await writeRun(home.path, [row()], {
    run_id: '20261121T031700Z-abcdef',
    started_at: '2026-11-21T03:17:00.000Z',
  });
  await writeRun(home.path, [row()], { run_id: '20261122T031700Z-abcdef', status: 'running' });
  const { code, stdout } = await gatebench(['runs'], home.path);
  expect(code).toBe(0);
  expect(stdout.split('\n').slice(2, 4)).toEqual([
    expect.stringMatching(/^20261122T031700Z-abcdef +smoke +stopped +– +– +kimi$/),
    expect.stringMatching(/^20261121T031700Z-abcdef +smoke +complete +– +– +kimi$/),
  ]);
  const { stdout: json } = await gatebench(['runs', '--json', '--state', 'complete'], home.path);
  expect(JSON.parse(json)).toMatchObject({
    runs: [
      {
        run_id: '20261121T031700Z-abcdef',
        suite: 'smoke',
        state: 'complete',
        models: ['kimi'],
        requests: null,
        failures: null,
      },
    ],
  });
  const older = await gatebench(['runs', '--until', '2026-11-21', '--limit', '5'], home.path);
  expect(older.stdout).toContain('20261121T031700Z');
  expect(older.stdout).not.toContain('20261122T031700Z');
});

test('a run that was gated shows the verdict, in the terminal, as JSON and in the viewer', async () => {
  await using home = await scratch();
  const { file, suite } = await nightlySuite(home.path, { prompts: 2 });
  const night = { suite, file, seed: 'g' };
  const [first, second, third] = [
    await writeNight(home.path, { ...night, night: 1 }),
    await writeNight(home.path, { ...night, night: 2, failing: 0.9 }),
    await writeNight(home.path, { ...night, night: 3 }),
  ];
  expect((await gatebench(['runs'], home.path)).stdout).not.toContain('gate');
  for (const run of [first, second]) await gatebench(['gate', run, '--history', 'history'], home.path);
  await gatebench(['gate', third, '--history', 'history', '--dry-run'], home.path);
  const { stdout } = await gatebench(['runs'], home.path);
  expect(stdout.split('\n').slice(0, 5)).toEqual([
    expect.stringMatching(/ gate /),
    expect.stringMatching(/^─+$/),
    expect.stringMatching(/^20261103T\S+ .* – +– +deeps/),
    expect.stringMatching(/^20261102T\S+ .* incomplete +deeps/),
    expect.stringMatching(/^20261101T\S+ .* learning 0\/7 +deeps/),
  ]);
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  const { runs } = JSON.parse((await gatebench(['runs', '--json'], home.path)).stdout) as { runs: object[] };
  expect(runs).toMatchObject([{ verdict: null }, { verdict: 'incomplete' }, { verdict: 'learning 0/7' }]);
  const viewer = await viewerOf(join(home.path, 'results'));
  try {
    const { text } = await visit(viewer.port, '/');
    expect(text).toContain('<td class="bad">incomplete</td>');
    expect(text).toContain('<td>learning 0/7</td>');
  } finally {
    await viewer.close();
  }
});

test('no runs, none that fits, and a day that is none are said in a sentence', async () => {
  await using home = await scratch();
  expect((await gatebench(['runs'], home.path)).stdout).toMatch(/^There are no runs in .*results yet/);
  await writeRun(home.path, [row()]);
  expect((await gatebench(['runs', '--suite', 'none'], home.path)).stdout).toMatch(/^None of the 1 runs/);
  expect(await gatebench(['runs', '--since', 'monday'], home.path)).toMatchObject({
    code: 2,
    stderr: 'gatebench: --since: "monday" is not a day such as 2026-11-22.\n',
  });
});

test('a page with all answers is one file; of another format it is refused', async () => {
  await using home = await scratch();
  const folder = await writeRun(home.path, [row()]);
  const out = join(home.path, 'page.html');
  expect(
    await gatebench(['report', folder, '--format', 'html', '--answers', 'all', '-o', out], home.path),
  ).toMatchObject({
    code: 0,
  });
  expect(await gatebench(['report', folder, '--answers', 'all'], home.path)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--format html') as string,
  });
});
