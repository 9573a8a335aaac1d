import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { describeMachine } from '../src/journal/manifest.ts';
import { readRequests } from '../src/journal/read-journal.ts';
import { duration, fixed, percent } from '../src/report/number-text.ts';
import { painter } from '../src/report/paint.ts';
import { textTable, type TextColumn } from '../src/report/text-table.ts';
import { ascending, quantile } from '../src/stats/quantile.ts';
import { measureRun } from './clock/whole-run.ts';
import { watched } from './scale/watched.ts';
import { spawnInstantServer } from './servers/spawn.ts';

/*
 * node bench/open-loop.ts [--seconds 60] [--rate 1000]
 *
 * How late requests are sent in an open loop at a constant rate, and whether the rate is reached: the real `gatebench
 * run` compared with vegeta, a load generator in Go, against the same server on the same machine, one after the other.
 * vegeta is searched on the path and in GATEBENCH_VEGETA (`go install github.com/tsenart/vegeta/v12@v12.13.0`). Without
 * it, the table has one line. Then: how many short requests a second a closed loop sends at 32 and 256 in flight, and
 * how much processor time that takes. About two and a half minutes. Exit code 1 if ours sent less than 98 % of what was
 * due.
 */
const { values: flags } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, rate: { type: 'string', default: '1000' } },
});
const [seconds, rate] = [wholeOf('seconds', 600), wholeOf('rate', 10_000)];
const warmupSeconds = 2;
/** One piece of text: receiving must cost next to nothing. */
const frames = 1;

/** When one client sent its requests, in milliseconds, each with the time at which it was due. */
interface Sent {
  client: string;
  due: number;
  answered: number;
  lateMs: Float64Array;
  perSecond: number;
}

