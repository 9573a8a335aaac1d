import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boardName, jobsQueue, suiteQueue } from '../../queue/forms.ts';
import { keptJob, queueAddress, QueueServer } from '../../queue/server.ts';
import {
  everWritten,
  ownDatabase,
  startRedis,
  type TestServer,
  withoutRedis,
} from '../../queue/testing/queue-servers.ts';
import { gatebench, scratch, start } from '../testing/gatebench.ts';
import { expectWhole, quick, rowsReach, suiteOf, token, trial } from './testing/trial.ts';

const prompts = 6;
const total = prompts * 2;

describe('what is wrong is named before anything is sent', () => {
  test.each([
    [['run', '--queue'], /give --queue redis:\/\/HOST:PORT, or set GATEBENCH_QUEUE_URL/],
    [['worker'], /give --queue redis:\/\/HOST:PORT, or set GATEBENCH_QUEUE_URL/],
    [['run', '--queue', 'localhost'], /--queue is not an address/],
    [['worker', '--queue', 'http://localhost:6379'], /http: is not the address of a queue/],
    [
      ['run', '--queue', 'redis://queue.example.com'],
      /queue\.example\.com:6379 .* without encryption.*rediss:\/\//,
    ],
    [['worker', '--queue', 'postgres://u:p@db.example.com/x'], /db\.example\.com:5432 .*sslmode=require/],
    [
      ['worker', '--queue', 'redis://:hunter2hunter2@127.0.0.1:1'],
      /127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/,
    ],
    [
      ['run', '--queue', 'postgres://u:hunter2hunter2@127.0.0.1:1/x'],
      /127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/,
    ],
    [['worker', '--queue', 'redis://127.0.0.1:1', '--suite-hash', 'abc'], /--suite-hash "abc": expected/],
    // As few as a message shows can be forged.
    [
      ['worker', '--queue', 'redis://127.0.0.1:1', '--suite-hash', 'f00df00df00d'],
      /first 32 characters or more/,
    ],
    [['run', '--queue', 'redis://127.0.0.1:1', '--lease', 'soon'], /--lease takes a number with its unit/],
    [['run', '--queue', 'redis://127.0.0.1:1', '--vantage', 'fra,a b'], /--vantage "a b"/],
    [['worker', '--queue', 'redis://127.0.0.1:1', '--vantage', 'a:b'], /--vantage "a:b"/],
    // A queue takes neither a colon nor a bare number.
    [
      ['worker', '--queue', 'redis://127.0.0.1:1', '--name', 'a:b'],
      /--name "a:b": a worker has a short name/,
    ],
    [['worker', '--queue', 'redis://127.0.0.1:1', '--name', '12'], /--name "12": a worker has a short name/],
  ])('%j', async (args, expected) => {
    await using cwd = await scratch();
    await using t = await trial(cwd.path, '');
    const [command, ...rest] = args;
    const given = command === 'run' ? ['run', 'trial.yaml', ...rest] : args;
    const { code, stderr, stdout } = await gatebench(given, t.cwd);
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toContain('hunter2');
    expect(stdout).toBe('');
    expect(readdirSync(t.cwd)).not.toContain('results');
  });
});

