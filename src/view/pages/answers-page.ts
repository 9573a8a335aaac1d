import { cellName } from '../../plan/cell.ts';
import { readAnswerLines } from '../../journal/answers.ts';
import { readManifest } from '../../journal/manifest.ts';
import type { PageFrame } from '../../report/page/frame/document.ts';
import { markup, nothing } from '../../report/page/frame/html.ts';
import { type GridColumn, gridPrompt, wordsBox } from '../../report/page/grid/grid-markup.ts';
import { GridScan, mostRepeats } from '../../report/page/grid/grid-scan.ts';
import { modelLook } from '../../report/page/model-look.ts';
import { simulatedBannerFor } from '../../report/page/sections/header-section.ts';
import { answerText } from '../../report/run-page.ts';
import { questionOf } from '../../report/page/question.ts';
import type { Prompt } from '../../suite/suite.ts';
import { addressOf, box, choice, field, lossesOf, mainPart, pageOf, pager, viewFrame } from '../frame.ts';
import type { RunIndex } from '../index/run-index.ts';
import type { RunEntry } from '../index/runs.ts';
import { addressWith } from '../query.ts';
import type { Viewer } from '../viewer.ts';

const promptsPerPage = 20;

/** Prompts × models: the answers of all models, side by side. */
export async function answersPage(viewer: Viewer, run: RunEntry, address: URL): Promise<PageFrame> {
  const { rows: index, answers } = viewer.open(run);
  const asked = address.searchParams;
  await index.update();
  const { suite } = await readManifest(run.folder);
  const columns = columnsOf(index, asked.getAll('model'));
  const outcomes = outcomesOf(index);
  const wanted = await wantedPrompts(run, suite.prompts, outcomes, columns, asked);
  const page = pageOf(asked.get('page'), wanted.length, promptsPerPage);
  const shown = wanted.slice((page - 1) * promptsPerPage, page * promptsPerPage);
  const scan = new GridScan(index.ways);
  const places = shown.flatMap(({ id }) =>
    [...(outcomes.get(id)?.values() ?? [])].flatMap((one) => one.places),
  );
  const rows = await index.read(places);
  for (const row of rows) scan.add(row);
  const stored = await answers.find(rows.map(({ event_id }) => event_id));
  const texts = new Map([...stored].map(([eventId, line]) => [eventId, answerText(line)]));
  const at = new Map(rows.map(({ event_id }, place) => [event_id, places[place]!]));
  const base = Math.max(
    0,
    columns.findIndex(({ name }) => name === asked.get('base')),
  );
  const pages = pager({
    ...{ page, size: promptsPerPage, total: wanted.length, what: 'Prompts' },
    to: (target) => addressWith(address, { page: target }),
  });
  return viewFrame(viewer, {
    title: `Answers of ${run.id}`,
    run,
    here: 'answers',
    body: mainPart(
      'Answers',
      markup`${simulatedBannerFor(run.routes)}${lossesOf(viewer, run, index)}${form(index, suite.prompts, address, base)}
      ${wordsBox(columns, base)}${pages}
      ${shown.length === 0 ? nothing('No prompt matches.') : ''}
      ${columns.length === 0 ? nothing('There are no answers yet.') : ''}
      ${shown.map((prompt) => {
        const found = scan.cellsOf(prompt.id);
        // With many repeats, the first are read. How many passed is known for all.
        const cells = columns.map(({ name }) => {
          const cell = found.get(name);
          return cell && { ...cell, ...outcomes.get(prompt.id)?.get(name)?.counts };
        });
        return gridPrompt(
          { promptId: prompt.id, tags: prompt.tags, question: questionOf(prompt), cells },
          {
            ...{ columns, texts, base },
            requestLink: (eventId) => `${addressOf(run, 'request', eventId)}?at=${at.get(eventId) ?? ''}`,
          },
        );
      })}
      ${shown.length > 3 ? pages : ''}`,
    ),
  });
}

/** What is known about one model on one prompt without reading a row. */
interface Outcome {
  counts: { asked: number; failures: number; checked: number; passed: number };
  /** Positions of its first repeats. */
  places: number[];
  /** Equal for the same first answer. */
  text: number;
  firstRepeat: number;
}

type Outcomes = Map<string, Map<string, Outcome>>;

