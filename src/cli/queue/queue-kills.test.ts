import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { startHolding } from '../../queue/testing/holding-proxy.ts';
import { engines, startRedis, type TestServer, withoutRedis } from '../../queue/testing/queue-servers.ts';
import { scratch, start as startProgram } from '../testing/gatebench.ts';
import { expectNoSecrets, expectWhole, quick, rowsReach, suiteOf, token, trial } from './testing/trial.ts';

/** `QUEUE_KILLS=20` for the long trial. */
const long = process.env['QUEUE_KILLS'];
/** To see the moments of an earlier try again. */
const seed = Number(process.env['QUEUE_KILLS_SEED'] ?? randomInt(1_000_000_000));

describe.each(engines)('over $name', ({ name, start, own, missing }) => {
  describe.skipIf(missing !== undefined)('with a server', () => {
    const kills = Number(long ?? (name === 'Redis' ? 3 : 1));
    const prompts = 6 + kills * 2;
    const total = prompts * 2;
    let queue: TestServer;
    beforeAll(async () => {
      queue = await start();
    });
    afterAll(() => queue[Symbol.asyncDispose]());

    test.concurrent(
      'workers killed at random moments: one final row a request, a row for each that was lost, and the ceiling holds',
      async () => {
        const random = seededRandom(`${seed}/workers`);
        await using cwd = await scratch();
        const url = await own(queue);
        await using t = await trial(cwd.path, url, suiteOf({ prompts, ttftMs: 60 }));
        const to = ['--base-url', `${t.mockUrl}/v1/acc/gw/compat`, '--no-calibrate'];
        const begin = () =>
          startProgram(['worker', ...to], cwd.path, { CF_AIG_TOKEN: token, GATEBENCH_QUEUE_URL: url });
        const workers = [begin(), begin()];
        const run = t.run('--workers', '2', ...quick);
        for (let killed = 0; killed < kills; killed++) {
          await rowsReach(t, 2 + Math.floor(((killed + random()) / kills) * (total - 6)));
          const [victim] = workers.splice(Math.floor(random() * workers.length), 1);
          await delay(random() * 60);
          victim!.child.kill('SIGKILL');
          workers.push(begin());
        }
        const { code, stderr } = await run.finished;
        for (const { child } of workers) child.kill('SIGKILL');
        await Promise.all(workers.map(({ finished }) => finished));
        expect(code, stderr).toBe(0);
        await expectWhole(t, total, `QUEUE_KILLS_SEED=${seed}`);
      },
      60_000 + kills * 10_000,
    );

    test.concurrent(
      'the coordinator killed at random moments: what the workers have is kept, and no row is repeated',
      async () => {
        const random = seededRandom(`${seed}/coordinator`);
        await using cwd = await scratch();
        const url = await own(queue);
        await using t = await trial(cwd.path, url, suiteOf({ prompts, ttftMs: 60 }));
        const worker = t.worker('--name', 'w1', '--concurrency', '8');
        const env = { GATEBENCH_QUEUE_URL: url };
        let args = ['trial.yaml', '--seed', '7'];
        for (let killed = 0; killed < kills; killed++) {
          const { child, finished } = startProgram(['run', ...args, '--queue', ...quick], cwd.path, env);
          const wanted = Math.floor(((killed + random()) / kills) * (total - 2)) + 1;
          await Promise.race([rowsReach(t, wanted).then(() => delay(random() * 60)), once(child, 'exit')]);
          child.kill('SIGKILL');
          await finished;
          args = ['--resume'];
        }
        const { code, stderr } = await t.run('--resume', ...quick).finished;
        expect(code === 0 || stderr.includes('is complete'), stderr).toBe(true);
        worker.stop();
        await worker.finished;
        await expectWhole(t, total, `QUEUE_KILLS_SEED=${seed}`);
      },
      60_000 + kills * 10_000,
    );

    test('the server is killed in a run and comes back with its data: the run continues', async () => {
      await using cwd = await scratch();
      await using t = await trial(cwd.path, queue.url, suiteOf({ prompts: 6, ttftMs: 60 }));
      const worker = t.worker('--concurrency', '6');
      const run = t.run(...quick);
      await rowsReach(t, 3);
      await queue.kill();
      await queue.begin();
      const { code, stderr } = await run.finished;
      worker.stop();
      await worker.finished;
      expect(code, stderr).toBe(0);
      await expectWhole(t, 12, stderr);
      expect(stderr).not.toContain('lost its data');
    });
  });
});

describe.skipIf(withoutRedis !== undefined)('the coordinator is killed', () => {
  test('exactly between a row and the removal of its job: nothing is lost, and nothing is asked again', async () => {
    await using cwd = await scratch();
    await using queue = await startRedis();
    await using proxy = await startHolding(queue.port);
    await using t = await trial(cwd.path, queue.url, suiteOf({ prompts: 4 }));
    const worker = t.worker('--concurrency', '4');
    const env = { GATEBENCH_QUEUE_URL: proxy.url };
    const first = startProgram(['run', 'trial.yaml', '--seed', '7', '--queue', ...quick], cwd.path, env);
    const key = await proxy.held;
    first.child.kill('SIGKILL');
    await first.finished;
    const { Redis } = await import('ioredis');
    const client = new Redis(queue.url);
    const job = JSON.parse((await client.hget(key, 'data'))!) as { event_id: string };
    client.disconnect();
    const before = await t.rows();
    expect(before.map(({ event_id }) => event_id)).toContain(job.event_id);
    const dump = await queue.dump();
    expect(dump).toContain(job.event_id);
    expectNoSecrets(dump);

    const { code, stderr } = await t.run('--resume', ...quick).finished;
    worker.stop();
    await worker.finished;
    expect(code, stderr).toBe(0);
    expect(await expectWhole(t, 8, stderr)).toHaveLength(8);
    expect((await t.stats()).requests).toBe(8);
  });
});
