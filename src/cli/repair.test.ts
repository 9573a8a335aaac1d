import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nightlySuite, writeNight } from './gate/testing/nightly-runs.ts';
import { gatebench, scratch } from './testing/gatebench.ts';

test('repair keeps what is whole, names what is lost, and destroys nothing', async () => {
  await using cwd = await scratch();
  const { suite, file } = await nightlySuite(cwd.path, { prompts: 2 });
  const run = await writeNight(cwd.path, { suite, file, night: 1, seed: 'r' });
  const path = join(run, 'requests.csv');
  const lines = (await readFile(path, 'utf8')).split('\n');
  const damaged = lines.map((line, place) => (place === 4 ? line.replace('ok', 'oq') : line)).join('\n');
  await writeFile(path, damaged);
  const report = await gatebench(['report', run], cwd.path);
  expect(report.stdout.replace(/\s+/g, ' ')).toContain('1 damaged line is left out (line 5');
  const { code, stdout } = await gatebench(['repair', run], cwd.path);
  expect(code).toBe(0);
  expect(stdout).toContain('1 damaged line taken out (line 5)');
  expect(await readFile(`${path}.damaged`, 'utf8')).toBe(damaged);
  expect(await readFile(path, 'utf8')).toBe(lines.toSpliced(4, 1).join('\n'));
  expect((await gatebench(['repair', run], cwd.path)).stdout).toContain('nothing damaged');
  expect(await readdir(run)).toHaveLength(3);
});

test('of a history that an editor left without its last line feed, the last line is kept', async () => {
  await using cwd = await scratch();
  const { suite, file } = await nightlySuite(cwd.path, { prompts: 2 });
  for (const night of [1, 2]) {
    const run = await writeNight(cwd.path, { suite, file, night, seed: 'r' });
    expect((await gatebench(['gate', run, '--history', 'history'], cwd.path)).stderr).toBe('');
  }
  const path = join(cwd.path, 'history', 'history.csv');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(3);
  const damaged = lines
    .map((line, place) => (place === 1 ? line.replace('night', 'nihgt') : line))
    .join('\n');
  await writeFile(path, damaged);
  const { stdout } = await gatebench(['repair', 'history'], cwd.path);
  expect(stdout).toContain('1 damaged line taken out (line 2)');
  expect(await readFile(path, 'utf8')).toBe(`${lines.toSpliced(1, 1).join('\n')}\n`);
});