describe.skipIf(withoutRedis !== undefined).concurrent('with a server', () => {
  let queue: TestServer;
  beforeAll(async () => {
    queue = await startRedis();
  });
  afterAll(() => queue[Symbol.asyncDispose]());

  test('a suite that the worker may not ask: both say so, and nothing is sent', async () => {
    await using cwd = await scratch();
    const url = ownDatabase(queue);
    await using t = await trial(cwd.path, url);
    const worker = t.worker('--suite-hash', 'f00d'.repeat(8));
    const run = t.run('--worker-timeout', '60s');
    const { code, stderr } = await worker.finished;
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /uses the suite "trial" \([0-9a-f]{12}\), and this worker accepts only f00df00df00d/,
      ),
    ]);
    run.stop();
    const ended = await run.finished;
    expect([ended.code, ended.stderr]).toEqual([
      130,
      expect.stringMatching(
        /worker worker-\w+ cannot take part: the run .* this worker accepts only f00df00df00d/,
      ),
    ]);
    expect((await t.stats()).requests).toBe(0);
    // As the message says.
    const [, hash] = /--suite-hash (\w+)/.exec(stderr)!;
    const allowed = t.worker('--suite-hash', hash!);
    expect((await t.run().finished).code).toBe(0);
    allowed.stop();
    expect((await allowed.finished).code).toBe(0);
  });

  test('a run of another major version is named, exit 2', async () => {
    await using cwd = await scratch();
    const url = ownDatabase(queue);
    await using t = await trial(cwd.path, url);
    const server = await QueueServer.open(queueAddress(url, false), () => undefined);
    const board = server.queue(boardName);
    const run = {
      run_id: 'run-of-9',
      version: '9.1.0',
      suite_hash: 'x',
      vantages: [],
      routes: [],
      lease_ms: 1000,
    };
    await board.add('run', run, { jobId: run.run_id });
    const { finished } = t.worker();
    const over = new AbortController();
    void finished.then(() => over.abort());
    for (let beat = 1; !over.signal.aborted; beat++) {
      await board.updateJobProgress(run.run_id, { beat });
      await delay(20);
    }
    await board.remove(run.run_id);
    await server.close();
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/run-of-9 was started by gatebench 9\.1\.0, and this worker is \d/),
    ]);
  });

  test('a suite that was changed in the queue is not asked', async () => {
    await using cwd = await scratch();
    const url = ownDatabase(queue);
    await using t = await trial(cwd.path, url);
    const run = t.run('--worker-timeout', '60s');
    const server = await QueueServer.open(queueAddress(url, false), () => undefined);
    const suite = server.queue(suiteQueue(await announced(server)));
    const job = (await suite.getJob('suite'))!;
    const { text } = job.data as { text: string };
    await job.updateData({ text: text.replace('Question number 1', 'Something else') });
    await suite.close();
    const { code, stderr } = await t.worker().finished;
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/in the queue is not the one that was announced \(\w{12}, announced \w{12}\)/),
    ]);
    run.stop();
    expect((await run.finished).stderr).toMatch(/cannot take part: the suite of the run/);
    expect((await t.stats()).requests).toBe(0);
  });

  test('what others put into the queue of a run is not asked: another suite, another model', async () => {
    await using cwd = await scratch();
    const url = ownDatabase(queue);
    await using t = await trial(cwd.path, url, suiteOf({ prompts, ttftMs: 60 }));
    const worker = t.worker('--concurrency', '8');
    const run = t.run(...quick);
    const server = await QueueServer.open(queueAddress(url, false), () => undefined);
    const runId = await announced(server);
    const jobs = server.queue(jobsQueue(runId, undefined));
    const events = server.events(jobsQueue(runId, undefined));
    await rowsReach(t, 1);
    const [row] = await t.rows();
    const form = { key: 'x', cell: 'x', prompt: 'p0', phase: 'measure', repeat: 1, block: 1, position: 1 };
    for (const suite_hash of ['another', row!.suite_hash]) {
      const data = { ...form, attempt: 1, event_id: 'x', suite_hash };
      const job = await jobs.add('ask', data, keptJob);
      await expect(job.waitUntilFinished(events)).rejects.toThrow(
        /^refused: it is about (another suite|a model)/,
      );
    }
    expect((await run.finished).code).toBe(0);
    worker.stop();
    await worker.finished;
    await Promise.all([jobs.close(), events.close()]);
    await expectWhole(t, total);
  });

  test('no worker in time: exit 3, with what to type; a worker of another place does not count', async () => {
    await using cwd = await scratch();
    const url = ownDatabase(queue);
    await using t = await trial(cwd.path, url);
    const worker = t.worker('--vantage', 'iad');
    const { code, stderr } = await t.run('--vantage', 'fra', '--worker-timeout', '1s').finished;
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(
        /no worker came from fra within 1s: nothing was sent\. Start one with: gatebench worker --queue URL --vantage fra/,
      ),
    ]);
    worker.stop();
    expect((await worker.finished).stderr).toContain('is sent from fra, and not from iad');
  });

  test('what cannot be sent does not wait for workers', async () => {
    await using cwd = await scratch();
    const url = ownDatabase(queue);
    await using t = await trial(cwd.path, url);
    for (const [args, expected] of [
      [['--max-requests', '3'], /the plan needs at least 20, and the budget is 3/],
      [['--shard', '9/40'], /shard/],
    ] as const) {
      const { code, stderr } = await t.run(...args).finished;
      expect([code, stderr]).toEqual([2, expect.stringMatching(expected)]);
    }
  });

  test('a run from two places asks the whole plan from each; a worker serves several runs, and ends when idle', async () => {
    await using cwd = await scratch();
    const url = ownDatabase(queue);
    await using t = await trial(cwd.path, url, suiteOf({ prompts: 2 }));
    const workers = ['fra', 'iad'].map((name) => t.worker('--vantage', name));
    // Who comes first decides on the place of a run that names none; the other one waits for another run.
    expect((await t.run().finished).code).toBe(0);
    for (const args of [
      ['--vantage', 'fra,iad'],
      ['--vantage', 'iad'],
    ]) {
      const { code, stderr } = await t.run(...args).finished;
      expect(code, stderr).toBe(0);
      const rows = await t.rows();
      const places = args[1]!.split(',');
      expect(rows).toHaveLength(4 * places.length);
      expect(stderr).toContain(`${rows.length} of ${rows.length} requests done`);
      expect(new Set(rows.map(({ vantage }) => vantage))).toEqual(new Set(places));
      for (const { worker, vantage } of rows) expect(worker).toMatch(new RegExp(`^${vantage}-`));
    }
    for (const worker of workers) worker.stop();
    for (const { finished } of workers) expect((await finished).code).toBe(0);
    const { code, stderr } = await t.worker('--vantage', 'lhr', '--idle', '300ms').finished;
    expect([code, stderr]).toEqual([0, expect.stringContaining('no work for 300ms')]);
  });

  test('a budget of N holds over three workers, and no byte of a token is in the data of the server', async () => {
    await using cwd = await scratch();
    const base = suiteOf({ prompts }) as { models: { id: string; model: string }[] };
    base.models[1]!.model = 'custom-ollama/sim-fail-overloaded?times=1&ttftMs=20';
    await using other = await startRedis();
    await using t = await trial(cwd.path, other.url, base);
    const workers = [1, 2, 3].map(() => t.worker());
    const { code, stderr } = await t.run('--max-requests', String(total + 2), '--workers', '3').finished;
    expect(code, stderr).toBe(7);
    expect((await t.stats()).requests).toBeLessThanOrEqual(total + 2);
    for (const worker of workers) worker.stop();
    await Promise.all(workers.map(({ finished }) => finished));
    const written = everWritten(other);
    expect(written).toContain('Question number');
    for (const secret of [token, token.slice(0, 10), '/v1/acc/', 'cf-aig-authorization'])
      expect(written).not.toContain(secret);
  });

  test('a worker within its own --max-requests sends no more, and says so', async () => {
    await using cwd = await scratch();
    const url = ownDatabase(queue);
    await using t = await trial(cwd.path, url, suiteOf({ prompts }));
    const first = t.worker('--max-requests', '3', '--concurrency', '4');
    const run = t.run(...quick);
    const { code, stderr } = await first.finished;
    expect([code, stderr]).toEqual([0, expect.stringContaining('it has sent its 3 requests')]);
    expect((await t.stats()).requests).toBe(3);
    const second = t.worker();
    expect((await run.finished).code).toBe(0);
    second.stop();
    await second.finished;
    await expectWhole(t, total);
  });

  test('an answer that the engine could not keep is lost, and asked again: the model has not failed', async () => {
    await using cwd = await scratch();
    const url = ownDatabase(queue);
    await using t = await trial(cwd.path, url, suiteOf({ prompts }));
    const worker = t.worker('--concurrency', '1');
    const run = t.run(...quick);
    await rowsReach(t, 1);
    const server = await QueueServer.open(queueAddress(url, false), () => undefined);
    const broken = server.worker(
      jobsQueue(basename(await t.folder()), undefined),
      () => Promise.reject(new Error('Connection terminated unexpectedly')),
      { name: 'broken' },
    );
    await once(broken, 'failed');
    await broken.close();
    const { code, stderr } = await run.finished;
    worker.stop();
    await worker.finished;
    expect(code, stderr).toBe(0);
    const lost = (await expectWhole(t, total)).filter(({ error_code }) => error_code === 'worker_lost');
    expect(lost.length).toBeGreaterThan(0);
    for (const { error_message } of lost)
      expect(error_message).toBe(
        'the answer did not get from worker broken to the queue: Connection terminated unexpectedly',
      );
  });
});

