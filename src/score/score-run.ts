import { join } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { count } from '../base/text.ts';
import { exitCode, UserError } from '../base/user-error.ts';
import { createChecker } from '../check/checker.ts';
import { lockRun } from '../journal/lock.ts';
import type { Manifest } from '../journal/manifest.ts';
import type { JudgementRow } from '../journal/quality-columns.ts';
import {
  JudgementLog,
  judgementKey,
  qualityTables,
  readQuality,
  standingJudgements,
} from '../journal/quality-journals.ts';
import { setTornLineAside } from '../journal/resume.ts';
import { qualityFiles } from '../journal/run-folder.ts';
import { localDisk } from '../journal/disk.ts';
import { setDamageAside } from '../journal/set-damage-aside.ts';
import { costOf } from '../measure/metrics/cost.ts';
import type { Cell } from '../plan/cell.ts';
import { worstCaseUsage } from '../plan/token-estimate.ts';
import type { SendAllOutcome } from '../send/send-all.ts';
import type { Budget, Judge, Suite } from '../suite/suite.ts';
import { Gateway } from '../wire/client.ts';
import { openWire } from '../wire/wire.ts';
import { judge, type JudgingEvent, promptOf, Standing } from './judging.ts';
import type { JudgeTargets } from './judge-targets.ts';
import { storedAnswers } from './stored-answers.ts';
import { itemsOf, type Item, type Task, tasksOf } from './tasks.ts';

export interface ScoreOptions {
  folder: string;
  manifest: Manifest;
  /** The suite for judging: the run's own, or another version of it. */
  suite: Suite;
  judges: readonly Judge[];
  /** Ids of judges or criteria. */
  criteria: readonly string[];
  targets: JudgeTargets;
  /** Override the suite's own limits, one by one. */
  budget?: Budget | undefined;
  stop: AbortSignal;
  kill: AbortSignal;
  onEvent: (event: ScoreEvent) => void;
  env: NodeJS.ProcessEnv;
  clock?: Clock;
  /** This process already holds the folder. */
  isLocked?: boolean;
}

/** What a judge will be asked. */
export interface Planned {
  kind: 'planned';
  judge: string;
  owed: number;
  /** Already available. */
  standing: number;
  /** Maximum usage of the missing calls, if each is answered the first time. Without a price, no USD. */
  most: { tokens: number; usd?: number };
}

export type ScoreEvent = JudgingEvent | Planned;

/** Result of judging, over all requested judgements. */
export interface ScoreOutcome {
  status: SendAllOutcome['status'];
  /** One line per judge and criterion. */
  lines: ScoreLine[];
}

export interface ScoreLine {
  judge: string;
  criterion: string;
  /** Judgements wanted. Two for a comparison, one in each order. */
  wanted: number;
  readable: number;
  unreadable: number;
  /** Asked, but not answered. The next `score` asks again. */
  failed: number;
  open: number;
  total_tokens?: number;
  cost_usd?: number;
}

/** Maximum time for the `answer` steps of one answer. */
const transformDeadlineMs = 1000;

/**
 * Judges the stored answers of a run, from its folder alone. Existing judgements are not asked again, so a killed
 * process continues where it stopped. Throws a UserError if another process has the folder.
 */
export async function scoreRun(options: ScoreOptions): Promise<ScoreOutcome> {
  const { folder, onEvent } = options;
  if (options.isLocked === true) return await judgeAll(options);
  const lock = await lockRun(folder);
  try {
    await setTornLineAside(folder, localDisk, qualityFiles);
    for (const { file, columns, remedy } of qualityTables) {
      const { state, copy } = await setDamageAside(join(folder, file), columns);
      if (copy !== undefined)
        onEvent({
          kind: 'note',
          text: `${count(state.damaged, 'damaged line')} of ${file} left out, kept as ${copy}. ${remedy}`,
        });
    }
    const stop = AbortSignal.any([options.stop, lock.lost]);
    const kill = AbortSignal.any([options.kill, lock.lost]);
    return await judgeAll({ ...options, stop, kill });
  } catch (error) {
    throw explained(error, folder);
  } finally {
    await lock.release();
  }
}

/** If the disk refused: what is safe, and how to continue. */
function explained(error: unknown, folder: string): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  // Node's own errors are named ERR_…, those of the system ENOSPC, EIO and so on.
  if (error instanceof UserError || !/^E(?!RR_)/.test(code)) return error;
  return new UserError(
    `${folder} can no longer be written (${message}), so nothing more was asked.\n` +
      'Every judgement before that is saved. Free some space, then continue with: gatebench score ' +
      folder,
    exitCode.cannotWrite,
  );
}

