import { oneLine } from '../base/text.ts';
import { nearest } from '../suite/nearest.ts';
import { nameOf, type CommandEntry } from './command.ts';
import { flagsOf } from './common-flags.ts';
import { firstRun } from './first-run.ts';
import { takesValue, type Flag, type Flags } from './flags.ts';

/** Says of wrong arguments which word is wrong, what was probably meant, and where the help is. */
export async function explainArguments(
  message: string,
  args: readonly string[],
  named: CommandEntry | undefined,
  commands: readonly CommandEntry[],
): Promise<string> {
  if (!named) return `${withoutCommand(args, commands.map(nameOf))}\nSee gatebench --help.`;
  const name = nameOf(named);
  return `${withinCommand(message, args, name, flagsOf(await named.load()))}\nSee gatebench ${name} --help.`;
}

function withoutCommand(args: readonly string[], known: readonly string[]): string {
  const word = args.find((arg) => !arg.startsWith('-'));
  return word === undefined
    ? `no command given. Try: ${firstRun()}`
    : `there is no command ${quoted(word)}${meant(word, known)}`;
}

function withinCommand(message: string, args: readonly string[], command: string, flags: Flags): string {
  const [, missing] = /^Missing required arguments?: (.*)/.exec(message) ?? [];
  if (missing !== undefined)
    return missing
      .split(', ')
      .map((name) => needs(command, name, flags))
      .join('\n');
  const [, open] = /^Not enough arguments following: (.*)/.exec(message) ?? [];
  if (open !== undefined) return opens(open, flags);
  if (message.startsWith('Not enough non-option arguments')) return needsPositional(command, flags);
  if (message.startsWith('Unknown argument')) {
    const known = flagWords(flags);
    const given = args.filter((arg) => /^--[^=]/.test(arg)).map((arg) => arg.split('=', 1)[0]!);
    const unknown = given.find((flag) => !known.includes(flag));
    if (unknown !== undefined) return `${command} has no flag ${quoted(unknown)}${meant(unknown, known)}`;
    return `${command} does not take ${quoted(message.replace(/^.*?: /, ''))}.`;
  }
  const [, name, value] = /Argument: (.*?), Given: "?(.*?)"?, Choices:/.exec(message) ?? [];
  const choices = flags.options.get(name ?? '')?.choices ?? flags.positionals.get(name ?? '')?.choices;
  if (name === undefined || value === undefined || choices === undefined) return message;
  return `${flags.options.has(name) ? `--${name}` : name} is ${choices.join(', ')}; ${quoted(value)} is not one of them.`;
}

function needs(command: string, name: string, { options }: Flags): string {
  const flag = options.get(name);
  return flag ? `${command} needs ${words(name, flag)}: ${flag.describe}.` : `${command} needs ${name}.`;
}

function opens(name: string, { options }: Flags): string {
  const flag = options.get(name);
  return flag ? `--${name} needs a value: ${words(name, flag)}, ${flag.describe}.` : `${name} is incomplete.`;
}

const words = (name: string, { value = 'VALUE' }: Flag): string => `--${name} ${value}`;

function needsPositional(command: string, { positionals }: Flags): string {
  const [first] = positionals;
  if (!first) return `${command} needs more than that.`;
  return `${command} needs a ${first[0]}: ${first[1].describe}.`;
}

/** As they are typed. */
function flagWords({ options }: Flags): string[] {
  return [...options].flatMap(([name, flag]) => [`--${name}`, ...(takesValue(flag) ? [] : [`--no-${name}`])]);
}

const quoted = (word: string): string => `"${oneLine(word, 60)}"`;

function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '.' : `; did you mean "${near}"?`;
}
