import { oneLine } from '../../base/text.ts';
import { exitCode, UserError, type ExitCode } from '../../base/user-error.ts';
import { notice } from '../../report/gate/annotations.ts';
import type { DeliverFlags } from '../commands/deliver-command.ts';
import { jobUrl } from '../gate/github-job.ts';
import type { Io } from '../io.ts';
import { Github, NotDelivered } from './github.ts';
import {
  commentSteps,
  issueSteps,
  type Comment,
  type CommentStep,
  type Issue,
  type Step,
  type Told,
} from './issues.ts';
import { readNight } from './read-night.ts';

/** Only somebody with write access to a repository can set it, so a stranger's issue is never taken for ours. */
const label = 'gatebench';

/** Result of one action. */
interface Delivered {
  suite: string;
  did: string;
}

/**
 * `gatebench deliver RUN…`: issues about nights, comments on a pull request. A failure is a warning and does not change
 * the exit code.
 */
export async function executeDeliver({ run, json }: DeliverFlags, io: Io): Promise<ExitCode> {
  const { env, stdout, stderr } = io;
  const repository = env['GITHUB_REPOSITORY'];
  if (!repository) throw new UserError('deliver is for GitHub Actions: GITHUB_REPOSITORY is not set.');
  const github = new Github(io, repository);
  const pull = /^refs\/pull\/(\d+)\//.exec(env['GITHUB_REF'] ?? '')?.[1];
  const delivered: Delivered[] = [];
  const warnings: string[] = [];
  for (const folder of run) {
    try {
      const night = withJob(await readNight(folder), jobUrl(env));
      const steps =
        pull === undefined ? await deliverIssue(github, night) : await deliverComment(github, night, pull);
      delivered.push(...steps.map((did) => ({ suite: night.suite, did })));
    } catch (error) {
      if (!(error instanceof NotDelivered || error instanceof UserError)) throw error;
      warnings.push(`not delivered: ${error.message}`);
    }
  }
  if (json) stdout.write(`${JSON.stringify({ delivered, warnings })}\n`);
  else stdout.write(delivered.map(({ suite, did }) => `${suite}: ${did}\n`).join(''));
  stderr.write(warnings.map((warning) => `${notice('warning', warning)}\n`).join(''));
  return exitCode.done;
}

/** A comment that links to its job. The marker stays first. */
function withJob(night: Told, url: string | undefined): Told {
  return url === undefined ? night : { ...night, text: `${night.text.trimEnd()}\n\n[The job](${url})\n` };
}

async function deliverIssue(github: Github, night: Told): Promise<string[]> {
  const known = (await github.all(
    `issues?labels=${label}&state=all&sort=created&direction=desc`,
  )) as (Issue & {
    pull_request?: unknown;
  })[];
  const issues = known
    .filter((each) => each.pull_request === undefined)
    .map(({ number, state, body }): Issue => ({ number, state, body: (body as string | null) ?? '' }));
  const did: string[] = [];
  for (const step of issueSteps(night, issues)) did.push(await takeStep(github, step));
  return did;
}

async function takeStep(github: Github, step: Step): Promise<string> {
  if (step.kind === 'open') {
    const { title, body } = step;
    await github.ask('POST', 'labels', { name: label, color: '5319e7' }).catch(ignoreRefusal);
    const opened = (await github.ask('POST', 'issues', { title, body, labels: [label] })) as {
      number: number;
    };
    return `opened issue #${opened.number}`;
  }
  const place = `issues/${step.number}`;
  if (step.kind === 'update') {
    await github.ask('PATCH', place, { body: step.body });
    return `updated issue #${step.number}`;
  }
  if (step.kind === 'join') {
    const comment = `Continued in #${step.into}.`;
    await github.ask('POST', `${place}/comments`, { body: comment });
    await github.ask('PATCH', place, { state: 'closed', state_reason: 'not_planned' });
    return `closed issue #${step.number}, which said the same as #${step.into}`;
  }
  await github.ask('POST', `${place}/comments`, { body: step.comment });
  await github.ask('PATCH', place, { body: step.body, state: 'closed', state_reason: 'completed' });
  return `closed issue #${step.number}`;
}

/** Usually the label already exists. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof NotDelivered)) throw error;
}

async function deliverComment(github: Github, night: Told, pull: string): Promise<string[]> {
  const known = (await github.all(`issues/${pull}/comments`)) as (Comment & {
    user?: { type?: string } | null;
  })[];
  // The job's token belongs to a bot. A person's comment is never overwritten, however it begins.
  const ours = known.filter(({ user }) => user?.type === 'Bot');
  const did: string[] = [];
  for (const step of commentSteps(night, ours)) did.push(await takeCommentStep(github, step, pull));
  return did;
}

async function takeCommentStep(github: Github, step: CommentStep, pull: string): Promise<string> {
  const { body } = step;
  if (step.kind === 'edit') await github.ask('PATCH', `issues/comments/${step.id}`, { body });
  else await github.ask('POST', `issues/${pull}/comments`, { body });
  return `${step.kind === 'edit' ? 'updated the comment' : 'commented'} on #${oneLine(pull)}`;
}
