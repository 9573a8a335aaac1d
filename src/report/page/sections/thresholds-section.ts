import { thresholdLine } from '../../threshold-lines.ts';
import type { PageData } from '../page-parts.ts';
import { markup, type Html } from '../frame/html.ts';
import { nothing, section } from '../frame/section.ts';

const order = { failed: 0, 'not settled': 1, ok: 2 } as const;

/** The suite's limits on each model, those that are broken first. */
export function thresholdList({ report }: PageData): Html {
  const results = (report.thresholds ?? []).toSorted((a, b) => order[a.verdict] - order[b.verdict]);
  const hasRoutes = report.run.routes.length > 1;
  return section(
    'thresholds',
    'Thresholds',
    "The suite's limits, decided on the whole interval: inside all limits is ✓, beyond one is ✗, all else is open.",
    results.length === 0
      ? nothing('The suite sets none.')
      : markup`<ul class="thresholds">
          ${results.map(
            (result) =>
              markup`<li class="${result.verdict === 'failed' ? 'bad' : ''}">${thresholdLine(result, hasRoutes)}</li>`,
          )}
        </ul>`,
  );
}
