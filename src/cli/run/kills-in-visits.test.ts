import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type LevelRow, levelColumns } from '../../analysis/level-columns.ts';
import { readCsv } from '../../journal/read-csv.ts';
import { keyOf } from '../../journal/read-journal.ts';
import { createMock } from '../../mock/mock-server.ts';
import { scratch, start } from '../testing/gatebench.ts';
import { begunRuns, rowsSoFar } from '../testing/kills.ts';

const token = 'test-token-4711';
const suite = {
  version: 1,
  name: 'visits',
  models: [{ id: 'quick', model: 'custom-ollama/sim-exact?ttftMs=5&gapMs=1&answerFrames=3' }],
  defaults: { params: { max_tokens: 50 } },
  prompts: [{ id: 'a', prompt: 'Say hello.' }],
  load: {
    ...{ mode: 'open', arrivals: 'constant', rate: '20/s', window: '1s', min_arrivals: 10 },
    ...{ warmup: '100ms', washout: '0s', visits: 1, slo: { e2e_ms: 20_000 } },
  },
};

test('killed in the middle of a visit: the visit is void, and another is made from its first arrival on', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'visits.yaml'), JSON.stringify(suite));
  const mock = await createMock({ gatewayToken: token });
  onTestFinished(() => mock.close());
  const begin = (...args: string[]): ReturnType<typeof start> =>
    start(['run', ...args, '--base-url', `${mock.url}/v1/acc/gw/compat`, '--seed', '7'], cwd.path, {
      CF_AIG_TOKEN: token,
    });

  const killed = begin('visits.yaml');
  const folder = async (): Promise<string | undefined> => (await begunRuns(cwd.path))[0];
  const measured = async (): Promise<number> =>
    (await rowsSoFar(await folder())).filter(({ phase }) => phase === 'measure').length;
  while (killed.child.exitCode === null && (await measured()) < 4) await delay(4);
  killed.child.kill('SIGKILL');
  expect((await killed.finished).signal, 'it ended before it was killed').toBe('SIGKILL');
  const before = (await rowsSoFar(await folder())).filter(({ final }) => final);
  const brokenOff = before.at(-1)!.visit!;

  const { code, stderr, stdout } = await begin('--resume').finished;
  expect([0, 3], stderr).toContain(code);
  const rows = (await rowsSoFar(await folder())).filter(({ final }) => final);
  expect(new Set(rows.map(keyOf)).size, 'no request twice').toBe(rows.length);
  expect(rows.filter(({ visit }) => visit! <= brokenOff)).toHaveLength(before.length);
  const again = rows.filter(({ visit }) => visit === brokenOff + 1);
  const arrivals = again.map(({ arrival }) => arrival!).toSorted((a, b) => a - b);
  expect(arrivals).toEqual(Array.from(again, (_, n) => n + 1));
  expect(again.filter(({ phase }) => phase === 'measure')).toHaveLength(20);

  const [level] = await Array.fromAsync(
    readCsv<LevelRow>(join((await folder())!, 'levels.csv'), levelColumns),
  );
  // A machine that is too late loses visits because of itself.
  expect(level!.void).toBeGreaterThanOrEqual(1);
  expect(level!.visits + level!.void).toBe(Math.max(...rows.map(({ visit }) => visit!)));
  expect(level!.arrivals).toBe(20 * level!.visits);
  if (level!.visits < 1) expect(stdout + stderr).toMatch(/given up/);
}, 60_000);
