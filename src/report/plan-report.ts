import type { NeedFloor } from '../analysis/need-floor.ts';
import { count, oneLine } from '../base/text.ts';
import { isSimulatedRoute } from '../target/routes.ts';
import type { PlannedLoad } from './load-plan.ts';
import type { PlannedJudge } from '../score/judging-plan.ts';
import { limitText } from './choice-words.ts';
import { atLeast, compact, fixed, notMeasured, percent, usd } from './number-text.ts';
import { type Paint, painter, type Tone } from './paint.ts';
import { simulatedNotice, type Style } from './run-report.ts';
import { columnsOf, tableWidth, type TextCell, textTable } from './text-table.ts';
import { flowed, shorten, wrapped, paragraphs } from './text-width.ts';

/** From the least to the most that is expected. */
export interface Range {
  low: number;
  high: number;
}

export interface PlannedModel {
  model: string;
  route: string;
  /** Measured requests. */
  requests: number;
  warmup_requests: number;
  /** Prompt and completion, including warm-up. Absent if there is no limit. */
  tokens?: Range;
  /** Absent without a price. */
  cost_usd?: Range;
}

/** One limit of the suite or of the flags, next to what the plan needs. */
export interface BudgetLine {
  limit: 'requests' | 'tokens' | 'usd' | 'minutes';
  allowed: number;
  /** Absent if it cannot be known in advance. */
  needed?: Range;
}

/** Result of `gatebench plan`, before anything is sent. */
export interface PlanFacts {
  suite: string;
  description?: string;
  suite_hash: string;
  /** The revision that each model is also asked by. Absent: no comparison with a revision. */
  against?: {
    ref: string;
    commit: string;
    /** Ids of the prompts that differ themselves. */
    changed: readonly string[];
    /** What differs, and how it is judged. */
    sentences: readonly string[];
  };
  routes: readonly string[];
  prompts: number;
  repeats: number;
  warmup_blocks: number;
  order: 'blocks' | 'sequential';
  concurrency: number;
  seed: string | number;
  /** In the order of the suite. */
  models: readonly PlannedModel[];
  /** All models together. */
  totals: { requests: number; warmup_requests: number; tokens?: Range; cost_usd?: Range; minutes?: Range };
  /** Empty if there are no limits. */
  budget: readonly BudgetLine[];
  /** Absent if the load has no levels. */
  load?: PlannedLoad;
  /** Calls to judges that `score` would make. Absent if the suite names none. */
  judging?: { judges: readonly PlannedJudge[]; budget: readonly BudgetLine[] };
  /** A sentence. Absent if the design can settle nothing. */
  smallest_difference?: string;
  /** Prompts required before any model can surely keep the need's limits on rates. Absent if there are none. */
  need?: readonly NeedFloor[];
  warnings: readonly string[];
}

/** What a run would send, for the terminal. Pure; ends with one newline. */
export function renderPlan(plan: PlanFacts, style: Style): string {
  const paint = painter(style.color);
  const lines = (tone: Tone, text: string, indent = ''): string[] =>
    wrapped(text, style.columns, indent).map((line) => paint(tone, line));
  const about = plan.description === undefined ? '' : ` · ${oneLine(plan.description, 200)}`;
  const sections = [
    [
      ...lines('strong', oneLine(plan.suite, 80) + about),
      ...flowed(design(plan), style.columns).map((line) => paint('quiet', line)),
      ...(plan.routes.some(isSimulatedRoute) ? lines('warning', simulatedNotice) : []),
    ],
    (plan.against?.sentences ?? []).flatMap((sentence) => lines('strong', oneLine(sentence, 1000))),
    plannedModels(plan, style.columns, paint),
    plan.totals.minutes === undefined
      ? []
      : lines('strong', `Takes about ${range(plan.totals.minutes, writers.minutes)}.`),
    [...budgetTable(plan.budget, paint), ...roomLines(plan.budget, lines)],
    plan.load ? lines('strong', oneLine(plan.load.settles)) : [],
    judging(plan, paint),
    plan.smallest_difference === undefined ? [] : lines('strong', oneLine(plan.smallest_difference)),
    (plan.need ?? []).flatMap((floor) => lines(isMet(floor) ? 'quiet' : 'warning', floorText(floor))),
    plan.warnings.flatMap((warning) => lines('warning', `! ${oneLine(warning)}`, '  ')),
    lines('quiet', 'Nothing was sent.'),
  ];
  return paragraphs(sections);
}

