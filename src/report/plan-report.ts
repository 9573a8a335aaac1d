import { isSimulatedRoute } from '../target/routes.ts';
import { count, oneLine } from '../base/text.ts';
import { painter, type Tone } from './paint.ts';
import { budgetTable, plannedModels, range, writers } from './plan-tables.ts';
import { simulatedNotice, type Style } from './run-report.ts';
import { flowed, wrapped } from './text-width.ts';

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
  /** Prompt and completion, warm-up included. Absent when nothing bounds it. */
  tokens?: Range;
  /** Absent without a price. */
  cost_usd?: Range;
}

/** One limit of the suite or of the flags, beside what the plan needs of it. */
export interface BudgetLine {
  limit: 'requests' | 'tokens' | 'usd' | 'minutes';
  allowed: number;
  /** Absent when it cannot be told beforehand. */
  needed?: Range;
}

/** What `gatebench plan` knows before anything is sent. */
export interface PlanFacts {
  suite: string;
  description?: string;
  suite_hash: string;
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
  /** Empty when nothing is limited. */
  budget: readonly BudgetLine[];
  /** A sentence. Absent when the design can settle nothing. */
  smallest_difference?: string;
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
    plannedModels(plan, style.columns, paint),
    plan.totals.minutes === undefined
      ? []
      : lines('strong', `Takes about ${range(plan.totals.minutes, writers.minutes)}.`),
    budgetTable(plan.budget, paint),
    plan.smallest_difference === undefined ? [] : lines('strong', oneLine(plan.smallest_difference)),
    plan.warnings.flatMap((warning) => lines('warning', `! ${oneLine(warning)}`, '  ')),
    lines('quiet', 'Nothing was sent.'),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

function design(plan: PlanFacts): string[] {
  const models = count(plan.models.length, 'model');
  const warmup = plan.warmup_blocks > 0 ? ` + ${count(plan.warmup_blocks, 'warm-up block')}` : '';
  return [
    `${plan.routes.length === 1 ? 'route' : 'routes'} ${oneLine(plan.routes.join(', '), 60)}`,
    `${count(plan.prompts, 'prompt')} × ${count(plan.repeats, 'repeat')} × ${models}${warmup}`,
    plan.order === 'blocks' ? 'random order in blocks' : 'sequential order, so no verdicts',
    `at most ${plan.concurrency} in flight`,
    `seed ${oneLine(String(plan.seed), 30)}`,
    `suite ${plan.suite_hash.slice(0, 12)}`,
  ];
}
