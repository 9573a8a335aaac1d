import type { QualityRow } from '../../../analysis/quality/quality-columns.ts';
import { oneLine } from '../../../base/text.ts';
import { cellKey, untoldIn, waysOf } from '../../../plan/cell.ts';
import { notMeasured, percent, rangeText } from '../../number-text.ts';
import { basisText, isJudged } from '../../quality-table.ts';
import { type Cell, dataTable } from '../frame/data-table.ts';
import { type Content, type Html, markup, section } from '../frame/html.ts';
import type { PageData } from '../page-parts.ts';

/** Whether there is any opinion of a judge or a person. */
export const isJudgedPage = ({ report: { quality } }: PageData): boolean =>
  quality !== undefined && isJudged(quality);

/** Opinions of judges and people on the answers. The judge's rate and the rate never share a column. */
export function judged(data: PageData): Html {
  const { rows, preferences } = data.report.quality!;
  return section(
    'judged',
    'What judges and people say',
    "The judge's rate is the mean of its verdicts as they are: not a pass rate. The rate is by people, or the judge's corrected by people's labels. A judge alone only \"seems\": it holds only if it errs alike on all models. Small figures are 95\u00a0% intervals.",
    [
      rateTable(
        data,
        rows.filter(({ basis }) => basis !== 'checks'),
      ),
      ...(preferences.length > 0 ? [preferenceTable(data)] : []),
    ],
  );
}

const share = (point: number | undefined, low: number | undefined, high: number | undefined): Cell => ({
  content:
    point === undefined
      ? notMeasured
      : markup`${percent(point)} <span class="interval">${rangeText('passed', low, high)}</span>`,
  sortBy: point,
});

const figure = (value: number | undefined, text: Content | undefined): Cell => ({
  content: value === undefined ? notMeasured : text,
  sortBy: value,
});

function rateTable({ models }: PageData, rows: readonly QualityRow[]): Html {
  if (rows.length === 0) return markup``;
  const untold = untoldIn(waysOf(rows)).map(({ column }) => column.name);
  return dataTable({
    caption: 'How good the answers are, by criterion',
    columns: [
      { head: 'Model' },
      ...untold.map((name) => ({ head: name.charAt(0).toUpperCase() + name.slice(1) })),
      { head: 'Criterion' },
      { head: 'By' },
      { head: 'Rate', align: 'right', isMoreBetter: true },
      { head: "Judge's rate", align: 'right', isMoreBetter: true },
      { head: 'Judged', align: 'right' },
      { head: 'Labels', align: 'right' },
      { head: 'Kappa', align: 'right' },
    ],
    rows: rows.map((row) => {
      const look = models.find(({ summary }) => cellKey(summary) === cellKey(row))?.look;
      return {
        ...(look ? { className: look.className } : {}),
        cells: [
          // Its name identifies the variant.
          look?.name ?? oneLine(row.model, 60),
          ...untold.map((name) => oneLine(row[name] ?? notMeasured, 40)),
          oneLine(row.criterion, 60),
          basisText(row),
          share(row.rate, row.rate_ci_low, row.rate_ci_high),
          share(row.judge_rate, row.judge_rate_ci_low, row.judge_rate_ci_high),
          figure(row.judged, String(row.judged)),
          figure(row.rated, String(row.rated)),
          figure(row.kappa, row.kappa?.toFixed(2)),
        ],
      };
    }),
  });
}

function preferenceTable({ report }: PageData): Html {
  return markup`<h3>Which is preferred</h3>
    ${dataTable({
      caption: 'Which of two models is preferred, by criterion',
      columns: [
        { head: 'Model' },
        { head: 'Against' },
        { head: 'Criterion' },
        { head: 'By' },
        { head: 'Wins', align: 'right', isMoreBetter: true },
        { head: 'Ties', align: 'right' },
        { head: 'Wins at similar length', align: 'right' },
        { head: 'Verdict' },
      ],
      rows: report.quality!.preferences.map((row) => ({
        cells: [
          oneLine(row.model_b, 60),
          oneLine(row.model_a, 60),
          oneLine(row.criterion, 60),
          basisText(row),
          share(row.win_share, row.ci_low, row.ci_high),
          figure(row.ties, String(row.ties)),
          figure(row.similar_win_share, percent(row.similar_win_share)),
          row.verdict,
        ],
      })),
    })}`;
}
