import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LimitRow, limitColumns } from '../src/analysis/level-columns.ts';
import { limitText } from '../src/analysis/level-words.ts';
import { seededRandom, type Random } from '../src/base/random.ts';
import { readCsv } from '../src/journal/read-csv.ts';
import { timetable } from '../src/load/timetable.ts';
import { visitOutcome } from '../src/load/visit.ts';
import { createMock } from '../src/mock/mock-server.ts';
import { quantile, ascending } from '../src/stats/quantile.ts';

/*
 * node bench/live-limit.ts [--runs 20]
 *
 * Whether the search for the limit brackets it, on real sockets: a mock provider with three places and a queue, whose
 * limit is known from simulating that queue. Each run is the real program with another seed, about a minute. Exit code
 * 1 if fewer than 19 in 20 contain the truth. Needs a quiet machine: a late one makes void visits.
 */
const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const given = process.argv.indexOf('--runs');
const runs = given < 0 ? 20 : Number(process.argv[given + 1]);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number from 1');

const token = 'live-limit-token';
const places = 3;
const model = 'custom-ollama/sim-exact?ttftMs=80&gapMs=10&answerFrames=3';
const [sloMs, attainment, windowMs, warmupMs] = [400, 0.95, 1500, 500];
const suite = {
  version: 1,
  name: 'limit',
  models: [{ id: 'queue', model }],
  prompts: [{ id: 'a', prompt: 'Say hello.' }],
  defaults: { params: { max_tokens: 16 } },
  load: {
    ...{
      mode: 'limit',
      window: `${windowMs}ms`,
      min_arrivals: 10,
      warmup: `${warmupMs}ms`,
      washout: '200ms',
    },
    ...{ visits: 5, ceiling: 500, slo: { e2e_ms: sloMs, attainment } },
    limit: { from: '10/s', to: '80/s', max_visits: 80 },
  },
};

const mock = await createMock({ gatewayToken: token, slots: places, slotWaitMs: 60_000 });
const folder = await mkdtemp(join(tmpdir(), 'gatebench-limit-'));
let held = 0;
let unfinished = 0;
try {
  const base = `${mock.url}/v1/acc/gw/compat`;
  const serviceMs = await unloaded(base);
  const truth = limitOf(serviceMs);
  process.stdout.write(
    `${places} places, ${serviceMs.toFixed(1)} ms an answer: half of all visits pass at ${truth.toFixed(1)}/s\n`,
  );
  for (let run = 1; run <= runs; run++) {
    const found = await searched(run, base);
    // A search that ended early has not bracketed anything: it proves nothing.
    if (found.word !== 'found') unfinished++;
    const holds =
      found.word === 'found' && (found.held_rps ?? 0) <= truth && truth <= (found.broken_rps ?? Infinity);
    if (holds) held++;
    process.stdout.write(`${run} of ${runs}: ${limitText(found)}${holds ? '' : ' (wrong)'}\n`);
  }
} finally {
  await mock.close();
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(
  `${held} of ${runs} hold the truth; ${unfinished} ended early, because this machine was late too often\n`,
);
if (held < Math.floor(0.95 * runs)) process.exitCode = 1;

/** Duration of an answer without other load, as seen by a client. */
async function unloaded(base: string): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 15; n++) {
    const start = performance.now();
    const answer = await fetch(`${base}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'cf-aig-authorization': `Bearer ${token}`,
        'cf-aig-skip-cache': 'true',
      },
      body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Say hello.' }] }),
    });
    if (!answer.ok) throw new Error(`the mock answers ${answer.status}: ${await answer.text()}`);
    await answer.text();
    times.push(performance.now() - start);
  }
  return quantile(ascending(times), 0.5);
}

/** By bisection: where half of all visits of this queue pass. */
function limitOf(serviceMs: number): number {
  let [low, high] = [1, (1000 * places) / serviceMs];
  for (let step = 0; step < 12; step++) {
    const middle = Math.sqrt(low * high);
    if (passRate(middle, serviceMs) > 0.5) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}

function passRate(rate: number, serviceMs: number): number {
  const random = seededRandom(`truth ${rate}`);
  const visits = 2000;
  let passed = 0;
  for (let n = 0; n < visits; n++) if (passes(rate, serviceMs, random)) passed++;
  return passed / visits;
}

function passes(rate: number, serviceMs: number, random: Random): boolean {
  const free = Array.from({ length: places }, () => 0);
  const arrivals = timetable({ kind: 'poisson' }, rate, warmupMs + windowMs, random).map((at) => {
    const place = free.indexOf(Math.min(...free));
    free[place] = Math.max(at, free[place]!) + serviceMs;
    const due = at - warmupMs;
    const end = free[place] - warmupMs;
    return { due, sent: due, end, good: end - due <= sloMs, dropped: false };
  });
  const counted = arrivals.filter(({ due }) => due >= 0);
  return visitOutcome(counted, { windowMs, attainment, latestMs: 50 }).word === 'passed';
}

async function searched(run: number, base: string): Promise<LimitRow> {
  const file = join(folder, `${run}.yaml`);
  const results = join(folder, String(run));
  await writeFile(file, JSON.stringify(suite));
  const args = ['run', file, '--base-url', base, '--seed', String(run), '--quiet', '--results', results];
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, CF_AIG_TOKEN: token },
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const names = await readdir(results, { recursive: true });
  const table = names.find((name) => name.endsWith('limits.csv'));
  if (table === undefined) throw new Error(`the run ended with exit code ${String(code)} and no limits.csv`);
  const [row] = await Array.fromAsync(readCsv<LimitRow>(join(results, table), limitColumns));
  return row!;
}
