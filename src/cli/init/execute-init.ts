import { rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
import { exitCode, UserError, type ExitCode } from '../../base/user-error.ts';
import { refusalCode } from '../../journal/run-folder.ts';
import { readEnvironment } from '../../target/environment.ts';
import type { InitFlags } from '../commands/init-command.ts';
import type { Io } from '../io.ts';
import { gatewaySteps, gatewayVariables } from './gateway-steps.ts';
import { starterSuite } from './starter-suite.ts';

/** `gatebench init`: starter files. Never overwrites one. */
export async function executeInit(flags: InitFlags, io: Io): Promise<ExitCode> {
  const { suite, nightly, json } = flags;
  const { program, stdout } = io;
  if (flags.gateway) return setUpGateway(flags, io);
  const [path, second] = suite as [string, ...string[]];
  if (second !== undefined && !nightly)
    throw new UserError(`init writes one suite; ${second} is one too many.`);
  if (flags.from !== undefined) return takeOver(flags.from, path, flags, io);
  if (nightly) return (await import('./nightly/set-up-nights.ts')).setUpNights(flags, io);
  await writeNew(path, starterSuite());
  stdout.write(
    json
      ? `${JSON.stringify({ written: [path] })}\n`
      : `Written: ${path}\n\n` +
          `  ${program} run ${path} --route demo    # simulated models, no key\n` +
          `  ${program} plan ${path}                # what a real run would send\n`,
  );
  return exitCode.done;
}

/** A suite from another tool's file, with a full list of what is missing. */
async function takeOver(from: string, suite: string, { models, json }: InitFlags, io: Io): Promise<ExitCode> {
  const { importFile } = await import('./import/import-file.ts');
  const { text, leftOut } = await importFile(from, models);
  await writeNew(suite, text);
  const list =
    leftOut.length === 0
      ? 'Nothing was left out.'
      : `Left out:\n${leftOut.map((line) => `  - ${line}\n`).join('')}`;
  io.stdout.write(
    json
      ? `${JSON.stringify({ written: [suite], left_out: leftOut })}\n`
      : `Written: ${suite}\n\n${list.trimEnd()}\n\n  ${io.program} plan ${suite}    # what a run would send\n`,
  );
  return exitCode.done;
}

/** The steps, and then the result of `doctor` once there is something to test. */
async function setUpGateway({ quiet, color, results }: InitFlags, io: Io): Promise<ExitCode> {
  const { program, stdout } = io;
  const environment = readEnvironment(io.env, io.cwd);
  const owner = io.showing?.('CF_ACCOUNT_ID') ?? stdout;
  owner.write(`${gatewaySteps(environment)}\n`);
  const missing = gatewayVariables.filter((name) => environment[name] === undefined);
  if (missing.length > 0) {
    stdout.write(
      `When ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} set: ${program} doctor\n`,
    );
    return exitCode.done;
  }
  stdout.write(`Everything is set, so this is what "${program} doctor" finds:\n\n`);
  const [{ executeDoctor }, { doctorDefaults }] = await Promise.all([
    import('../doctor/execute-doctor.ts'),
    import('../commands/doctor-command.ts'),
  ]);
  return executeDoctor({ ...doctorDefaults(), quiet, color, results }, io);
}

async function writeNew(path: string, content: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await writeFile(path, '', { flag: 'wx' });
    await writeFile(path, content).catch(async (error: unknown) => {
      await rm(path);
      throw error;
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(
      code === 'EEXIST' && !/mkdir/.test(message)
        ? `${path} already exists and is not overwritten. Name another file, or move it away.`
        : `${path} cannot be written: ${message}`,
      refusalCode(error),
    );
  }
}