function design(plan: PlanFacts): string[] {
  const versions = plan.against ? 2 : 1;
  const models = `${count(plan.models.length / versions, 'model')}${versions > 1 ? ' × 2 versions' : ''}`;
  const warmup = plan.warmup_blocks > 0 ? ` + ${count(plan.warmup_blocks, 'warm-up block')}` : '';
  return [
    `${plan.routes.length === 1 ? 'route' : 'routes'} ${oneLine(plan.routes.join(', '), 60)}`,
    ...(plan.load
      ? [`${count(plan.prompts, 'prompt')}, ${models}`, ...plan.load.facts]
      : [
          `${count(plan.prompts, 'prompt')} × ${count(plan.repeats, 'repeat')} × ${models}${warmup}`,
          plan.order === 'blocks' ? 'random order in blocks' : 'sequential order, so no verdicts',
          `at most ${plan.concurrency} in flight`,
        ]),
    `seed ${oneLine(String(plan.seed), 30)}`,
    `suite ${plan.suite_hash.slice(0, 12)}`,
  ];
}

const isMet = ({ needed, prompts }: NeedFloor): boolean => needed !== undefined && prompts >= needed;

/** How many prompts a limit requires, and how many there are. */
function floorText({ limit, prompts, needed, at, likely }: NeedFloor): string {
  const ofPeople = 'criterion' in limit ? ' with labels by people' : '';
  if (needed === undefined)
    return `${limitText(limit)}: no number of prompts makes a model surely keep that.`;
  const near =
    likely === undefined ? '' : ` A model whose true rate is ${percent(at)} needs about ${fixed(likely, 0)}.`;
  return `${limitText(limit)}: even a flawless model surely keeps that only from ${fixed(needed, 0)} prompts${ofPeople} on; the suite has ${fixed(prompts, 0)}.${near}`;
}

/** One row per model and one for all. */
export function plannedModels(
  { models, totals, routes }: PlanFacts,
  columns: number,
  paint: Paint,
): string[] {
  const rows: PlannedModel[] = [...models, { model: 'all', route: '', ...totals }];
  const column = columnsOf(rows);
  const tokens = rangesAndSum(models, totals, (row) => row.tokens, compact);
  const costs = rangesAndSum(models, totals, (row) => row.cost_usd, usd);
  const figures = [
    ...(routes.length > 1 ? [column('route', 'left', ({ route }) => oneLine(route, 10))] : []),
    column('measured', 'right', ({ requests }) => fixed(requests, 0), 'requests'),
    column('requests', 'right', (row) => fixed(row.warmup_requests, 0), 'warm-up'),
    column('low – high', 'right', (_, index) => figure(tokens[index]!), 'tokens'),
    column('low – high', 'right', (_, index) => figure(costs[index]!), 'cost'),
  ];
  const room = columns - tableWidth(figures) - 2;
  const names = column('model', 'left', ({ model }) => shorten(oneLine(model, 200), Math.max(8, room)));
  return textTable([names, ...figures], paint, 1);
}

/** If a model's part is unknown, the sum is a lower bound. */
function rangesAndSum(
  models: readonly PlannedModel[],
  totals: PlanFacts['totals'],
  rangeOf: (row: Pick<PlannedModel, 'tokens' | 'cost_usd'>) => Range | undefined,
  write: (value: number) => string,
): string[] {
  const sum = rangeOf(totals);
  const isWhole = models.every((model) => rangeOf(model) !== undefined);
  return [
    ...models.map((model) => range(rangeOf(model), write)),
    sum && !isWhole ? atLeast(write(sum.low)) : range(sum, write),
  ];
}

