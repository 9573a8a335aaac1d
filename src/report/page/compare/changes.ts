import type { PairRow } from '../../../analysis/summary-columns.ts';
import { markup, type Content, type Html } from '../frame/html.ts';
import { nothing, section } from '../frame/section.ts';
import { modelName } from '../picture/picture-legend.ts';
import { metricWords } from '../metric-words.ts';
import { changeSentence } from './change-words.ts';
import type { ComparedModel, ComparePageData } from './compare-parts.ts';

/** What changed, model by model: what somebody waits for first, the rest on demand. */
export function changes({ models, explanations }: ComparePageData): Html {
  return section(
    'changes',
    'What changed',
    'After against before, on the prompts that both runs have. In brackets: 95\u00a0% intervals.',
    models.length === 0
      ? nothing('Neither run has a measured request.')
      : markup`<div class="cards">${models.map(card)}</div>
          ${whyList(explanations)}`,
  );
}

const headMetrics: readonly string[] = ['e2e_latency_ms', 'ttft_ms', 'passed'];

function card({ look, before, after, pairs }: ComparedModel): Html {
  const ordered = metricWords.flatMap(({ metric }) => pairs.filter((pair) => pair.metric === metric));
  const [head, rest] = [true, false].map((isHead) =>
    ordered.filter(({ metric }) => headMetrics.includes(metric) === isHead),
  );
  const gone = before && after ? undefined : `Only in the ${before ? 'earlier' : 'later'} run.`;
  return markup`<div class="card ${look.className}">
    <p class="lead-models">${modelName(look)}</p>
    ${gone === undefined ? '' : markup`<p>${gone}</p>`}
    ${sentences(head!)}
    ${rest!.length === 0 ? '' : markup`<details><summary>More</summary>${sentences(rest!)}</details>`}
  </div>`;
}

const sentences = (pairs: readonly PairRow[]): Html[] =>
  pairs.map(
    (pair) =>
      markup`<p class="${pair.verdict === 'not settled' ? 'open-verdict' : ''}">${changeSentence(pair)}</p>`,
  );

function whyList(explanations: readonly string[]): Content {
  if (explanations.length === 0) return undefined;
  return markup`<details class="verdicts">
    <summary>Where differences of latency come from</summary>
    <ul>
      ${explanations.map((sentence) => markup`<li>${sentence}</li>`)}
    </ul>
  </details>`;
}
