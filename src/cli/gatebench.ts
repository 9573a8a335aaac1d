import { redactor, type Redact } from '../base/redact.ts';
import { oneLine } from '../base/text.ts';
import { exitCode, UserError, type ExitCode } from '../base/user-error.ts';
import { version } from '../base/version.ts';
import { type Environment, readEnvironment, secretsOf } from '../target/environment.ts';
import { commandIn, type CommandEntry } from './command.ts';
import { commands } from './commands.ts';
import { firstRun } from './first-run.ts';
import type { Io, Output } from './io.ts';

/** The whole program: arguments in, exit code out. The only place where errors are printed. */
export async function gatebench(args: readonly string[], io: Io): Promise<ExitCode> {
  const guarded = withoutSecrets(io);
  try {
    return await runCommand(args, guarded);
  } catch (error) {
    if (error instanceof UserError) {
      guarded.stderr.write(`gatebench: ${error.message}\n`);
      return error.exitCode;
    }
    if (isForbidden(error)) {
      const { message } = error;
      guarded.stderr.write(`gatebench: Node's --permission does not allow what this needs: ${message}\n`);
      return exitCode.usage;
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : oneLine(String(error));
    guarded.stderr.write(`gatebench: internal error; please report it:\n${stack}\n`);
    return exitCode.internalFault;
  }
}

/** By the permissions that Node was started with. The message names the flag that is missing. */
const isForbidden = (error: unknown): error is Error =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_ACCESS_DENIED';

/** Parses the arguments and runs the command in them. Throws a UserError for wrong arguments. */
export async function runCommand(args: readonly string[], io: Io): Promise<ExitCode> {
  if (args[0] === '--complete') return complete(args.slice(1), io);
  if (args[0] === 'help') return helpAbout(args.slice(1), io);
  const entry = commandIn(args, commands);
  if (args.length === 0 || asks(args, '--help', '-h')) return help(entry, args.length === 0, io);
  if (!entry && asks(args, '--version', '-v')) {
    io.stdout.write(`${version()}\n`);
    return exitCode.done;
  }
  if (!entry) return unknown(args, io);
  const { parseArguments } = await import('./parse-arguments.ts');
  const { flags, run } = await entry.load();
  return run(parseArguments(args.toSpliced(args.indexOf(entry.name), 1), flags, entry.name, io.cwd), io);
}

/** Whether one of these flags comes before a lone `--`, after which nothing is a flag. */
function asks(args: readonly string[], ...flags: string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? undefined : end).some((arg) => flags.includes(arg));
}

/** `help` and `help run`, as in other programs. */
async function helpAbout(words: readonly string[], io: Io): Promise<ExitCode> {
  const entry = commandIn(words.slice(0, 1), commands);
  if (entry || words.length === 0 || asks(words, '--help', '-h')) return help(entry, false, io);
  return unknown(words, io);
}

/** Without a command, the help is an error message, not data. */
async function help(
  entry: CommandEntry | undefined,
  isMistake: boolean,
  { stdout, stderr, cwd }: Io,
): Promise<ExitCode> {
  const { commandHelp, programHelp } = await import('./help.ts');
  const stream = isMistake ? stderr : stdout;
  const columns = Math.max(60, Math.min(100, stream.columns || 80));
  stream.write(
    entry ? commandHelp(entry, await entry.load(), columns) : programHelp(commands, firstRun(cwd), columns),
  );
  return isMistake ? exitCode.usage : exitCode.done;
}

async function unknown(args: readonly string[], { cwd }: Io): Promise<never> {
  const { meant, quoted } = await import('./parse-arguments.ts');
  const word = args.find((arg) => !arg.startsWith('-'));
  throw new UserError(
    (word === undefined
      ? `no command given. Try: ${firstRun(cwd)}`
      : `there is no command ${quoted(word)}${meant(
          word,
          commands.map(({ name }) => name),
        )}`) + '\nSee gatebench --help.',
  );
}

async function complete(words: readonly string[], { stdout, cwd }: Io): Promise<ExitCode> {
  const { completionLines } = await import('./completion/complete.ts');
  stdout.write(await completionLines(words, cwd));
  return exitCode.done;
}

/** Whatever a command prints, from any source: no secret of this machine reaches the terminal or a pipe. */
function withoutSecrets(io: Io): Io {
  let environment: Environment;
  try {
    environment = readEnvironment(io.env, io.cwd);
  } catch {
    // A command that needs the variables will report what is wrong with them.
    return io;
  }
  const redact = redactor(secretsOf(environment));
  return {
    ...io,
    stdout: redacted(io.stdout, redact),
    stderr: redacted(io.stderr, redact),
    showing: (...shown) => redacted(io.stdout, redactor(secretsOf(environment, shown))),
  };
}

/** The same stream, with the text written through a filter. */
function redacted(stream: Output, redact: Redact): Output {
  const write = (chunk: unknown, ...rest: []): boolean =>
    stream.write((typeof chunk === 'string' ? redact(chunk) : chunk) as string, ...rest);
  return new Proxy(stream, {
    get(target, key) {
      if (key === 'write') return write;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}
