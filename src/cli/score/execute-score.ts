import { defined } from '../../base/defined.ts';
import { count } from '../../base/text.ts';
import { exitCode, type ExitCode, UserError } from '../../base/user-error.ts';
import { localDisk } from '../../journal/disk.ts';
import { lockRun } from '../../journal/lock.ts';
import { assertUnedited, type Manifest, readManifest } from '../../journal/manifest.ts';
import { setTornLineAside } from '../../journal/resume.ts';
import { findRun, qualityFiles } from '../../journal/run-folder.ts';
import { judgeWarnings } from '../../score/judging-plan.ts';
import { judgeRoutes, judgeTargets, type JudgeTargets } from '../../score/judge-targets.ts';
import { withLaterSuite } from '../../score/other-suite.ts';
import { recheck } from '../../score/recheck.ts';
import { scoreRun, type ScoreEvent, type ScoreOutcome } from '../../score/score-run.ts';
import { usd } from '../../report/number-text.ts';
import { loadSuite } from '../../suite/load.ts';
import { choices, quote } from '../../suite/nearest.ts';
import type { Budget, Judge, Quality, Suite } from '../../suite/suite.ts';
import type { Target } from '../../target/targets.ts';
import { readEnvironment } from '../../target/environment.ts';
import { isSimulatedRoute, routes } from '../../target/routes.ts';
import { refreshQuality } from '../after-judging.ts';
import type { ScoreFlags } from '../commands/score-command.ts';
import { shownFrom, type Io } from '../io.ts';
import { createProgress, isLive, type Progress } from '../progress.ts';
import { demoGateway, type DemoGateway } from '../run/demo-gateway.ts';
import { assertAddressed } from '../run/setup.ts';
import { onInterruption, type Interruption } from '../signals.ts';
import { usesColor } from '../terminal.ts';
import { recheckTable, scoreTable } from './score-tables.ts';

/** `gatebench score`: judges the stored answers of a run. */
export async function executeScore(flags: ScoreFlags, io: Io): Promise<ExitCode> {
  const folder = await findRun(flags.run, flags.results);
  const manifest = await readManifest(folder);
  assertUnedited(folder, manifest);
  const say = (text: string): void => {
    if (!flags.quiet) io.stderr.write(`${text}\n`);
  };
  const suite = flags.suite === undefined ? manifest.suite : await laterSuite(flags.suite, manifest, io, say);
  const interruption = onInterruption(io.signals, (text) => io.stderr.write(`\n${text}\n`));
  const demo = demoGateway(io.startMock);
  try {
    if (flags.checksOnly) return await recheckRun(folder, suite, flags, { io, say, interruption });
    const outcome = await judgeRun({ folder, manifest, suite, flags, io, demo, interruption });
    const line = await refreshQuality(folder);
    io.stdout.write(
      flags.json ? `${JSON.stringify(outcome, null, 2)}\n` : `${scoreTable(outcome)}\n${line}\n`,
    );
    return scoreCode(outcome, suite);
  } finally {
    await demo.stop();
    interruption.end();
  }
}

/** Common flags of `score` and `run --score`. */
export type JudgingFlags = Pick<
  ScoreFlags,
  'baseUrl' | 'allowHttp' | 'providerKey' | 'quiet' | 'color' | 'json'
> &
  Partial<Pick<ScoreFlags, 'judge' | 'criteria' | 'maxCost' | 'maxRequests'>>;

/** What is needed to find the judges. */
interface Asked {
  suite: Suite;
  /** Of the run. */
  routes: Manifest['routes'];
  flags: JudgingFlags;
  io: Io;
  demo: DemoGateway;
}

export interface JudgeRunOptions extends Omit<Asked, 'routes'> {
  folder: string;
  manifest: Manifest;
  interruption: Interruption;
  /** This process already holds the folder. */
  isLocked?: boolean;
}

