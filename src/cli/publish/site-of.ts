import { compareValues } from '../../base/compare-values.ts';
import type { HistoryRow } from '../../analysis/history.ts';
import type { NightRow } from '../../analysis/night-figures.ts';
import { nightVerdicts, type NightVerdict, type VerdictRow } from '../../analysis/night-verdicts.ts';
import { defined } from '../../base/defined.ts';
import { cellName, type Ways, waysOf } from '../../plan/cell.ts';
import type { TrendReport } from '../../report/trend/trend-report.ts';
import { LastingNames } from '../../report/site/site-names.ts';
import type { Site, SiteModel, SiteSuite } from '../../report/site/site.ts';
import { isSimulatedRoute } from '../../target/routes.ts';
import { trendReports } from '../gate/execute-trend.ts';

export interface HistoryTables {
  history: readonly HistoryRow[];
  nights: readonly NightRow[];
  verdicts: readonly VerdictRow[];
}

export interface SiteSources extends HistoryTables {
  /** Parts that could not be read. */
  warnings: readonly string[];
  /** The page of a suite's newest run, by the suite's name and its part of addresses. */
  latest?: (suite: string, name: string) => SiteSuite['latest'];
}

/** A run in the history, with its start. */
export interface KnownRun {
  suite: string;
  runId: string;
  at: string;
}

/** Every run with a night or a verdict, oldest first. */
export function knownRuns({ history, verdicts }: Pick<HistoryTables, 'history' | 'verdicts'>): KnownRun[] {
  const rows = [...history.filter(({ kind }) => kind === 'night'), ...verdicts];
  const runs = new Map(
    rows.map(({ suite, run_id, at }) => [JSON.stringify([suite, run_id]), { suite, runId: run_id, at }]),
  );
  return [...runs.values()].sort((a, b) => compareValues(a.at, b.at) || compareValues(a.runId, b.runId));
}

/** The site of a history. Pure. Undefined if the history has no run. */
export function siteOf(sources: SiteSources): Site | undefined {
  const { history, warnings } = sources;
  const runs = knownRuns(sources);
  if (runs[0] === undefined) return undefined;
  const trends = trendReports(history);
  const verdicts = nightVerdicts(sources.verdicts);
  const names = namesOf(sources, runs);
  return {
    updatedAt: runs.at(-1)!.at,
    firstRun: runs[0].runId,
    warnings,
    suites: [...new Set(runs.map(({ suite }) => suite))].sort(compareValues).map((suite) =>
      suiteOf(suite, sources, {
        ...names,
        trend: trends.find((trend) => trend.suite === suite),
        verdicts: verdicts.filter((night) => night.suite === suite),
      }),
    ),
  };
}

interface Names {
  suites: LastingNames;
  badges: LastingNames;
}

/** In order of first appearance of suites and models. */
function namesOf({ nights }: HistoryTables, runs: readonly KnownRun[]): Names {
  const badges = [
    ...runs.map(({ suite, at }) => ({ at, parts: [suite] })),
    ...nights.flatMap((row) => [
      { at: row.at, parts: [row.suite, modelOf(row)] },
      { at: row.at, parts: partsOf(row) },
    ]),
  ].sort(
    (a, b) =>
      compareValues(a.at, b.at) ||
      a.parts.length - b.parts.length ||
      compareValues(a.parts.join('\n'), b.parts.join('\n')),
  );
  return {
    suites: new LastingNames(runs.map(({ suite }) => [suite])),
    badges: new LastingNames(badges.map(({ parts }) => parts)),
  };
}

/** Name in the history. */
const modelOf = (row: NightRow): string => cellName(row);

/** Parts of its own address. */
const partsOf = (row: NightRow): string[] => [
  ...[row.suite, modelOf(row), row.route],
  ...(row.vantage === undefined ? [] : [row.vantage]),
];

interface OfSuite extends Names {
  trend: TrendReport | undefined;
  verdicts: readonly NightVerdict[];
}

function suiteOf(
  suite: string,
  sources: SiteSources,
  { suites, badges, trend, verdicts }: OfSuite,
): SiteSuite {
  const name = suites.of(suite);
  const drops = dropsOf(suite, sources.history);
  const newest = verdicts.findLast(({ at }) => !drops.some((drop) => drop.day === dayOf(at) && drop.isWhole));
  return {
    suite,
    name,
    isSimulated: trend?.isSimulated ?? verdicts.some(({ routes }) => routes.some(isSimulatedRoute)),
    verdicts,
    badge: badgeOf(badges.of(suite)),
    models: modelsOf(
      sources.nights.filter((row) => row.suite === suite && row.tag === undefined),
      drops,
      badges,
    ),
    ...defined({ trend, newest, latest: sources.latest?.(suite, name) }),
  };
}

interface Drop {
  day: string;
  model: string | undefined;
  route: string | undefined;
  vantage: string | undefined;
  isWhole: boolean;
}

/** Dropped nights, as far as they are about speed. */
function dropsOf(suite: string, history: readonly HistoryRow[]): Drop[] {
  const ours = history.filter((row) => row.suite === suite);
  return ours
    .filter(({ kind, metric }) => kind === 'drop' && (metric ?? 'ttft_ms') === 'ttft_ms')
    .flatMap(({ run_id, model, route, vantage, metric }) => {
      const night = ours.find((row) => row.kind === 'night' && row.run_id === run_id);
      const isWhole = [model, route, vantage, metric].every((name) => name === undefined);
      return night === undefined ? [] : [{ day: dayOf(night.at), model, route, vantage, isWhole }];
    });
}

/** Each model on its newest night, on every route and from every vantage of that night. */
function modelsOf(rows: readonly NightRow[], drops: readonly Drop[], badges: LastingNames): SiteModel[] {
  const kept = rows.filter(
    (row) =>
      !drops.some(
        ({ day, model, route, vantage }) =>
          day === dayOf(row.at) &&
          (model ?? modelOf(row)) === modelOf(row) &&
          (route ?? row.route) === row.route &&
          (vantage ?? row.vantage) === row.vantage,
      ),
  );
  const byModel = [...Map.groupBy(kept, modelOf)].sort(([a], [b]) => compareValues(a, b));
  return byModel.flatMap(([model, ofModel]) => {
    const at = ofModel
      .map((row) => row.at)
      .sort(compareValues)
      .at(-1)!;
    const newest = ofModel
      .filter((row) => row.at === at)
      .sort((a, b) => compareValues(partsOf(a).join('\n'), partsOf(b).join('\n')));
    const ways = waysOf(newest);
    const [plain, ...others] = newest.map((row) => siteModel(row, ways, badges.of(...partsOf(row))));
    // The first also has the short address.
    const short = { ...plain!, badge: badgeOf(badges.of(newest[0]!.suite, model)) };
    return others.length === 0 ? [short] : [short, plain!, ...others];
  });
}

const badgeOf = (name: string): string => `badge-${name}.json`;

function siteModel(row: NightRow, ways: Ways, address: string): SiteModel {
  return {
    ...{
      name: cellName(row, ways),
      badge: badgeOf(address),
      at: row.at,
      isSimulated: isSimulatedRoute(row.route),
    },
    value: row.ttft_ms_geomean,
    low: row.ttft_ms_geomean_ci_low,
    high: row.ttft_ms_geomean_ci_high,
  };
}

const dayOf = (at: string): string => at.slice(0, 10);
