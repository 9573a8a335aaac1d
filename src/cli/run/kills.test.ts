import { randomInt } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { keyOf } from '../../journal/read-journal.ts';
import { createMock } from '../../mock/mock-server.ts';
import { scratch, start, type Started } from '../testing/gatebench.ts';
import { anyMoment, arrivedAt, begunRuns, finalPlaces, killAt, rowsSoFar, timed } from '../testing/kills.ts';

/** `KILLS=20` for the long trial. */
const kills = Number(process.env['KILLS'] ?? 6);
const inFlight = 4;
const token = 'test-token-4711';
const files = ['answers.jsonl', 'models.csv', 'pairs.csv', 'report.html', 'requests.csv', 'run.json'];

/** One model answers. The other refuses each prompt once, so that requests have several attempts. */
const suite = {
  version: 1,
  name: 'trial',
  models: [
    { id: 'steady', model: 'custom-ollama/sim-exact?ttftMs=30&gapMs=1&answerFrames=3' },
    { id: 'once', model: 'custom-ollama/sim-fail-overloaded?times=1&ttftMs=30&gapMs=1&answerFrames=3' },
  ],
  defaults: { params: { max_tokens: 50 } },
  prompts: Array.from({ length: 20 }, (_, n) => ({ id: `p${n}`, prompt: `Question number ${n}?` })),
  run: { repeat: 1, warmup: 1, concurrency: inFlight, retry: { max: 3, backoff_ms: [1, 10] } },
};
const total = (20 + 1) * 2;

test(
  'killed at random moments: the same final rows as undisturbed, and nothing that was done is sent again',
  async () => {
    /** To see the moments of an earlier try again. */
    const seed = Number(process.env['KILLS_SEED'] ?? randomInt(1_000_000_000));
    const random = seededRandom(seed);
    const happened: string[] = [];
    const said = (): string => `KILLS_SEED=${seed}\n${happened.join('\n')}`;

    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'trial.yaml'), JSON.stringify(suite));
    const past = new Set<string>();
    const current = async (): Promise<string | undefined> =>
      (await begunRuns(cwd.path)).find((folder) => !past.has(folder));
    /** Starts the program against a server. Each run has its own. */
    const startFor =
      (url: string) =>
      (...args: string[]): Started => {
        const to = ['--base-url', `${url}/v1/acc/gw/compat`, '--seed', '7', '--quiet'];
        return start(['run', ...args, ...to], cwd.path, { CF_AIG_TOKEN: token });
      };

    const quiet = await createMock({ gatewayToken: token });
    const pace = await timed(startFor(quiet.url)('trial.yaml'), total, current);
    await quiet.close();
    const undisturbed = (await current())!;
    const expected = finalPlaces(await rowsSoFar(undisturbed));
    expect(expected).toHaveLength(total);
    past.add(undisturbed);

    for (let killed = 0; killed < kills;) {
      const mock = await createMock({ gatewayToken: token, keepHeaders: true });
      const begin = startFor(mock.url);
      /** At each kill: which requests were done, and how many had arrived. */
      const stops: { done: Set<string>; arrived: number }[] = [];
      for (;;) {
        const before = await current();
        const program = before === undefined ? begin('trial.yaml') : begin('--resume');
        const moment = killed < kills ? anyMoment(random) : undefined;
        if (!moment || !(await killAt(moment, program, { total, pace, current }))) {
          const { code, stderr } = await program.finished;
          // If it was killed after its last file was written, nothing is missing.
          if (!stderr.includes('is complete')) expect(code, `${said()}\n${stderr}`).toBe(0);
          break;
        }
        killed++;
        const folder = await current();
        const rows = await rowsSoFar(folder);
        const arrived = (await arrivedAt(mock.url)).length;
        stops.push({ done: new Set(rows.filter(({ final }) => final).map(keyOf)), arrived });
        happened.push(
          `${before === undefined ? 'begun' : 'resumed'}, killed ${moment.when} rows (${moment.share.toFixed(3)}): ` +
            `${rows.length} rows, ${folder === undefined ? 'no run' : (await readdir(folder)).join(' ')}`,
        );
        // Only what was in flight may be lost.
        expect(arrived - rows.length, said()).toBeLessThanOrEqual(stops.length * inFlight);
      }

      const folder = (await current())!;
      past.add(folder);
      const rows = await rowsSoFar(folder);
      const arrived = await arrivedAt(mock.url);
      await mock.close();
      expect(finalPlaces(rows), said()).toEqual(expected);
      const sent = new Set(arrived.map(({ eventId }) => eventId));
      const recorded = new Set(rows.map(({ event_id }) => event_id));
      expect([sent.size, recorded.size], said()).toEqual([arrived.length, rows.length]);
      expect(
        [...recorded].filter((id) => !sent.has(id)),
        said(),
      ).toEqual([]);
      expect(sent.size - recorded.size, said()).toBeLessThanOrEqual(stops.length * inFlight);
      for (const { done, arrived: earlier } of stops)
        expect(
          arrived.slice(earlier).filter(({ key }) => done.has(key)),
          said(),
        ).toEqual([]);
      // A torn line is kept. A waiting lock does no harm.
      const left = (await readdir(folder)).filter((name) => !/\.torn$|^\.lock\.\d+-/.test(name));
      expect(left.toSorted(), said()).toEqual(files);
      expect(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')), said()).toMatchObject({
        status: 'complete',
      });
    }
  },
  60_000 + kills * 10_000,
);
