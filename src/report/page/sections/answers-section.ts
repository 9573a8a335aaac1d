import { count, oneLine } from '../../../base/text.ts';
import { duration } from '../../number-text.ts';
import { type Content, type Html, markup, nothing, folded, section } from '../frame/html.ts';
import { gridPrompt, gridStyle, wordsBox } from '../grid/grid-markup.ts';
import { ceiling } from '../grid/grid-part.ts';
import type { GridPart, PageData, PageModel, ShownAnswer } from '../page-parts.ts';
import { modelName } from '../picture/picture-figure.ts';

/** The answers, prompt by prompt, shown on demand. */
export function answers(data: PageData): Html {
  if (data.grid) return allAnswers(data.grid);
  const { prompts, asked } = data.answers;
  const some =
    asked > prompts.length
      ? ` ${prompts.length} of ${count(asked, 'prompt')}: first those where the models' checks differ most, then in the suite's order.`
      : '';
  return folded(
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

/** Every answer side by side, with filter boxes. */
function allAnswers({ prompts, columns, texts, tags, left }: GridPart): Html {
  const limit =
    left === 0
      ? ''
      : ` ${count(left, 'prompt')} left out, so that the page stays below ${ceiling / 1e6} MB: gatebench view shows them all.`;
  return section(
    'answers',
    'Answers',
    `What every model answered, side by side.${limit}`,
    markup`<fieldset class="filter"><legend>Show prompts</legend>
      <label><input type="checkbox" id="only-differ">only where they differ</label>
      <label><input type="checkbox" id="only-fail">only failures</label>
      ${tags.length === 0 ? '' : [{ id: 'tag-all', name: 'all tags' }, ...tags.map((tag, place) => ({ id: `tag-${place}`, name: oneLine(tag, 40) }))].map(({ id, name }) => markup`<label><input type="radio" name="tag" id="${id}"${id === 'tag-all' ? markup` checked` : ''}><bdi>${name}</bdi></label>`)}
      ${wordsBox(columns, 0)}</fieldset>
      ${prompts.map((prompt) => gridPrompt(prompt, { columns, texts, base: 0, tagClass: (tag) => `t${tags.indexOf(tag)}` }))}`,
  );
}

/** CSS rules that make the boxes work without a script. */
export function gridRules({ tags }: GridPart): string {
  return [
    gridStyle,
    ':root:has(#only-differ:checked) .grid-prompt:not(.differs){display:none}',
    ':root:has(#only-fail:checked) .grid-prompt:not(.fails){display:none}',
    ...tags.map((_, place) => `:root:has(#tag-${place}:checked) .grid-prompt:not(.t${place}){display:none}`),
  ].join('\n');
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
