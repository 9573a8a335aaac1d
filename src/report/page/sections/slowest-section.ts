import { oneLine } from '../../../base/text.ts';
import { compact, duration, notMeasured } from '../../number-text.ts';
import type { PageData } from '../page-parts.ts';
import { dataTable, type Row } from '../frame/data-table.ts';
import { markup, type Html } from '../frame/html.ts';
import { nothing, section } from '../frame/section.ts';
import { modelName } from '../picture/picture-legend.ts';
import { slowestPerCell, type Receipts, type SlowRequest } from '../scan/slowest-scan.ts';

/** The slowest answers, with what is needed to look them up elsewhere. */
export function slowest(data: PageData): Html {
  return section(
    'slowest',
    'Slowest requests',
    `The ${slowestPerCell} slowest answers of each model, with their receipts: the gateway's log id, Cloudflare's ray, and the event id from requests.csv.`,
    data.slowest.length === 0
      ? nothing('There is no answer.')
      : dataTable({
          caption: 'Slowest requests',
          columns: [
            { head: 'Model' },
            { head: 'E2E', align: 'right' },
            { head: 'TTFT', align: 'right' },
            { head: 'Tokens out', align: 'right' },
            { head: 'Prompt' },
            { head: 'Sent' },
            { head: 'Receipts' },
          ],
          rows: data.slowest.map((request) => row(data, request)),
        }),
  );
}

function row({ models }: PageData, request: SlowRequest): Row {
  const look = models.find(({ cell }) => cell === request.cell)?.look;
  return {
    className: look?.className ?? '',
    cells: [
      { content: look ? modelName(look) : notMeasured },
      { content: markup`${duration(request.e2eMs)}${leftOut(request)}`, sortBy: request.e2eMs },
      { content: duration(request.ttftMs), sortBy: request.ttftMs },
      { content: compact(request.completionTokens), sortBy: request.completionTokens },
      {
        content: markup`<bdi>${oneLine(request.promptId, 40)}</bdi><span class="interval">repeat ${request.repeat}</span>`,
        tone: 'word',
      },
      { content: request.startedAt?.slice(11, 19) ?? notMeasured },
      { content: receiptList(request) },
    ],
  };
}

function leftOut({ invalid }: SlowRequest): Html {
  if (invalid.length === 0) return markup``;
  return markup`<span class="interval">left out: ${oneLine(invalid.join(', '), 60).replaceAll('_', ' ')}</span>`;
}

export function receiptList({ eventId, logId, ray }: Receipts): Html {
  const receipts = [
    ['log', logId],
    ['ray', ray],
    ['event', eventId],
  ].filter(([, id]) => id !== undefined && id !== '');
  return markup`<span class="receipts">${receipts.map(([name, id]) => markup`<span>${name} <code>${oneLine(id!, 80)}</code></span> `)}</span>`;
}
