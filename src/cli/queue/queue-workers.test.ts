import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownDatabase, startRedis, type TestServer, withoutRedis } from '../../queue/testing/queue-servers.ts';
import { gatebench, scratch, start } from '../testing/gatebench.ts';
import { expectWhole, quick, rowsReach, suiteOf, token, trial } from './testing/trial.ts';

const credentials = { CF_AIG_TOKEN: token };

describe.skipIf(withoutRedis !== undefined).concurrent('workers that are lost', () => {
  let queue: TestServer;
  beforeAll(async () => {
    queue = await startRedis();
  });
  afterAll(() => queue[Symbol.asyncDispose]());

  test('the last worker of a run is killed: exit 3, and a resume without workers says so', async () => {
    await using cwd = await scratch();
    const url = ownDatabase(queue);
    await using t = await trial(cwd.path, url, suiteOf({ prompts: 2, ttftMs: 300 }));
    const to = ['--base-url', `${t.mockUrl}/v1/acc/gw/compat`];
    const killed = start(['worker', ...to, '--no-calibrate'], cwd.path, {
      ...credentials,
      GATEBENCH_QUEUE_URL: url,
    });
    // It says that it is there.
    await once(killed.child.stderr!, 'data');
    const run = t.run('--lease', '500ms', '--worker-timeout', '2s');
    while ((await t.stats()).requests === 0) await delay(5);
    killed.child.kill('SIGKILL');
    const { code, stderr } = await run.finished;
    expect([code, stderr]).toEqual([3, expect.stringMatching(/no worker for 2s: nothing more is sent/)]);
    const rest = await gatebench(['run', '--resume', ...to], cwd.path, credentials);
    expect([rest.code, rest.stderr]).toEqual([
      0,
      expect.stringContaining('until now workers sent this run; the rest is sent from here'),
    ]);
    expect((await t.rows()).filter(({ final }) => final)).toHaveLength(4);
    expect(rest.stdout.replace(/\s+/g, ' ')).toContain('The clock of this machine is not proven');
  });

  test('two workers cannot share a name: the second one says so, and ends', async () => {
    await using cwd = await scratch();
    await using t = await trial(cwd.path, ownDatabase(queue), suiteOf({ prompts: 2 }));
    const twins = [1, 2].map(() => t.worker('--name', 'twin'));
    // It waits for a second one, and is stopped.
    const run = t.run('--workers', '2', '--worker-timeout', '60s');
    const { code, stderr } = await Promise.race(twins.map(({ finished }) => finished));
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/another worker of the run .* is called twin: give this one another --name/),
    ]);
    for (const going of [run, ...twins]) going.stop();
    await run.finished;
    const codes = await Promise.all(twins.map(async ({ finished }) => (await finished).code));
    expect(codes.toSorted()).toEqual([0, 2]);
  });

  test('a worker that was killed leaves its name to the next', async () => {
    await using cwd = await scratch();
    const url = ownDatabase(queue);
    await using t = await trial(cwd.path, url, suiteOf({ prompts: 4, ttftMs: 60 }));
    const run = t.run(...quick);
    const args = ['--base-url', `${t.mockUrl}/v1/acc/gw/compat`, '--no-calibrate', '--name', 'twin'];
    const killed = start(['worker', ...args], cwd.path, { ...credentials, GATEBENCH_QUEUE_URL: url });
    await rowsReach(t, 1);
    killed.child.kill('SIGKILL');
    const next = t.worker('--name', 'twin');
    const { code, stderr } = await run.finished;
    expect(code, stderr).toBe(0);
    next.stop();
    expect((await next.finished).code).toBe(0);
    await expectWhole(t, 8);
  });

  test.each([
    // Longer than the run.
    { how: 'that was stopped', signal: 'SIGSTOP' },
    // Its late answer comes while the run goes on.
    { how: 'whose event loop was blocked', signal: 'SIGUSR2' },
  ] as const)('a worker $how past its lease: its late answer is nowhere', async ({ signal }) => {
    await using cwd = await scratch();
    const url = ownDatabase(queue);
    // What it has in hand is still on its way then, and has come before its lease ends.
    await using t = await trial(cwd.path, url, suiteOf({ prompts: 2, ttftMs: 700 }));
    const blocking = join(cwd.path, 'blocking.mjs');
    await writeFile(
      blocking,
      `process.on('SIGUSR2', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1800));`,
    );
    const args = ['--no-calibrate', '--concurrency', '2', '--name', 'still'];
    const still = start(['worker', '--base-url', `${t.mockUrl}/v1/acc/gw/compat`, ...args], cwd.path, {
      ...credentials,
      GATEBENCH_QUEUE_URL: url,
      NODE_OPTIONS: `--import=${blocking}`,
    });
    const run = t.run(...quick);
    while ((await t.stats()).requests === 0) await delay(5);
    still.child.kill(signal);
    const other = t.worker('--name', 'other', '--concurrency', '4');
    // Whichever is noticed first.
    expect((await run.finished).stderr).toMatch(/worker still (is lost|no longer responds)/);
    still.child.kill('SIGCONT');
    still.child.kill('SIGTERM');
    const { stderr } = await still.finished;
    const rows = await expectWhole(t, 4, stderr);
    const lost = rows.filter(({ error_code }) => error_code === 'worker_lost');
    const said = lost
      .map(({ worker, lease, error_message }) => `${worker} ${lease} ${error_message}`)
      .join('\n');
    // A busy machine may lose one of the other's, too.
    expect(said).toMatch(/^still 1 /m);
    expect(
      rows.filter(({ lease }) => lease! > 1),
      said,
    ).toHaveLength(lost.length);
    expect(
      rows.filter(({ worker, final }) => worker === 'still' && final),
      said,
    ).toEqual([]);
    other.stop();
    await other.finished;
  });
});
