import { oneLine } from '../base/text.ts';
import { atLeast, compact, fixed, notMeasured, usd } from './number-text.ts';
import type { Paint } from './paint.ts';
import type { BudgetLine, PlanFacts, PlannedModel, Range } from './plan-report.ts';
import { tableWidth, textTable, type TextCell, type TextColumn } from './text-table.ts';
import { shorten, type Align } from './text-width.ts';

/** A row for each model and one for all. */
export function plannedModels(
  { models, totals, routes }: PlanFacts,
  columns: number,
  paint: Paint,
): string[] {
  const rows: PlannedModel[] = [...models, { model: 'all', route: '', ...totals }];
  const column = (title: string, subtitle: string, cells: string[], align: Align = 'right'): TextColumn => ({
    title,
    subtitle,
    align,
    cells: cells.map(figure),
  });
  const figures = [
    ...(routes.length > 1
      ? [
          column(
            '',
            'route',
            rows.map(({ route }) => oneLine(route, 10)),
            'left',
          ),
        ]
      : []),
    column(
      'requests',
      'measured',
      rows.map(({ requests }) => fixed(requests, 0)),
    ),
    column(
      'warm-up',
      'requests',
      rows.map((row) => fixed(row.warmup_requests, 0)),
    ),
    column(
      'tokens',
      'low – high',
      rangesAndSum(models, totals, ({ tokens }) => tokens, compact),
    ),
    column(
      'cost',
      'low – high',
      rangesAndSum(models, totals, ({ cost_usd }) => cost_usd, usd),
    ),
  ];
  const room = columns - tableWidth(figures) - 2;
  const names = rows.map(({ model }) => shorten(oneLine(model, 200), Math.max(8, room)));
  return textTable([column('', 'model', names, 'left'), ...figures], paint, 1);
}

/** Where a model's part is not known, all that can be said of the sum is what it is at least. */
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

/** `1.2k – 3.4k`; one figure where both ends read alike. */
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

export function budgetTable(budget: readonly BudgetLine[], paint: Paint): string[] {
  if (budget.length === 0) return [];
  const column = (subtitle: string, align: Align, cell: (line: BudgetLine) => TextCell): TextColumn => ({
    title: '',
    subtitle,
    align,
    cells: budget.map(cell),
  });
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
