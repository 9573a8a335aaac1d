import { execFile, spawnSync } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from '../../src/stats/quantile.ts';
import type { Findings } from './task.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Below node_modules, so that the program finds its packages as when installed. */
const place = `${root}node_modules/.cache/gatebench-bench/`;
let built: Promise<string> | undefined;

/** Only the parser of arguments, under the same cache of compiled code. */
const yargsAlone = `require('node:module').enableCompileCache(); import('yargs')`;

/** How long the program, compiled as published, takes to print its help, and Node to do nothing. */
export async function measureStart(times: number): Promise<Findings['start']> {
  const bin = await (built ??= build());
  const help: number[] = [];
  const yargs: number[] = [];
  const node: number[] = [];
  // The first one fills the compile cache, like the first start after an installation.
  elapsed([bin, '--help']);
  elapsed(['-e', yargsAlone]);
  for (let n = 0; n < times; n++) {
    node.push(elapsed(['-e', '0']));
    yargs.push(elapsed(['-e', yargsAlone]));
    help.push(elapsed([bin, '--help']));
  }
  return { helpMs: median(help), yargsMs: median(yargs), nodeMs: median(node) };
}

async function build(): Promise<string> {
  await mkdir(place, { recursive: true });
  await copyFile(`${root}package.json`, `${place}package.json`);
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const args = [tsc, '-p', `${root}tsconfig.build.json`, '--outDir', `${place}dist`];
  await promisify(execFile)(process.execPath, args);
  return `${place}dist/bin.js`;
}

function elapsed(args: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(status)}`);
  return performance.now() - start;
}
