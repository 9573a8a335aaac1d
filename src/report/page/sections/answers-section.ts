import { count, oneLine } from '../../../base/text.ts';
import { duration } from '../../number-text.ts';
import { type Content, type Html, markup, nothing, section } from '../frame/html.ts';
import type { PageData, PageModel, ShownAnswer } from '../page-parts.ts';
import { modelName } from '../picture/picture-figure.ts';

/** What was answered, prompt by prompt, shown on demand. */
export function answers(data: PageData): Html {
  const { prompts, asked } = data.answers;
  const some =
    asked > prompts.length
      ? ` ${prompts.length} of ${count(asked, 'prompt')}: first those where the models' checks differ most, then in the suite's order.`
      : '';
  return section(
    'answers',
    'Answers',
    `The first answer of each model.${some} Everything else is in answers.jsonl.`,
    prompts.length === 0
      ? nothing('There is no answer.')
      : prompts.map(
          ({ promptId, question, answers: shown }) =>
            markup`<details class="answers">
              <summary><bdi>${oneLine(promptId, 80)}</bdi> ${passWords(shown)}</summary>
              ${question === undefined ? '' : markup`<blockquote><bdi>${question}</bdi></blockquote>`}
              ${shown.map((answer) => oneAnswer(data.models, answer))}
            </details>`,
        ),
  );
}

function passWords(shown: readonly ShownAnswer[]): Content {
  const checked = shown.filter(({ passed }) => passed !== undefined);
  if (checked.length === 0) return undefined;
  const passed = checked.filter((answer) => answer.passed === true).length;
  return markup`<span class="quiet">${passed} of ${checked.length} passed</span>`;
}

function oneAnswer(models: readonly PageModel[], answer: ShownAnswer): Html {
  const look = models.find(({ cell }) => cell === answer.cell)?.look;
  const facts = [
    answer.e2eMs === undefined ? undefined : duration(answer.e2eMs),
    answer.completionTokens === undefined ? undefined : count(answer.completionTokens, 'token'),
    answer.passed === undefined
      ? undefined
      : answer.passed
        ? 'passed'
        : `did not pass: ${oneLine(answer.failedChecks.join(', '), 80)}`,
  ].filter((fact) => fact !== undefined);
  return markup`<article class="answer ${look?.className}">
    <h3>${look ? modelName(look) : ''} <span class="quiet">${facts.join(' · ')}</span></h3>
    ${whyFailed(answer)}${textOf(answer)}
  </article>`;
}

function whyFailed({ failedChecks, why }: ShownAnswer): Content {
  if (why.length === 0) return undefined;
  return markup`<ul class="note">${why.map(
    (reason, place) =>
      markup`<li>${oneLine(failedChecks[place] ?? '', 40)}: <bdi>${oneLine(reason, 220)}</bdi></li>`,
  )}</ul>`;
}

function textOf({ text, preview }: ShownAnswer): Html {
  if (text === undefined || (text.answer === '' && text.reasoning === ''))
    return preview === undefined
      ? markup`<p class="quiet">The text was not stored.</p>`
      : markup`<pre dir="auto">${preview}</pre>`;
  const reasoning =
    text.reasoning === ''
      ? ''
      : markup`<details>
          <summary>Its reasoning</summary>
          <pre dir="auto">${text.reasoning}</pre>
        </details>`;
  return markup`<pre dir="auto">${text.answer}</pre>
    ${text.isCut ? markup`<p class="note">Cut here; the whole text is in answers.jsonl.</p>` : ''}${reasoning}`;
}
