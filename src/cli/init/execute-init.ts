import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exitCode, UserError, type ExitCode } from '../../base/user-error.ts';
import { readEnvironment } from '../../target/environment.ts';
import { loadSuite } from '../../suite/load.ts';
import type { InitFlags } from '../commands/init-command.ts';
import { shownFrom, under, type Io } from '../io.ts';
import { gatewaySteps, gatewayVariables } from './gateway-steps.ts';
import { nightlyWorkflow } from './nightly-workflow.ts';
import { starterSuite } from './starter-suite.ts';

const workflowFile = '.github/workflows/gatebench-nightly.yml';

/** `gatebench init`: files to start from. Never writes over one. */
export async function executeInit(flags: InitFlags, io: Io): Promise<ExitCode> {
  const { suite, nightly, json } = flags;
  const { program, stdout, stderr, cwd } = io;
  if (flags.gateway) return setUpGateway(flags, io);
  /** What was written, and what to do next; for machines the former alone. */
  const tell = (path: string, next: string): unknown =>
    stdout.write(json ? `${JSON.stringify({ written: [path] })}\n` : `Written: ${path}\n\n${next}`);
  if (flags.from !== undefined) return takeOver(flags.from, flags, io);
  if (!nightly) {
    await writeNew(suite, starterSuite());
    tell(
      suite,
      `  ${program} run ${suite} --route demo    # simulated models, no key\n` +
        `  ${program} plan ${suite}                # what a real run would send\n`,
    );
    return exitCode.done;
  }
  const path = inRepository(suite, cwd);
  const { models } = await loadSuite(suite);
  await writeNew(under(cwd, workflowFile), nightlyWorkflow({ suite: path, program }));
  tell(
    workflowFile,
    'Before its first night:\n' +
      '  1. add the secrets CF_ACCOUNT_ID, CF_GATEWAY_ID and CF_AIG_TOKEN to the repository\n' +
      `  2. commit ${workflowFile} and ${path}\n` +
      '  3. start it once by hand: Actions → gatebench nightly → Run workflow\n',
  );
  // From a clone there is no installed program.
  if (program.startsWith('npx') && !(await isLocked(cwd)))
    stderr.write(
      'The workflow runs "npm ci". First run npm install -D gatebench, and commit package.json and package-lock.json.\n',
    );
  if (models.some(({ model }) => /\/sim-/.test(model)))
    stderr.write(`${path} names simulated models (sim-…). Replace them; no gateway has them.\n`);
  return exitCode.done;
}

/** A suite from another tool's file, with a frank list of what is missing. */
async function takeOver(from: string, { suite, models, json }: InitFlags, io: Io): Promise<ExitCode> {
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

/** Whether `npm ci` would bring this program. */
async function isLocked(cwd: string): Promise<boolean> {
  const lock = await readFile(under(cwd, 'package-lock.json'), 'utf8').catch(() => '');
  return lock.includes('"node_modules/gatebench"');
}

/** The steps, and then what `doctor` says of them, once there is something to try. */
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

/** The workflow names the suite by its path from the repository's root, in the dialect of its shell. */
function inRepository(suite: string, cwd: string): string {
  const path = shownFrom(cwd, suite).replaceAll('\\', '/');
  if (!/^(?!\.\.\/)[\w./-]+$/.test(path) || path.startsWith('-'))
    throw new UserError(
      `the suite ${suite} must be inside this folder, in a path of letters, digits, dots, and dashes. The workflow runs it from here.`,
    );
  return path;
}

async function writeNew(path: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(
      code === 'EEXIST' && !/mkdir/.test(message)
        ? `${path} already exists and is not overwritten. Name another file, or move it away.`
        : `${path} cannot be written: ${message}`,
    );
  }
}
