import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measuringFlags } from '../src/base/measuring-flags.ts';
import { describeMachine } from '../src/journal/manifest.ts';
import { readRequests } from '../src/journal/read-journal.ts';
import { fixed } from '../src/report/number-text.ts';
import { painter } from '../src/report/paint.ts';
import { textTable } from '../src/report/text-table.ts';
import { runShort } from './clock/whole-run.ts';
import { flamePicture } from './flame/picture.ts';
import {
  callsWithin,
  costsByRoom,
  costsOf,
  readProfile,
  type Cost,
  type CpuProfile,
  type Late,
  type Span,
} from './flame/profile.ts';

/*
 * node bench/flame.ts [--requests 6000] [--frames 5] [--concurrency 32]
 *
 * Where the processor time of `gatebench run` goes: the ten heaviest functions of each thread while requests are sent,
 * and of the time after the last answer; then each turn of the main thread's loop that took longer than 5 ms. Flame
 * graphs and profiles are in results/flame. Profiling costs about a quarter more.
 */
const { values: flags } = parseArgs({
  options: {
    requests: { type: 'string', default: '6000' },
    frames: { type: 'string', default: '5' },
    concurrency: { type: 'string', default: '32' },
  },
});
const [requests, frames, concurrency] = [flags.requests, flags.frames, flags.concurrency].map(Number) as [
  number,
  number,
  number,
];
const longTurnMs = 5;
const heaviest = 10;
const profiler = new URL('./flame/profiler.ts', import.meta.url).href;

const folder = await mkdtemp(join(tmpdir(), 'gatebench-flame-'));
try {
  const { out } = await runShort(
    { kind: 'run', requests, frames, concurrency, isTls: false, isViewed: false },
    folder,
    [...measuringFlags, '--import', profiler],
  );
  const { lates, aheadMs } = await readJson<{ lates: Late[]; aheadMs: number }>('clock.json');
  const onMachine = (wall: string): number => (Date.parse(wall) + aheadMs) * 1000;
  const sending: Span = { from: Infinity, to: -Infinity };
  for await (const { started_at: from = '', ended_at: to = '' } of readRequests(out)) {
    sending.from = Math.min(sending.from, onMachine(from));
    sending.to = Math.max(sending.to, onMachine(to));
  }
  const { cpus, cpu } = describeMachine();
  print(`Node ${process.versions.node}, ${cpus} × ${cpu}, load ${loadavg()[0]!.toFixed(1)}`);
  print(`${requests} answers of ${frames} pieces, ${concurrency} in flight`);
  await mkdir('results/flame', { recursive: true });
  const names = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
  for (const name of names) {
    const thread = name.replace('.cpuprofile', '');
    const profile = readProfile(await readFile(join(folder, name), 'utf8'), sending.from);
    await writeFile(join('results/flame', name), JSON.stringify(profile));
    await show(`${thread} while requests are sent`, `${thread}-sending`, profile, sending, requests);
    if (thread !== 'main') continue;
    await show('main after the last answer', 'main-after', profile, {
      from: sending.to,
      to: profile.endTime,
    });
    showTurns(profile, lates, sending);
  }
  print('\nresults/flame has the flames (.svg) and the profiles, which a browser and VS Code can open.');
} finally {
  await rm(folder, { recursive: true });
}
process.exit();

async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(join(folder, name), 'utf8')) as T;
}

/** In µs for each unit; absent: in ms. */
async function show(
  title: string,
  file: string,
  profile: CpuProfile,
  span: Span,
  units?: number,
): Promise<void> {
  const calls = callsWithin(profile, span);
  const per = units ?? 1000;
  const unit = units === undefined ? 'ms' : 'µs/request';
  const costs = costsOf(calls);
  const all = `${title}: ${fixed(calls.totalUs / per, 1)} ${unit}, in ${fixed((span.to - span.from) / 1e6, 2)} s`;
  print(`\n${all}\n`);
  print(tableOf(costsByRoom(costs).slice(0, heaviest), per, unit, calls.totalUs));
  print('');
  print(tableOf(costs.slice(0, heaviest), per, unit, calls.totalUs));
  await writeFile(join('results/flame', `${file}.svg`), flamePicture(calls, all));
}

function showTurns(profile: CpuProfile, lates: readonly Late[], span: Span): void {
  const long = lates.filter(({ ms, atUs }) => ms > longTurnMs && atUs >= span.from && atUs <= span.to + 1000);
  print(`\nTurns above ${longTurnMs} ms while requests are sent: ${long.length}`);
  for (const { atUs, ms } of long) {
    const within = callsWithin(profile, { from: atUs - ms * 1000, to: atUs });
    const busiest = costsOf(within)
      .slice(0, 5)
      .map(({ name, place, selfUs }) => `${name} ${place} ${fixed(selfUs / 1000, 1)}`);
    print(`  ${fixed(ms, 1)} ms, ${fixed((atUs - span.from) / 1000, 0)} ms in: ${busiest.join('; ')}`);
  }
}

function tableOf(costs: readonly Cost[], per: number, unit: string, totalUs: number): string {
  const column = (
    title: string,
    align: 'left' | 'right',
    text: (cost: Cost) => string,
  ): Parameters<typeof textTable>[0][number] => ({
    title,
    subtitle: '',
    align,
    cells: costs.map((cost) => ({ text: text(cost) })),
  });
  return textTable(
    [
      column(unit, 'right', ({ selfUs }) => fixed(selfUs / per, 1)),
      column('%', 'right', ({ selfUs }) => fixed((100 * selfUs) / totalUs, 1)),
      column('in', 'left', ({ name, place }) => `${name} ${place}`.trimEnd()),
    ],
    painter(false),
  ).join('\n');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
