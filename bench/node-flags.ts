import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measuringFlags } from '../src/base/measuring-flags.ts';
import { describeMachine } from '../src/journal/manifest.ts';
import { fixed } from '../src/report/number-text.ts';
import { painter } from '../src/report/paint.ts';
import { textTable } from '../src/report/text-table.ts';
import { tried } from './clock/carry-out.ts';
import { figureOf, Series } from './clock/findings.ts';
import type { Found, Task } from './clock/task.ts';
import { nameOf, task } from './clock/tasks.ts';

/*
 * node bench/node-flags.ts [--minutes 9]
 *
 * Effect of the flags for measuring (src/base/measuring-flags.ts) on errors of the clock, and on the cost of a run: all
 * of them, none, and all but one. They take turns, and each repetition begins with another set. No repetition is begun
 * that would not end in time, except the first, which takes two and a half minutes (`--minutes 0`: that one alone).
 * Only a quiet machine gives figures worth keeping.
 */
const { values: given } = parseArgs({ options: { minutes: { type: 'string', default: '9' } } });
const limitMs = Number(given.minutes) * 60_000;
if (!(limitMs >= 0)) {
  process.stderr.write(`--minutes: must be a number, not ${given.minutes}\n`);
  process.exit(2);
}

/** Set, too, to what Node has by itself: the program adds only flags that are not given. */
const [young, helpers, pool] = ['--max-semi-space-size=16', '--parallel-scavenge', '--v8-pool-size=4'];
const [ourYoung, ourHelpers, ourPool] = measuringFlags as [string, string, string];
const sets = new Map<string, readonly string[]>([
  ['as a run', measuringFlags],
  ['as Node by itself', [young, helpers, pool]],
  ['young generation of 16 MB', [young, ourHelpers, ourPool]],
  ['helpers collect garbage', [ourYoung, helpers, ourPool]],
  ['four helper threads', [ourYoung, ourHelpers, pool]],
]);
const [waves, long] = [[192, 512].map((count) => task.wave('ours', count)), task.longRun] as const;
const [streams, short] = [task.streams('ours', 512), task.run(32)] as const;

const found = new Map(Array.from(sets.keys(), (name) => [name, new Series()]));
const start = performance.now();
let done = 0;
while (mayBegin()) {
  const turns = [...sets];
  for (let turn = 0; turn < turns.length; turn++) {
    const [name, flags] = turns[(turn + done) % turns.length]!;
    for (const one of [...waves, streams, short, long]) {
      process.stderr.write(`${done + 1}: ${name}, ${nameOf(one)} …\n`);
      found.get(name)!.add<Task>(one, await tried(one, flags));
    }
  }
  done++;
}

const { cpus, cpu } = describeMachine();
const seconds = Math.round((performance.now() - start) / 1000);
print(`Node ${process.versions.node}, ${cpus} × ${cpu}, load ${loadavg()[0]!.toFixed(1)}`);
print(
  `${done === 1 ? 'One repetition' : `${done} repetitions`} in ${seconds} s; medians, and ranges. A run has ${measuringFlags.join(' ')}.\n`,
);
const names = [...sets.keys()];
print(
  textTable(
    [
      { title: 'flags', subtitle: '', align: 'left', cells: names.map((text) => ({ text })) },
      ...waves.map((wave) =>
        column(`steady TTFT error p99, ${wave.streams} at once, ms`, (name) =>
          figure(name, wave, ({ steady }) => steady.ttft.p99, 2),
        ),
      ),
      column('arrival error p99, 512 streams, ms', (name) =>
        figure(name, streams, ({ arrival_error_ms: { p99 } }) => p99, 2),
      ),
      column('short answers/s', (name) => figure(name, short, ({ perSecond }) => perSecond, 0)),
      column('ms CPU each', (name) => figure(name, short, ({ cpuMs }) => cpuMs, 3)),
      column('ms CPU, 40 pieces', (name) => figure(name, long, ({ cpuMs }) => cpuMs, 3)),
    ],
    painter(false),
  ).join('\n'),
);
process.exit();

function mayBegin(): boolean {
  const elapsed = performance.now() - start;
  return done === 0 || elapsed + elapsed / done < limitMs;
}

function column(title: string, text: (name: string) => string): Parameters<typeof textTable>[0][number] {
  return { title, subtitle: '', align: 'right', cells: names.map((name) => ({ text: text(name) })) };
}

function figure<T extends Task>(
  name: string,
  one: T,
  of: (found: Found<T>) => number | undefined,
  decimals: number,
): string {
  const known = figureOf(found.get(name)!.values(one, of));
  if (!known) return '–';
  const [low, high] = [fixed(known.low, decimals), fixed(known.high, decimals)];
  return `${fixed(known.median, decimals)} (${low} … ${high})`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
