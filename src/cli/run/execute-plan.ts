import { isSimulatedRoute } from '../../target/routes.ts';
import { cellName, cellsOf } from '../../plan/cell.ts';
import { needFloors } from '../../analysis/need-floor.ts';
import { defined } from '../../base/defined.ts';
import { exitCode, type ExitCode } from '../../base/user-error.ts';
import { readDescriptors, withinDescriptors } from '../../run/descriptors.ts';
import { renderPlan, type BudgetLine, type PlanFacts } from '../../report/plan-report.ts';
import { assumedSeconds, estimate, type EstimateOptions, sumSpans } from '../../plan/estimate.ts';
import { type Design, meanLengths } from '../../load/design.ts';
import { plannedLoad } from '../../report/load-plan.ts';
import { designOf, estimateMinutes, expectedInFlight } from '../../plan/load-plan.ts';
import { unpricedNote } from '../../send/budget.ts';
import { judgeWarnings, planJudging } from '../../score/judging-plan.ts';
import { suiteHash } from '../../suite/hash.ts';
import { imagesIn } from '../../suite/image.ts';
import { describeAgainst } from '../../suite/revision/against.ts';
import type { Suite } from '../../suite/suite.ts';
import type { SuiteFlags } from '../commands/suite-flags.ts';
import type { Io } from '../io.ts';
import { stdoutStyle } from '../terminal.ts';
import { powerFacts } from './run-power.ts';
import { readSuites } from './read-suite.ts';
import { assertAddressed, routeNames } from './setup.ts';

/** `gatebench plan`: what a run would send. Needs no credentials and sends nothing. */
export async function executePlan(flags: SuiteFlags, io: Io): Promise<ExitCode> {
  const plans: PlanFacts[] = [];
  for (const { suite } of await readSuites(flags, io)) {
    const routes = routeNames(flags, suite);
    assertAddressed(flags.baseUrl, routes);
    const power = await powerFacts(suite, { routes, results: flags.results });
    plans.push(planFacts(suite, routes, flags.seed, power));
  }
  io.stdout.write(
    flags.json
      ? `${JSON.stringify(plans.length === 1 ? plans[0] : plans, null, 2)}\n`
      : plans.map((plan) => renderPlan(plan, stdoutStyle(flags.color, io))).join('\n'),
  );
  return exitCode.done;
}

function planFacts(
  suite: Suite,
  routes: readonly string[],
  seed: number | undefined,
  smallestDifference: string | undefined,
): PlanFacts {
  const design = designOf(suite);
  const options: EstimateOptions = {
    ...suite.run,
    ...(design ? ofVisits(design, suite) : {}),
    cells: cellsOf(suite, routes),
    prompts: suite.prompts,
    seed: seed ?? 0,
  };
  const cells = estimate(options);
  // Under load only limits on a level are decided, by its visits.
  const floors = design ? [] : needFloors(suite, options.cells.length);
  const load =
    design &&
    suite.load &&
    plannedLoad(suite.load, design, {
      seconds: assumedSeconds.high,
      ...defined({ compared: comparedIn(suite, options.cells.length), lengths: options.lengths }),
    });
  const totals = {
    requests: Math.round(cells.reduce((sum, { requests }) => sum + requests, 0)),
    warmup_requests: cells.reduce((sum, { warmupRequests }) => sum + warmupRequests, 0),
    ...defined({
      tokens: sumSpans(cells.map(({ tokens }) => tokens)),
      cost_usd: sumSpans(cells.map(({ usd }) => usd)),
      // The windows of a load take as long on simulated models.
      minutes:
        routes.some(isSimulatedRoute) && !design ? undefined : estimateMinutes(suite, cells, assumedSeconds),
    }),
  };
  return {
    suite: suite.name,
    ...defined({ description: suite.description }),
    suite_hash: suiteHash(suite),
    ...defined({ against: againstFacts(suite) }),
    routes,
    prompts: suite.prompts.length,
    repeats: suite.run.repeat,
    warmup_blocks: suite.run.warmup,
    order: suite.run.order,
    concurrency: suite.run.concurrency,
    seed: seed ?? 'random, chosen when it runs',
    models: cells.map(({ cell, requests, warmupRequests, tokens, usd }) => ({
      model: cellName(cell),
      route: cell.route,
      requests: Math.round(requests),
      warmup_requests: warmupRequests,
      ...defined({ tokens, cost_usd: usd }),
    })),
    totals,
    budget: budgetLines(suite, totals),
    ...defined({ judging: judgingFacts(suite, routes) }),
    ...(floors.length > 0 ? { need: floors } : {}),
    ...(load ? { load } : defined({ smallest_difference: smallestDifference })),
    warnings: [...(load?.warnings ?? []), ...warningsFor(totals, suite, routes)],
  };
}

