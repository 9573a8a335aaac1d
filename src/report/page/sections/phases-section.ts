import { count } from '../../../base/text.ts';
import { duration, notMeasured } from '../../number-text.ts';
import { isSimulated } from '../../run-report.ts';
import { type Html, nothing, folded } from '../frame/html.ts';
import type { PageData, PageModel } from '../page-parts.ts';
import { tickTime } from '../picture/axes.ts';
import { figure } from '../picture/picture-figure.ts';
import { drawBars, type Part, partLegend } from '../picture/stacked-bars.ts';
import type { Phase, PhaseMeans } from '../scan/parts-scan.ts';

const parts: readonly (Part & { key: Phase })[] = [
  { key: 'queue', name: 'our queue', tint: 0 },
  { key: 'connect', name: 'connecting', tint: 1 },
  { key: 'first', name: 'wait for the first token', tint: 2 },
  { key: 'reasoning', name: 'reasoning', tint: 3 },
  { key: 'answer', name: 'answer', tint: 4 },
  { key: 'whole', name: 'whole wait, not split', tint: 5 },
];

interface Measured extends PageModel {
  phases: PhaseMeans;
}

/** Where the time goes, on average. */
export function timeParts(data: PageData): Html {
  const models = data.models.filter((model): model is Measured => model.phases !== undefined);
  const shown = parts.filter(({ key }) => models.some(({ phases }) => phases.means[key] > 0));
  return folded(
    'time',
    'Where the time goes',
    'Mean of each part over the answers that count, so the parts add up. Queueing and connecting happen before any latency clock starts.',
    models.length === 0
      ? nothing('No latency was measured.')
      : figure({
          id: 'picture-time',
          caption: 'Mean time of an answer by its parts',
          label: `Mean time of an answer: ${models.map((model) => words(model, shown)).join('; ')}.`,
          isSimulated: isSimulated(data.report.run),
          legend: partLegend(shown),
          draw: (canvas) =>
            drawBars(
              {
                parts: shown,
                bars: models.map(({ look, phases }) => ({ look, values: phases.means })),
                tickFormat: (ms) => (ms === 0 ? '0' : tickTime(ms)),
                write: duration,
              },
              canvas,
            ),
          note: shown.some(({ key }) => key === 'whole')
            ? 'Not split: the answer was not streamed, or came all at once, so the time of its first token is not known.'
            : undefined,
          table: {
            caption: 'Mean time of an answer by its parts',
            columns: [
              { head: 'Model' },
              { head: 'Answers', align: 'right' },
              ...shown.map(({ name }) => ({ head: name, align: 'right' as const })),
            ],
            rows: models.map(({ look, phases }) => ({
              className: look.className,
              cells: [
                look.name,
                { content: phases.answers.toLocaleString('en-US'), sortBy: phases.answers },
                ...shown.map(({ key }) => timeCell(phases.means[key])),
              ],
            })),
          },
        }),
  );
}

const timeCell = (ms: number): { content: string; sortBy?: number } =>
  ms > 0 ? { content: duration(ms), sortBy: ms } : { content: notMeasured };

function words({ look, phases }: Measured, shown: typeof parts): string {
  const pieces = shown
    .filter(({ key }) => phases.means[key] > 0)
    .map(({ key, name }) => `${name} ${duration(phases.means[key])}`);
  return `${look.name} (${count(phases.answers, 'answer')}): ${pieces.join(', ')}`;
}