/** Judges what is not judged yet, with a progress display. */
export async function judgeRun(options: JudgeRunOptions): Promise<ScoreOutcome> {
  const { folder, manifest, suite, flags, io, interruption } = options;
  assertStored(manifest, folder);
  const around = { ...options, routes: manifest.routes };
  const { judges, criteria, targets } = await judgesOf(around, shownFrom(io.cwd, folder));
  if (!flags.quiet) for (const text of judgeWarnings(suite)) io.stderr.write(`! ${text}\n`);
  for (const { id } of judges) sayWhere(options, id, targets.of(id));
  const progress = scoreProgress(judges, flags, io, targets.redact);
  try {
    return await scoreRun({
      folder,
      manifest,
      suite,
      judges,
      criteria,
      targets,
      budget: budgetOf(flags),
      stop: interruption.stop,
      kill: interruption.kill,
      onEvent: progress.onEvent,
      env: io.env,
      ...(options.isLocked === true ? { isLocked: true } : {}),
    });
  } finally {
    progress.stop();
  }
}

/** Outcome of judging. If the share of failed calls exceeds the suite's limit for requests, it is incomplete. */
export function scoreCode({ status, lines }: ScoreOutcome, suite: Suite): ExitCode {
  if (status === 'interrupted') return exitCode.interrupted;
  if (status === 'budget') return exitCode.budgetReached;
  const failed = lines.reduce((sum, line) => sum + line.failed, 0);
  const wanted = lines.reduce((sum, line) => sum + line.wanted, 0);
  return status === 'incomplete' || failed > suite.run.maxErrorRate * wanted
    ? exitCode.incomplete
    : exitCode.done;
}

/** The run's suite, judged by another version of it. */
export async function laterSuite(
  file: string,
  manifest: Manifest,
  io: Io,
  say: (text: string) => void,
): Promise<Suite> {
  const later = await loadSuite(file, { routes: routes.map(({ name }) => name) });
  const { suite, notes } = withLaterSuite(manifest.suite, later, shownFrom(io.cwd, file));
  for (const note of notes) say(note);
  return suite;
}

/** The requested criteria, or all. Throws a UserError if there are none, and for every unknown one. */
export function criteriaIn(
  { quality }: Suite,
  wanted: readonly string[] | undefined,
  name: string,
): string[] {
  if (!quality || quality.criteria.length === 0)
    throw new UserError(
      `${name}: its suite has no quality.criteria, so there is nothing to judge. Give a version that has, with --suite FILE.`,
    );
  const { picked, unknown } = pick('criteria', wanted, idsOf(quality.criteria));
  if (unknown.length > 0) throw new UserError(unknown.join('\n'));
  return picked;
}

function pick(
  flag: 'judge' | 'criteria',
  wanted: readonly string[] | undefined,
  known: readonly string[],
): { picked: string[]; unknown: string[] } {
  const noun = flag === 'judge' ? 'judge' : 'criterion';
  const unknown = (wanted ?? [])
    .filter((id) => !known.includes(id))
    .map((id) => `--${flag}: unknown ${noun} ${quote(id)}${choices(id, known)}`);
  return { picked: known.filter((id) => wanted?.includes(id) ?? true), unknown };
}

/** The requested judges and criteria. Throws a UserError that names every unknown one. */
function chosen(suite: Suite, flags: JudgingFlags, name: string): { judges: Judge[]; criteria: string[] } {
  const all = criteriaIn(suite, undefined, name);
  const { judges } = suite.quality!;
  if (judges.length === 0)
    throw new UserError(
      `${name}: its suite names no judge, and there is no default. Name one in quality.judges, and give the suite with --suite FILE; or let people judge: gatebench rate export.`,
    );
  const asked = pick('judge', flags.judge, idsOf(judges));
  const about = pick('criteria', flags.criteria, all);
  const unknown = [...asked.unknown, ...about.unknown];
  if (unknown.length > 0) throw new UserError(unknown.join('\n'));
  return { judges: judges.filter(({ id }) => asked.picked.includes(id)), criteria: about.picked };
}

const idsOf = (entries: Quality['judges'] | Quality['criteria']): string[] => entries.map(({ id }) => id);

/** A judge reads complete answers. */
export function assertStored({ suite }: Manifest, folder: string): void {
  const { answers } = suite.run;
  if (answers !== 'full')
    throw new UserError(
      `${folder} was run with answers: ${answers}, so its answers are not stored in full, and cannot be judged. Run it again with answers: full.`,
    );
}

/**
 * The judges, their questions, and their targets. Throws a UserError if there are none, if one of them cannot be
 * reached, or if there is nothing to ask. `name` is the suite's name for people.
 */