const figure = (text: string): TextCell => (text === notMeasured ? { text, tone: 'quiet' } : { text });

/** `1.2k – 3.4k`. One figure if both ends read the same. */
export function range(values: Range | undefined, write: (value: number) => string): string {
  if (values === undefined) return notMeasured;
  const [low, high] = [write(values.low), write(values.high)];
  return low === high ? low : `${low} – ${high}`;
}

export const writers: Record<BudgetLine['limit'], (amount: number) => string> = {
  requests: (amount) => fixed(amount, 0),
  tokens: compact,
  usd,
  minutes,
};

function minutes(amount: number): string {
  return `${amount < 10 ? String(Number(Math.max(0.1, amount).toFixed(1))) : fixed(amount, 0)} min`;
}

/** One row per judge: they are asked after the run, and cost extra. */
function judging({ judging: planned }: PlanFacts, paint: Paint): string[] {
  if (!planned) return [];
  const { judges, budget } = planned;
  const column = columnsOf(judges);
  const table = textTable(
    [
      column('judged by', 'left', ({ judge }) => oneLine(judge, 30)),
      column('route', 'left', ({ route }) => oneLine(route, 10)),
      column('to it', 'right', ({ calls }) => fixed(calls, 0), 'calls'),
      column('low – high', 'right', ({ tokens }) => figure(range(tokens, compact)), 'tokens'),
      column('low – high', 'right', ({ cost_usd }) => figure(range(cost_usd, usd)), 'cost'),
    ],
    paint,
  );
  return [...table, ...(budget.length > 0 ? ['', ...budgetTable(budget, paint)] : [])];
}

const budgetFlags: Readonly<Record<BudgetLine['limit'], string>> = {
  requests: '--max-requests',
  tokens: '--max-tokens-total',
  usd: '--max-cost',
  minutes: '--max-minutes',
};

/** Rounded up to three digits. */
function enoughUsd(usd: number): string {
  const scale = 10 ** (2 - Math.floor(Math.log10(usd)));
  return (Math.ceil(usd * scale) / scale).toLocaleString('en-US', {
    maximumSignificantDigits: 3,
    useGrouping: false,
  });
}

/** The flags that would give the plan the room it may need. Empty if it fits. */
function roomLines(
  budget: readonly BudgetLine[],
  lines: (tone: 'strong', text: string) => string[],
): string[] {
  const flags = budget.flatMap(({ limit, allowed, needed }) =>
    needed !== undefined && needed.high > allowed
      ? [`${budgetFlags[limit]} ${limit === 'usd' ? enoughUsd(needed.high) : Math.ceil(needed.high)}`]
      : [],
  );
  return flags.length === 0 ? [] : lines('strong', `Room for all of it: ${flags.join(' ')}`);
}

export function budgetTable(budget: readonly BudgetLine[], paint: Paint): string[] {
  if (budget.length === 0) return [];
  const column = columnsOf(budget);
  return textTable(
    [
      column('budget', 'left', ({ limit }) => ({ text: limit === 'usd' ? 'cost' : limit })),
      column('allowed', 'right', ({ limit, allowed }) => ({ text: writers[limit](allowed) })),
      column('needed', 'right', ({ limit, needed }) => figure(range(needed, writers[limit]))),
      column('', 'left', budgetWord),
    ],
    paint,
  );
}

function budgetWord({ allowed, needed }: BudgetLine): TextCell {
  if (needed === undefined) return { text: 'not known beforehand', tone: 'warning' };
  if (needed.high <= allowed) return { text: 'fits', tone: 'good' };
  if (needed.low > allowed) return { text: 'too small', tone: 'bad' };
  return { text: 'may be reached', tone: 'warning' };
}
