import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { painter } from '../src/report/paint.ts';
import { textTable, type TextColumn } from '../src/report/text-table.ts';
import { atMost, outOf, type Count } from './live/count.ts';
import { liveSuite, pairsOf, type LivePair } from './live/suite.ts';

/*
 * node bench/live-aa.ts [--runs 30]
 *
 * The A/A certificate on real sockets: the same simulated model under two ids, and another one whose every delay is 1.3
 * times as long, through suite, run, journal and compare of the real program, again and again. Simulated models draw
 * new delays in every run. Takes five to ten seconds per run. Exit code 1 if more is found than chance allows.
 */
const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const given = process.argv.indexOf('--runs');
const runs = given < 0 ? 30 : Number(process.argv[given + 1]);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number from 1');

const folder = await mkdtemp(join(tmpdir(), 'gatebench-live-'));
const found: LivePair[][] = [];
try {
  for (let run = 1; run <= runs; run++) {
    found.push(await liveRun(run));
    process.stderr.write(`${run} of ${runs}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** One run of the real program and the result of `compare`. */
async function liveRun(run: number): Promise<LivePair[]> {
  const file = join(folder, `live-${run}.yaml`);
  await writeFile(file, JSON.stringify(liveSuite(run)));
  await gatebench(['run', file, '--route', 'demo', '--seed', String(run), '--quiet', '--results', folder]);
  return pairsOf(await gatebench(['compare', 'latest', '--json', '--results', folder]));
}

async function gatebench(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`gatebench ${args.join(' ')} ended with exit code ${String(code)}`);
  return stdout;
}

const counts = countsOf(found);
process.stdout.write(`${textTable(tableOf(counts), painter(false)).join('\n')}\n`);
if (counts.some(({ holds }) => !holds)) process.exitCode = 1;

function countsOf(all: readonly LivePair[][]): Count[] {
  const twins = all.map((pairs) => pairs.filter(({ isTwin }) => isTwin));
  const slower = all.map((pairs) => pairs.filter(({ isTwin, model_a }) => !isTwin && model_a === 'once'));
  const e2e = (pairs: readonly LivePair[]): LivePair =>
    pairs.find(({ metric }) => metric === 'e2e_latency_ms')!;
  const speeds = twins.map((pairs) => pairs.filter(({ metric }) => metric !== 'passed'));
  const isTold = ({ verdict }: LivePair): boolean => verdict === 'faster' || verdict === 'slower';
  const holds = (pair: LivePair, ratio: number): boolean => pair.ci_low <= ratio && ratio <= pair.ci_high;
  const share = 0.05;
  return [
    atMost(
      'same model twice: faster or slower on any metric',
      speeds.map((pairs) => pairs.some(isTold)),
      share,
    ),
    atMost(
      'same model twice: E2E p ≤ 5 %, uncorrected',
      twins.map((pairs) => e2e(pairs).p <= 0.05),
      share,
    ),
    atMost(
      'same model twice: interval of E2E without 1',
      twins.map((pairs) => !holds(e2e(pairs), 1)),
      share,
    ),
    outOf(
      '1.3×: E2E called slower',
      slower.map((pairs) => e2e(pairs).verdict === 'slower'),
      0.95,
    ),
    atMost(
      '1.3×: interval of E2E without 1.3',
      slower.map((pairs) => !holds(e2e(pairs), 1.3)),
      share,
    ),
  ];
}

function tableOf(rows: readonly Count[]): TextColumn[] {
  const column = (
    subtitle: string,
    align: TextColumn['align'],
    text: (row: Count) => string,
  ): TextColumn => ({
    title: '',
    subtitle,
    align,
    cells: rows.map((row) => ({ text: text(row) })),
  });
  return [
    column('claim', 'left', ({ claim }) => claim),
    column('found', 'right', ({ found: n, of }) => `${n} of ${of}`),
    column('must be', 'right', ({ mustBe }) => mustBe),
    column('', 'left', ({ holds }) => (holds ? '✓' : '✗')),
  ];
}
