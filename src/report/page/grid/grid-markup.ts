import { count, oneLine } from '../../../base/text.ts';
import { duration } from '../../number-text.ts';
import { type Content, type Html, join, markup } from '../frame/html.ts';
import type { ModelLook } from '../model-look.ts';
import type { AnswerText } from '../page-parts.ts';
import { modelName } from '../picture/picture-figure.ts';
import { differs, type GridAnswer, type GridCell, mostRepeats, someFailed } from './grid-scan.ts';
import { markedWords } from './word-diff.ts';

/** A model as a column of the grid. */
export interface GridColumn {
  look: ModelLook;
  /** Name in cells of the grid. */
  name: string;
}

export interface GridPrompt {
  promptId: string;
  tags: readonly string[];
  question: string | undefined;
  /** In the order of the columns. Undefined if the model was not asked. */
  cells: readonly (GridCell | undefined)[];
}

export interface GridOptions {
  columns: readonly GridColumn[];
  /** Stored texts by event id. */
  texts: ReadonlyMap<string, AnswerText>;
  /** Index of the column that the others are compared with. */
  base: number;
  /** Classes for the tags of a prompt, by which a page filters. */
  tagClass?: (tag: string) => string;
  /** Link to one request. Undefined on a standalone page. */
  requestLink?: (eventId: string) => string;
}

/** One prompt with the answers of all models, side by side. */
export function gridPrompt(prompt: GridPrompt, options: GridOptions): Html {
  const { promptId, tags, question, cells } = prompt;
  const classes = [
    'grid-prompt',
    ...(differs(cells) ? ['differs'] : []),
    ...(someFailed(cells) ? ['fails'] : []),
    ...tags.map((tag) => options.tagClass?.(tag) ?? ''),
  ].filter(Boolean);
  return markup`<article class="${classes.join(' ')}">
    <h3><bdi>${oneLine(promptId, 80)}</bdi> ${tags.map((tag) => markup`<span class="tag"><bdi>${oneLine(tag, 40)}</bdi></span> `)}</h3>
    ${question === undefined ? '' : markup`<blockquote><bdi>${question}</bdi></blockquote>`}
    <div class="grid-cells">${options.columns.map(({ look }, place) => gridCell(look, cells[place], prompt, options))}</div>
  </article>`;
}

function gridCell(
  look: ModelLook,
  cell: GridCell | undefined,
  prompt: GridPrompt,
  options: GridOptions,
): Html {
  const [first] = cell?.answers ?? [];
  return markup`<div class="grid-cell ${look.className}">
    <h4>${modelName(look)}</h4>
    ${
      cell === undefined || first === undefined
        ? markup`<p class="quiet">Not asked yet.</p>`
        : markup`<p class="outcome">${outcome(cell)}</p>
      ${oneAnswer(first, baseText(prompt, options), options)}${repeats(cell, options)}`
    }
  </div>`;
}

/** Answers of the other model, to compare with this one. */
function baseText({ cells }: GridPrompt, options: GridOptions): string | undefined {
  const [first] = cells[options.base]?.answers ?? [];
  return first && options.texts.get(first.eventId)?.answer;
}

/** Results of all repeats, in words and a mark. */
function outcome({ asked, failures, checked, passed }: GridCell): Content {
  const parts: Content[] = [];
  if (checked > 0)
    parts.push(
      passed === checked
        ? markup`<span class="good">✓ ${checked === 1 ? 'passed' : `${passed} of ${checked} passed`}</span>`
        : markup`<span class="bad">✗ ${checked === 1 ? 'did not pass' : `${passed} of ${checked} passed`}</span>`,
    );
  if (failures > 0)
    parts.push(
      markup`<span class="bad">✗ ${asked === 1 ? 'no answer' : `${failures} of ${asked} without an answer`}</span>`,
    );
  if (parts.length === 0) parts.push(markup`<span class="quiet">not checked</span>`);
  return join(parts, ' · ');
}