export async function judgesOf(
  { suite, routes: runRoutes, flags, io, demo }: Asked,
  name: string,
): Promise<ReturnType<typeof chosen> & { targets: JudgeTargets }> {
  const { judges, criteria } = chosen(suite, flags, name);
  const names = judgeRoutes(judges, runRoutes[0]!.route);
  assertAddressed(flags.baseUrl, names);
  const mockUrl = names.some(isSimulatedRoute) ? await demo.url() : undefined;
  const { baseUrl, allowHttp, providerKey } = flags;
  const environment = readEnvironment(io.env, io.cwd);
  const options = { baseUrl, allowHttp, providerKey, environment, ...defined({ mockUrl }) };
  return { judges, criteria, targets: judgeTargets(judges, suite.gateway, runRoutes, options) };
}

/** Before the first call: who will read the prompts and the answers. */
function sayWhere({ flags, io }: JudgeRunOptions, id: string, target: Target): void {
  if (flags.quiet) return;
  const { host } = new URL(target.endpoint.baseUrl);
  const where = isSimulatedRoute(target.route) ? 'simulated' : host;
  io.stderr.write(
    `Judge ${id} reads prompts and answers: ${target.model.model} on ${target.route} (${where})\n`,
  );
}

function budgetOf({ maxCost, maxRequests }: JudgingFlags): Budget {
  return defined({ usd: maxCost, requests: maxRequests });
}

interface Watching {
  onEvent: (event: ScoreEvent) => void;
  stop: () => void;
}

function scoreProgress(
  judges: readonly Judge[],
  { quiet, color }: JudgingFlags,
  { stderr, env, clock }: Io,
  redact: (text: string) => string,
): Watching {
  let progress: Progress | undefined;
  const totals = new Map<string, number>();
  return {
    onEvent(event) {
      if (event.kind === 'planned') {
        totals.set(event.judge, event.owed);
        if (!quiet) stderr.write(`${plannedLine(event)}\n`);
        if (totals.size < judges.length) return;
        const models = judges.map(({ id }) => ({ id, total: totals.get(id)! }));
        progress = createProgress({
          stream: stderr,
          live: isLive(stderr, env),
          models,
          quiet,
          clock,
          color: usesColor(color, stderr, env),
        });
      } else if (event.kind === 'started') progress?.started(event.judge);
      else if (event.kind === 'note') {
        if (progress) progress.note(redact(event.text));
        else if (!quiet) stderr.write(`${redact(event.text)}\n`);
      } else {
        const { judge, status, final, ttft_ms: ttftMs } = event.row;
        progress?.ended(judge, { ok: status === 'ok', final, ...defined({ ttftMs }) });
      }
    },
    stop: () => progress?.stop(),
  };
}

function plannedLine({ judge, owed, standing, most }: ScoreEvent & { kind: 'planned' }): string {
  const before = standing > 0 ? `, ${count(standing, 'judgement')} there already` : '';
  const cost = most.usd === undefined ? '' : `, ${usd(most.usd)}`;
  const tokens = owed === 0 ? '' : `, at most ${count(most.tokens, 'token')}${cost}`;
  return `Judge ${judge}: ${count(owed, 'call')}${tokens}${before}`;
}

async function recheckRun(
  folder: string,
  suite: Suite,
  flags: ScoreFlags,
  { io, say, interruption }: { io: Io; say: (text: string) => void; interruption: Interruption },
): Promise<ExitCode> {
  if (suite.run.answers !== 'full') assertStored({ suite } as Manifest, folder);
  if (suite.prompts.every(({ checks }) => checks.length === 0))
    throw new UserError(
      `${shownFrom(io.cwd, folder)}: its suite has no checks. Give a version that has, with --suite FILE.`,
    );
  const lock = await lockRun(folder);
  try {
    await setTornLineAside(folder, localDisk, qualityFiles);
    const outcome = await recheck(folder, suite, { clock: io.clock, stop: interruption.stop });
    for (const note of outcome.notes) say(note);
    const { lines, changedPrompts } = outcome;
    io.stdout.write(
      flags.json
        ? `${JSON.stringify({ models: lines, changed_prompts: changedPrompts }, null, 2)}\n`
        : recheckTable(outcome),
    );
  } finally {
    await lock.release();
  }
  return interruption.stop.aborted ? exitCode.interrupted : exitCode.done;
}
