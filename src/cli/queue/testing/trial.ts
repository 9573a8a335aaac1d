import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { RequestRow } from '../../../journal/request-columns.ts';
import { keyOf } from '../../../journal/read-journal.ts';
import { createMock } from '../../../mock/mock-server.ts';
import type { MockOptions } from '../../../mock/options.ts';
import { gatebench as runInProcess } from '../../gatebench.ts';
import { type Finished, testIo } from '../../testing/gatebench.ts';
import { arrivedAt, begunRuns, rowsSoFar } from '../../testing/kills.ts';

export const token = 'test-token-4711';

/** Two models and some prompts, answered within milliseconds. */
export const suiteOf = ({ prompts = 10, ttftMs = 20, run = {} } = {}): object => ({
  version: 1,
  name: 'trial',
  models: ['a', 'b'].map((id) => ({
    id,
    model: `custom-ollama/sim-exact?ttftMs=${ttftMs}&gapMs=1&answerFrames=${id === 'a' ? 3 : 4}`,
  })),
  defaults: { params: { max_tokens: 50 }, checks: [{ type: 'not-empty' }] },
  prompts: Array.from({ length: prompts }, (_, n) => ({ id: `p${n}`, prompt: `Question number ${n}?` })),
  run: { repeat: 1, warmup: 0, concurrency: 4, retry: { max: 1, backoff_ms: [1, 5] }, ...run },
});

/** A command that runs in this process until it ends, or is stopped. */
export interface Going {
  finished: Promise<Finished>;
  /** Its output so far. */
  said(): string;
  /** Like Ctrl-C. */
  stop(): void;
}

/** Shared by workers and coordinators in a test: a folder with a suite, a mock gateway, and its token. */
export interface Trial extends AsyncDisposable {
  cwd: string;
  mockUrl: string;
  /** Starts `run trial.yaml` with a queue. */
  run(...args: string[]): Going;
  /** Does not check its clock, which takes a while, except with `--calibrate`. */
  worker(...args: string[]): Going;
  /** Rows of the newest run. */
  rows(): Promise<RequestRow[]>;
  folder(): Promise<string>;
  stats(): Promise<{ requests: number; maxInFlight: number }>;
}

export async function trial(
  cwd: string,
  queueUrl: string,
  suite: object = suiteOf(),
  mockOptions: Partial<MockOptions> = {},
): Promise<Trial> {
  await writeFile(join(cwd, 'trial.yaml'), JSON.stringify(suite));
  const mock = await createMock({ gatewayToken: token, keepHeaders: true, ...mockOptions });
  const going = (args: readonly string[], env: Record<string, string>): Going => {
    const io = testIo(cwd, { GATEBENCH_QUEUE_URL: queueUrl, ...env });
    const finished = runInProcess(args, io).then((code) => ({
      ...{ code, signal: null },
      ...{ stdout: io.stdout.text, stderr: io.stderr.text },
    }));
    return { finished, said: () => io.stderr.text, stop: () => io.signals.emit('SIGTERM') };
  };
  const folder = async (): Promise<string> => (await begunRuns(cwd)).toSorted().at(-1)!;
  return {
    ...{ cwd, mockUrl: mock.url, folder },
    run: (...args) =>
      going(
        ['run', ...(args.includes('--resume') ? [] : ['trial.yaml', '--seed', '7']), '--queue', ...args],
        {},
      ),
    worker: (...args) =>
      going(
        [
          'worker',
          ...(args.includes('--calibrate') ? [] : ['--no-calibrate']),
          ...['--base-url', `${mock.url}/v1/acc/gw/compat`, ...args],
        ],
        { CF_AIG_TOKEN: token },
      ),
    rows: async () => await rowsSoFar(await folder()),
    stats: async () =>
      (await (await fetch(`${mock.url}/__mock/stats`)).json()) as { requests: number; maxInFlight: number },
    [Symbol.asyncDispose]: () => mock.close(),
  };
}

/** A lost worker is noticed soon, but a busy machine may take its time. */
export const quick = ['--lease', '1s', '--worker-timeout', '60s'];

/** What must hold whatever was killed: one final row per request, and a row for everything that reached the model. */
export async function expectWhole(t: Trial, total: number, about = ''): Promise<RequestRow[]> {
  const rows = await t.rows();
  const said = `${about}\n${rows.map((row) => `${row.prompt_id} ${row.model} ${row.attempt} ${row.status} ${row.error_code ?? ''} ${row.worker ?? ''}`).join('\n')}`;
  const final = rows.filter((row) => row.final);
  expect(new Set(final.map(keyOf)).size, said).toBe(total);
  expect(final.length, said).toBe(total);
  expect(new Set(final.map(({ status }) => status)), said).toEqual(new Set(['ok']));
  expect(new Set(rows.map((row) => `${keyOf(row)} ${row.attempt}`)).size, said).toBe(rows.length);
  for (const row of rows.filter((one) => !one.final))
    expect(row, said).toMatchObject({
      ...{ status: 'cancelled', error_family: 'client', error_code: 'worker_lost' },
      ...{ completion_tokens: undefined, valid: undefined },
    });
  const recorded = new Set(rows.map(({ event_id }) => event_id));
  const arrived = await arrivedAt(t.mockUrl);
  expect(
    arrived.filter(({ eventId }) => !recorded.has(eventId)),
    said,
  ).toEqual([]);
  const { maxInFlight } = await t.stats();
  expect(maxInFlight, said).toBeLessThanOrEqual(4);
  return rows;
}

export const rowsReach = async (t: Trial, wanted: number): Promise<void> => {
  while ((await t.rows().catch(() => [])).filter(({ final }) => final).length < wanted) await delay(5);
};

/** The data of a queue contain no byte that only workers know, and not where they send. */
export function expectNoSecrets(data: string): void {
  for (const secret of [token, token.slice(0, 10), '/v1/acc/', 'cf-aig-authorization'])
    expect(data).not.toContain(secret);
}
