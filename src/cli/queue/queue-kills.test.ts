import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { startRedis, withoutRedis } from '../../queue/testing/queue-servers.ts';
import { scratch, start } from '../testing/gatebench.ts';
import { expectWhole, quick, rowsReach, suiteOf, token, trial } from './testing/trial.ts';

/** `QUEUE_KILLS=20` for the long trial. */
const kills = Number(process.env['QUEUE_KILLS'] ?? 3);
/** To see the moments of an earlier try again. */
const seed = Number(process.env['QUEUE_KILLS_SEED'] ?? randomInt(1_000_000_000));
const prompts = 6 + kills * 2;
const total = prompts * 2;

test.skipIf(withoutRedis !== undefined)(
  'workers killed at random moments: one final row a request, a row for each that was lost, and the ceiling holds',
  async () => {
    const random = seededRandom(`${seed}/workers`);
    await using cwd = await scratch();
    await using queue = await startRedis();
    await using t = await trial(cwd.path, queue.url, suiteOf({ prompts, ttftMs: 60 }));
    const to = ['--base-url', `${t.mockUrl}/v1/acc/gw/compat`, '--no-calibrate'];
    const begin = () =>
      start(['worker', ...to], cwd.path, { CF_AIG_TOKEN: token, GATEBENCH_QUEUE_URL: queue.url });
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

test.skipIf(withoutRedis !== undefined)(
  'the coordinator killed at random moments: what the workers have is kept, and no row stands twice',
  async () => {
    const random = seededRandom(`${seed}/coordinator`);
    await using cwd = await scratch();
    await using queue = await startRedis();
    await using t = await trial(cwd.path, queue.url, suiteOf({ prompts, ttftMs: 60 }));
    const worker = t.worker('--name', 'w1', '--concurrency', '8');
    const env = { GATEBENCH_QUEUE_URL: queue.url };
    let args = ['trial.yaml', '--seed', '7'];
    for (let killed = 0; killed < kills; killed++) {
      const { child, finished } = start(['run', ...args, '--queue', ...quick], cwd.path, env);
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
