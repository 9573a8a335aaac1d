import { spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outputOf } from '../../base/testing/programs.ts';
import { writeRun } from '../testing/run-folder.ts';
import { scratch, type Scratch } from '../testing/gatebench.ts';
import { completionLines } from './complete.ts';
import { completionScript, shells, type Shell } from './scripts.ts';

const bin = fileURLToPath(new URL('../../bin.ts', import.meta.url));

/** A folder with a program with our name, a suite and two runs. */
let home: Scratch;
beforeAll(async () => {
  home = await scratch();
  const program = join(home.path, 'gatebench');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  await chmod(program, 0o755);
  await mkdir(join(home.path, 'suites', 'data'), { recursive: true });
  for (const name of ['mine.yaml', 'mine.txt', 'other.yml', '$(touch x).yaml', 'a\nb.yaml'])
    await writeFile(join(home.path, 'suites', name), '');
  for (const run_id of ['20261120T031700Z-aaaaaa', '20261121T031700Z-bbbbbb'])
    await writeRun(home.path, [], { run_id });
});
afterAll(() => home[Symbol.asyncDispose]());

const wordsOf = async (...words: string[]): Promise<string[]> =>
  (await completionLines(words, '.')).split('\n').map((line) => line.split('\t')[0]!);

describe('what is offered', () => {
  test('commands, then their flags, each with its meaning, but none twice', async () => {
    expect(await completionLines(['pl'], '.')).toBe(
      'plan\tCheck a suite and print what a run would send. Sends nothing\n',
    );
    const flags = await wordsOf('run', 'a.yaml', '--route', 'demo', '--');
    expect(flags).toContain('--max-cost');
    expect(flags).toContain('--no-color');
    expect(flags).not.toContain('--route');
  });

  test('choices, and names of a list after each comma', async () => {
    expect(await wordsOf('report', 'latest', '--format', 'm')).toEqual(['markdown', '']);
    expect(await wordsOf('report', '--format=m')).toEqual(['--format=markdown', '']);
    expect(await wordsOf('run', '--route', 'direct,lo')).toEqual(['direct,local', '']);
    expect(await wordsOf('export', 'latest', '--locale', 'de-')).toEqual(['de-ch', '']);
  });

  test('the suites of a folder and the folders in it, but no name that a shell would take for more', async () => {
    const suites = `${join(home.path, 'suites')}/`;
    expect(await wordsOf('run', suites)).toEqual([
      `${suites}data/`,
      `${suites}mine.yaml`,
      `${suites}other.yml`,
      '',
    ]);
  });

  test('latest and the runs of the named folder, newest first; other folders if none of them matches', async () => {
    const results = join(home.path, 'results');
    const [latest, newest, oldest] = await wordsOf('compare', '--results', results, '');
    expect(latest).toBe('latest');
    expect(newest).toMatch(/-bbbbbb$/);
    expect(oldest).toMatch(/-aaaaaa$/);
    expect(await wordsOf('compare', 'latest', '--results', results, 'elsewhere/')).toEqual([':folders', '']);
  });

  test('nothing for a number, files for a file', async () => {
    expect(await completionLines(['run', '--repeat', ''], '.')).toBe('');
    expect(await completionLines(['report', 'latest', '-o', ''], '.')).toBe(':files\n');
  });
});

const isThere = (shell: Shell): boolean => spawnSync(shell, ['--version']).status === 0;

/** How to ask each shell for its completions of the words after the program's name. */
const asks: Record<Shell, (words: readonly string[]) => string[]> = {
  bash: (words) => [
    '--norc',
    '-c',
    `${completionScript('bash')}\nCOMP_WORDS=(gatebench ${quoted(words)}); COMP_CWORD=${words.length}
_gatebench 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  // Without a screen zsh does not complete: its own functions are replaced by some that print.
  zsh: (words) => [
    '-f',
    '-c',
    `compdef() { }; compadd() { shift 3; print -l -- "$@" }
_describe() { local -a all=("\${(@P)3}"); print -l -- "\${(@)all%%:*}" }
${completionScript('zsh')}\nwords=(gatebench ${quoted(words)}); CURRENT=${words.length + 1}; _gatebench`,
  ],
  fish: (words) => [
    '--no-config',
    '-c',
    `${completionScript('fish')}\ncomplete -C "gatebench ${words.join(' ')}" | string replace -r '\\t.*' ''; true`,
  ],
};

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

// Only bash is required: the others are rarely installed.
describe.each(
  shells.filter((shell) => isThere(shell) || (shell === 'bash' && process.env['GATEBENCH_REQUIRE_TOOLS'])),
)('in %s', (shell) => {
  const offers = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await outputOf(shell, asks[shell](words), {
      cwd: home.path,
      env: { PATH: `${home.path}:${process.env['PATH'] ?? ''}`, HOME: home.path },
    });
    return stdout.split('\n').filter((line) => line !== '');
  };

  test('a command, a flag, a choice, a route, a suite and a run are offered', async () => {
    expect(await offers('cali')).toEqual(['calibrate']);
    expect(await offers('run', '--max-c')).toEqual(['--max-cost']);
    expect(await offers('report', 'latest', '--format', 'j')).toEqual(['json', 'junit']);
    expect(await offers('run', '--route', 'd')).toEqual(['direct', 'demo']);
    expect(await offers('run', 'suites/m')).toEqual(['suites/mine.yaml']);
    expect(await offers('report', 'l')).toEqual(['latest']);
    const runs = await offers('report', 'results/');
    expect(runs).toHaveLength(2);
    expect(runs[0]).toMatch(/^results\/.*-bbbbbb$/);
  });
});

test.runIf(isThere('bash'))('bash, which cuts a flag at its =, gets the value alone', () => {
  const { stdout } = spawnSync('bash', asks.bash(['run', '--route', '=', 'de']), {
    encoding: 'utf8',
    cwd: home.path,
    env: { PATH: `${home.path}:${process.env['PATH'] ?? ''}` },
  });
  expect(stdout).toBe('demo\n');
});
