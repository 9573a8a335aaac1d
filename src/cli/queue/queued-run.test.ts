import { readManifest } from '../../journal/manifest.ts';
import { describe, expect, test } from 'vitest';
import {
  startPostgres,
  startRedis,
  withoutPostgres,
  withoutRedis,
} from '../../queue/testing/queue-servers.ts';
import { gatebench, scratch } from '../testing/gatebench.ts';
import { finalPlaces, rowsSoFar } from '../testing/kills.ts';
import { suiteOf, token, trial } from './testing/trial.ts';

const engines = [
  { name: 'Redis', start: () => startRedis(), missing: withoutRedis },
  { name: 'PostgreSQL', start: () => startPostgres(), missing: withoutPostgres },
];

describe.each(engines)('over $name', ({ start, missing }) => {
  test.skipIf(missing !== undefined)(
    'three workers give the rows of one process, but for who asked and when; one ceiling holds over all',
    async () => {
      await using cwd = await scratch();
      await using queue = await start();
      await using t = await trial(cwd.path, queue.url, suiteOf({ prompts: 8 }));
      // Workers may come first, and wait for a run.
      const workers = ['w1', 'w2', 'w3'].map((name) => t.worker('--name', name, '--concurrency', '3'));
      const { code, stderr } = await t.run('--workers', '3').finished;
      expect(code, stderr).toBe(0);
      const rows = await t.rows();
      const { maxInFlight, requests } = await t.stats();
      const { workers: known = [] } = await readManifest(await t.folder());
      expect(known.map(({ name }) => name).toSorted()).toEqual(['w1', 'w2', 'w3']);
      expect(maxInFlight).toBeLessThanOrEqual(4);
      expect(requests).toBe(rows.length);

      const local = await gatebench(
        ['run', 'trial.yaml', '--seed', '7', '--out', 'local', '--base-url', `${t.mockUrl}/v1/acc/gw/compat`],
        cwd.path,
        { CF_AIG_TOKEN: token },
      );
      expect(local.code, local.stderr).toBe(0);
      const own = await rowsSoFar(`${cwd.path}/local`);
      expect(finalPlaces(rows)).toEqual(finalPlaces(own));
      const said = (all: typeof rows): unknown[] =>
        all
          .map((row) => [
            row.prompt_id,
            row.model,
            row.model_id,
            row.answer_sha256,
            row.completion_tokens,
            row.passed,
          ])
          .map((values) => values.join(' '))
          .toSorted();
      expect(said(rows)).toEqual(said(own));

      expect(new Set(rows.map(({ worker }) => worker)).size).toBeGreaterThan(1);
      for (const row of rows) {
        expect(row).toMatchObject({ status: 'ok', lease: 1, attempt: 1, final: true });
        expect(row.dispatch_ms).toBeGreaterThanOrEqual(0);
        expect(row.queue_ms).toBeGreaterThanOrEqual(0);
        expect(row.in_flight).toBeLessThanOrEqual(4);
      }
      expect(own[0]).toMatchObject({ worker: undefined, lease: undefined, dispatch_ms: undefined });
      for (const worker of workers) worker.stop();
      for (const { finished } of workers) expect((await finished).code).toBe(0);
    },
  );
});
