import { compact } from '../../number-text.ts';
import { isSimulated } from '../../run-report.ts';
import { type Html, nothing, folded } from '../frame/html.ts';
import type { PageData, PageModel } from '../page-parts.ts';
import { figure } from '../picture/picture-figure.ts';
import { drawBars, type Part, partLegend } from '../picture/stacked-bars.ts';
import type { TokenSums } from '../scan/parts-scan.ts';

type TokenPart = Exclude<keyof TokenSums, 'answers'>;

const parts: readonly (Part & { key: TokenPart })[] = [
  { key: 'prompt', name: 'prompt', tint: 0 },
  { key: 'reasoning', name: 'reasoning', tint: 3 },
  { key: 'answer', name: 'answer', tint: 4 },
  { key: 'unsplit', name: 'reasoning and answer, not split', tint: 5 },
];

interface Reported extends PageModel {
  tokens: TokenSums;
}

/** Average tokens of a request: input, reasoning and answer. */
export function tokenParts(data: PageData): Html {
  const models = data.models.filter((model): model is Reported => model.tokens !== undefined);
  const shown = parts.filter(({ key }) => models.some(({ tokens }) => tokens[key] > 0));
  return folded(
    'tokens',
    'Tokens',
    'Mean per answer, as the server reported it. Reasoning counts, and is billed, as output.',
    models.length === 0
      ? nothing('No answer came with token counts.')
      : figure({
          id: 'picture-tokens',
          caption: 'Mean tokens of a request',
          label: `Mean tokens of a request: ${models.map((model) => words(model, shown)).join('; ')}.`,
          isSimulated: isSimulated(data.report.run),
          legend: partLegend(shown),
          draw: (canvas) =>
            drawBars(
              {
                parts: shown,
                bars: models.map(({ look, tokens }) => ({ look, values: means(tokens) })),
                tickFormat: compact,
                write: compact,
              },
              canvas,
            ),
          note: shown.some(({ key }) => key === 'unsplit')
            ? 'Not split: reasoning was seen, but the server did not report how many tokens it used.'
            : undefined,
          table: {
            caption: 'Tokens: sums over the answers that reported them, and means per answer',
            columns: [
              { head: 'Model' },
              { head: 'Answers', align: 'right' },
              ...shown.map(({ name }) => ({ head: `${name}, mean`, align: 'right' as const })),
              { head: 'cached part of the prompt', align: 'right' },
              ...shown.map(({ name }) => ({ head: `${name}, sum`, align: 'right' as const })),
            ],
            rows: models.map(({ look, tokens }) => ({
              className: look.className,
              cells: [
                look.name,
                numberCell(tokens.answers),
                ...shown.map(({ key }) => numberCell(tokens[key] / tokens.answers)),
                numberCell(tokens.cached / tokens.answers),
                ...shown.map(({ key }) => numberCell(tokens[key])),
              ],
            })),
          },
        }),
  );
}

function means(tokens: TokenSums): Record<string, number> {
  return Object.fromEntries(parts.map(({ key }) => [key, tokens[key] / tokens.answers]));
}

const numberCell = (value: number): { content: string; sortBy: number } => ({
  content: value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 }),
  sortBy: value,
});

function words({ look, tokens }: Reported, shown: typeof parts): string {
  const pieces = shown.filter(({ key }) => tokens[key] > 0);
  return `${look.name}: ${pieces.map(({ key, name }) => `${name} ${compact(tokens[key] / tokens.answers)}`).join(', ')}`;
}