function oneAnswer(answer: GridAnswer, base: string | undefined, options: GridOptions): Html {
  const text = options.texts.get(answer.eventId);
  const facts = [
    answer.e2eMs === undefined ? undefined : duration(answer.e2eMs),
    answer.completionTokens === undefined ? undefined : count(answer.completionTokens, 'token'),
  ].filter((fact) => fact !== undefined);
  const link = options.requestLink?.(answer.eventId);
  return markup`${
    answer.failed.length === 0
      ? ''
      : markup`<ul class="why">${answer.failed.map((why) => markup`<li>${oneLine(why, 300)}</li>`)}</ul>`
  }${answer.failure === undefined ? '' : markup`<p class="bad">${oneLine(answer.failure, 300)}</p>`}
    ${answerText(answer, text, base)}
    <p class="note">${facts.join(' · ')}${link === undefined ? '' : markup` <a href="${link}">request</a>`}</p>`;
}

function answerText(answer: GridAnswer, text: AnswerText | undefined, base: string | undefined): Content {
  if (text === undefined || (text.answer === '' && text.reasoning === ''))
    return answer.preview === undefined
      ? answer.failure === undefined
        ? markup`<p class="quiet">The text was not stored.</p>`
        : undefined
      : markup`<pre dir="auto" tabindex="0">${answer.preview}</pre>`;
  const words = base === undefined ? text.answer : markedWords(base, text.answer);
  return markup`<pre dir="auto" tabindex="0">${words}</pre>
    ${text.isCut ? markup`<p class="note">Cut here; the whole text is in answers.jsonl.</p>` : ''}`;
}

/** The other repeats. Identical texts are grouped. */
function repeats(cell: GridCell, options: GridOptions): Content {
  if (cell.answers.length < 2) return undefined;
  const groups = [...Map.groupBy(cell.answers, ({ sha, eventId }) => sha ?? eventId).values()];
  const most = Math.max(...groups.map(({ length }) => length));
  const shown = cell.answers.length;
  const alike = groups.length === 1 ? 'all alike' : most === 1 ? 'no two alike' : `${most} of ${shown} alike`;
  const beyond = cell.asked > shown ? `, the first ${mostRepeats} shown` : '';
  return markup`<details class="repeats">
    <summary>${count(cell.asked, 'repeat')}: ${alike}${beyond}</summary>
    ${groups.map(
      (group) =>
        markup`<p class="outcome">${marks(group)}</p>${oneAnswer(group.find(({ passed }) => passed === false) ?? group[0]!, undefined, options)}`,
    )}
  </details>`;
}

/** `repeats 1, 3 and 4`, with their mark. */
function marks(group: readonly GridAnswer[]): string {
  const numbers = group.map(({ repeat }) => repeat).join(', ');
  const checked = group.filter(({ passed }) => passed !== undefined);
  const passed = checked.filter((answer) => answer.passed === true).length;
  const mark = checked.length === 0 ? '' : passed === checked.length ? '✓ ' : passed === 0 ? '✗ ' : '✓✗ ';
  return `${mark}repeat${group.length === 1 ? '' : 's'} ${numbers}`;
}

/** The box that shows which words differ from the base. It works without a script. */
export function wordsBox(columns: readonly GridColumn[], base: number): Content {
  const look = columns[base]?.look;
  if (columns.length < 2 || look === undefined) return undefined;
  return markup`<label><input type="checkbox" id="mark-words">mark words that differ from ${modelName(look)}</label>`;
}

/** The rules of the grid. */
export const gridStyle = `:root:has(.grid-cells) body{max-width:96rem}
.grid-prompt{border-top:1px solid var(--line);padding:.9rem 0 .4rem}
.grid-prompt h3{font-size:1.05rem}
.grid-cells{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr));gap:.9rem}
.grid-cell{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem;min-width:0}
.grid-cell h4{font-size:.95rem;margin:0 0 .2rem}
.grid-cell pre{max-height:16rem}
.outcome{margin:.2rem 0;font-size:.9rem}
.good{color:var(--good);font-weight:600}
.why{margin:.2rem 0;padding-left:1.1rem;font-size:.88rem;color:var(--warn)}
.tag{display:inline-block;font-weight:400;font-size:.8rem;color:var(--quiet);border:1px solid var(--line);border-radius:1rem;padding:0 .5rem}
ins,del{text-decoration:none}
del{display:none}
:root:has(#mark-words:checked) ins{background:var(--good-wash);text-decoration:underline}
:root:has(#mark-words:checked) del{display:inline;color:var(--warn);text-decoration:line-through}`;