describe.skipIf(withoutRedis !== undefined).concurrent('the server is killed in a run', () => {
  test('it comes back with no data: the run says so, sets its ceiling again, and continues', async () => {
    await using cwd = await scratch();
    await using queue = await startRedis({ isKept: false });
    await using t = await trial(cwd.path, queue.url, suiteOf({ prompts, ttftMs: 60 }));
    const worker = t.worker('--concurrency', '6');
    const run = t.run(...quick);
    await rowsReach(t, 3);
    await queue.kill();
    await queue.begin();
    const ceiling = await ceilingIn(queue);
    const { code, stderr } = await run.finished;
    expect(code, stderr).toBe(0);
    worker.stop();
    await worker.finished;
    await expectWhole(t, total, stderr);
    expect(ceiling).toBe('4');
    expect(stderr).toContain('keeps nothing on disk');
    expect(stderr).toContain('the queue server lost its data');
    expect(stderr).toMatch(/[1-4] requests? (was|were) lost with the data of the queue server/);
  });

  test('it stays away for longer than --queue-timeout: exit 3, and --resume continues', async () => {
    await using cwd = await scratch();
    await using queue = await startRedis();
    await using t = await trial(cwd.path, queue.url, suiteOf({ prompts, ttftMs: 60 }));
    const worker = t.worker();
    const to = ['--no-calibrate', '--base-url', `${t.mockUrl}/v1/acc/gw/compat`];
    const env = { CF_AIG_TOKEN: token, GATEBENCH_QUEUE_URL: queue.url };
    const other = start(['worker', ...to], cwd.path, env);
    const run = t.run(...quick, '--queue-timeout', '1s', '--workers', '2');
    await rowsReach(t, 3);
    await queue.kill();
    while (!run.said().includes('nothing more is sent')) await delay(5);
    const lostAt = performance.now();
    const { code, stderr } = await run.finished;
    expect(performance.now() - lostAt).toBeLessThan(5000);
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/did not answer for 1s: nothing more is sent; run --resume/),
    ]);
    // Whether the server is there or not.
    other.child.kill('SIGTERM');
    expect((await other.finished).code).toBe(0);
    await queue.begin();
    const resumed = await t.run('--resume', ...quick).finished;
    expect(resumed.code, resumed.stderr).toBe(0);
    worker.stop();
    await worker.finished;
    const rows = (await t.rows()).filter(({ final }) => final);
    expect(rows).toHaveLength(total);
    expect((await t.stats()).maxInFlight).toBeLessThanOrEqual(4);
  });
});

/** The engine's own ceiling over all workers, once it is set. */
async function ceilingIn({ url }: TestServer): Promise<string> {
  const { Redis } = await import('ioredis');
  const client = new Redis(url);
  try {
    for (;;) {
      const [key] = await client.keys('bull:gb-*-jobs:meta');
      const ceiling = key === undefined ? null : await client.hget(key, 'concurrency');
      if (ceiling !== null) return ceiling;
      await delay(10);
    }
  } finally {
    client.disconnect();
  }
}

/** The run that waits in the queue, once there is one. */
async function announced(server: QueueServer): Promise<string> {
  const board = server.queue(boardName);
  try {
    for (;;) {
      const [job] = await board.getJobs(['waiting', 'prioritized']);
      if (job) return job.id!;
      await delay(10);
    }
  } finally {
    await board.close();
  }
}
