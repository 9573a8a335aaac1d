import { defined } from '../base/defined.ts';
import { isSimulatedRoute } from '../target/routes.ts';
import { cellName, waysOf } from '../plan/cell.ts';
import { labeler } from './cell-pairs.ts';
import { count, oneLine } from '../base/text.ts';
import { headlines } from '../measure/metrics.ts';
import { defaultAlpha } from '../stats/interval.ts';
import { fewestPrompts } from '../stats/power.ts';
import { runPairs } from './cell-pairs.ts';
import type { CellSamples, Collected } from './collect.ts';
import { familyOf } from './compared-metrics.ts';
import { describeInfluence, type InfluenceWarning } from './influences/influence-warnings.ts';
import { busyLoop, lostMetrics, tooMuchLag, type LostMetric } from './own-lag.ts';
import type { UnprovenClock } from './run-facts.ts';
import { sampleFloor } from './statistic.ts';
import { nothingSucceeded } from './causes.ts';
import { failuresOf, successFloor, successShare } from './success.ts';

/** How a run ended before its end. */
interface Stopped {
  status: string;
  isOfPlaces?: boolean;
}

/** Possible reasons to doubt a run's numbers, as data. `describeWarning` has the words. */
export type Warning =
  | InfluenceWarning
  | { kind: 'simulated' }
  | { kind: 'nothing-measured' }
  | ({ kind: 'unfinished'; answered: number; planned: number } & Stopped)
  | ({ kind: 'visits-missing' } & Stopped)
  | { kind: 'errors-above-limit'; share: number; limit: number; vantage?: string }
  | { kind: 'sequential-order' }
  | ({ kind: 'unproven-clock' } & UnprovenClock)
  | { kind: 'busy-loop'; utilization: number }
  | { kind: 'few-prompts'; have: number; need: number }
  | { kind: 'few-samples'; model: string; percentile: string; have: number; need: number }
  | { kind: 'below-success-floor'; model: string; share: number; floor: number }
  | { kind: 'failures'; model: string; failures: number; requests: number }
  | { kind: 'rate-limited'; model: string; attempts: number }
  | { kind: 'cancelled'; model: string; requests: number }
  | { kind: 'unsent'; model: string; attempts: number }
  | { kind: 'invalid-answers'; model: string; reason: string; answers: number; of: number }
  | { kind: 'too-busy'; metrics: readonly LostMetric[] }
  | { kind: 'client-lag'; metrics: readonly LostMetric[] }
  | { kind: 'usage-missing'; model: string; answers: number; of: number }
  | { kind: 'hidden-reasoning'; model: string; answers: number; of: number }
  | { kind: 'unread'; model: string; place: string; answers: number }
  | { kind: 'not-paired-in-time' }
  | { kind: 'other-suite'; before: string; after: string }
  | { kind: 'other-route'; before: string; after: string }
  | { kind: 'other-vantage'; before: string; after: string }
  | { kind: 'prompts-not-shared'; count: number };

/** Facts that only the manifest has. Absent facts give no warning. */
export interface WarningFacts {
  readonly order?: 'blocks' | 'sequential';
  /** Whether it was merged from runs of several places, and is finished in none. */
  readonly isOfPlaces?: boolean;
  /** As in `run.json`. */
  readonly status?: string;
  /** Measured requests in the plan. */
  readonly planned?: number;
  /** 0 to 1. */
  readonly maxErrorRate?: number;
  /** Share of the time in which the event loop was busy, 0 to 1. */
  readonly loopUtilization?: number;
  /** A clock that `calibrate` has not proven. */
  readonly unprovenClocks?: readonly UnprovenClock[];
}

/** Above this share of the answers, a warning says that a metric is known only within our own lag. */
export const muchLag = 0.05;

/** Every warning that a run gives, the ones about the whole run first, then by model. */
export function warningsOf(collected: Collected, facts: WarningFacts = {}): Warning[] {
  const name = labeler(collected);
  const warnings = [
    ...runWarnings(collected, facts),
    ...collected.cells.flatMap((cell) => cellWarnings(cell, name(cell))),
  ];
  // A model without answers needs no advice on the clock, nor on the number of answers.
  return nothingSucceeded(collected) ? warnings.filter(({ kind }) => !refinements.includes(kind)) : warnings;
}

