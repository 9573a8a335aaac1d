import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fixed } from '../src/report/number-text.ts';
import { painter } from '../src/report/paint.ts';
import { textTable, type TextColumn } from '../src/report/text-table.ts';
import { bigReport, type BigReport } from './scale/big-report.ts';
import { longRun, longSuite, perRepeat, type LongRun, type Look } from './scale/long-run.ts';

/*
 * node bench/scale.ts [--quick] [--requests N] [--rows N] [--concurrency N]
 *
 * Whether memory grows with the amount of work: the real `gatebench run`, in its own process, against an instant
 * server, then `gatebench report` on many more rows. Its default of 200,000 requests takes about fifteen minutes;
 * --quick sends a twentieth. Exit code 1 if a row is missing, or if the heap grows while requests are sent.
 */
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    requests: { type: 'string' },
    rows: { type: 'string' },
    concurrency: { type: 'string' },
  },
});
const share = flags.quick ? 20 : 1;
const repeat = Math.ceil(Number(flags.requests ?? 200_000 / share) / perRepeat);
const requests = repeat * perRepeat;
const concurrency = Number(flags.concurrency ?? 16);
const rows = Number(flags.rows ?? 1_000_000 / share);
const parts = 10;
/** Nothing here may run forever. */
const minutes = 40;
/** 20 bytes a request would be 3 MiB over the last four fifths of 200,000. Uncollected garbage is less. */
const allowedGrowthMib = 3;

const folder = await mkdtemp(join(tmpdir(), 'gatebench-scale-'));
try {
  await writeFile(join(folder, 'scale.yaml'), longSuite(repeat, concurrency));
  const run = await longRun(folder, { requests, parts, minutes }, ({ rows: done }) =>
    process.stderr.write(`${fixed(done, 0)} of ${fixed(requests, 0)} requests …\n`),
  );
  const isSound = printRun(run);
  const reports: BigReport[] = [];
  for (const count of [rows / 10, rows]) {
    process.stderr.write(`report on ${fixed(count, 0)} rows …\n`);
    reports.push(await bigReport(join(folder, 'run'), count, join(folder, `big-${count}`)));
  }
  const isRead = printReports(reports);
  process.exitCode = isSound && isRead ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

function printRun({ looks, ended, rows: written, requests: final, answered }: LongRun): boolean {
  const column = (
    title: string,
    subtitle: string,
    cell: (look: Look, index: number) => string,
  ): TextColumn => ({
    title,
    subtitle,
    align: 'right',
    cells: looks.map((look, index) => ({ text: cell(look, index) })),
  });
  const before = (index: number): Pick<Look, 'rows' | 'atSeconds'> =>
    looks[index - 1] ?? { rows: 0, atSeconds: 0 };
  const table = textTable(
    [
      column('requests', 'done', (look) => fixed(look.rows, 0)),
      column('heap', 'MiB', (look) => fixed(look.heapMib, 1)),
      column('RSS', 'MiB', (look) => fixed(look.rssMib, 0)),
      column('a second', 'requests', (look, index) =>
        fixed((look.rows - before(index).rows) / (look.atSeconds - before(index).atSeconds), 0),
      ),
    ],
    painter(false),
  );
  const growth = (looks.at(-1)?.heapMib ?? NaN) - (looks[1]?.heapMib ?? NaN);
  const isFlat = growth <= allowedGrowthMib;
  const isWhole = ended.code === 0 && final === requests && answered === requests;
  process.stdout.write(
    `${table.join('\n')}\n\n` +
      `The heap grew by ${fixed(growth, 1)} MiB after the first fifth: ${isFlat ? 'flat' : 'NOT FLAT'}.\n` +
      `${fixed(final, 0)} of ${fixed(requests, 0)} requests have their final row (${fixed(answered, 0)} answered, ` +
      `${fixed(written, 0)} rows): ${isWhole ? 'whole' : 'NOT WHOLE'}. ` +
      `Exit code ${String(ended.code)} after ${fixed(ended.seconds, 0)} s; with its summary and page it took ` +
      `${fixed(ended.peakMib, 0)} MiB at most.\n\n`,
  );
  return isFlat && isWhole;
}

function printReports(reports: readonly BigReport[]): boolean {
  for (const { rows: count, fileMib, seconds, peakMib, code } of reports)
    process.stdout.write(
      `report on ${fixed(count, 0)} rows (${fixed(fileMib, 0)} MiB): ${fixed(seconds, 1)} s, ` +
        `${fixed(peakMib, 0)} MiB at most, exit code ${String(code)}\n`,
    );
  const [few, many] = reports as [BigReport, BigReport];
  const bytes = ((many.peakMib - few.peakMib) * 2 ** 20) / (many.rows - few.rows);
  process.stdout.write(`That is ${fixed(bytes, 0)} bytes in memory for each further row.\n`);
  return reports.every(({ code }) => code === 0);
}
