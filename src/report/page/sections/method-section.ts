import { defaultMargin } from '../../../analysis/compare.ts';
import { count } from '../../../base/text.ts';
import { headlines } from '../../../measure/metrics.ts';
import { percent } from '../../number-text.ts';
import { runOrigin } from '../../run-facts.ts';
import type { Report, RunFacts } from '../../run-report.ts';
import { type Html, markup, nothing, folded, section } from '../frame/html.ts';

/** How the numbers were made, in words. */
export function method({ run }: Report): Html {
  return folded(
    'method',
    'Method',
    undefined,
    markup`<ul class="method">
        <li>${orderWords(run)} Warm-up requests are recorded and never analyzed.</li>
        <li>
          All times are differences of one monotonic clock. It starts when a request is handed to its socket.
          Latencies never include our own queue, back-off, or retries. ${run.clock}
        </li>
        <li>
          An answer is a success only if it has status 200, the right content type, some text, a finish reason,
          and the end mark of its stream. A failed request counts as slower than any success. A model is not
          ranked by latency if fewer than ${percent(run.success_floor)} of its requests succeeded.
        </li>
        <li>
          Answers from a cache, held-back streams, and fallbacks to another model are left out of latency figures.
          The counts are above. Intervals are widened by how late this machine may have stamped an answer.
        </li>
        <li>
          The prompt is the unit of statistics. Each figure is based on medians per prompt, and intervals are
          clustered by prompt. More prompts settle more than more repeats do.
        </li>
        <li>
          Two models are compared on the prompts that both answered. The ratio is a Hodges–Lehmann estimate on
          logarithms. Its p is an exact signed-rank p; for pass rates, a sign-flip p. Holm's correction covers all
          pairs, on E2E latency and pass rate together. A verdict needs both a p of at most 0.05 and an interval
          clear of ±${Math.round(defaultMargin * 100)} %. Anything else is not settled.
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
            95 % of the requests took at most this long; failures count as slowest. Empty if there are too few
            requests.
          </dd>
        </dl>
      </details>
      <p class="note">${runOrigin(run).join(' · ')}</p>`,
  );
}

function orderWords({ order, prompts, repeats }: RunFacts): string {
  const size = `${count(prompts, 'prompt')}, ${count(repeats, 'repeat')}.`;
  return order === 'blocks'
    ? `${size} Models took turns. In each block, one prompt goes to all models, in random order from a recorded seed, so a slow spell hits all of them equally.`
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
          Each model is compared with itself on the prompts that both runs have. The ratio is a Hodges–Lehmann
          estimate on logarithms of each prompt's medians. Its p is an exact signed-rank p, with Holm's correction
          for all models and metrics. A failed request counts as slower than any success.
        </li>
        <li>
          The two runs were not sent side by side. A shift in conditions between them (the network, the provider's
          load) looks the same as a change in the model. If all models move by the same ratio, it was probably
          the conditions.
        </li>
      </ul>
      <p class="note">Before: ${runOrigin(before).join(' · ')}</p>
      <p class="note">After: ${runOrigin(after).join(' · ')}</p>`,
  );
}

/** Reasons to doubt the numbers. */
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
