import type { PageFrame } from '../../report/page/frame/document.ts';
import { type Cell, dataTable } from '../../report/page/frame/data-table.ts';
import { join, markup } from '../../report/page/frame/html.ts';
import { addressOf, choice, field, mainPart, pageOf, pager, viewFrame } from '../frame.ts';
import { filteredRuns, type RunEntry, runStates } from '../index/runs.ts';
import { addressWith, pageSize } from '../query.ts';
import type { Viewer } from '../viewer.ts';

/** All runs, the newest first. */
export async function runsPage(viewer: Viewer, address: URL): Promise<PageFrame> {
  const all = await viewer.runs.all();
  const asked = (name: string): string | undefined => address.searchParams.get(name)?.trim() || undefined;
  const wanted = Object.fromEntries(
    (['suite', 'model', 'state', 'since', 'until'] as const).flatMap((name) => {
      const value = asked(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const found = filteredRuns(all, wanted);
  const page = pageOf(address.searchParams.get('page'), found.length, pageSize);
  const shown = found.slice((page - 1) * pageSize, page * pageSize);
  const given = (name: string): string | null => address.searchParams.get(name);
  const form = markup`<form class="wanted" method="get" action="/">
    ${choice('Suite', 'suite', given('suite'), [...new Set(all.map(({ suite }) => suite))].sort())}
    ${field('Model contains', 'model', given('model'))}
    ${choice('State', 'state', given('state'), runStates)}
    ${field('Since', 'since', given('since'), 'date')}${field('Until', 'until', given('until'), 'date')}
    <button>Show</button></form>`;
  const pages = pager({
    ...{ page, size: pageSize, total: found.length, what: 'Runs' },
    to: (target) => addressWith(address, { page: target }),
  });
  return viewFrame(viewer, {
    title: 'Runs',
    here: 'runs',
    body: mainPart(
      'Runs',
      all.length === 0
        ? markup`<p>There are no runs in <code>${viewer.options.results}</code> yet. Start one with <code>${viewer.options.program} run SUITE</code>, and load this page again.</p>`
        : markup`${form}${pages}${table(shown)}${shown.length > 20 ? pages : ''}`,
    ),
  });
}

function table(entries: readonly RunEntry[]): ReturnType<typeof dataTable> {
  const isGated = entries.some(({ verdict }) => verdict !== undefined);
  return dataTable({
    caption: 'Runs',
    isPaged: true,
    columns: [
      ...[
        { head: 'Started (UTC)' },
        { head: 'Suite' },
        { head: 'State' },
        { head: 'Route' },
        { head: 'Models' },
      ],
      ...[
        { head: 'Requests', align: 'right' as const },
        { head: 'Failed', align: 'right' as const },
      ],
      ...(isGated ? [{ head: 'Gate' }] : []),
    ],
    rows: entries.map((entry) => ({
      cells: [
        markup`<a href="${addressOf(entry)}">${entry.startedAt.slice(0, 16).replace('T', ' ')}</a>`,
        markup`<bdi>${entry.suite}</bdi>`,
        {
          content: entry.state,
          tone: entry.state === 'complete' || entry.state === 'running' ? undefined : 'bad',
        },
        join(entry.routes, ', '),
        join(
          entry.models.map((name) => markup`<bdi>${name}</bdi>`),
          ', ',
        ),
        entry.requests?.toLocaleString('en-US'),
        entry.failures === undefined
          ? ''
          : { content: entry.failures.toLocaleString('en-US'), tone: entry.failures > 0 ? 'bad' : undefined },
        ...(isGated ? [verdictCell(entry)] : []),
      ],
    })),
  });
}

const verdictCell = ({ verdict = '' }: RunEntry): Cell => ({
  content: verdict,
  tone: /^(fail|warning|incomplete)/.test(verdict) ? 'bad' : undefined,
});
