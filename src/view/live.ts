import type { RequestRow } from '../journal/request-columns.ts';
import { count, oneLine } from '../base/text.ts';
import { dataTable } from '../report/page/frame/data-table.ts';
import { type Html, markup } from '../report/page/frame/html.ts';
import { duration } from '../report/number-text.ts';
import { cellName, waysOf } from '../plan/cell.ts';
import { median } from '../stats/quantile.ts';
import { addressOf } from './frame.ts';
import { recentAnswers, type RunIndex } from './index/run-index.ts';
import type { RunEntry } from './index/runs.ts';
import type { Viewer } from './viewer.ts';

/** Rows on a live page, newest first. */
const mostRows = 200;
/** Response to a live page that polls: everything new since the row `after`. */
export interface LiveNews {
  /** Rows of the table, the newest first. */
  rows: string;
  /** Number of these rows, and of new rows beyond them. */
  added: number;
  passedOver: number;
  /** Number of rows known now: the next `after`. */
  next: number;
  state: string;
  models: string;
  /** Nothing more will come. */
  isOver: boolean;
}

/** News of a run, from its newest rows only: a measurement on this machine must not be disturbed. */
export async function liveNews(viewer: Viewer, run: RunEntry, after: number): Promise<LiveNews> {
  const { rows: index } = viewer.open(run);
  await index.update();
  // A file that replaced the requested one has the same rows.
  const next = index.rows;
  const from = Math.min(after, next);
  const first = Math.max(from, next - mostRows);
  const places = Array.from({ length: next - first }, (_, place) => first + place);
  // Another tab may add rows to the index during this read. Those are news for the next request.
  const rows = await index.read(places);
  return {
    rows: rows
      .map((row, at) => liveRow(run, row, first + at).text)
      .reverse()
      .join(''),
    added: rows.length,
    passedOver: first - from,
    next,
    state: stateLine(viewer, run, index).text,
    models: modelTable(index).text,
    isOver: run.state !== 'running' && run.state !== 'stopped',
  };
}

export function liveRow(run: RunEntry, row: RequestRow, place: number): Html {
  const link = `${addressOf(run, 'request', row.event_id)}?at=${place}`;
  const isBad = row.status !== 'ok' || row.passed === false;
  const outcome =
    row.passed === undefined
      ? row.status
      : row.passed
        ? 'passed'
        : `did not pass: ${(row.failed_checks ?? []).join(', ')}`;
  return markup`<tr data-row="${place}"><th scope="row"><a href="${link}">${(row.started_at ?? row.scheduled_at ?? '').slice(11, 19)}</a></th><td><bdi>${oneLine(row.model, 60)}</bdi></td><td><bdi>${oneLine(row.prompt_id, 60)}</bdi></td><td class="number">${row.repeat}</td><td${isBad ? markup` class="bad"` : ''}>${oneLine(outcome, 120)}${row.phase === 'warmup' ? ' (warm-up)' : ''}</td><td class="number">${duration(row.ttft_ms)}</td><td class="number">${duration(row.e2e_latency_ms)}</td></tr>`;
}

/** Progress in a sentence. */
export function stateLine(viewer: Viewer, run: RunEntry, index: RunIndex): Html {
  const progress = `${index.finals.toLocaleString('en-US')} of ${count(run.planned, 'request')}`;
  switch (run.state) {
    case 'running':
      return markup`Running: ${progress}. Figures with intervals and verdicts come at the end.`;
    case 'stopped':
      return markup`Stopped before its end, after ${progress}. To continue: <code>${viewer.options.program} run --resume ${run.folder}</code>`;
    default:
      return markup`Ended (${run.state}) after ${progress}. <a href="${addressOf(run)}">Read the report</a>`;
  }
}

/** Results of the models so far. No intervals and no order: early and frequent looks find differences by chance. */
export function modelTable(index: RunIndex): Html {
  const { tallies } = index;
  const ways = waysOf(tallies);
  return dataTable({
    caption: 'Models so far',
    isPaged: true,
    columns: [
      { head: 'Model' },
      ...['Done', 'Failed', 'Passed', `Median E2E, last ${recentAnswers}`].map((head) => ({
        head,
        align: 'right' as const,
      })),
    ],
    rows: tallies.map(({ done, failed, checked, passed, recent, ...cell }) => ({
      cells: [
        markup`<bdi>${oneLine(cellName(cell, ways), 80)}</bdi>`,
        done,
        { content: failed, tone: failed > 0 ? 'bad' : undefined },
        checked === 0 ? '–' : `${passed} of ${checked}`,
        duration(recent.length === 0 ? undefined : median(recent)),
      ],
    })),
  });
}

/**
 * Polls for news twice a second while the page is visible. New rows wait while text is selected or the table is
 * scrolled away from its top: nothing moves while somebody reads.
 */
export const liveScript = `
(() => {
  const box = document.getElementById('live');
  const body = box.querySelector('tbody');
  const state = document.getElementById('state');
  const models = document.getElementById('models');
  const waiting = document.getElementById('waiting');
  let after = Number(box.dataset.after);
  let held = [];
  const isRead = () => box.scrollTop > 40 || (getSelection()?.toString() ?? '') !== '';
  const show = () => {
    for (const rows of held) body.insertAdjacentHTML('afterbegin', rows);
    held = [];
    while (body.rows.length > ${mostRows}) body.rows[body.rows.length - 1].remove();
    waiting.textContent = '';
  };
  const put = (element, html) => {
    if (element.dataset.shown === html) return;
    element.dataset.shown = html;
    element.innerHTML = html;
  };
  let isOver = false;
  const ask = async () => {
    const answer = await fetch(location.pathname + '/live?after=' + after);
    if (!answer.ok) throw new Error(String(answer.status));
    const news = await answer.json();
    after = news.next;
    isOver = news.isOver;
    put(state, news.state);
    put(models, news.models);
    if (news.added > 0) held.push(news.rows);
    return news.passedOver;
  };
  const loop = async () => {
    try {
      const passedOver = document.hidden || isOver ? 0 : await ask();
      if (!isRead()) show();
      else if (held.length > 0) waiting.textContent = held.join('').split('<tr ').length - 1 + ' new';
      if (passedOver > 0) waiting.textContent = passedOver + ' more came than fit here; see Requests';
      if (!isOver || held.length > 0) setTimeout(loop, 500);
    } catch {
      state.textContent = 'The viewer does not answer. Start it again to go on.';
      setTimeout(loop, 3000);
    }
  };
  loop();
})();
`;
