import { randomInt } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { judgementKey, readQuality, standingJudgements } from '../../journal/quality-journals.ts';
import { createMock } from '../../mock/mock-server.ts';
import { gatebench, onlyRun, scratch, start, testIo } from '../testing/gatebench.ts';
import { gatebench as runInProcess } from '../gatebench.ts';

/** `KILLS=20` for the long trial. */
const kills = Number(process.env['KILLS'] ?? 3);
const inFlight = 3;
const token = 'test-token-4711';

const suite = {
  version: 1,
  name: 'trial',
  gateway: { log_payload: false },
  models: ['custom-ollama/sim-instant', { id: 'other', model: 'custom-ollama/sim-instant' }],
  defaults: { criteria: ['correct', 'better'] },
  prompts: Array.from({ length: 8 }, (_, n) => ({ id: `p${n}`, prompt: `Question number ${n}?` })),
  quality: {
    judges: [{ id: 'j', model: 'custom-ollama/sim-judge-100-100', concurrency: inFlight }],
    criteria: [
      { id: 'correct', ask: 'Is it right?' },
      { id: 'better', prefer: 'Which is better?' },
    ],
  },
  run: { repeat: 1, warmup: 0, concurrency: 16 },
};
const total = 8 * 2 + 8 * 2;

/** A run to judge, and the address of its judge. */
async function ranOn(
  url: string,
  cwd: string,
): Promise<{ run: string; way: string[]; env: Record<string, string> }> {
  await writeFile(join(cwd, 'suite.yaml'), JSON.stringify(suite));
  const way = ['--base-url', `${url}/v1/acc/gw/compat`, '--quiet'];
  const env = { CF_AIG_TOKEN: token };
  const { code, stderr } = await gatebench(['run', 'suite.yaml', ...way], cwd, env);
  expect(code, stderr).toBe(0);
  return { run: await onlyRun(cwd), way, env };
}

test(
  'killed at random moments: the same judgements as undisturbed, each asked once',
  async () => {
    /** To see the moments of an earlier try again. */
    const seed = Number(process.env['KILLS_SEED'] ?? randomInt(1_000_000_000));
    const random = seededRandom(seed);
    await using cwd = await scratch();
    const mock = await createMock({ gatewayToken: token, keepHeaders: true, speed: 4 });
    try {
      const { run, way, env } = await ranOn(mock.url, cwd.path);
      const judged = async (): Promise<number> => (await readQuality(run)).judgements.length;
      let killed = 0;
      for (; killed < kills; killed++) {
        const { child, finished } = start(['score', 'latest', ...way], cwd.path, env);
        const over = new AbortController();
        void finished.then(() => over.abort());
        // This many more rows, few enough that as many kills find work to interrupt, and a moment between two of them.
        const until = (await judged()) + Math.floor((random() * 2 * total) / (kills + 1));
        while (!over.signal.aborted && (await judged()) < until) await delay(4);
        await delay(random() * 30, undefined, { signal: over.signal }).catch(() => undefined);
        child.kill('SIGKILL');
        if ((await finished).signal !== 'SIGKILL') break;
      }
      const last = await gatebench(['score', 'latest', ...way], cwd.path, env);
      expect(last, `KILLS_SEED=${seed}\n${last.stderr}`).toMatchObject({ code: 0 });
      const { judgements, warnings } = await readQuality(run);
      expect(warnings).toEqual([]);
      const keys = judgements.map(judgementKey);
      expect([keys.length, new Set(keys).size], `KILLS_SEED=${seed}`).toEqual([total, total]);
      expect(judgements.every(({ verdict, preferred }) => verdict === 'yes' || preferred === 'tie')).toBe(
        true,
      );
      expect(standingJudgements(judgements)).toHaveLength(total);
      const seen = (await (await fetch(`${mock.url}/__mock/requests`)).json()) as {
        headers: Record<string, string>;
      }[];
      const asked = seen.filter(({ headers }) => headers['cf-aig-metadata']?.includes('/score'));
      // Like a contestant's request: no cache, and nothing of it in the gateway's log.
      for (const { headers } of asked)
        expect([headers['cf-aig-skip-cache'], headers['cf-aig-collect-log-payload']]).toEqual([
          'true',
          'false',
        ]);
      expect(asked.length - total, `KILLS_SEED=${seed}`).toBeLessThanOrEqual(killed * inFlight);
      expect((await readdir(run)).filter((name) => name.endsWith('.damaged'))).toEqual([]);
    } finally {
      await mock.close();
    }
  },
  60_000 + kills * 5000,
);

test('a signal lets the current judgement finish, and the same command continues', async () => {
  await using cwd = await scratch();
  const mock = await createMock({ gatewayToken: token, keepHeaders: true, speed: 4 });
  try {
    const { run, way, env } = await ranOn(mock.url, cwd.path);
    const io = testIo(cwd.path, env);
    const ended = runInProcess(['score', 'latest', ...way], io);
    while ((await readQuality(run)).judgements.length === 0) await delay(4);
    io.signals.emit('SIGINT');
    expect(await ended).toBe(130);
    const before = (await readQuality(run)).judgements;
    expect(before.length).toBeLessThan(total);
    expect(before.every(({ readable }) => readable === true)).toBe(true);
    expect((await gatebench(['score', 'latest', ...way], cwd.path, env)).code).toBe(0);
    const { judgements } = await readQuality(run);
    expect(judgements.slice(0, before.length)).toEqual(before);
    expect(judgements).toHaveLength(total);
  } finally {
    await mock.close();
  }
});
