import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { gatebench, scratch, start, type Started } from '../testing/gatebench.ts';
import { begunRuns, rowsSoFar } from '../testing/kills.ts';

/** `KILLS=200` for the long trial. */
const kills = Number(process.env['KILLS'] ?? 4);
/** Maximum time from the last byte that a server has written to the row in the file. */
const graceMs = 50;
const token = 'test-token-4711';
const answer = (slowness: number): string => `${'a'.repeat(slowness)}b`;
/** Takes exponential time on such an answer: with forty letters longer than any check may take. */
const slow = { type: 'matches', pattern: '^(a+)+$' };

const suite = (prompts: number): string =>
  JSON.stringify({
    version: 1,
    name: 'trial',
    models: ['a', 'b'].map((id) => ({ id, model: `custom-ollama/${id}` })),
    defaults: { params: { max_tokens: 50 }, checks: [{ ...slow, not: true }, slow] },
    prompts: Array.from({ length: prompts }, (_, n) => ({ id: `p${n}`, prompt: `Question number ${n}?` })),
    run: { repeat: 1, warmup: 0, concurrency: 8 },
  });

interface Server extends AsyncDisposable {
  url: string;
  /** When each answer was finished, by its event id. */
  finished: Map<string, number>;
  slowness: number;
}

/** Answers after some tens of milliseconds, and keeps its own list of finished answers. */
async function listening(random: () => number): Promise<Server> {
  const http = createServer((request, response) => {
    const eventId = request.headers['cf-aig-event-id'];
    // A connection that is opened ahead of the first request sends nothing.
    if (typeof eventId !== 'string') return void response.writeHead(404).end();
    request.resume().on('end', () => {
      const frames = [
        { choices: [{ index: 0, delta: { content: answer(server.slowness) } }] },
        { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
        { choices: [], usage: { prompt_tokens: 5, completion_tokens: 9, total_tokens: 14 } },
      ];
      setTimeout(
        () => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.end(
            `${frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')}data: [DONE]\n\n`,
          );
          response.on('finish', () => server.finished.set(eventId, performance.now()));
        },
        20 + random() * 60,
      );
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server: Server = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    finished: new Map(),
    slowness: 40,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return server;
}

/**
 * How long the program had work but no processor in the last moments, as counted by the kernel. On a machine that is
 * busy with other things it cannot be in time, whatever it does. The row needs the processor twice, for the answer and
 * for the write. Zero if the kernel does not report it.
 */
function starvation(pid: number): {
  watchFor: (ms: number) => Promise<void>;
  lateMs: (at: number) => number;
} {
  const samples: { at: number; waitedMs: number }[] = [];
  const look = async (): Promise<void> => {
    const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '0 0 0');
    samples.push({ at: performance.now(), waitedMs: Number(text.split(' ')[1]) / 1e6 });
  };
  return {
    async watchFor(ms) {
      const end = performance.now() + ms;
      while (performance.now() < end) {
        await look();
        await delay(Math.min(10, Math.max(0, end - performance.now())));
      }
      await look();
    },
    lateMs(at) {
      const before = samples.findLast((sample) => sample.at < at - 300) ?? samples[0]!;
      return 2 * (samples.at(-1)!.waitedMs - before.waitedMs);
    },
  };
}

const args = (url: string): string[] => ['--base-url', `${url}/v1/acc/gw/compat`, '--quiet'];
const env = { CF_AIG_TOKEN: token };

async function firstAnswer({ finished }: Server, program: Started): Promise<void> {
  const over = new AbortController();
  void program.finished.then(() => over.abort());
  while (finished.size === 0 && !over.signal.aborted) await delay(2);
}

test(
  'whatever a server had finished when the program was killed is in the journal, however slow its checks',
  async () => {
    const seed = Number(process.env['KILLS_SEED'] ?? randomInt(1_000_000_000));
    const random = seededRandom(seed);
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'trial.yaml'), suite(500));
    let answers = 0;
    let lost = 0;
    let latest = 0;
    let within = 0;
    for (let killed = 0; killed < kills; killed++) {
      await using server = await listening(random);
      const before = new Set(await begunRuns(cwd.path));
      const program = start(['run', 'trial.yaml', ...args(server.url)], cwd.path, env);
      await firstAnswer(server, program);
      const starved = starvation(program.child.pid!);
      await starved.watchFor(random() * (kills > 4 ? 1500 : 700));
      const killedAt = performance.now();
      program.child.kill('SIGKILL');
      const lateMs = graceMs + starved.lateMs(killedAt);
      expect((await program.finished).signal).toBe('SIGKILL');
      const folder = (await begunRuns(cwd.path)).find((name) => !before.has(name));
      const kept = new Set((await rowsSoFar(folder)).map(({ event_id }) => event_id));
      const due = [...server.finished].filter(([, at]) => at < killedAt - lateMs);
      const missing = due.filter(([id]) => !kept.has(id));
      answers += due.length;
      within += [...server.finished].filter(([id, at]) => at < killedAt - graceMs && !kept.has(id)).length;
      lost += missing.length;
      latest = Math.max(latest, ...missing.map(([, at]) => killedAt - at));
    }
    expect(answers).toBeGreaterThan(kills);
    const said = `KILLS_SEED=${seed}: ${lost} of ${answers} finished answers lost in ${kills} kills, up to ${latest} ms old (${within} of those older than ${graceMs} ms, the wait for a processor not counted)`;
    if (kills > 4) console.log(said);
    expect(lost, said).toBe(0);
  },
  60_000 + kills * 6000,
);

test('what a kill left without a verdict is checked by a resume, from what was stored', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'trial.yaml'), suite(8));
  await using server = await listening(() => 0);
  server.slowness = 19;
  const program = start(['run', 'trial.yaml', ...args(server.url)], cwd.path, env);
  const folder = async (): Promise<string> => (await begunRuns(cwd.path))[0]!;
  while ((await rowsSoFar(await folder())).length < 16) await delay(2);
  program.child.kill('SIGKILL');
  expect((await program.finished).signal).toBe('SIGKILL');
  const run = await folder();
  const before = await rowsSoFar(run);
  const unchecked = before.filter(({ passed }) => passed === undefined).length;
  expect(unchecked).toBeGreaterThan(0);
  const report = await gatebench(['report', run], cwd.path);
  expect(report.stdout + report.stderr).toMatch(/\d+ answers? not checked[^]*--resume/);

  const resumed = await gatebench(['run', '--resume', run, ...args(server.url)], cwd.path, env);
  expect(resumed).toMatchObject({ code: 0 });
  expect(resumed.stdout).not.toContain('not checked');
  const check_why = [expect.stringContaining('does not match')];
  const verdict = { passed: false, score: 0.5, failed_checks: ['matches'], check_why };
  expect(await rowsSoFar(run)).toEqual(before.map((row) => ({ ...row, ...verdict })));
  expect(server.finished.size).toBe(16);
});