const refinements: readonly Warning['kind'][] = ['unproven-clock', 'busy-loop', 'few-prompts', 'few-samples'];

const noVantage = 'a place without a name';

/** Warnings for a comparison of two runs. */
export function runPairWarnings(before: Collected, after: Collected): Warning[] {
  const [ours, theirs] = [promptsOf(before), promptsOf(after)];
  const unshared = [...ours, ...theirs].filter((prompt) => !ours.has(prompt) || !theirs.has(prompt)).length;
  const pairs = runPairs(before, after);
  const moved = pairs.find(({ a, b }) => a.route !== b.route);
  const elsewhere = pairs.find(({ a, b }) => a.vantage !== b.vantage);
  return [
    { kind: 'not-paired-in-time' },
    ...(moved ? [{ kind: 'other-route', before: moved.a.route, after: moved.b.route } as const] : []),
    ...(elsewhere
      ? [
          {
            kind: 'other-vantage',
            before: elsewhere.a.vantage ?? noVantage,
            after: elsewhere.b.vantage ?? noVantage,
          } as const,
        ]
      : []),
    ...(before.suiteHash === after.suiteHash
      ? []
      : [{ kind: 'other-suite', before: before.suiteHash, after: after.suiteHash } as const]),
    ...(unshared > 0 ? [{ kind: 'prompts-not-shared', count: unshared } as const] : []),
  ];
}

/** Failures from one place are not diluted by other places. The place is named if there are several. */
function worstPlace(cells: readonly CellSamples[]): { share: number; vantage?: string | undefined } {
  const places = Map.groupBy(cells, ({ vantage }) => vantage);
  const shares = [...places].map(([vantage, own]) => {
    const counts = own.map(failuresOf);
    const asked = total(counts, ({ requests }) => requests);
    const failed = total(counts, ({ failures }) => failures);
    return { share: asked === 0 ? 0 : failed / asked, ...(places.size > 1 ? { vantage } : {}) };
  });
  return shares.reduce((worst, one) => (one.share > worst.share ? one : worst));
}

function runWarnings(collected: Collected, facts: WarningFacts): Warning[] {
  const requests = total(collected.cells, (cell) => requestsOf(cell));
  if (requests === 0) return [...simulated(collected), { kind: 'nothing-measured' }];
  const { share, vantage } = worstPlace(collected.cells);
  const { status, planned = requests, maxErrorRate = 1 } = facts;
  const prompts = promptsOf(collected).size;
  const need = fewestPrompts(defaultAlpha / Math.max(1, familyOf(collected)));
  const lagged = lostMetrics(collected, muchLag);
  const lost = lagged.filter((one) => one.share > tooMuchLag);
  const warnings: (Warning | false)[] = [
    lost.length > 0 && { kind: 'too-busy', metrics: lost },
    planned > requests && {
      ...{ kind: 'unfinished', status: status ?? 'incomplete', answered: requests, planned },
      ...(facts.isOfPlaces === true ? { isOfPlaces: true } : {}),
    },
    share > maxErrorRate && {
      ...{ kind: 'errors-above-limit', share, limit: maxErrorRate },
      ...defined({ vantage }),
    },
    facts.order === 'sequential' && { kind: 'sequential-order' },
    ...machineWarnings(lost.length > 0 ? { ...facts, loopUtilization: 0 } : facts),
    lagged.length > lost.length && {
      kind: 'client-lag',
      metrics: lagged.filter((one) => !lost.includes(one)),
    },
    prompts < need && collected.cells.length > 1 && { kind: 'few-prompts', have: prompts, need },
  ];
  return [...simulated(collected), ...warnings.filter((warning) => warning !== false)];
}

/** Warnings about this machine. */
export function machineWarnings({ unprovenClocks = [], loopUtilization = 0 }: WarningFacts): Warning[] {
  return [
    ...unprovenClocks.map((clock) => ({ kind: 'unproven-clock' as const, ...clock })),
    ...(loopUtilization > busyLoop ? [{ kind: 'busy-loop' as const, utilization: loopUtilization }] : []),
  ];
}

function simulated({ cells }: Collected): Warning[] {
  return cells.some(({ route }) => isSimulatedRoute(route)) ? [{ kind: 'simulated' }] : [];
}

