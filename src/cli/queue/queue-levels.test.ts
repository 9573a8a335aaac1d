import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { carrierOf } from '../../queue/carriers.ts';
import { requestKey } from '../../plan/blocks.ts';
import { startRedis, withoutRedis } from '../../queue/testing/queue-servers.ts';
import { scratch, start } from '../testing/gatebench.ts';
import { quick, rowsReach, suiteOf, token, type Trial, trial } from './testing/trial.ts';

const suiteAt = (load: object, ttftMs = 20): object => ({
  ...suiteOf({ prompts: 4, ttftMs }),
  models: [{ id: 'a', model: `custom-ollama/sim-exact?ttftMs=${ttftMs}&gapMs=1&answerFrames=3` }],
  load,
});

/** Nothing is waited for but the window. */
const short = { min_arrivals: 10, warmup: '100ms', washout: '0s', visits: 1 };

/** Complete; or incomplete, where this machine was late in so many visits that it gave the level up. */
const sent: readonly (number | null)[] = [0, 3];

const ofVisit = (rows: readonly RequestRow[], number: number): RequestRow[] =>
  rows.filter(({ visit }) => visit === number).toSorted((a, b) => a.arrival! - b.arrival!);

/** A worker in a process of its own, which can be killed. */
const doomed = (t: Trial, queueUrl: string, ...args: string[]) =>
  start(['worker', '--no-calibrate', '--base-url', `${t.mockUrl}/v1/acc/gw/compat`, ...args], t.cwd, {
    CF_AIG_TOKEN: token,
    GATEBENCH_QUEUE_URL: queueUrl,
  });

test.skipIf(withoutRedis !== undefined)(
  'a Poisson level is divided by chance over the workers, once they have places enough; each keeps its own times',
  async () => {
    await using cwd = await scratch();
    await using queue = await startRedis();
    await using t = await trial(
      cwd.path,
      queue.url,
      suiteAt({
        mode: 'open',
        rate: '40/s',
        window: '400ms',
        ceiling: 48,
        slo: { e2e_ms: 20_000 },
        ...short,
      }),
    );
    const run = t.run(...quick);
    const first = t.worker('--name', 'w1', '--concurrency', '32');
    while (!run.said().includes('waiting for workers with 48 places in all: gatebench worker'))
      await delay(5);
    const second = t.worker('--name', 'w2', '--concurrency', '16');
    const { code, stderr } = await run.finished;
    expect(sent, stderr).toContain(code);
    expect(stderr).toMatch(/a at 40\/s, visit 1/);
    const rows = await t.rows();
    const carriers = [
      { name: 'w1', ceiling: 32 },
      { name: 'w2', ceiling: 16 },
    ];
    for (const row of rows) {
      expect(row).toMatchObject({ status: 'ok', final: true, load: 'open', level: 40, lease: 1 });
      // A timer may be a millisecond early; a worker that does not wait is half a second early.
      expect(row.late_ms).toBeGreaterThan(-50);
      expect(row.late_ms).toBe(row.queue_ms);
      expect(row.e2e_due_ms!).toBeCloseTo(row.e2e_latency_ms! + row.late_ms!, 2);
      expect(row.in_flight).toBeGreaterThanOrEqual(1);
      const key = requestKey({ ...row, prompt: row.prompt_id });
      expect(row.worker).toBe(carrierOf(carriers, seededRandom(`7/carrier/${key}`)).name);
    }
    expect(new Set(rows.map(({ worker }) => worker)).size).toBe(2);
    // Each was sent at the time of the table, by the clock of its worker, give or take what it says it was late.
    for (const worker of ['w1', 'w2']) {
      const ours = ofVisit(rows, 1).filter((row) => row.worker === worker);
      const times = ours.map(
        (row) => Date.parse(row.started_at!) - row.late_ms! - Date.parse(row.scheduled_at!),
      );
      for (const time of times) expect(Math.abs(time - times[0]!)).toBeLessThan(10);
    }

    for (const worker of [first, second]) worker.stop();
    await Promise.all([first.finished, second.finished]);
  },
);

test.skipIf(withoutRedis !== undefined)(
  'a constant level goes to one worker; when that is killed, the visit is void and made again by another',
  async () => {
    await using cwd = await scratch();
    await using queue = await startRedis();
    await using t = await trial(
      cwd.path,
      queue.url,
      suiteAt({ mode: 'open', rate: '20/s', arrivals: 'constant', window: '800ms', ceiling: 16, ...short }),
    );
    const victim = doomed(t, queue.url, '--name', 'w1', '--concurrency', '32');
    const other = t.worker('--name', 'w2', '--concurrency', '16');
    const run = t.run('--workers', '2', ...quick);
    await rowsReach(t, 1);
    victim.child.kill('SIGKILL');
    const { code, stderr } = await run.finished;
    expect(sent, stderr).toContain(code);
    expect(stderr).toMatch(/a at 20\/s, visit 1: .*a worker was lost, void/);
    const rows = await t.rows();
    const [first, second] = [ofVisit(rows, 1), ofVisit(rows, 2)];
    expect(new Set(first.map(({ worker }) => worker))).toEqual(new Set(['w1']));
    const lost = first.filter((row) => row.error_code === 'worker_lost');
    expect(lost.length).toBeGreaterThan(0);
    for (const row of lost)
      expect(row).toMatchObject({
        status: 'cancelled',
        attempt: 1,
        final: false,
        late_ms: undefined,
        queue_ms: undefined,
      });
    expect(second.map(({ arrival }) => arrival)).toEqual(Array.from({ length: 18 }, (_, n) => n + 1));
    for (const row of second) expect(row).toMatchObject({ status: 'ok', worker: 'w2', final: true });
    other.stop();
    await Promise.all([other.finished, victim.finished]);
  },
);
