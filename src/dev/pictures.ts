import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { loadRun } from '../analysis/read-run.ts';
import { fixed } from '../report/number-text.ts';
import { table } from '../report/run-table.ts';
import { runFiles } from '../journal/run-folder.ts';
import { runCommand } from './run-command.ts';
import { pagePictures } from './pictures/page-pictures.ts';
import { terminalSvg } from './pictures/terminal-svg.ts';

/*
 * node src/dev/pictures.ts [--from RUN]
 *
 * The README's pictures, from a fresh run of the demo suite (or from RUN): the table as a terminal shows it, and the
 * page in light and in dark. Exit code 1 if one is too large for a README.
 */
const { values: flags } = parseArgs({ options: { from: { type: 'string' } } });

/** Enough for the bars with their intervals. */
const columns = 108;
const command = 'gatebench run suites/smoke.yaml --route demo';
const largest = 250_000;
const folder = join(import.meta.dirname, '../..', '.github', 'pictures');

const scratch = await mkdtemp(join(tmpdir(), 'gatebench-pictures-'));
try {
  await mkdir(folder, { recursive: true });
  const run = flags.from ?? (await demoRun());
  const paths = [await terminalPicture(run), ...(await pagePictures(join(run, runFiles.report), folder))];
  for (const path of paths) {
    const { size } = await stat(path);
    const isSmall = size <= largest;
    if (!isSmall) process.exitCode = 1;
    process.stdout.write(
      `${relative(process.cwd(), path)}  ${fixed(size / 1000, 0)} kB${isSmall ? '' : `: TOO LARGE, ${largest / 1000} kB allowed`}\n`,
    );
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

async function terminalPicture(run: string): Promise<string> {
  const { report } = await loadRun(run);
  const text = `$ ${command}\n\n${table.render(report, { columns, color: true })}`;
  const path = join(folder, 'terminal.svg');
  await writeFile(path, terminalSvg(text, `What "${command}" prints: the models ranked by latency`));
  return path;
}

async function demoRun(): Promise<string> {
  const results = join(scratch, 'results');
  await runCommand([...command.split(' ').slice(1), '--seed', '7', '--quiet', '--results', results]);
  const [run] = await readdir(join(results, 'smoke'));
  return join(results, 'smoke', run!);
}
