import type { PairRow, PairVerdict } from '../../../analysis/summary-columns.ts';
import { count } from '../../../base/text.ts';
import { times } from '../../number-text.ts';
import { type Content, type Html, markup, nothing, section } from '../frame/html.ts';
import { modelName } from '../picture/picture-figure.ts';
import { metricWords, pointsInterval, ratioInterval, signedPoints, wordsFor } from '../sentences.ts';
import type { ComparedModel, ComparePageData } from './compare-data.ts';

/** Changes, model by model: latencies first, the rest on demand. */
export function changes({ models, explanations }: ComparePageData): Html {
  return section(
    'changes',
    'What changed',
    'After compared with before, on the prompts that both runs have. Parentheses hold 95\u00a0% intervals.',
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
    <summary>Where latency differences come from</summary>
    <ul>
      ${explanations.map((sentence) => markup`<li>${sentence}</li>`)}
    </ul>
  </details>`;
}

const outcomes: Record<PairVerdict, string> = {
  faster: 'faster',
  slower: 'slower',
  better: 'more',
  worse: 'fewer',
  equal: 'the same within the margin',
  'not settled': 'no change is settled',
};

/** The change of a model on one metric, in a plain sentence without the model's name, which precedes it. */
export function changeSentence(pair: PairRow): string {
  const outcome = outcomes[pair.verdict as PairVerdict];
  return `${wordsFor(pair.metric).label}: ${outcome}, ${sizeWords(pair)}${remedy(pair)}.`;
}

/** `1.12× what it was (1.03–1.21)`, `−4 points (−9 to 1)`. */
function sizeWords(pair: PairRow): string {
  if (pair.difference !== undefined) return `${signedPoints(pair.difference)} points${pointsInterval(pair)}`;
  return pair.ratio === undefined
    ? 'not measured in both'
    : `${times(pair.ratio)} what it was${ratioInterval(pair.ci_low, pair.ci_high)}`;
}

function remedy({ more_prompts: more }: PairRow): string {
  return more === undefined || more > 2000 ? '' : `; about ${count(more, 'more prompt')} would settle it`;
}