/** For every prompt and model, from the index alone. */
export function outcomesOf(index: RunIndex): Outcomes {
  const prompts: Outcomes = new Map();
  const { ways } = index;
  const names: string[] = [];
  for (let row = 0; row < index.rows; row++) {
    if (index.word('phase', row) !== 'measure' || index.word('final', row) !== 'true') continue;
    const status = index.word('status', row);
    if (status === 'cancelled') continue;
    const promptId = index.word('prompt_id', row);
    const cells = prompts.get(promptId) ?? new Map<string, Outcome>();
    prompts.set(promptId, cells);
    const name = (names[index.cellNumber(row)] ??= cellName(index.cell(row), ways));
    const counts = { asked: 0, failures: 0, checked: 0, passed: 0 };
    const one = cells.get(name) ?? { counts, places: [], text: 0, firstRepeat: Infinity };
    cells.set(name, one);
    one.counts.asked++;
    if (status !== 'ok') one.counts.failures++;
    const passed = index.word('passed', row);
    if (passed !== '') one.counts.checked++;
    if (passed === 'true') one.counts.passed++;
    const repeat = index.number('repeat', row);
    // Rows come in the order of their blocks, so the first ones are those of the first repeats, except for retries.
    if (one.places.length < 2 * mostRepeats) one.places.push(row);
    if (repeat > one.firstRepeat) continue;
    one.firstRepeat = repeat;
    one.text = index.text(row);
  }
  return prompts;
}

/** Every requested model of the run, or all, by name. */
function columnsOf(index: RunIndex, asked: readonly string[]): GridColumn[] {
  const names = index.tallies.map((cell) => cellName(cell, index.ways));
  const columns = names.map((name, place) => ({ name, look: modelLook(name, place) }));
  const chosen = columns.filter(({ name }) => asked.includes(name));
  return chosen.length > 0 ? chosen : columns;
}

async function wantedPrompts(
  run: RunEntry,
  prompts: readonly Prompt[],
  outcomes: Outcomes,
  columns: readonly GridColumn[],
  asked: URLSearchParams,
): Promise<Prompt[]> {
  const [tag, words] = [asked.get('tag') ?? '', (asked.get('q') ?? '').trim().toLowerCase()];
  const said = words === '' ? new Set<string>() : await promptsThatSay(run, words);
  const cellsOf = ({ id }: Prompt): Outcome[] =>
    columns.flatMap(({ name }) => outcomes.get(id)?.get(name) ?? []);
  return prompts.filter(
    (prompt) =>
      (tag === '' || prompt.tags.includes(tag)) &&
      (words === '' ||
        said.has(prompt.id) ||
        `${prompt.id}\n${questionOf(prompt) ?? ''}`.toLowerCase().includes(words)) &&
      (asked.get('differ') !== '1' || outcomesDiffer(cellsOf(prompt))) &&
      (asked.get('fail') !== '1' ||
        cellsOf(prompt).some(({ counts }) => counts.failures > 0 || counts.passed < counts.checked)),
  );
}

function outcomesDiffer(cells: readonly Outcome[]): boolean {
  const marks = new Set(
    cells.map(({ counts: { asked, failures, checked, passed } }) =>
      checked > 0 ? String(passed / checked) : failures === asked ? 'failed' : '',
    ),
  );
  if (marks.size > 1) return true;
  return marks.has('') && new Set(cells.map(({ text }) => text)).size > 1;
}

/** Prompts with an answer that contains these words. Reads all answers, so a search takes a moment. */
async function promptsThatSay({ folder }: RunEntry, words: string): Promise<Set<string>> {
  const found = new Set<string>();
  try {
    for await (const { prompt_id, answer } of readAnswerLines(folder))
      if (!found.has(prompt_id) && answer.toLowerCase().includes(words)) found.add(prompt_id);
  } catch {
    // A run that stores no answers has nothing to search.
  }
  return found;
}

function form(
  index: RunIndex,
  prompts: readonly Prompt[],
  address: URL,
  base: number,
): ReturnType<typeof markup> {
  const given = (name: string): string | null => address.searchParams.get(name);
  const all = columnsOf(index, []);
  const asked = address.searchParams.getAll('model');
  const tags = [...new Set(prompts.flatMap((prompt) => prompt.tags))].sort();
  return markup`<form class="wanted" method="get" action="${address.pathname}">
    ${field('Search', 'q', given('q'), 'search')}
    ${tags.length > 0 ? choice('Tag', 'tag', given('tag'), tags) : ''}
    ${
      all.length > 1
        ? markup`<label>Compare words with<select name="base">${all.map(
            ({ name }, place) =>
              markup`<option${(given('base') ?? '') === name || (given('base') === null && place === base) ? markup` selected` : ''}>${name}</option>`,
          )}</select></label>`
        : ''
    }
    ${box('only where they differ', 'differ', given('differ'))}
    ${box('only failures', 'fail', given('fail'))}
    ${
      all.length > 2
        ? all.map(
            ({ name }) =>
              markup`<label class="box"><input type="checkbox" name="model" value="${name}"${asked.includes(name) ? markup` checked` : ''}>${name}</label>`,
          )
        : ''
    }
    <button>Show</button> <a href="${address.pathname}">Reset</a></form>`;
}
