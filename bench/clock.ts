import { mkdir, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { describeMachine } from '../src/journal/manifest.ts';
import { bars } from './clock/bars.ts';
import { tried } from './clock/carry-out.ts';
import { Series } from './clock/findings.ts';
import { asMarkdown, asText, lineOf } from './clock/table.ts';
import { nameOf, tasks } from './clock/tasks.ts';

/*
 * node bench/clock.ts [--quick] [--repetitions N] [--markdown]
 *
 * Compares our reader with the SDK's own loop and with bare undici, on the truth server: target, figure, met or missed.
 * Each measurement has a fresh process, and those that are compared run one after the other. Begins no repetition that
 * would take longer than ten minutes in total. Exit code 1 if a target is missed.
 */
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    repetitions: { type: 'string', default: '5' },
    markdown: { type: 'boolean', default: false },
  },
});
const wanted = flags.quick ? 1 : Math.max(1, Number(flags.repetitions));
const limitMs = 10 * 60_000;

const series = new Series();
const start = performance.now();
const loadBefore = load();
let done = 0;
while (done < wanted && mayBegin()) {
  for (const task of tasks) {
    process.stderr.write(`${done + 1}/${wanted} ${nameOf(task)} …\n`);
    series.add(task, await tried(task));
  }
  done++;
}

const { cpus, cpu } = describeMachine();
const lines = bars.map((bar) => lineOf(bar, series));
const facts = [
  `Node ${process.versions.node}, ${cpus} × ${cpu}`,
  `${done} of ${wanted} repetitions in ${Math.round((performance.now() - start) / 1000)} s`,
  `load before ${loadBefore}, after ${load()}`,
].join('; ');
const text = flags.markdown ? asMarkdown(lines) : asText(lines);
process.stdout.write(`${facts}\n\n${text}`);
await mkdir('results', { recursive: true });
await writeFile('results/clock.md', `${facts}\n\n${asMarkdown(lines)}`);
process.exitCode = lines.every(({ verdict }) => verdict === 'met' || verdict === 'not here') ? 0 : 1;

function mayBegin(): boolean {
  const elapsed = performance.now() - start;
  return done === 0 || elapsed + elapsed / done < limitMs;
}

function load(): string {
  return loadavg()[0]!.toFixed(1);
}
