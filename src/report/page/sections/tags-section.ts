import { oneLine } from '../../../base/text.ts';
import { cellKey, cellName } from '../../../plan/cell.ts';
import { duration, percent, usd } from '../../number-text.ts';
import { tooFewPrompts } from '../../tags/tag-columns.ts';
import { tagLine, tagTitle } from '../../tags/tag-formats.ts';
import { dataTable } from '../frame/data-table.ts';
import { type Content, type Html, markup, section } from '../frame/html.ts';
import type { PageData } from '../page-parts.ts';

/** Which model for which kind of prompt. */
export function tags({ report, models }: PageData): Html {
  return section(
    'tags',
    'By tag',
    'The same figures for the prompts of each tag alone. Verdicts are corrected together over all tags. Small figures are 95\u00a0% intervals.',
    (report.tags ?? []).map(
      (tag) => markup`<h3>${tagTitle(tag)}</h3>
        <p>${tooFewPrompts(tag) === undefined ? tagLine(report, tag) : ''}</p>
        ${dataTable({
          caption: `Models on the prompts with the tag ${oneLine(tag.tag, 60)}`,
          columns: [
            { head: 'Model' },
            { head: 'Passed', align: 'right' },
            { head: 'E2E', align: 'right' },
            { head: 'Cost per 1,000 requests', align: 'right' },
          ],
          rows: tag.models.map((model) => {
            const look = models.find(({ summary }) => cellKey(summary) === cellKey(model))?.look;
            const { pass_rate_ci_low, pass_rate_ci_high } = model;
            const { e2e_latency_ms_geomean_ci_low, e2e_latency_ms_geomean_ci_high } = model;
            return {
              ...(look ? { className: look.className } : {}),
              cells: [
                look?.name ?? cellName(model),
                {
                  content: withInterval(model.pass_rate, pass_rate_ci_low, pass_rate_ci_high, percent),
                  sortBy: model.pass_rate,
                },
                {
                  content: withInterval(
                    model.e2e_latency_ms_geomean,
                    e2e_latency_ms_geomean_ci_low,
                    e2e_latency_ms_geomean_ci_high,
                    duration,
                  ),
                  sortBy: model.e2e_latency_ms_geomean,
                },
                { content: usd(model.cost_per_1k_requests_usd), sortBy: model.cost_per_1k_requests_usd },
              ],
            };
          }),
        })}`,
    ),
  );
}

function withInterval(
  value: number | undefined,
  low: number | undefined,
  high: number | undefined,
  write: (n: number | undefined) => string,
): Content {
  if (low === undefined || high === undefined) return write(value);
  return markup`${write(value)}<span class="interval">${write(low)} to ${write(high)}</span>`;
}
