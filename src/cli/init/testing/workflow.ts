import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { compileCache } from '../../../base/compile-cache.ts';
import { finishedOf, spawn } from '../../../base/testing/programs.ts';

export interface Step {
  name?: string;
  id?: string;
  uses?: string;
  run?: string;
  if?: string;
  /** YAML may turn them into numbers. */
  env?: Record<string, string | number>;
  with?: Record<string, string | number>;
}

export interface Job {
  needs?: string | string[];
  if?: string;
  env?: Record<string, string | number>;
  permissions?: Record<string, string>;
  'timeout-minutes'?: number;
  steps: Step[];
}

export interface Workflow {
  on: Record<string, unknown> & { schedule?: { cron: string }[] };
  permissions: Record<string, string>;
  concurrency: { 'cancel-in-progress': boolean };
  env: Record<string, string>;
  jobs: Record<string, Job>;
}

export const parsed = (text: string): Workflow => parse(text, { strict: true, uniqueKeys: true }) as Workflow;

export const stepsOf = ({ jobs }: Workflow): Step[] => Object.values(jobs).flatMap(({ steps }) => steps);

/** How a shell starts this program from its sources. */
export const program = `"${process.execPath}" "${fileURLToPath(new URL('../../../bin.ts', import.meta.url))}"`;

export interface Done {
  code: number;
  output: string;
}

/** Runs a script as GitHub's runner does, in an isolated environment. */
export async function bash(script: string, cwd: string, env: Record<string, string> = {}): Promise<Done> {
  const { code, stdout, stderr } = await finishedOf(
    spawn('bash', ['-e', '-o', 'pipefail', '-c', script], {
      cwd,
      env: {
        PATH: process.env['PATH'] ?? '',
        ...compileCache(),
        HOME: cwd,
        GIT_CONFIG_NOSYSTEM: '1',
        ...env,
      },
    }),
  );
  return { code: code ?? -1, output: stdout + stderr };
}

/** GitHub's values, by the expression between the braces. */
export type Expressions = Readonly<Record<string, string>>;

/** Runs one step, found by its name, with GitHub's values filled in. Pauses are shortened. */
export async function runStep(
  workflow: Workflow,
  name: string,
  cwd: string,
  expressions: Expressions,
  env: Record<string, string> = {},
): Promise<Done> {
  const [job, step] = Object.values(workflow.jobs)
    .flatMap((one) => one.steps.map((each) => [one, each] as const))
    .find(([, each]) => each.name === name)!;
  const filled = (text: string): string =>
    text.replaceAll(/\$\{\{ *(.*?) *\}\}/g, (_, expression: string) => expressions[expression] ?? '');
  const variables = Object.entries({ ...workflow.env, ...job.env, ...step.env }).map(([key, value]) => [
    key,
    filled(String(value)),
  ]);
  return bash(filled(step.run!).replaceAll(/sleep .*/g, 'sleep 0.01'), cwd, {
    ...(Object.fromEntries(variables) as Record<string, string>),
    ...env,
  });
}