function cellWarnings(cell: CellSamples, model: string): Warning[] {
  const requests = requestsOf(cell);
  const share = successShare(cell);
  const failures = Math.round((1 - share) * requests);
  const isBelow = share < successFloor;
  const warnings: (Warning | false)[] = [
    isBelow && { kind: 'below-success-floor', model, share, floor: successFloor },
    failures > 0 && !isBelow && { kind: 'failures', model, failures, requests },
    cell.rateLimited > 0 && { kind: 'rate-limited', model, attempts: cell.rateLimited },
    cell.canceled > 0 && { kind: 'cancelled', model, requests: cell.canceled },
    cell.unsent > 0 && { kind: 'unsent', model, attempts: cell.unsent },
    share > 0 &&
      requests > 0 &&
      requests < sampleFloor.p95 && {
        kind: 'few-samples',
        model,
        percentile: requests < sampleFloor.p90 ? 'p90' : 'p95',
        have: requests,
        need: requests < sampleFloor.p90 ? sampleFloor.p90 : sampleFloor.p95,
      },
  ];
  return [
    ...warnings.filter((warning) => warning !== false),
    ...invalidWarnings(cell, model),
    ...usageWarnings(cell, model),
    ...(cell.hiddenReasoning > 0
      ? [{ kind: 'hidden-reasoning', model, answers: cell.hiddenReasoning, of: answersOf(cell) } as const]
      : []),
    ...[...cell.unread]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 1)
      .map(([place, answers]): Warning => ({ kind: 'unread', model, place, answers })),
  ];
}

function invalidWarnings(cell: CellSamples, model: string): Warning[] {
  const counts = new Map<string, number>();
  for (const samples of cell.prompts.values())
    for (const [reason, answers] of samples.invalidReasons)
      counts.set(reason, (counts.get(reason) ?? 0) + answers);
  const of = answersOf(cell);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reason, answers]) => ({ kind: 'invalid-answers', model, reason, answers, of }));
}

function usageWarnings(cell: CellSamples, model: string): Warning[] {
  const own = total([...cell.prompts.values()], (samples) => samples.own);
  const reported = total(
    [...cell.prompts.values()],
    (samples) => samples.reported('completion_tokens').length,
  );
  return reported < own ? [{ kind: 'usage-missing', model, answers: own - reported, of: own }] : [];
}

function promptsOf({ cells }: Collected): Set<string> {
  return new Set(cells.flatMap((cell) => [...cell.prompts.keys()]));
}

const requestsOf = ({ prompts }: CellSamples): number =>
  total([...prompts.values()], ({ requests }) => requests);