function againstFacts(suite: Suite): PlanFacts['against'] {
  if (!suite.against) return undefined;
  const { ref, commit } = suite.against;
  const changed = suite.prompts.filter(({ before }) => before).map(({ id }) => id);
  return { ref, commit, changed, sentences: describeAgainst(suite) };
}

const comparedIn = ({ against }: Suite, cells: number): string | undefined =>
  against ? 'Both versions' : cells > 1 ? 'Models' : undefined;

/** As many repeats as make its requests, each of them within a window. */
const ofVisits = (
  design: Design,
  { prompts }: Suite,
): Pick<EstimateOptions, 'repeat' | 'warmup' | 'lengths'> => ({
  repeat: design.expected(prompts.length, assumedSeconds.high).requests / prompts.length,
  warmup: 0,
  lengths: meanLengths(design, prompts.length),
});

function judgingFacts(suite: Suite, routes: readonly string[]): PlanFacts['judging'] {
  const judges = planJudging(suite, routes);
  if (judges.length === 0) return undefined;
  const calls = judges.reduce((sum, one) => sum + one.calls, 0);
  const needs = {
    // Each may be asked once more if its verdict is unreadable.
    requests: { low: calls, high: calls * 2 },
    tokens: sumSpans(judges.map(({ tokens }) => tokens)),
    usd: sumSpans(judges.map(({ cost_usd }) => cost_usd)),
  };
  const { budget } = suite.quality!;
  return {
    judges,
    budget: (['requests', 'tokens', 'usd'] as const).flatMap((limit) => {
      const allowed = budget[limit];
      return allowed === undefined ? [] : [{ limit, allowed, ...defined({ needed: needs[limit] }) }];
    }),
  };
}

function budgetLines(suite: Suite, totals: PlanFacts['totals']): BudgetLine[] {
  const { run } = suite;
  const all = totals.requests + totals.warmup_requests;
  const needs: Record<BudgetLine['limit'], BudgetLine['needed']> = {
    requests: { low: all, high: all * (1 + (suite.load && designOf(suite) ? 0 : run.retry.max)) },
    tokens: totals.tokens,
    usd: totals.cost_usd,
    minutes: totals.minutes,
  };
  return (['requests', 'tokens', 'usd', 'minutes'] as const).flatMap((limit) => {
    const allowed = run.budget[limit];
    return allowed === undefined ? [] : [{ limit, allowed, ...defined({ needed: needs[limit] }) }];
  });
}

function warningsFor(totals: PlanFacts['totals'], suite: Suite, routes: readonly string[]): string[] {
  const lowered = withinDescriptors(
    // Their hosts are not known without credentials: each route counts as one.
    {
      inFlight: expectedInFlight(suite, cellsOf(suite, routes)),
      routes: routes.map((route) => ({ route, host: route })),
    },
    readDescriptors(),
  );
  const unpriced = unpricedNote(suite);
  return [
    ...judgeWarnings(suite),
    ...(unpriced === undefined ? [] : [`T${unpriced.slice(1)}.`]),
    ...(lowered ? [`T${lowered.note.slice(1)}.`] : []),
    ...(suite.prompts.some(({ messages }) => imagesIn(messages).length > 0)
      ? [
          'How many tokens an image is, only its model knows: they count from 0 to one for each 16 × 16 pixels, or 2,000 if that is more.',
        ]
      : []),
    ...(totals.tokens
      ? []
      : [
          'Without max_tokens, answers have no upper limit. Set it in defaults.params to see tokens and cost.',
        ]),
    ...(totals.minutes
      ? [`Minutes assume that an answer takes ${assumedSeconds.low} to ${assumedSeconds.high} seconds.`]
      : []),
  ];
}
