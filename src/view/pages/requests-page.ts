import { oneLine } from '../../base/text.ts';
import type { ColumnName, RequestRow } from '../../journal/request-columns.ts';
import { severalIn } from '../../plan/cell.ts';
import type { PageFrame } from '../../report/page/frame/document.ts';
import { dataTable } from '../../report/page/frame/data-table.ts';
import { type Content, type Html, markup } from '../../report/page/frame/html.ts';
import { addressOf, choice, field, lossesOf, mainPart, pageOf, pager, viewFrame } from '../frame.ts';
import { columnNamed, type RunIndex } from '../index/run-index.ts';
import type { RunEntry } from '../index/runs.ts';
import { addressWith, cellOf, matching, neededColumns, pageSize, rowQuery, type RowQuery } from '../query.ts';
import type { Viewer } from '../viewer.ts';

/** Every attempt of a run, filtered and ordered by its address. */
export async function requestsPage(viewer: Viewer, run: RunEntry, address: URL): Promise<PageFrame> {
  const { rows: index } = viewer.open(run);
  await index.update();
  const query = rowQuery(address.searchParams, severalIn(index.ways));
  await index.need(neededColumns(query));
  const found = matching(index, query);
  const page = pageOf(address.searchParams.get('page'), found.length, pageSize);
  const places = [...found.subarray((page - 1) * pageSize, page * pageSize)];
  const rows = await index.read(places);
  const pages = pager({
    ...{ page, size: pageSize, total: found.length, what: 'Requests' },
    to: (target) => addressWith(address, { page: target }),
  });
  return viewFrame(viewer, {
    title: `Requests of ${run.id}`,
    run,
    here: 'requests',
    body: mainPart(
      'Requests',
      markup`${lossesOf(viewer, run, index)}${form(index, address)}${query.faults.map((fault) => markup`<p class="bad" role="alert">${fault}</p>`)}
      ${pages}${table(run, query, address, places, rows)}${rows.length > 20 ? pages : ''}
      <p class="note">Any column of requests.csv filters in the address: <code>?ttft_ms=500..&amp;status=ok</code>. <code>-</code> stands for what was not measured. <code>columns=</code> chooses what is shown.</p>`,
    ),
  });
}

/** Words of a column as options. With too many, there is no choice. */
const mostChoices = 200;

function wordsOf(index: RunIndex, column: string): string[] {
  const words = (index.words(column)?.values ?? []).flatMap((word) => word.split(';')).filter(Boolean);
  return [...new Set(words)].sort().slice(0, mostChoices);
}

function form(index: RunIndex, address: URL): Html {
  const given = (name: string): string | null => address.searchParams.get(name);
  const several = severalIn(index.ways);
  const own = [
    'model',
    ...several,
    'status',
    'passed',
    'failed_checks',
    'tags',
    'phase',
    'prompt_id',
    'e2e_latency_ms',
  ];
  const others = [...address.searchParams].filter(([name]) => !own.includes(name) && name !== 'page');
  return markup`<form class="wanted" method="get" action="${address.pathname}">
    ${choice('Model', 'model', given('model'), wordsOf(index, 'model'))}
    ${several.map((name) => choice(name.charAt(0).toUpperCase() + name.slice(1), name, given(name), wordsOf(index, name)))}
    ${choice('Status', 'status', given('status'), wordsOf(index, 'status'))}
    ${choice('Passed', 'passed', given('passed'), ['true', 'false', '-'])}
    ${choice('Failed check', 'failed_checks', given('failed_checks'), wordsOf(index, 'failed_checks'))}
    ${choice('Tag', 'tags', given('tags'), wordsOf(index, 'tags'))}
    ${choice('Phase', 'phase', given('phase'), wordsOf(index, 'phase'))}
    ${field('Prompt', 'prompt_id', given('prompt_id'))}
    ${field('E2E in ms, from..to', 'e2e_latency_ms', given('e2e_latency_ms'))}
    ${others.map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`)}
    <button>Show</button> <a href="${address.pathname}">Reset</a></form>`;
}

function table(
  run: RunEntry,
  { columns, order, isDescending }: RowQuery,
  address: URL,
  places: readonly number[],
  rows: readonly RequestRow[],
): Html {
  const head = (name: ColumnName): Content => {
    const isHere = name === order;
    const next = isHere && !isDescending ? `-${name}` : name;
    return markup`<a href="${addressWith(address, { order: next })}">${name}${isHere ? (isDescending ? ' ↓' : ' ↑') : ''}</a>`;
  };
  const isNumber = (name: ColumnName): boolean => columnNamed(name)?.kind === 'number';
  return dataTable({
    caption: 'Requests',
    isPaged: true,
    columns: [
      { head: 'Request' },
      ...columns.map((name) => ({
        head: head(name),
        align: isNumber(name) ? ('right' as const) : ('left' as const),
      })),
    ],
    rows: rows.map((row, index) => ({
      cells: [
        markup`<a href="${addressOf(run, 'request', row.event_id)}?at=${places[index]}">${oneLine(row.event_id, 60).slice(0, 8)}</a>`,
        ...columns.map((name) => {
          const text = cellOf(row, name);
          const isBad =
            (name === 'status' && row.status !== 'ok') || (name === 'passed' && row.passed === false);
          return {
            content: text === undefined ? '' : markup`<bdi>${oneLine(String(text), 200)}</bdi>`,
            tone: isBad ? 'bad' : undefined,
          };
        }),
      ],
    })),
  });
}