const folder = await mkdtemp(join(tmpdir(), 'gatebench-open-'));
try {
  print(machineLine());
  const all = [await byGatebench()];
  const vegeta = await byVegeta();
  if (vegeta) all.push(vegeta);
  print(`\n${seconds} s at a constant ${rate}/s, answers of one piece:\n`);
  print(textTable(sentTable(all), painter(false)).join('\n'));
  print(
    vegeta
      ? '\nLate: sent after it was due; of vegeta, after its least late request.'
      : '\nvegeta is not here: put it on the path, or its place into GATEBENCH_VEGETA (see the head of this file).',
  );
  if (all[0]!.lateMs.length < 0.98 * all[0]!.due) process.exitCode = 1;
  await closedLoops();
  print(`\nLoad at the end ${loadavg()[0]!.toFixed(1)}.`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
// Kept-alive connections would delay the end.
process.exit();

function wholeOf(flag: 'seconds' | 'rate', most: number): number {
  const value = Number(flags[flag]);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${flag} takes a whole number from 1 to ${most}`);
}

function machineLine(): string {
  const { cpus, cpu } = describeMachine();
  return `Node ${process.versions.node}, ${cpus} × ${cpu}, load ${loadavg()[0]!.toFixed(1)}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function byGatebench(): Promise<Sent> {
  using server = await spawnInstantServer();
  const suite = join(folder, 'suite.json');
  const visit = rate * (seconds + warmupSeconds);
  await writeFile(
    suite,
    JSON.stringify({
      version: 1,
      name: 'open-loop',
      models: [{ id: 'a', model: 'custom-ollama/sim-a' }],
      prompts: [{ id: 'p', prompt: 'Say hello.' }],
      // A visit that this machine could not send in time is not repeated.
      run: { budget: { requests: Math.ceil(1.5 * visit) }, answers: 'none' },
      load: {
        ...{ mode: 'open', rate: `${rate}/s`, arrivals: 'constant', window: `${seconds}s`, min_arrivals: 10 },
        ...{ warmup: `${warmupSeconds}s`, washout: '0s', visits: 1, ceiling: 10_000 },
      },
    }),
  );
  const out = join(folder, 'run');
  const to = ['--route', 'local', '--base-url', `${server.url}/stream/${frames}`, '--out', out];
  await watched(['run', suite, ...to, '--seed', '1', '--quiet'], folder).ended;
  const late: number[] = [];
  const at: number[] = [];
  let [due, answered] = [0, 0];
  for await (const row of readRequests(out)) {
    if (row.phase !== 'measure') continue;
    due++;
    if (row.status === 'ok') answered++;
    if (row.late_ms === undefined || row.started_at === undefined) continue;
    late.push(row.late_ms);
    at.push(Date.parse(row.started_at));
  }
  return { client: 'gatebench run', due, answered, lateMs: ascending(late), perSecond: rateOf(at) };
}

/** Undefined if it does not exist. */
async function byVegeta(): Promise<Sent | undefined> {
  const program = process.env['GATEBENCH_VEGETA'] ?? 'vegeta';
  const version = spawn(program, ['-version'], { stdio: 'ignore' });
  const isThere = await Promise.race([
    once(version, 'close').then(() => true),
    once(version, 'error').then(() => false),
  ]).catch(() => false);
  if (!isThere) return undefined;
  using server = await spawnInstantServer();
  const [targets, body, results] = ['targets', 'body', 'results'].map((name) => join(folder, name));
  await writeFile(
    targets!,
    `POST ${server.url}/stream/${frames}/v1/chat/completions\ncontent-type: application/json\n`,
  );
  const question = { model: 'sim-a', stream: true, messages: [{ role: 'user', content: 'Say hello.' }] };
  await writeFile(body!, JSON.stringify(question));
  await done(program, [
    ...['attack', '-targets', targets!, '-body', body!, '-output', results!],
    ...[`-rate=${rate}/1s`, `-duration=${seconds + warmupSeconds}s`, '-timeout=30s', '-max-body=0'],
  ]);
  const lines = (await done(program, ['encode', '-to', 'csv', results!])).trimEnd().split('\n');
  const hits = lines.map((line) => {
    const [nanoseconds, status, , , , , , , number] = line.split(',');
    // Nanoseconds since 1970 have more digits than a number can hold. The first six do not change within an hour.
    return { at: Number(nanoseconds!.slice(6)) / 1e6, isOk: status === '200', number: Number(number) };
  });
  const skipped = rate * warmupSeconds;
  const offsets = hits.map(({ at, number }) => at - (number * 1000) / rate);
  const start = offsets.reduce((least, offset) => Math.min(least, offset), Infinity);
  const measured = hits.flatMap((hit, n) =>
    hit.number < skipped ? [] : [{ ...hit, late: offsets[n]! - start }],
  );
  return {
    client: 'vegeta',
    due: rate * seconds,
    answered: measured.filter(({ isOk }) => isOk).length,
    lateMs: ascending(measured.map(({ late }) => late)),
    perSecond: rateOf(measured.map(({ at }) => at)),
  };
}

/** Its output. Rejects if it fails. */
async function done(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed = text(child.stdout);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args[0]} ended with exit code ${String(code)}`);
  return await printed;
}

/** From the first to the last. */
function rateOf(at: readonly number[]): number {
  const sorted = ascending(at);
  return ((sorted.length - 1) * 1000) / (sorted.at(-1)! - sorted[0]!);
}

function sentTable(all: readonly Sent[]): TextColumn[] {
  const column = (
    title: string,
    subtitle: string,
    cell: (sent: Sent) => string,
    align: TextColumn['align'] = 'right',
  ): TextColumn => ({ title, subtitle, align, cells: all.map((sent) => ({ text: cell(sent) })) });
  const late = (place: number) => (sent: Sent) => duration(quantile(sent.lateMs, place));
  return [
    column('client', '', ({ client }) => client, 'left'),
    column('due', '', ({ due }) => fixed(due, 0)),
    column('sent', '', ({ lateMs, due }) => percent(lateMs.length / due)),
    column('answered', '', ({ answered, due }) => percent(answered / due)),
    column('achieved', 'a second', ({ perSecond }) => fixed(perSecond, 1)),
    column('late', 'p50', late(0.5)),
    column('', 'p99', late(0.99)),
    column('', 'max', late(1)),
  ];
}

/**
 * Only the processor limits a closed loop of short requests. If its sends were three milliseconds apart, as in the
 * opening wave, it would make 333 a second.
 */
async function closedLoops(): Promise<void> {
  const [few, many] = [1000, 6000];
  print(
    `\nClosed loop, ${fixed(many, 0)} short answers; a gap of 3 ms between sends would hold it to 333 a second:\n`,
  );
  for (const concurrency of [32, 256]) {
    const found = (requests: number): ReturnType<typeof measureRun> =>
      measureRun({ kind: 'run', concurrency, requests, frames: 5, isTls: false, isViewed: false });
    const [start, whole] = [await found(few), await found(many)];
    // Both include the program's start and its report.
    const cpuMs = (whole.cpuMs * many - start.cpuMs * few) / (many - few);
    print(
      `${concurrency} in flight: ${fixed(whole.perSecond, 0)} answers a second, ${duration(cpuMs)} of processor time each: ` +
        `${fixed((cpuMs * whole.perSecond) / 1000, 2)} cores are busy with them`,
    );
  }
}
