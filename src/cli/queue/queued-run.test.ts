import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readManifest } from '../../journal/manifest.ts';
import { requestColumns, type RequestRow } from '../../journal/request-columns.ts';
import { keyOf } from '../../journal/read-journal.ts';
import { engines, type TestServer } from '../../queue/testing/queue-servers.ts';
import { gatebench, scratch } from '../testing/gatebench.ts';
import { rowsSoFar } from '../testing/kills.ts';
import { expectNoSecrets, rowsReach, suiteOf, token, trial } from './testing/trial.ts';

/** Columns that differ between two runs of the same plan: names, times, workers, and ids from the gateway. */
const own = new Set<string>([
  ...['run_id', 'worker', 'lease', 'in_flight', 'connection_reused', 'stream_notes', 'chunks'],
  ...['event_id', 'gateway_log_id', 'cf_ray', 'output_tps', 'e2e_output_tps', 'lag_excluded', 'row_check'],
]);
const shared = requestColumns
  .map(({ name }) => name)
  .filter((name) => !own.has(name) && !/_(ms|at)$/.test(name));

const sharedOf = (rows: readonly RequestRow[]): string[] =>
  rows
    .map(
      (row) => `${keyOf(row)} ${JSON.stringify(shared.map((name) => [name, row[name as keyof RequestRow]]))}`,
    )
    .toSorted();

describe.each(engines)('over $name', ({ name: engine, start, missing }) => {
  // The engines share the code between rows and jobs.
  const prompts = engine === 'Redis' ? 100 : 8;
  describe.skipIf(missing !== undefined)('with a server', () => {
    let queue: TestServer;
    beforeAll(async () => {
      queue = await start();
    });
    afterAll(() => queue[Symbol.asyncDispose]());

    test(`${2 * prompts} requests over three workers give the rows of one process, but for who asked and when; one ceiling holds over all`, async () => {
      await using cwd = await scratch();
      await using t = await trial(cwd.path, queue.url, suiteOf({ prompts, ttftMs: 1 }));
      // Workers may come first, and wait for a run.
      const workers = ['w1', 'w2', 'w3'].map((name) => t.worker('--name', name, '--concurrency', '3'));
      const run = t.run('--workers', '3');
      await rowsReach(t, 1);
      // Contents of the server while requests are in flight.
      const dump = await queue.dump();
      const { code, stderr } = await run.finished;
      expect(code, stderr).toBe(0);
      expect(dump).toContain('Question number');
      expectNoSecrets(dump);
      for (const name of ['w1', 'w2', 'w3']) {
        expect(stderr).toMatch(
          new RegExp(`^${name}: \\d in flight, \\d+ done, 0 lost, \\d+\\.\\d\\d/s$`, 'm'),
        );
        expect(stderr).toMatch(new RegExp(`^worker ${name}: \\d+ done, 0 lost, \\d+\\.\\d\\d/s$`, 'm'));
      }
      const rows = await t.rows();
      const { maxInFlight, requests } = await t.stats();
      const { workers: known = [] } = await readManifest(await t.folder());
      expect(known.map(({ name }) => name).toSorted()).toEqual(['w1', 'w2', 'w3']);
      expect(maxInFlight).toBeLessThanOrEqual(4);
      expect(rows).toHaveLength(2 * prompts);
      expect(requests).toBe(2 * prompts);

      const local = await gatebench(
        ['run', 'trial.yaml', '--seed', '7', '--out', 'local', '--base-url', `${t.mockUrl}/v1/acc/gw/compat`],
        cwd.path,
        { CF_AIG_TOKEN: token },
      );
      expect(local.code, local.stderr).toBe(0);
      const alone = await rowsSoFar(`${cwd.path}/local`);
      expect(sharedOf(rows)).toEqual(sharedOf(alone));

      expect(new Set(rows.map(({ worker }) => worker)).size).toBeGreaterThan(1);
      for (const row of rows) {
        expect(row).toMatchObject({ status: 'ok', lease: 1, attempt: 1, final: true });
        expect(row.dispatch_ms).toBeGreaterThanOrEqual(0);
        expect(row.queue_ms).toBeGreaterThanOrEqual(0);
        expect(row.in_flight).toBeLessThanOrEqual(4);
      }
      expect(alone[0]).toMatchObject({ worker: undefined, lease: undefined, dispatch_ms: undefined });
      for (const worker of workers) worker.stop();
      for (const { finished } of workers) expect((await finished).code).toBe(0);
      // Of the run only its name is left on the server, among the events of all runs.
      const left = await queue.dump();
      expect(left).not.toContain(`gb-${rows[0]!.run_id}`);
      expect(left).not.toContain('Question number');
    });
  });
});
