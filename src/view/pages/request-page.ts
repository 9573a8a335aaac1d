import { count, oneLine } from '../../base/text.ts';
import type { AnswerLine } from '../../journal/answers.ts';
import { requestColumns, type RequestRow } from '../../journal/request-columns.ts';
import type { PageFrame } from '../../report/page/frame/document.ts';
import { dataTable } from '../../report/page/frame/data-table.ts';
import { type Content, type Html, markup } from '../../report/page/frame/html.ts';
import { chunkPicture } from '../../report/page/picture/chunk-picture.ts';
import { simulatedBannerFor } from '../../report/page/sections/header-section.ts';
import { addressOf, mainPart, viewFrame } from '../frame.ts';
import type { RunIndex } from '../index/run-index.ts';
import type { RunEntry } from '../index/runs.ts';
import { cellOf } from '../query.ts';
import type { Viewer } from '../viewer.ts';

/**
 * One complete attempt. `at` in the address is its position when the link was made. Undefined if no attempt has this
 * id.
 */
export async function requestPage(
  viewer: Viewer,
  run: RunEntry,
  eventId: string,
  address: URL,
): Promise<PageFrame | undefined> {
  const { rows: index, answers } = viewer.open(run);
  await index.update();
  const row = await rowOf(index, eventId, Number(address.searchParams.get('at') ?? NaN));
  if (row === undefined) return undefined;
  const answer = (await answers.find([row.event_id])).get(row.event_id);
  const chunks = answer?.chunks ?? [];
  return viewFrame(viewer, {
    title: `Request ${eventId.slice(0, 8)}`,
    run,
    here: 'request',
    body: mainPart(
      markup`<bdi>${oneLine(row.prompt_id, 80)}</bdi>`,
      markup`${simulatedBannerFor([row.route])}
        <p class="first-line"><bdi>${oneLine(row.model, 80)}</bdi>, repeat ${row.repeat}, attempt ${row.attempt}: ${outcome(row)}</p>
        ${why(row)}
        <section id="timeline"><h2>Timeline</h2>${chunkPicture(row, chunks)}</section>
        <section id="text"><h2>Answer</h2>${texts(row, answer)}</section>
        <section id="facts"><h2>Everything that is known</h2>${facts(row)}</section>
        <p><a href="${addressOf(run, 'requests')}?prompt_id=${encodeURIComponent(row.prompt_id)}">All requests of this prompt</a></p>`,
    ),
  });
}

/** At the position in the link if it is there. Otherwise the whole file is searched. */
async function rowOf(index: RunIndex, eventId: string, at: number): Promise<RequestRow | undefined> {
  if (Number.isInteger(at) && at >= 0 && at < index.rows) {
    const [row] = await index.read([at]);
    if (row?.event_id === eventId) return row;
  }
  await index.need(['event_id']);
  const words = index.words('event_id')!;
  const code = words.known(eventId);
  if (code === undefined) return undefined;
  for (let place = 0; place < index.rows; place++)
    if (words.codes.get(place) === code) return (await index.read([place]))[0];
  return undefined;
}

function outcome({ status, passed, http_status }: RequestRow): Content {
  if (status !== 'ok')
    return markup`<span class="bad">✗ ${oneLine(status, 40)}${http_status === undefined ? '' : ` (HTTP ${http_status})`}</span>`;
  if (passed === undefined) return 'answered, not checked';
  return passed
    ? markup`<span class="good">✓ passed</span>`
    : markup`<span class="bad">✗ did not pass</span>`;
}

/** Why it failed, as far as the row says. */
function why({ failed_checks, check_why, error_message, invalid_reason, valid }: RequestRow): Content {
  const lines = [
    ...(failed_checks ?? []).map((check, index) => [check, check_why?.[index]].filter(Boolean).join(': ')),
    ...(error_message === undefined ? [] : [error_message]),
    ...(valid === false ? [`left out of latencies: ${(invalid_reason ?? []).join(', ')}`] : []),
  ];
  return lines.length === 0
    ? undefined
    : markup`<ul class="why">${lines.map((line) => markup`<li>${oneLine(line, 500)}</li>`)}</ul>`;
}

function texts(row: RequestRow, answer: AnswerLine | undefined): Html {
  const text = answer?.answer || row.answer_preview;
  const parts = [
    text === undefined || text === ''
      ? markup`<p class="quiet">No text is stored.</p>`
      : markup`<pre dir="auto" tabindex="0">${text}</pre>`,
    ...(answer?.tool_calls ?? []).map(
      (call) => markup`<pre dir="auto" tabindex="0">${call.name}(${call.arguments})</pre>`,
    ),
    ...(answer?.reasoning
      ? [
          markup`<details><summary>Its reasoning (${count(answer.reasoning.length, 'character')})</summary><pre dir="auto" tabindex="0">${answer.reasoning}</pre></details>`,
        ]
      : []),
  ];
  return markup`${parts}`;
}

function facts(row: RequestRow): Html {
  return dataTable({
    caption: 'Every cell of its row',
    columns: [{ head: 'Column' }, { head: 'Value' }, { head: 'Unit' }, { head: 'What it is' }],
    rows: requestColumns.flatMap((column) => {
      if (column.kind === 'check') return [];
      const value = cellOf(row, column.name);
      if (value === undefined) return [];
      const meaning = column.meaning.replaceAll('`', '');
      return [{ cells: [column.name, markup`<bdi>${String(value)}</bdi>`, column.unit, meaning] }];
    }),
  });
}