const answersOf = ({ prompts }: CellSamples): number =>
  total([...prompts.values()], ({ requests, failures }) => requests - failures);

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** One or two sentences; the last says what to do. */
export function describeWarning(warning: Warning): string {
  switch (warning.kind) {
    case 'prompt-cache':
    case 'shared-cache':
    case 'server-queue':
    case 'queue-ladder':
    case 'worker-differs':
    case 'few-prompt-tokens':
      return describeInfluence(warning);
    case 'simulated':
      return 'These answers and times are simulated by the built-in mock gateway. They say nothing about real models; choose another --route for those.';
    case 'nothing-measured':
      return 'No measured request has ended yet. Resume the run with --resume, or check its requests.csv for what failed.';
    case 'unfinished':
      if (warning.status === 'complete')
        return `The run was complete, but only ${warning.answered.toLocaleString('en-US')} of its ${count(warning.planned, 'request')} are in requests.csv. Rows were removed or damaged. Send the missing requests again with --resume.`;
      return `The run ${unfinished[warning.status] ?? `is ${warning.status}`}: ${warning.answered.toLocaleString('en-US')} of ${count(warning.planned, 'request')} have an answer or a failure. ${howToFinish(warning)}`;
    case 'visits-missing':
      return `The run ${unfinished[warning.status]!}, so visits are missing. ${howToFinish(warning)}`;
    case 'errors-above-limit':
      return `${percent(warning.share)} of the requests${warning.vantage === undefined ? '' : ` from ${warning.vantage}`} failed, more than the ${percent(warning.limit)} that max_error_rate allows, so the run counts as incomplete. See error_message in requests.csv, then run again or use --retry-errors.`;
    case 'sequential-order':
      return 'The models were tested one after the other, so a slow spell looks like a slow model. There are no verdicts. Set run.order to blocks.';
    case 'unproven-clock':
      return unprovenWords(warning);
    case 'busy-loop':
      return `This process was busy ${percent(warning.utilization)} of the time. Above ${percent(busyLoop)}, its timing cannot be trusted. Lower the number of requests at once, or use a faster machine.`;
    case 'few-prompts':
      return `${count(warning.have, 'prompt')} cannot show that a model is faster (all comparisons together need ${warning.need}; 20 or more are useful). Add prompts rather than repeats.`;
    case 'few-samples':
      return `${warning.model}: ${count(warning.have, 'request')} ${warning.have === 1 ? 'is' : 'are'} too few for a ${warning.percentile} (it needs ${warning.need}). Add prompts, or raise run.repeat.`;
    case 'below-success-floor':
      return `${warning.model}: only ${percent(warning.share)} of its requests succeeded, so it is not ranked by latency (that takes ${percent(warning.floor)}). See error_message in requests.csv.`;
    case 'failures':
      return `${warning.model}: ${warning.failures.toLocaleString('en-US')} of ${count(warning.requests, 'request')} failed; each counts as slower than any success. See error_message in requests.csv.`;
    case 'rate-limited':
      return `${warning.model}: ${count(warning.attempts, 'attempt')} ${warning.attempts === 1 ? 'was' : 'were'} refused because of a rate limit. Lower run.concurrency, or the model's own.`;
    case 'cancelled':
      return `${warning.model}: ${count(warning.requests, 'request')} ${warning.requests === 1 ? 'was' : 'were'} canceled when the run stopped and ${warning.requests === 1 ? 'does' : 'do'} not count. Send ${warning.requests === 1 ? 'it' : 'them'} again with --resume.`;
    case 'unsent':
      return `${warning.model}: this machine could not send ${count(warning.attempts, 'attempt')}. That is not the model's failure and does not count. See error_message in requests.csv, and lower run.concurrency.`;
    case 'invalid-answers':
      return `${warning.model}: ${warning.answers.toLocaleString('en-US')} of ${count(warning.of, 'answer')} left out of latency figures (${warning.reason}). ${remedyFor(warning.reason, warning.answers)}`;
    case 'too-busy':
      return `This machine was too busy to measure, which is not the model's fault: ${lostWords(warning.metrics)} of the answers known only within our own lag, so no verdict rests on them. Lower run.concurrency or use a faster machine, then run again.`;
    case 'client-lag':
      return `This machine stamped some answers late: ${lostWords(warning.metrics)} of the answers known only within client_lag_ms. That widens their intervals. Lower run.concurrency or use a faster machine.`;
    case 'usage-missing':
      return `${warning.model}: ${warning.answers.toLocaleString('en-US')} of ${count(warning.of, 'answer')} came without token counts. Time per token, rates, and costs leave them out. Check with gatebench doctor whether the route reports usage.`;
    case 'hidden-reasoning':
      return `${warning.model}: ${warning.answers.toLocaleString('en-US')} of ${count(warning.of, 'answer')} used tokens whose text never came. The model reasons out of sight: its TTFT includes that time, and its tokens per second are not what a reader sees. Compare it by E2E latency.`;
    case 'unread':
      return `${warning.model}: ${count(warning.answers, 'answer')} had something at "${warning.place}" that gatebench does not understand, so part of the text may be missing. See error_message in requests.csv.`;
    case 'not-paired-in-time':
      return 'The two runs were not sent side by side, so a shift in conditions between them looks the same as a change in the model. For a solid verdict, run both settings as two models of one suite.';
    case 'other-suite':
      return `The runs have different suites (${warning.before.slice(0, 12)} and ${warning.after.slice(0, 12)}); prompts are matched by id alone. Compare runs of one suite.`;
    case 'other-route': {
      const { before, after } = warning;
      const [simulated, other] = isSimulatedRoute(before) ? [before, after] : [after, before];
      return isSimulatedRoute(simulated)
        ? `One of the runs is simulated (route ${simulated}) and the other used ${other}, so this says nothing about a model. Compare runs on one route.`
        : `The runs took different routes (${before} and ${after}), so the route alone may explain the difference. Compare runs on one route, or use both in one run: run --route ${before},${after}, then compare --by route.`;
    }
    case 'other-vantage':
      return `The runs were sent from different places (${warning.before} and ${warning.after}), so the place alone may explain the difference. For places side by side: gatebench merge, then compare --by vantage.`;
    case 'prompts-not-shared':
      return `${count(warning.count, 'prompt')} ${warning.count === 1 ? 'is' : 'are'} in only one of the runs and left out. Run the same prompts in both.`;
  }
}

