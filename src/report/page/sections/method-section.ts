import { defaultMargin } from '../../../analysis/compare.ts';
import { count } from '../../../base/text.ts';
import { headlines } from '../../../measure/metrics.ts';
import { percent } from '../../number-text.ts';
import { runOrigin } from '../../run-facts.ts';
import type { Report, RunFacts } from '../../run-report.ts';
import { type Html, markup, nothing, section } from '../frame/html.ts';

/** How the numbers came about, in words. */
export function method({ run }: Report): Html {
  return section(
    'method',
    'Method',
    undefined,
    markup`<ul class="method">
        <li>${orderWords(run)} Warm-up requests are recorded and never analyzed.</li>
        <li>
          All times are differences of one monotonic clock, from the moment a request was handed to its
          socket. Our own queue, back-off and retries are never inside a latency. ${run.clock}
        </li>
        <li>
          An answer is a success only with status 200, the right content type, some text, a finish reason and
          the end mark of its stream. A failed request counts as slower than any success; below
          ${percent(run.success_floor)} of successes a model is not ranked by latency.
        </li>
        <li>
          Answers from a cache, held-back streams and fallbacks to another model are left out of latency
          figures; how many stands above. How late this machine can have stamped an answer widens intervals.
        </li>
        <li>
          The prompt is the unit of statistics: each figure rests on medians per prompt, and intervals are
          clustered by prompt. More prompts settle more than more repeats.
        </li>
        <li>
          Two models are compared on the prompts that both answered: the ratio is a Hodges–Lehmann estimate on
          logarithms, its p an exact signed-rank p, corrected by Holm for all pairs, on E2E latency and pass rate together. A verdict
          needs both that p at most 0.05 and an interval clear of ±${Math.round(defaultMargin * 100)} %; pass
          rates are tested by sign flips. All else is "cannot be told apart".
        </li>
      </ul>
      <details>
        <summary>What the measures mean</summary>
        <dl>
          ${headlines.map(
            ({ label, unit, meaning }) =>
              markup`<dt>${label} (${unit})</dt>
                <dd>${meaning.replaceAll('`', '')}</dd>`,
          )}
          <dt>geomean</dt>
          <dd>geometric mean over prompts of the per-prompt median</dd>
          <dt>p95</dt>
          <dd>
            95 % of the requests took at most this long, failures as slowest; empty when there are too few
            requests
          </dd>
        </dl>
      </details>
      <p class="note">${runOrigin(run).join(' · ')}</p>`,
  );
}

function orderWords({ order, prompts, repeats }: RunFacts): string {
  const size = `${count(prompts, 'prompt')}, ${count(repeats, 'repeat')}.`;
  return order === 'blocks'
    ? `${size} Models took turns: in each block one prompt goes to all models, in random order from a recorded seed, so that a slow spell hits all of them equally.`
    : `${size} The models were tested one after the other, so a slow spell looks like a slow model. There are no verdicts.`;
}

/** How two runs are compared, in words. */
export function compareMethod(before: RunFacts, after: RunFacts): Html {
  return section(
    'method',
    'Method',
    undefined,
    markup`<ul class="method">
        <li>
          Each model is compared with itself on the prompts that both runs have: the ratio is a Hodges–Lehmann
          estimate on logarithms of each prompt's medians, its p an exact signed-rank p, corrected for all
          models and metrics by Holm. A failed request counts as slower than any success.
        </li>
        <li>
          The two runs were not sent side by side. A shift between their hours (the way, the load of the
          provider) cannot be told from a change of the model: models that all move by the same ratio point to
          the former.
        </li>
      </ul>
      <p class="note">Before: ${runOrigin(before).join(' · ')}</p>
      <p class="note">After: ${runOrigin(after).join(' · ')}</p>`,
  );
}

/** What may make the numbers doubtful. */
export function warningList(warnings: readonly string[]): Html {
  return section(
    'warnings',
    'Warnings',
    undefined,
    warnings.length === 0
      ? nothing('None.')
      : markup`<ul class="warnings">
          ${warnings.map((warning) => markup`<li>${warning}</li>`)}
        </ul>`,
  );
}
