import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fixed } from '../src/report/number-text.ts';
import { painter } from '../src/report/paint.ts';
import { textTable } from '../src/report/text-table.ts';
import { runFiles } from '../src/journal/run-folder.ts';
import { withoutBrowser } from '../src/report/page/testing/browser.ts';
import { runCommand, type Taken } from '../src/dev/run-command.ts';
import { cookieName } from '../src/view/door.ts';
import { startViewer } from '../src/view/server.ts';
import { enlarge } from './large/enlarge.ts';
import { openPage } from './large/open-page.ts';

/*
 * node bench/large.ts [--rows N] [--from RUN] [--keep DIR]
 *
 * A run of at least 100,000 rows, made from those of a demo run (or of RUN). Measures seconds, megabytes and peak
 * memory of its page, its workbook and its tables, how long the page takes to open, and how long people wait in the
 * viewer. Exit code 1 if the page is too large, or one of them too slow. With --keep the files stay in DIR.
 */
const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    from: { type: 'string' },
    keep: { type: 'string' },
  },
});
const limits = { pageMb: 2, loadSeconds: 2, firstLookSeconds: 1, nextLookSeconds: 0.3 };

const scratch =
  flags.keep === undefined ? await mkdtemp(join(tmpdir(), 'gatebench-large-')) : resolve(flags.keep);
try {
  process.exitCode = (await measure(Number(flags.rows))) ? 0 : 1;
} finally {
  if (flags.keep === undefined) await rm(scratch, { recursive: true, force: true });
}

async function measure(least: number): Promise<boolean> {
  const results = join(scratch, 'large');
  const run = join(results, 'smoke', '20261122T031700Z-larger');
  const rows = await enlarge(flags.from ?? (await demoRun()), run, least);
  const made = (name: string): string => join(scratch, name);
  const commands: { what: string; file: string; args: string[] }[] = [
    { what: 'table', file: made('table.txt'), args: ['report', run] },
    { what: 'page', file: made('report.html'), args: ['report', run, '--format', 'html'] },
    { what: 'workbook', file: made('run.xlsx'), args: ['export', run] },
    { what: 'CSV for spreadsheets', file: made('run.csv'), args: ['export', run] },
  ];
  const lines: (Taken & { what: string; mb: number })[] = [];
  for (const { what, file, args } of commands) {
    process.stderr.write(`${what} …\n`);
    const taken = await runCommand([...args, '--out', file]);
    lines.push({ what, ...taken, mb: await megabytes(file) });
  }
  const column = (title: string, subtitle: string, cell: (line: (typeof lines)[number]) => string) => ({
    title,
    subtitle,
    align: subtitle === '' ? ('left' as const) : ('right' as const),
    cells: lines.map((line) => ({ text: cell(line) })),
  });
  const table = textTable(
    [
      column('what', '', ({ what }) => what),
      column('took', 's', ({ seconds }) => fixed(seconds, 1)),
      column('file', 'MB', ({ mb }) => fixed(mb, 2)),
      column('peak memory', 'MB', ({ memory }) => fixed(memory / 1e6, 0)),
    ],
    painter(false),
  );
  const journal = await megabytes(join(run, runFiles.requests));
  process.stdout.write(
    `A run of ${fixed(rows, 0)} rows, ${fixed(journal, 0)} MB of ${runFiles.requests}\n\n`,
  );
  process.stdout.write(`${table.join('\n')}\n\n`);
  const isGood = await measurePage(lines.find(({ what }) => what === 'page')!.mb, made('report.html'));
  return (await measureViewer(results, run)) && isGood;
}

async function measurePage(mb: number, file: string): Promise<boolean> {
  const isSmall = mb < limits.pageMb;
  process.stdout.write(
    `The page has ${fixed(mb, 2)} MB, ${limits.pageMb} allowed: ${isSmall ? 'good' : 'TOO LARGE'}.\n`,
  );
  if (withoutBrowser !== undefined) {
    process.stdout.write(`How long it takes to open is not measured: ${withoutBrowser}.\n`);
    return isSmall;
  }
  const { loadSeconds, elements } = await openPage(file);
  const isQuick = loadSeconds < limits.loadSeconds;
  process.stdout.write(
    `It opens in ${fixed(loadSeconds, 2)} s with ${fixed(elements, 0)} elements, ${limits.loadSeconds} s allowed: ${isQuick ? 'good' : 'TOO SLOW'}.\n`,
  );
  return isSmall && isQuick;
}

/** How long people wait for whole pages of the viewer: the first look at a run, another order, all answers. */
async function measureViewer(results: string, run: string): Promise<boolean> {
  const token = '00112233445566778899aabbccddeeff';
  const viewer = await startViewer({ results, port: 0, token, program: 'gatebench', now: Date.now });
  const seconds = async (path: string): Promise<number> => {
    const start = performance.now();
    const headers = { cookie: `${cookieName({ port: viewer.port, token })}=${token}` };
    const page = await fetch(`http://127.0.0.1:${viewer.port}${path}`, { headers });
    await page.text();
    if (!page.ok) throw new Error(`${path} is answered with HTTP ${page.status}`);
    return (performance.now() - start) / 1000;
  };
  const address = `/run/${basename(dirname(run))}/${basename(run)}`;
  await seconds('/');
  const first = await seconds(`${address}/requests`);
  const order = await seconds(`${address}/requests?status=ok&order=-e2e_latency_ms`);
  await seconds(`${address}/answers`);
  const answers = await seconds(`${address}/answers?differ=1`);
  await viewer.close();
  const isQuick = first < limits.firstLookSeconds && Math.max(order, answers) < limits.nextLookSeconds;
  process.stdout.write(
    `The viewer shows its requests after ${fixed(first, 2)} s, in another order after ${fixed(order, 2)} s, the answers that ` +
      `differ after ${fixed(answers, 2)} s, ${limits.firstLookSeconds} and ${limits.nextLookSeconds} s allowed: ${isQuick ? 'good' : 'TOO SLOW'}.\n`,
  );
  return isQuick;
}

async function demoRun(): Promise<string> {
  process.stderr.write('demo run …\n');
  const results = join(scratch, 'results');
  await runCommand([
    'run',
    'suites/smoke.yaml',
    '--route',
    'demo',
    '--seed',
    '7',
    '--quiet',
    '--results',
    results,
  ]);
  const [run] = await readdir(join(results, 'smoke'));
  return join(results, 'smoke', run!);
}

async function megabytes(path: string): Promise<number> {
  return (await stat(path)).size / 1e6;
}
