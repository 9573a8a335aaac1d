import { defined } from '../base/defined.ts';
import { count } from '../base/text.ts';
import type { Manifest } from '../journal/manifest.ts';
import type { ColumnName, RequestRow } from '../journal/request-columns.ts';
import { type ChecksOf, checksOf, isUnchecked } from '../journal/verdicts.ts';
import type { Suite } from '../suite/suite.ts';
import type { Analysis, Report } from './analysis.ts';
import { byTag, type TagReport } from './by-tag.ts';
import { causeLines } from './causes.ts';
import { compareVersions } from './change.ts';
import { Collector, type Collected } from './collect.ts';
import { FailedCheckCollector, undecidedWarnings } from './failed-checks.ts';
import { compare } from './compare.ts';
import { decideLevelThresholds } from './level-thresholds.ts';
import { factsUnderLoad } from './load-figures.ts';
import { followLevels, type LevelCollector } from './levels.ts';
import { historyColumnsNeeded } from './history.ts';
import { InfluenceCollector } from './influences/influences.ts';
import { answerLength } from './quality/lengths.ts';
import { firmPairs, qualityOf, type QualityFigures } from './quality/quality.ts';
import type { QualityRecords } from '../journal/quality-journals.ts';
import { tooBusy } from './own-lag.ts';
import { factsOf, plannedRequests, unprovenClocks } from './run-facts.ts';
import { ServerTimesCollector } from './server-time-shares.ts';
import { summarize } from './summarize.ts';
import { choose, type Choice } from './choice.ts';
import { leadsOf, withCosts } from './leads.ts';
import { placeVerdicts } from './places.ts';
import { decideThresholds, thresholdColumns } from './thresholds.ts';
import type { PairRow } from './summary-columns.ts';
import { warningLines } from './warning-lines.ts';
import { machineWarnings, visitWarnings, warningsOf } from './warnings.ts';

/** Sees each row of a run once, in any order. */
export interface RowCollector {
  /** Columns that it reads; rows may lack the others. Absent: all. */
  readonly reads?: readonly ColumnName[];
  add(row: RequestRow): void;
}

/** Yields the rows of a run in batches, with the `wanted` columns. Undefined: all columns. */
export type RowSource = (wanted: ReadonlySet<string> | undefined) => AsyncIterable<readonly RequestRow[]>;

/**
 * Summary, comparison, thresholds and warnings of a run. `rows` are its attempts in any order, read once, one at a
 * time. Memory is some hundred bytes a request, whatever its text. `manifest` is the run's own. Collectors in `also`
 * see the same pass. Passes on whatever `rows` throws.
 */
export async function analyse(
  rows: AsyncIterable<RequestRow> | Iterable<RequestRow>,
  manifest: Manifest,
  also: readonly RowCollector[] = [],
): Promise<Analysis> {
  return (await onePass(() => inOnes(rows), manifest, also))(manifest);
}

/**
 * As above, in two steps: reads the rows, then returns a function that makes the analysis. Use it when the rows change
 * the manifest. `records`: what judges and people said about the answers.
 */
export async function onePass(
  source: RowSource,
  manifest: Manifest,
  also: readonly RowCollector[] = [],
  records?: QualityRecords,
): Promise<(manifest: Manifest) => Analysis> {
  const { suite } = manifest;
  const seen: Seen = {
    collector: new Collector({ columns: [...neededColumns(suite), ...lengthColumns(records)] }),
    serverTimes: new ServerTimesCollector(),
    influences: new InfluenceCollector(manifest),
    unchecked: new UncheckedCounter(suite),
    failedChecks: new FailedCheckCollector(),
    ...defined({ levels: followLevels(manifest) }),
  };
  const all: RowCollector[] = [...Object.values(seen), ...also];
  for await (const rows of source(columnsOf(all)))
    for (const row of rows) for (const one of all) one.add(row);
  return (manifest) => analysisOf(seen, manifest, records);
}

/** Undefined for all if one of them does not report it. */
function columnsOf(collectors: readonly RowCollector[]): ReadonlySet<string> | undefined {
  const wanted = new Set<string>();
  for (const { reads } of collectors) {
    if (reads === undefined) return undefined;
    for (const name of reads) wanted.add(name);
  }
  return wanted;
}

async function* inOnes(
  rows: AsyncIterable<RequestRow> | Iterable<RequestRow>,
): AsyncGenerator<readonly RequestRow[]> {
  for await (const row of rows) yield [row];
}

/** Collectors that see the rows in the same pass. */
type Seen = {
  collector: Collector;
  serverTimes: ServerTimesCollector;
  influences: InfluenceCollector;
  unchecked: UncheckedCounter;
  failedChecks: FailedCheckCollector;
  /** Absent if the load has no levels. */
  levels?: LevelCollector;
};

