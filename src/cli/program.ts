import type { Argv } from 'yargs';
import { exitCode, UserError, type ExitCode } from '../base/user-error.ts';
import { version } from '../base/version.ts';
import { commandIn, type CommandEntry, type RawFlags } from './command.ts';
import { commands } from './commands.ts';
import { flagsOf } from './common-flags.ts';
import type { Flags } from './flags.ts';

/** Parses the arguments and runs the command that they name. Throws a UserError for arguments that are wrong. */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  if (args[0] === '--complete') return complete(args.slice(1));
  if (args[0] === 'help') return helpAbout(args.slice(1));
  const named = commandIn(args, commands);
  if (args.length === 0 || asksForHelp(args)) return help(named, args.length === 0);
  // The help does without it.
  const { default: yargs } = await import('yargs');
  let code: ExitCode = exitCode.done;
  let program: Argv = yargs()
    .scriptName('gatebench')
    .parserConfiguration({
      'greedy-arrays': false,
      'duplicate-arguments-array': true,
      'boolean-negation': true,
    })
    .locale('en')
    .strict()
    .demandCommand(1)
    .version(version())
    .alias('version', 'v')
    .help(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw error instanceof UserError ? error : new WrongArguments(message || String(error));
    });
  for (const { usage, describe, load } of commands) {
    program = program.command(
      usage,
      describe,
      async (builder) => flagsOf(await load()).addTo(builder),
      async (flags) => {
        const command = await load();
        assertOnce(flags, flagsOf(command));
        code = await command.run(flags);
      },
    );
  }
  try {
    await program.parseAsync(args as string[]);
  } catch (error) {
    // Of some mistakes yargs does not tell its own handler of faults.
    if (!(error instanceof WrongArguments || (error as Error).name === 'YError')) throw error;
    const { explainArguments } = await import('./wrong-arguments.ts');
    throw new UserError(await explainArguments((error as Error).message, args, named, commands));
  }
  return code;
}

/** Arguments that the parser refuses, in its words. */
class WrongArguments extends Error {}

/** The parser makes a list of a flag that is given twice; most take one value. */
function assertOnce(given: RawFlags, { options }: Flags): void {
  for (const [name, { isList, array }] of options)
    if (Array.isArray(given[name]) && isList !== true && array !== true)
      throw new UserError(`--${name} is given more than once.`);
}

/** Before a lone `--`, after which nothing is a flag. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? undefined : end).some((arg) => arg === '--help' || arg === '-h');
}

/** `help` and `help run`, as other programs have them. */
async function helpAbout(words: readonly string[]): Promise<ExitCode> {
  const named = commandIn(words.slice(0, 1), commands);
  if (named || words.length === 0 || asksForHelp(words)) return help(named, false);
  const { explainArguments } = await import('./wrong-arguments.ts');
  throw new UserError(await explainArguments('', words, undefined, commands));
}

/** With nothing to do, the help is an answer to a mistake, and no data. */
async function help(entry: CommandEntry | undefined, isMistake: boolean): Promise<ExitCode> {
  const { commandHelp, programHelp } = await import('./help.ts');
  const stream = isMistake ? process.stderr : process.stdout;
  const columns = Math.max(60, Math.min(100, stream.columns || 80));
  stream.write(
    entry ? commandHelp(entry, flagsOf(await entry.load()), columns) : programHelp(commands, columns),
  );
  return isMistake ? exitCode.usage : exitCode.done;
}

async function complete(words: readonly string[]): Promise<ExitCode> {
  const { completionLines } = await import('./completion/complete.ts');
  process.stdout.write(await completionLines(words));
  return exitCode.done;
}