async function judgeAll(options: ScoreOptions): Promise<ScoreOutcome> {
  const { folder, manifest, suite, judges, targets, onEvent, clock = systemClock } = options;
  const { items, notes } = await itemsToJudge(options);
  for (const text of notes) onEvent({ kind: 'note', text });
  const { judgements: earlier } = await readQuality(folder);
  const known = new Standing(earlier);
  const blocks = items.map((item) => tasksOf(item, judges, manifest.seed));
  for (const { id } of judges) {
    const own = blocks.flat().filter((task) => task.judge.id === id);
    const owed = own.filter(({ key }) => !known.stands(key));
    const most = mostOf(owed, targets.of(id), manifest.seed);
    onEvent({ kind: 'planned', judge: id, owed: owed.length, standing: own.length - owed.length, most });
  }
  const wire = openWire({ timeouts: suite.run.timeouts, env: options.env });
  const gateway = new Gateway({ wire, clock, redact: targets.redact });
  const rows: JudgementRow[] = [];
  try {
    const log = await JudgementLog.open(folder, targets.redact);
    try {
      const outcome = await judge({
        ...options,
        runId: manifest.run_id,
        models: manifest.suite.models,
        seed: manifest.seed,
        targetOf: (id) => targets.of(id),
        blocks,
        earlier,
        budget: { ...suite.quality?.budget, ...options.budget },
        gateway,
        append: async (row, text) => {
          await log.append(row, text);
          rows.push(row);
        },
        clock,
      });
      return { status: outcome.status, lines: linesOf(blocks.flat(), [...earlier, ...rows]) };
    } finally {
      await log.close();
    }
  } finally {
    await gateway.close();
  }
}

function mostOf(tasks: readonly Task[], cell: Cell, seed: number): Planned['most'] {
  const { price } = cell.model;
  const most = { tokens: 0, usd: 0 };
  for (const task of tasks) {
    const usage = worstCaseUsage({ prompt: promptOf(task, seed), cell });
    most.tokens += usage.promptTokens + usage.completionTokens;
    if (price) most.usd += costOf(usage, price) ?? 0;
  }
  return price ? most : { tokens: most.tokens };
}

/** Every answer and pair that a suite's criteria ask about. */
export async function itemsToJudge({
  folder,
  manifest,
  suite,
  criteria,
}: Pick<ScoreOptions, 'folder' | 'manifest' | 'suite' | 'criteria'>): Promise<{
  items: Item[];
  notes: string[];
}> {
  const { quality } = suite;
  if (!quality) return { items: [], notes: [] };
  const asked = suite.prompts.filter(({ criteria: own = [] }) => own.some(({ id }) => criteria.includes(id)));
  const checker = createChecker({ deadlineMs: transformDeadlineMs });
  try {
    const prompts = new Map(asked.map((prompt) => [prompt.id, prompt]));
    const { answers, notes } = await storedAnswers(folder, prompts, checker);
    const { models } = manifest.suite;
    const known = new Set(models.map(({ id }) => id));
    const own = answers.filter(({ row }) => known.has(row.model));
    return { items: [...itemsOf({ prompts: asked, models, quality, criteria }, own)], notes };
  } finally {
    await checker.close();
  }
}

/** Totals of each judge and criterion. */
function linesOf(tasks: readonly Task[], rows: readonly JudgementRow[]): ScoreLine[] {
  const standing = new Map(standingJudgements(rows).map((row) => [judgementKey(row), row]));
  const groups = Map.groupBy(tasks, ({ judge: { id }, criterion }) => `${id}\n${criterion.id}`);
  const spent = Map.groupBy(rows, ({ judge: id, criterion }) => `${id}\n${criterion}`);
  return Array.from(groups, ([key, own]): ScoreLine => {
    const found = own.flatMap((task) => standing.get(task.key) ?? []);
    const having = (is: (row: JudgementRow) => boolean): number => found.filter(is).length;
    const calls = spent.get(key) ?? [];
    return {
      judge: own[0]!.judge.id,
      criterion: own[0]!.criterion.id,
      wanted: own.length,
      readable: having(({ readable }) => readable === true),
      unreadable: having(({ readable }) => readable === false),
      failed: having(({ readable }) => readable === undefined),
      open: own.length - found.length,
      ...defined({ total_tokens: sumOf(calls, 'total_tokens'), cost_usd: sumOf(calls, 'cost_usd') }),
    };
  });
}

/** Absent if none of them was reported. */
function sumOf(rows: readonly JudgementRow[], column: 'total_tokens' | 'cost_usd'): number | undefined {
  const values = rows.flatMap((row) => row[column] ?? []);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}
