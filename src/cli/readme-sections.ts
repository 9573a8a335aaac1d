import type { Column } from '../base/column.ts';
import { checkKinds } from '../check/checks.ts';
import { variables } from '../target/environment.ts';
import { routes } from '../target/routes.ts';
import { requestColumns } from '../journal/request-columns.ts';
import { judgementColumns, ratingColumns, recheckedColumns } from '../journal/quality-columns.ts';
import { reconciledColumns } from '../journal/reconciled-columns.ts';
import { headlines } from '../measure/metrics.ts';
import {
  figureMeanings,
  figureName,
  figures,
  figuresOf,
  modelColumns,
  pairColumns,
  rateFigures,
  type Figure,
} from '../analysis/summary-columns.ts';
import { preferenceColumns, qualityColumns } from '../analysis/quality/quality-columns.ts';
import { levelColumns, limitColumns } from '../analysis/level-columns.ts';
import { nightColumns } from '../analysis/night-figures.ts';
import { verdictColumns } from '../analysis/night-verdicts.ts';
import { historyColumns } from '../analysis/history.ts';

/** Generated parts of our documents: by file, then by the name of their marks. */
export function generatedSections(): Record<string, Record<string, string>> {
  return {
    'README.md': {
      routes: block(
        table(
          ['route', 'what', 'needs'],
          routes.map(({ name, summary, needs, addressNeeds = [] }) => [
            `\`${name}\``,
            summary,
            [...needs, ...addressNeeds].map((variable) => `\`${variable}\``).join(', ') || 'nothing',
          ]),
        ),
      ),
      checks: checkKinds.map(({ type }) => `\`${type}\``).join(', '),
      environment: Object.keys(variables)
        .map((name) => `\`${name}\``)
        .join(', '),
    },
    'results/README.md': {
      requests: columnTable(requestColumns),
      models: columnTable(modelColumns.filter(({ name }) => !isFigure(name))),
      headlines: headlines.map(({ name }) => `\`${name}\``).join(', '),
      figures: block(
        table(
          ['suffix', 'meaning'],
          [...new Set([...figures.slice(0, 3), ...rateFigures])].map((figure) => [
            suffixOf(figure),
            figureMeanings[figure],
          ]),
        ),
      ),
      pairs: columnTable(pairColumns),
      levels: columnTable(levelColumns),
      limits: columnTable(limitColumns),
      reconciled: columnTable(reconciledColumns),
      judgements: columnTable(judgementColumns),
      ratings: columnTable(ratingColumns),
      rechecked: columnTable(recheckedColumns),
      quality: columnTable(qualityColumns),
      preferences: columnTable(preferenceColumns),
      history: columnTable(historyColumns),
      nights: columnTable(nightOnly),
      verdicts: columnTable(verdictColumns),
    },
  };
}

/** The text with each section between its marks `<!-- start:name -->` and `<!-- end:name -->`. */
export function withSections(text: string, sections: Readonly<Record<string, string>>): string {
  let result = text;
  for (const [name, content] of Object.entries(sections)) {
    const [start, end] = [`<!-- start:${name} -->`, `<!-- end:${name} -->`];
    const [from, to] = [result.indexOf(start), result.indexOf(end)];
    if (from === -1 || to === -1) throw new Error(`there are no marks for "${name}"`);
    result = result.slice(0, from + start.length) + content + result.slice(to);
  }
  return result;
}

/** Columns of `nights.csv` that `models.csv` does not have. */
const nightOnly = nightColumns.filter(({ name }) => !modelColumns.some((column) => column.name === name));

const isFigure = (name: string): boolean =>
  headlines.some((metric) =>
    figuresOf(metric.name).some((figure) => name === figureName(metric.name, figure)),
  );

const suffixOf = (figure: Figure): string => (figure === '' ? 'none' : `\`_${figure}\``);

function columnTable(columns: readonly Column[]): string {
  const rows = columns.map(({ name, unit, meaning }) => [`\`${name}\``, unit, meaning]);
  return block(table(['column', 'unit', 'meaning'], rows));
}

const block = (text: string): string => `\n\n${text}\n\n`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
