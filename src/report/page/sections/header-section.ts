import { count } from '../../../base/text.ts';
import { isSimulatedRoute } from '../../../target/routes.ts';
import { runFacts } from '../../run-facts.ts';
import { isSimulated, type RunFacts, simulatedNotice } from '../../run-report.ts';
import { type Content, type Html, markup } from '../frame/html.ts';
import type { ModelLook } from '../model-look.ts';
import { modelName } from '../picture/picture-figure.ts';

/** Top of a run's page: whether it is real, what it is, what happened. */
export function runHeader(run: RunFacts, warnings: readonly string[], answer: string): Html {
  return markup`<header>
    ${simulatedBanner([run])}
    <p class="kicker">gatebench report</p>
    <h1><bdi>${run.suite}</bdi></h1>
    <p class="first-line">${answer}</p>
    ${run.description === undefined ? '' : markup`<p class="description"><bdi>${run.description}</bdi></p>`}
    ${factList(run)}
    ${warnings.length === 0 ? '' : markup`<p class="attention"><a href="#warnings">${count(warnings.length, 'warning')} about these numbers</a></p>`}
  </header>`;
}

export function simulatedBanner(runs: readonly RunFacts[]): Content {
  return runs.some(isSimulated) ? markup`<p class="banner" role="note">${simulatedNotice}</p>` : undefined;
}

/** As above by routes, for pages without a report. */
export function simulatedBannerFor(routes: readonly string[]): Content {
  return routes.some(isSimulatedRoute)
    ? markup`<p class="banner" role="note">${simulatedNotice}</p>`
    : undefined;
}

export function factList(run: RunFacts): Html {
  return markup`<ul class="facts">
    ${runFacts(run).map((fact) => markup`<li>${fact}</li>`)}
    <li>run <bdi>${run.run_id}</bdi></li>
  </ul>`;
}

/** Links to the parts of the page. */
export function contents(parts: readonly { id: string; title: string }[]): Html {
  return markup`<nav aria-label="Parts of this page">
    <ul>
      ${parts.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)}
    </ul>
  </nav>`;
}

/**
 * Filter for models in pictures, tables and sentences. Needs no script: the style sheet reads the boxes. Hidden in
 * browsers that cannot do that.
 */
export function modelFilter(looks: readonly ModelLook[]): Html {
  return markup`<fieldset class="filter">
    <legend>Show models</legend>
    ${looks.map(
      ({ className, ...look }) =>
        markup`<label><input type="checkbox" id="show-${className}" checked>${modelName({ className, ...look })}</label>`,
    )}
  </fieldset>`;
}

/** CSS rules that make the filter work. */
export function filterRules(looks: readonly ModelLook[]): string {
  return looks
    .map(({ className }) => `:root:has(#show-${className}:not(:checked)) main .${className}{display:none}`)
    .join('\n');
}