/** `TTFT of a 44 %, b 30 %; E2E of a 27 %`. */
function unprovenWords({ concurrency, workers }: UnprovenClock): string {
  const inFlight = count(concurrency, 'request');
  const rest = (workers?.length ?? 0) - mostNamed;
  const names = [
    ...(workers ?? []).slice(0, mostNamed).map((name) => oneLine(name, 40)),
    ...(rest > 0 ? [`${rest.toLocaleString('en-US')} more`] : []),
  ].join(', ');
  const whose =
    workers === undefined
      ? 'The clock of this machine is'
      : workers.length === 1
        ? `The clock of the worker ${names} is`
        : `The clocks of the workers ${names} are`;
  const isOne = workers?.length === 1;
  const marked = workers && ` ${isOne ? 'Its' : 'Their'} rows have unproven_clock in stream_notes.`;
  const where = workers && (isOne ? ', on that machine' : ', on each of these machines');
  return `${whose} not proven for ${inFlight} in flight.${marked ?? ''} Each row still bounds its own error. To prove it${where ?? ''}: gatebench calibrate --concurrency ${concurrency} --save.`;
}

/** Maximum workers that a warning names. */
const mostNamed = 3;

function lostWords(metrics: readonly LostMetric[]): string {
  // If a place has a name, it is given: places outside this list are unknown here.
  const ways = { ...waysOf(metrics), vantages: ['this', 'another'] };
  return headlines
    .map(({ name, label }) => ({ label, ours: metrics.filter(({ metric }) => metric === name) }))
    .filter(({ ours }) => ours.length > 0)
    .map(
      ({ label, ours }) =>
        `${label} of ${ours.map((one) => `${cellName(one, ways)} ${percent(one.share)}`).join(', ')}`,
    )
    .join('; ');
}

function howToFinish({ status, isOfPlaces = false }: Stopped): string {
  const finish = isOfPlaces
    ? 'Finish its parts where they were sent, each with run --resume'
    : 'Finish it with --resume';
  return `${finish}${status === 'budget' ? ' and a larger budget' : ''}${isOfPlaces ? ', then merge them again' : ''}.`;
}

/** A run under load plans its visits by what it finds, so how many requests are missing is unknown. */
export function visitWarnings({ status = 'complete', isOfPlaces = false }: WarningFacts): Warning[] {
  if (unfinished[status] === undefined) return [];
  return [{ kind: 'visits-missing', status, ...(isOfPlaces ? { isOfPlaces } : {}) }];
}

const unfinished: Readonly<Record<string, string>> = {
  running: 'has not ended',
  budget: 'stopped at its budget',
  interrupted: 'was interrupted',
};

const remedies: Readonly<Record<string, string>> = {
  cache_hit: "They came from the gateway's cache. Switch caching off for this gateway.",
  buffered:
    'Their stream was held back and sent all at once: something on the way buffers it. Try gatebench doctor, or another route.',
  fallback: 'The gateway fell back to another step of its chain. Take fallbacks out of the route.',
  other_model: "Another model answered: check the model id and the gateway's routing.",
  cold_load:
    'The model had to be loaded into memory first. Raise gateway.local.keep_alive (OLLAMA_KEEP_ALIVE), or let fewer models share the memory.',
  prompt_truncated:
    'The server cut the prompt: it counted fewer tokens than the prompt can have, or as many as its context holds. Raise its context (gateway.local.num_ctx, OLLAMA_CONTEXT_LENGTH), or shorten the prompt.',
  truncated: 'They were cut off. Raise max_tokens, or check finish_reason in requests.csv.',
};

/** Streams that must agree before the way is blamed: one burst may be a lost and resent packet. */
const agreeingStreams = 3;

function remedyFor(reason: string, answers: number): string {
  if (reason === 'buffered' && answers < agreeingStreams)
    return 'They came in one burst, which is too little to blame the route. Run again, or try gatebench doctor.';
  return remedies[reason] ?? 'See invalid_reason in requests.csv.';
}