function analysisOf(seen: Seen, manifest: Manifest, records?: QualityRecords): Analysis {
  const { collector, serverTimes, influences, unchecked } = seen;
  const failedChecks = seen.failedChecks.list();
  const { suite } = manifest;
  const collected = collector.collected();
  const timeoutMs = suite.run.timeouts.totalMs;
  const models = summarize(collected, { timeoutMs });
  const load = seen.levels?.figures();
  const thresholds = manifest.shard
    ? []
    : load
      ? decideLevelThresholds(suite.thresholds, load, seen.levels!.visits)
      : decideThresholds(suite.thresholds, ofToday(collected), { timeoutMs });
  const isSequential = suite.run.order === 'sequential';
  const comparison = compare(collected, { isSequential });
  const all = withCosts(collected, comparison.pairs, { isSequential });
  const quality = qualityOf(collected, suite, records);
  const planned = plannedRequests(manifest);
  const facts = defined({
    status: manifest.status,
    isOfPlaces: manifest.merged_from?.some(({ vantage }) => vantage !== undefined) === true,
    loopUtilization: manifest.loop_utilisation,
    unprovenClocks: unprovenClocks(manifest),
  });
  const warnings = [
    ...(load ? visitWarnings(facts) : []),
    ...(load?.levels.some(({ visits }) => visits > 0) === true ? machineWarnings(facts) : []),
    ...warningsOf(collected, {
      order: suite.run.order,
      planned,
      maxErrorRate: suite.run.maxErrorRate,
      ...facts,
    }),
    ...influences.warnings(),
  ].filter(({ kind }) => load === undefined || !notUnderLoad.has(kind));
  const tagsOf = (): TagReport[] => byTag(collected, suite, { timeoutMs, isSequential });
  const filled = {
    causes: load ? load.causes : causeLines(collected),
    thresholds,
    failedChecks,
    serverTimes: serverTimes.times(),
    promptCaches: influences.promptCaches(),
    places: placeVerdicts(comparison.pairs, manifest.vantages ?? []),
    choices: manifest.shard ? [] : choicesOf(suite, collected, [...all, ...firmPairs(quality)], quality),
  };
  return {
    manifest,
    collected,
    comparison,
    thresholds,
    report: whenAsked(tagsOf, {
      run: {
        ...factsOf(manifest, models, planned),
        ...(load ? factsUnderLoad(load) : {}),
        ...defined({ too_busy: tooBusy(collected, manifest.loop_utilisation) }),
      },
      models,
      pairs: comparison.pairs,
      ...(suite.against && !load
        ? { change: { ...suite.against, ...compareVersions(collected, suite, { isSequential }) } }
        : {}),
      leads: leadsOf(collected, all),
      warnings: [
        // Every format says above its table that a run is simulated.
        ...warningLines(warnings.filter(({ kind }) => kind !== 'simulated')),
        ...uncheckedWarning(unchecked.answers, manifest),
        ...undecidedWarnings(failedChecks, manifest),
        ...quality.warnings,
        ...(records?.warnings ?? []),
        ...manifest.notes.map(({ text }) => `${text}.`),
      ],
      ...defined({ load }),
      ...(quality.rows.length > 0 || quality.preferences.length > 0
        ? { quality: { rows: quality.rows, preferences: quality.preferences, pairs: quality.pairs } }
        : {}),
      ...Object.fromEntries(Object.entries(filled).filter(([, list]) => list.length > 0)),
    }),
  };
}

/** Already shown by the table of levels: finding the queue is the purpose of a load. */
const notUnderLoad: ReadonlySet<string> = new Set(['nothing-measured', 'queue-ladder', 'server-queue']);

/** Limits apply to the current version only. An earlier version is a reference and can no longer be fixed. */
const ofToday = (collected: Collected): Collected => ({
  ...collected,
  cells: collected.cells.filter(({ version }) => version !== 'before'),
});

/** The report with its tags. Tags cost as much as everything else, so they are computed on first use. */
function whenAsked(tagsOf: () => readonly TagReport[], report: Report): Report {
  let made: readonly TagReport[] | undefined;
  return Object.defineProperty(report, 'tags', {
    enumerable: true,
    get: () => ((made ??= tagsOf()).length > 0 ? made : undefined),
  });
}

/** How the models meet the suite's need. Nothing without a need. */
function choicesOf(
  suite: Suite,
  collected: Collected,
  pairs: readonly PairRow[],
  { rates }: QualityFigures,
): Choice[] {
  const need = suite.quality?.need;
  if (need === undefined) return [];
  const checked = new Set(suite.prompts.filter(({ checks }) => checks.length > 0).map(({ id }) => id));
  return choose(collected, { need, pairs, checked, rates, timeoutMs: suite.run.timeouts.totalMs });
}

/**
 * Columns named by the suite's thresholds, need and gate, beyond those of every table. Comparisons also need the
 * lengths of both answers.
 */
/** Comparisons need the lengths of both answers. */
const lengthColumns = (records: QualityRecords | undefined): string[] =>
  [...(records?.judgements ?? []), ...(records?.ratings ?? [])].some(({ model_b }) => model_b !== undefined)
    ? [answerLength]
    : [];

function neededColumns({ thresholds, quality, gate }: Suite): string[] {
  const limits = (quality?.need?.limits ?? []).filter((limit) => 'column' in limit);
  return [
    ...thresholdColumns([...thresholds, ...limits]),
    ...historyColumnsNeeded(Object.keys(gate?.metrics ?? {})),
  ];
}

const uncheckedReads = [
  ...(['status', 'passed', 'passed_now', 'prompt_id', 'variant', 'version'] as const),
] as const;

/** Answers that have checks but were not checked. */
class UncheckedCounter implements RowCollector {
  readonly #checks: ChecksOf;
  readonly reads = uncheckedReads;
  answers = 0;

  constructor(suite: Suite) {
    this.#checks = checksOf(suite);
  }

  add(row: Pick<RequestRow, (typeof uncheckedReads)[number]>): void {
    if (isUnchecked(row, this.#checks)) this.answers++;
  }
}

/** An answer without a verdict is in no pass rate. Report it, because the others may differ. */
function uncheckedWarning(unchecked: number, { suite }: Manifest): string[] {
  if (unchecked === 0) return [];
  const what = `${count(unchecked, 'answer')} not checked, because the run was cut short; no pass rate includes them.`;
  return [
    suite.run.answers === 'full'
      ? `${what} Check them with: gatebench run --resume RUN`
      : `${what} With answers: ${suite.run.answers}, nothing is stored to check.`,
  ];
}
