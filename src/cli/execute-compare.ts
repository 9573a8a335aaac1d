import { routes as allRoutes } from '../target/routes.ts';
import { defined } from '../base/defined.ts';
import { exitCode, UserError, type ExitCode } from '../base/user-error.ts';
import { findRun } from '../journal/run-folder.ts';
import { comparisonFormats } from '../report/report-formats.ts';
import type { ComparisonReport } from '../report/comparison/comparison.ts';
import { acrossRuns } from '../report/comparison/across-runs.ts';
import { passRates } from '../report/change-words.ts';
import { firstLine } from '../report/first-line.ts';
import { leadsOf, withCosts } from '../analysis/leads.ts';
import { wayAnswer } from '../report/comparison/comparison-wording.ts';
import { dimensionNamed } from '../plan/cell.ts';
import { placeVerdicts } from '../analysis/places.ts';
import { placeSentences } from '../report/places.ts';
import { rankedMetric } from '../report/ranking.ts';
import { verdict } from '../report/run-verdict.ts';
import { choices, quote } from '../suite/nearest.ts';
import { describeAgainst } from '../suite/revision/against.ts';
import { onlyPrompts, promptsWithTags } from '../analysis/by-tag.ts';
import { compare, defaultMargin, type CompareOptions } from '../analysis/compare.ts';
import { allMetrics, everyMetric, type ComparedMetric } from '../analysis/compared-metrics.ts';
import { compareVersions } from '../analysis/change.ts';
import { describeExplanation, worthTelling } from '../analysis/explain.ts';
import { summarize } from '../analysis/summarize.ts';
import { loadRun, type LoadedRun } from '../analysis/read-run.ts';
import type { CompareFlags } from './commands/compare-command.ts';
import type { Io } from './io.ts';
import { refuseLevels } from './refuse-levels.ts';
import { styleFor } from './terminal.ts';
import { writeOut } from './write-out.ts';

/** `gatebench compare`: verdicts from the folders of one run or two. */
export async function executeCompare(flags: CompareFlags, io: Io): Promise<ExitCode> {
  const options = defined({ metrics: knownMetrics(flags.metrics), margin: flags.margin });
  const margin = flags.margin ?? defaultMargin;
  if (flags.by !== undefined && flags.by !== 'model' && flags.other !== undefined)
    throw new UserError(`--by ${flags.by} compares the ${flags.by}s of one run; leave out the second run.`);
  const load = async (name: string): Promise<LoadedRun> => {
    const loaded = await loadRun(await findRun(name, flags.results));
    refuseLevels(loaded.report, 'compare');
    return withTags(loaded, flags.tags);
  };
  const run = await load(flags.run);
  const other = flags.other === undefined ? undefined : await load(flags.other);
  if (other?.report.run.run_id === run.report.run.run_id)
    throw new UserError(
      `both are the same run (${run.report.run.run_id}). Name two runs, or one run to compare its models.`,
    );
  const report = other
    ? acrossRuns(run, other, options, margin)
    : ways[flags.by ?? usualWay(run)](run, options, margin);
  const formatName = flags.json ? 'json' : flags.format;
  if (formatName === 'html') {
    if (!other)
      throw new UserError('--format html needs two runs. For the page of one run: report RUN --format html.');
    const { renderComparisonPage } = await import('../report/run-page.ts');
    await writeOut(await renderComparisonPage(run, other, report), flags.out, io);
    return exitOf(report, flags.strict);
  }
  const format = comparisonFormats.find(({ name }) => name === formatName)!;
  await writeOut(format.render(report, styleFor(flags.out, flags.color, io)), flags.out, io);
  return exitOf(report, flags.strict);
}

/** Each model on its routes, or from the places of the run. */
function across(by: keyof typeof lackingWays): typeof withinRun {
  return (run, options, margin) => acrossWays(by, run, options, margin);
}

/** The run's own dimension of comparison. */
const ways = {
  model: withinRun,
  route: across('route'),
  variant: acrossVariants,
  vantage: across('vantage'),
  version: acrossVersions,
} as const;

/** A run against a revision was made to see the effect of the change. */
const usualWay = ({ manifest }: LoadedRun): keyof typeof ways =>
  manifest.suite.against ? 'version' : 'model';

/** The run on the prompts with these tags alone. */
function withTags(run: LoadedRun, tags: readonly string[] | undefined): LoadedRun {
  if (tags === undefined) return run;
  const { suite } = run.manifest;
  const collected = onlyPrompts(run.collected, promptsWithTags(suite, tags));
  const models = summarize(collected, { timeoutMs: suite.run.timeouts.totalMs });
  return { ...run, collected, report: { ...run.report, models } };
}

function exitOf({ pairs }: ComparisonReport, strict: boolean): ExitCode {
  // If nothing could be compared, nothing is settled.
  const isOpen = pairs.length === 0 || pairs.some(({ verdict }) => verdict === 'not settled');
  return strict && isOpen ? exitCode.notSettled : exitCode.done;
}

