import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measuringFlags } from '../src/base/measuring-flags.ts';
import { describeMachine } from '../src/journal/manifest.ts';
import { fixed } from '../src/report/number-text.ts';
import { painter } from '../src/report/paint.ts';
import { textTable } from '../src/report/text-table.ts';
import { carryOut } from './clock/carry-out.ts';
import { figureOf, Series } from './clock/findings.ts';
import type { Found, Task } from './clock/task.ts';
import { task } from './clock/tasks.ts';

/*
 * node bench/young-generation.ts [--sizes 4,8,16] [--minutes 5]
 *
 * Effect of the size of the young generation (src/base/measuring-flags.ts) on the arrival error at 512 streams, and on
 * the processor time of a run. The sizes take turns, and each repetition begins with another one. No repetition is
 * begun that would not end in time. Only a quiet machine gives figures worth keeping.
 */
const { values: given } = parseArgs({
  options: { sizes: { type: 'string', default: '4,8,16' }, minutes: { type: 'string', default: '5' } },
});
const sizes = given.sizes.split(',').map(Number);
const limitMs = Number(given.minutes) * 60_000;
const [streams, short, long] = [task.streams('ours', 512), task.run(32), task.longRun] as const;

const found = new Map(sizes.map((size) => [size, new Series()]));
const start = performance.now();
let done = 0;
while (mayBegin()) {
  for (let turn = 0; turn < sizes.length; turn++) {
    const size = sizes[(turn + done) % sizes.length]!;
    for (const one of [streams, short, long]) {
      process.stderr.write(`${done + 1}: ${size} MB, ${one.kind} …\n`);
      found.get(size)!.add<Task>(one, await tried(one, size));
    }
  }
  done++;
}

const { cpus, cpu } = describeMachine();
const seconds = Math.round((performance.now() - start) / 1000);
print(`Node ${process.versions.node}, ${cpus} × ${cpu}, load ${loadavg()[0]!.toFixed(1)}`);
print(`${done} repetitions in ${seconds} s; medians, and ranges. A run has ${measuringFlags.join(' ')}.\n`);
print(
  textTable(
    [
      column('MB', (size) => String(size)),
      column('arrival error p99, 512 streams, ms', (size) =>
        figure(size, streams, ({ arrival_error_ms: { p99 } }) => p99, 2),
      ),
      column('µs CPU a chunk', (size) => figure(size, streams, (level) => level.cpu_us_per_chunk, 1)),
      column('short answers/s', (size) => figure(size, short, ({ perSecond }) => perSecond, 0)),
      column('ms CPU each', (size) => figure(size, short, ({ cpuMs }) => cpuMs, 3)),
      column('ms CPU, 40 pieces', (size) => figure(size, long, ({ cpuMs }) => cpuMs, 3)),
    ],
    painter(false),
  ).join('\n'),
);
process.exit();

function mayBegin(): boolean {
  const elapsed = performance.now() - start;
  return done === 0 || elapsed + elapsed / done < limitMs;
}

async function tried<T extends Task>(one: T, size: number): Promise<Found<T> | undefined> {
  try {
    return await carryOut(one, [`--max-semi-space-size=${size}`]);
  } catch (error) {
    process.stderr.write(`  failed: ${String(error).split('\n', 3).join(' ')}\n`);
    return undefined;
  }
}

function column(title: string, text: (size: number) => string): Parameters<typeof textTable>[0][number] {
  return { title, subtitle: '', align: 'right', cells: sizes.map((size) => ({ text: text(size) })) };
}

function figure<T extends Task>(
  size: number,
  one: T,
  of: (found: Found<T>) => number | undefined,
  decimals: number,
): string {
  const known = figureOf(found.get(size)!.values(one, of));
  if (!known) return '–';
  const [low, high] = [fixed(known.low, decimals), fixed(known.high, decimals)];
  return `${fixed(known.median, decimals)} (${low} … ${high})`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
