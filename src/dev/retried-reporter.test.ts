import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { finishedOf, spawn } from '../base/testing/programs.ts';
import { scratch } from '../cli/testing/gatebench.ts';

const root = new URL('../../', import.meta.url);
const config = fileURLToPath(new URL('vitest.config.ts', root));
const vitest = fileURLToPath(new URL('node_modules/vitest/vitest.mjs', root));

const world = `
  const tries = {};
  const once = (name, message) => {
    tries[name] = (tries[name] ?? 0) + 1;
    if (tries[name] === 1) throw new Error(message);
  };
  test('well', () => undefined);
  test('a socket', () => once('a socket', 'came late\\nand more'));
  test('a property', () => once('a property', 'Property failed after 3 tests'));
  test('broken', () => { throw new Error('always'); });
`;

/** Runs these tests with the project's own configuration. Resolves with the exit code. */
async function runTests(
  cwd: string,
  env: Record<string, string>,
): Promise<{ failed: boolean; stdout: string }> {
  const args = [vitest, 'run', '--root', cwd, '--config', config, '--globals'];
  const inherited = { PATH: process.env['PATH'] ?? '', HOME: cwd, NO_COLOR: '1' };
  const { code, stdout } = await finishedOf(
    spawn(process.execPath, args, { cwd, env: { ...inherited, ...env } }),
  );
  return { failed: code !== 0, stdout };
}

test('where tools are demanded, what failed by chance is tried once more and named; a counterexample is not', async () => {
  await using cwd = await scratch();
  await mkdir(join(cwd.path, 'src'));
  await writeFile(join(cwd.path, 'src', 'world.test.ts'), world);
  const file = join(cwd.path, 'retried.txt');
  const { failed, stdout } = await runTests(cwd.path, {
    GATEBENCH_REQUIRE_TOOLS: '1',
    GATEBENCH_RETRIED: file,
  });
  const line = 'passed on the second try: src/world.test.ts > a socket: came late\n';
  expect(failed).toBe(true);
  expect(stdout).toContain(line);
  expect(stdout).toContain('2 failed | 2 passed (4)');
  expect(await readFile(file, 'utf8')).toBe(line);
  const plain = await runTests(cwd.path, {});
  expect(plain.stdout).toContain('3 failed | 1 passed (4)');
});
