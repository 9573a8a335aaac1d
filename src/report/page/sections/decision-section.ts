import type { PairRow } from '../../../analysis/summary-columns.ts';
import { candidateLine, needText } from '../../choice-words.ts';
import { listName, namesIn } from '../../first-line.ts';
import type { Report } from '../../run-report.ts';
import { speedVerdict } from '../../run-verdict.ts';
import { thresholdLine } from '../../threshold-lines.ts';
import { type Content, type Html, markup, nothing, section } from '../frame/html.ts';
import type { PageData, PageModel } from '../page-parts.ts';
import { metricWords, verdictSentence } from '../sentences.ts';
import { wishCards } from './wish-cards-section.ts';

/** Which model for what: the leader for each wish, then every verdict in a sentence. */
export function decision(data: PageData): Html {
  const cards = wishCards(data);
  return section(
    'decision',
    'Which model for what',
    'A model leads only where it is clearly ahead of every other. Parentheses hold 95\u00a0% intervals.',
    cards.length === 0 && data.report.pairs.length === 0
      ? nothing('There is nothing to compare. A comparison needs answers from at least two models.')
      : markup`<p class="answer">${speedVerdict(data.report)}</p>
          ${cards.length === 0 ? '' : markup`<div class="cards">${cards}</div>`} ${choiceLists(data.report)}
          ${verdictLists(data)}${whyList(data)}`,
  );
}

/** Three lists: models that surely meet the suite's need, that may, and that do not. */
function choiceLists(report: Report): Content {
  return (report.choices ?? []).map(
    ({ need, candidates, ...list }) =>
      markup`<h3>Good enough for the job?${listName(list) === undefined ? '' : ` (${listName(list)!})`}</h3>
        <p>${needText(need)}</p>
        <ul class="choice">
          ${candidates.map(
            (one) =>
              markup`<li class="${one.word === 'out' ? 'bad' : ''}">${candidateLine(one, namesIn(report, list).named)}</li>`,
          )}
        </ul>`,
  );
}

/** A longer list would not be read. All of them are in `pairs.csv`. */
const mostSentences = 300;

function verdictLists({ report, models }: PageData): Content {
  return metricWords.map(({ metric, short }, index) => {
    const pairs = inOrder(
      report.pairs.filter((pair) => pair.metric === metric),
      models,
    );
    if (pairs.length === 0) return undefined;
    const beyond = pairs.length - mostSentences;
    return markup`<details class="verdicts"${index === 0 ? markup` open` : ''}>
      <summary>Every verdict: ${short}</summary>
      <ul>
        ${pairs.slice(0, mostSentences).map((pair) => verdictItem(pair, models))}
        ${beyond > 0 ? markup`<li>${beyond.toLocaleString('en-US')} more are in pairs.csv.</li>` : ''}
      </ul>
    </details>`;
  });
}

/** Those of the best-ranked models first. */
function inOrder(pairs: readonly PairRow[], models: readonly PageModel[]): PairRow[] {
  const places = new Map(models.map(({ look }, place) => [look.label, place]));
  const of = ({ model_a: a, model_b: b }: PairRow): [number, number] => {
    const [one, other] = [places.get(a) ?? Infinity, places.get(b) ?? Infinity];
    return [Math.min(one, other), Math.max(one, other)];
  };
  return pairs.toSorted((p, q) => of(p)[0] - of(q)[0] || of(p)[1] - of(q)[1]);
}

function verdictItem(pair: PairRow, models: readonly PageModel[]): Html {
  const classes = models
    .filter(({ look }) => look.label === pair.model_a || look.label === pair.model_b)
    .map(({ look }) => look.className);
  if (pair.verdict === 'not settled') classes.push('open-verdict');
  return markup`<li class="${classes.join(' ')}">${verdictSentence(pair)}</li>`;
}

function whyList({ explanations }: PageData): Content {
  if (explanations.length === 0) return undefined;
  return markup`<details class="verdicts">
    <summary>Where latency differences come from</summary>
    <ul>
      ${explanations.slice(0, mostSentences).map((sentence) => markup`<li>${sentence}</li>`)}
    </ul>
  </details>`;
}

const order = { failed: 0, 'not settled': 1, ok: 2 } as const;

/** The suite's limits for each model, broken ones first. */
export function thresholdList({ report }: PageData): Html {
  const results = (report.thresholds ?? []).toSorted((a, b) => order[a.verdict] - order[b.verdict]);
  return section(
    'thresholds',
    'Thresholds',
    "The suite's limits, decided on the whole interval: ✓ is inside all limits, ✗ is beyond one, anything else is open.",
    results.length === 0
      ? nothing('The suite sets none.')
      : markup`<ul class="thresholds">
          ${results.map(
            (result) =>
              markup`<li class="${result.verdict === 'failed' ? 'bad' : ''}">${thresholdLine(result, report.run)}</li>`,
          )}
        </ul>`,
  );
}