function withinRun(
  { manifest, collected, report }: LoadedRun,
  options: CompareOptions,
  margin: number,
): ComparisonReport {
  const isSequential = manifest.suite.run.order === 'sequential';
  const { pairs, groups, explanations } = compare(collected, { ...options, isSequential });
  const ranking = groups.filter(({ metric }) => metric === rankedMetric);
  const fastest = ranking.length === 1 ? ranking[0]!.ranking[0]?.model : undefined;
  const places = placeVerdicts(pairs, report.run.vantages ?? []);
  const isRanked = pairs.some(({ metric }) => metric === rankedMetric);
  return {
    run: report.run,
    margin,
    answer: isRanked
      ? [verdict({ ...report, pairs }), ...placeSentences({ places }).map((text) => `${text}.`)]
      : [],
    pairs,
    groups,
    explanations: worthTelling(explanations, pairs, fastest).map(describeExplanation),
    warnings: report.warnings,
  };
}

/** What a run without several of them lacks, and how to get them. */
const lackingWays = {
  route: (names: readonly string[]) =>
    `--by route compares the routes of each model, and this run used only one (${names.join()}): gatebench run SUITE --route compat,direct uses two.`,
  vantage: () =>
    '--by vantage compares the places that a model was asked from, and this run has fewer than two: send the suite from each with gatebench run SUITE --vantage NAME, then gatebench merge.',
} as const;

/** Each model on its routes, or from the places of the run. */
function acrossWays(
  by: keyof typeof lackingWays,
  { manifest, collected, report }: LoadedRun,
  options: CompareOptions,
  margin: number,
): ComparisonReport {
  const named = report.run[dimensionNamed(by).plural as 'routes' | 'vantages'] ?? [];
  if (named.length < 2) throw new UserError(lackingWays[by](named));
  // Routes without a gateway are the baseline.
  const bare = allRoutes.filter(({ kind }) => kind === 'bare').map(({ name }) => name);
  const { pairs } = compare(collected, {
    ...options,
    by,
    order: by === 'route' ? [...bare, ...named] : named,
    isSequential: manifest.suite.run.order === 'sequential',
  });
  return {
    run: report.run,
    by,
    margin,
    answer: wayAnswer(pairs, by, report.run),
    pairs,
    groups: [],
    explanations: [],
    // Places that workers serve for one run are compared within the same blocks.
    warnings:
      by === 'vantage' && manifest.merged_from !== undefined
        ? [ownHours, ...report.warnings]
        : report.warnings,
  };
}

const ownHours =
  'Each place was measured by a run of its own, so a difference between places may come from their hours. Send them at the same time, and repeat it at others.';

function acrossVariants(
  { manifest, collected, report }: LoadedRun,
  options: CompareOptions,
  margin: number,
): ComparisonReport {
  const { variants = [], run } = manifest.suite;
  if (variants.length === 0)
    throw new UserError(
      '--by variant compares variants of the prompts, and this suite has none. Give it "variants", such as ' +
        'variants: [{ id: plain }, { id: short, system: Answer in one sentence. }].',
    );
  const isSequential = run.order === 'sequential';
  const order = variants.map(({ id }) => id);
  const { pairs, explanations } = compare(collected, {
    ...options,
    by: 'variant',
    order,
    isSequential,
  });
  const all = withCosts(collected, pairs, { isSequential });
  const models = [...new Set(collected.cells.map(({ model }) => model))];
  // What was not compared does not count as open.
  const compared = new Set(all.map(({ metric }) => metric));
  const answer = models.flatMap((model) => {
    const own = { ...collected, cells: collected.cells.filter((cell) => cell.model === model) };
    const figures = report.models.filter((one) => one.model === model);
    const leads = leadsOf(own, all).map((list) => ({
      ...list,
      leads: list.leads.filter(({ metric }) => compared.has(metric)),
    }));
    if (leads.every((list) => list.leads.length === 0)) return [];
    return firstLine(
      { run: report.run, models: figures, pairs, warnings: [], leads },
      models.length > 1 ? model : undefined,
    );
  });
  return {
    run: report.run,
    by: 'variant',
    margin,
    answer,
    pairs,
    groups: [],
    explanations: worthTelling(explanations, pairs).map(describeExplanation),
    warnings: report.warnings,
  };
}

function acrossVersions(
  { manifest, collected, report }: LoadedRun,
  options: CompareOptions,
  margin: number,
): ComparisonReport {
  const { suite } = manifest;
  if (!suite.against)
    throw new UserError(
      '--by version compares two versions of a suite, and this run asked one. Ask both: gatebench run SUITE --against main.',
    );
  const isSequential = suite.run.order === 'sequential';
  const found = compareVersions(collected, suite, { ...options, isSequential });
  const change = { ...suite.against, ...found };
  return {
    run: report.run,
    by: 'version',
    margin,
    answer: [firstLine({ ...report, change })],
    pairs: found.pairs,
    groups: [],
    explanations: [
      ...describeAgainst(suite),
      ...found.changes.flatMap(passRates),
      ...worthTelling(found.explanations, found.pairs).map(describeExplanation),
    ],
    warnings: report.warnings,
  };
}

function knownMetrics(names: string[] | undefined): readonly ComparedMetric[] | undefined {
  if (names?.includes('all') === true) return everyMetric;
  return names?.map((name) => {
    const known = allMetrics.find((metric) => metric === name);
    if (!known)
      throw new UserError(`--metrics: unknown metric ${quote(name)}${choices(name, ['all', ...allMetrics])}`);
    return known;
  });
}
