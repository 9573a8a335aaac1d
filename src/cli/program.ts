import yargs, { type Argv } from 'yargs';
import { exitCode, UserError, type ExitCode } from '../base/user-error.ts';
import { version } from '../base/version.ts';
import { commands } from './commands/index.ts';

/** Parses the arguments and runs the command that they name. Throws a UserError for arguments that are wrong. */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCode.done;
  let program: Argv = yargs()
    .scriptName('gatebench')
    .usage('$0 COMMAND\n\nLatency and token numbers you can trust, for models behind Cloudflare AI Gateway.')
    .parserConfiguration({
      'greedy-arrays': false,
      'duplicate-arguments-array': true,
      'boolean-negation': true,
    })
    .locale('en')
    .strict()
    .recommendCommands()
    .demandCommand(1, 'Say what to do, for example: gatebench run suites/smoke.yaml --route demo')
    .version(version())
    .help()
    .alias({ h: 'help', v: 'version' })
    .wrap(Math.min(100, process.stdout.columns || 80))
    .epilogue('First time here? gatebench run suites/smoke.yaml --route demo')
    .exitProcess(false)
    .fail((message, error) => {
      throw error instanceof UserError
        ? error
        : new UserError(`${message || String(error)}\nSee gatebench --help.`);
    });
  for (const { usage, describe, load } of commands) {
    program = program.command(
      usage,
      describe,
      async (builder) => commonFlags((await load()).flags(builder)),
      async (flags) => {
        code = await (await load()).run(flags);
      },
    );
  }
  await program.parseAsync(args as string[]);
  return code;
}

function commonFlags(builder: Argv): Argv {
  return builder
    .option('results', {
      type: 'string',
      default: 'results',
      describe: 'folder of all runs',
      requiresArg: true,
    })
    .option('json', { type: 'boolean', default: false, describe: 'machine output on stdout' })
    .option('quiet', { type: 'boolean', default: false, describe: 'no progress on stderr' })
    .option('color', { type: 'boolean', describe: '--no-color: none (also NO_COLOR)' })
    .group(['results', 'json', 'quiet', 'color', 'help', 'version'], 'Common:');
}
