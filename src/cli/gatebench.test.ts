import { join } from 'node:path';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { commands } from './commands.ts';
import { argumentsIn, flagsIn, isList, shownName, takesValue, typedName } from './flags.ts';
import { outputFormats } from '../report/report-formats.ts';
import { commandHelp, programHelp } from './help.ts';
import { gatebench as program, runCommand } from './gatebench.ts';
import { gatebench, scratch, suites, testIo } from './testing/gatebench.ts';

describe('help', () => {
  test.each(commands.map((entry) => [entry.name, entry] as const))(
    'of %s fits 80 columns except for commands to copy, and shows all flags and an example',
    async (_, entry) => {
      const command = await entry.load();
      const help = commandHelp(entry, command, 80);
      const [words, examples] = help.split('Examples:\n') as [string, string];
      for (const line of words.split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(80);
      for (const [name, flag] of flagsIn(command.flags)) expect(words).toContain(shownName(name, flag));
      expect(examples).toContain(`gatebench ${entry.name}`);
    },
  );

  test('ends with what else there is to know, wrapped, lists indented', () => {
    const epilogue = 'One long sentence.\n\nModes:\n  first   what the first one does';
    const entry = { name: 'try', describe: 'Try', load: () => Promise.reject(new Error('not needed')) };
    expect(commandHelp(entry, { flags: {}, examples: [], epilogue }, 20).split('Try\n\n')[1]).toBe(
      'One long sentence.\n\nModes:\n  first   what the\n    first one does\n',
    );
  });

  test.each([
    ['run', 'run [suite..]'],
    ['plan', 'plan <suite..>'],
    ['compare', 'compare <run> [other]'],
    ['trend', 'trend'],
  ])('of %s opens with its arguments', async (name, usage) => {
    const entry = commands.find((one) => one.name === name)!;
    expect(commandHelp(entry, await entry.load(), 80)).toContain(`gatebench ${usage}\n\n`);
  });

  test('of the program names every command within 60 columns', () => {
    const help = programHelp(commands, 'gatebench run', 60);
    for (const entry of commands) expect(help).toContain(`\n  ${entry.name}  `);
    for (const line of help.split('\n').slice(0, -2)) expect(line.length, line).toBeLessThanOrEqual(60);
  });
});

test('the commands suggested to a newcomer exist', async () => {
  await using empty = await scratch();
  const { stdout } = await gatebench(['--help'], empty.path);
  expect(stdout).toContain('New here? gatebench init && gatebench run suites/starter.yaml --route demo\n');
  expect((await gatebench(['init'], empty.path)).stdout).toContain('suites/starter.yaml');
});

describe('wrong arguments', () => {
  const oneValued = commands.map(async (entry) => {
    const { flags } = await entry.load();
    const args = [
      entry.name,
      ...argumentsIn(flags).flatMap(([, { required, choices = ['a'] }]) =>
        required ? choices.slice(0, 1) : [],
      ),
      ...flagsIn(flags).flatMap(([name, { required }]) => (required ? [`--${typedName(name)}`, 'x'] : [])),
    ];
    return flagsIn(flags)
      .filter(([, flag]) => takesValue(flag) && !isList(flag))
      .map(([name, { choices = ['1'] }]) =>
        [choices[0]!, choices.at(-1)!].reduce(
          (words, value) => [...words, `--${typedName(name)}`, value],
          args,
        ),
      );
  });

  test('a flag of one value that is given twice is refused by its name, whatever the command', async () => {
    const lines = (await Promise.all(oneValued)).flat();
    expect(lines.length).toBeGreaterThan(60);
    for (const args of lines)
      await expect(runCommand(args, testIo('.')), args.join(' ')).rejects.toThrow(
        `${args.at(-2)!} is given more than once.`,
      );
  });

  test.each([
    ['rnu', 'there is no command "rnu"; did you mean "run"?\nSee gatebench --help.'],
    [
      'run a.yaml --rout demo',
      'run has no flag "--rout"; did you mean "--route"?\nSee gatebench run --help.',
    ],
    ['run --out', '--out needs a value: --out DIR, folder of this run'],
    ['report', 'report needs a run: folder of a run, or latest.'],
    [
      'report a --format pdf',
      `--format is ${[...outputFormats.map(({ name }) => name), 'html'].join(', ')}; "pdf" is not one of them.`,
    ],
    ['compare a b c', 'compare does not take "c".'],
    ['trend', 'trend needs --history DIR: folder of history.csv.'],
    ['completion tcsh', 'shell is bash, zsh, fish; "tcsh" is not one of them.'],
    ['--fast', 'no command given. Try: gatebench run'],
  ])('"%s" is refused with what to do', async (line, message) => {
    await expect(runCommand(line.split(' '), testIo('.'))).rejects.toThrow(message);
    await expect(runCommand(line.split(' '), testIo('.'))).rejects.toHaveProperty('exitCode', 2);
  });
});

test('what the permissions of Node forbid is no fault of ours: it says which flag is missing', async () => {
  await using cwd = await scratch();
  const io = testIo(cwd.path);
  io.startMock = () => {
    const error = new Error('Access to this API has been restricted. Use --allow-child-process.');
    return Promise.reject(Object.assign(error, { code: 'ERR_ACCESS_DENIED' }));
  };
  expect(await program(['run', join(suites, 'smoke.yaml'), '--route', 'demo'], io)).toBe(2);
  expect(io.stderr.text).toMatch(/^gatebench: Node's --permission .*--allow-child-process\.\n$/m);
});
