import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { finishedOf, spawn } from './base/testing/programs.ts';
import { row } from './report/sheet/testing/runs.ts';
import { writeRun } from './cli/testing/run-folder.ts';
import { scratch, start } from './cli/testing/gatebench.ts';

const bin = fileURLToPath(new URL('./bin.ts', import.meta.url));

test.runIf(existsSync('/dev/full')).each([['schema'], ['--help'], ['plan --help']])(
  'output that cannot be written ends with exit code 8 and one line: %s',
  async (words) => {
    await using cwd = await scratch();
    const script = `exec "$0" "$1" ${words} > /dev/full`;
    const { code, stderr } = await finishedOf(
      spawn('bash', ['-c', script, process.execPath, bin], { cwd: cwd.path }),
    );
    expect(stderr).toBe('gatebench: the output cannot be written: the disk is full.\n');
    expect(code).toBe(8);
  },
);

test.each([
  ['stderr', ['report', 'nowhere'], 2],
  ['stdout', ['schema'], 0],
] as const)('a reader of %s that stops changes nothing', async (stream, args, code) => {
  await using cwd = await scratch();
  const { child, finished } = start(args, cwd.path);
  child[stream]!.destroy();
  expect(await finished).toMatchObject({ code, signal: null });
});

test.skipIf(process.platform === 'win32')('a file that did not become whole is not left behind', async () => {
  await using cwd = await scratch();
  await writeRun(cwd.path, [row()]);
  await writeFile(join(cwd.path, 'before.html'), 'before');
  const script =
    'ulimit -f 1; for words in "init new.yaml" "report latest --format html -o before.html"; do "$0" "$1" $words; echo $?; done';
  const { stdout, stderr } = await finishedOf(
    spawn('bash', ['-c', script, process.execPath, bin], { cwd: cwd.path }),
  );
  expect(stdout, stderr).toBe('8\n8\n');
  expect(stderr).toMatch(
    /^gatebench: new\.yaml cannot be written: .*\ngatebench: before\.html cannot be written: .*ulimit -f.*\n$/,
  );
  expect((await readdir(cwd.path)).toSorted()).toEqual(['before.html', 'results']);
  expect(await readFile(join(cwd.path, 'before.html'), 'utf8')).toBe('before');
});
