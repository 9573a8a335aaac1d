import { cellKey, cellName } from '../../../plan/cell.ts';
import { oneLine } from '../../../base/text.ts';
import { compact, duration, notMeasured } from '../../number-text.ts';
import { dataTable, type Row } from '../frame/data-table.ts';
import { type Content, type Html, markup, nothing, folded } from '../frame/html.ts';
import type { PageData } from '../page-parts.ts';
import { modelName } from '../picture/picture-figure.ts';
import { type FailureKind, type Receipts, slowestPerCell, type SlowRequest } from '../scan/failures-scan.ts';

/** Kinds that are listed. The others are counted in one sentence. */
const mostKinds = 40;

/** What failed, how often, with a sample of each kind. Also answers that came but do not count. */
export function failures(data: PageData): Html {
  return folded(
    'failures',
    'Failures by kind',
    'Every failed attempt, including those that a retry fixed. Given up: the request has no answer and counts as slower than any success.',
    markup`${
      data.failures.length === 0 ? nothing('No attempt failed.') : failureTable(data)
    }${beyondWords(data)}${failedCheckTable(data)}${leftOutTable(data)}`,
  );
}

function failureTable({ failures: kinds, models }: PageData): Html {
  const shown = models.filter(({ cell }) => kinds.some(({ byCell }) => byCell.has(cell)));
  return dataTable({
    caption: 'Failed attempts by kind',
    columns: [
      { head: 'Kind' },
      { head: 'Attempts', align: 'right' },
      { head: 'Given up', align: 'right' },
      ...shown.map(({ look }) => ({ head: look.short, align: 'right' as const })),
      { head: 'First example' },
    ],
    rows: kinds.slice(0, mostKinds).map((kind) => ({
      cells: [
        { content: kindWords(kind), tone: 'kind' },
        { content: kind.attempts.toLocaleString('en-US'), sortBy: kind.attempts },
        { content: kind.final.toLocaleString('en-US'), sortBy: kind.final },
        ...shown.map(({ cell }) => {
          const attempts = kind.byCell.get(cell) ?? 0;
          return {
            content: attempts === 0 ? notMeasured : attempts.toLocaleString('en-US'),
            sortBy: attempts,
          };
        }),
        { content: sample(kind), tone: 'wide-cell' },
      ],
    })),
  });
}

function kindWords({ status, family, code, httpStatus }: FailureKind): Html {
  const details = [family, httpStatus === undefined ? undefined : `HTTP ${httpStatus}`, code]
    .filter((word) => word !== undefined)
    .map((word) => oneLine(word, 80));
  return markup`<strong>${oneLine(status, 30).replaceAll('_', ' ')}</strong><span class="interval">${details.join(' · ')}</span>`;
}

function sample({ sample: { message, promptId, ...receipts } }: FailureKind): Html {
  return markup`<span class="message"><bdi>${oneLine(message ?? 'no message', 400)}</bdi></span><span class="interval">prompt <bdi>${oneLine(promptId, 80)}</bdi></span>${receiptList(receipts)}`;
}

function failedCheckTable({ report, models }: PageData): Content {
  const kinds = report.failedChecks ?? [];
  if (kinds.length === 0) return undefined;
  return markup`<p class="note">Answers that did not pass a check, with the first of each kind. See check_why in requests.csv for the others.</p>${dataTable(
    {
      caption: 'Failed checks by model',
      columns: [
        { head: 'Model' },
        { head: 'Check' },
        { head: 'Answers', align: 'right' },
        { head: 'The first one' },
      ],
      rows: kinds.slice(0, mostKinds).map((kind) => {
        const look = models.find(({ summary }) => cellKey(summary) === cellKey(kind))?.look;
        return {
          ...(look ? { className: look.className } : {}),
          cells: [
            look?.name ?? cellName(kind),
            oneLine(kind.check, 40),
            { content: `${kind.answers} of ${kind.checked}`, sortBy: kind.answers },
            {
              content: markup`<span class="message"><bdi>${oneLine(kind.why ?? 'not stored', 220)}</bdi></span><span class="interval">prompt <bdi>${oneLine(kind.prompt_id, 80)}</bdi></span>`,
              tone: 'wide-cell',
            },
          ],
        };
      }),
    },
  )}`;
}

function beyondWords({ failures: kinds, failuresBeyond }: PageData): Content {
  const attempts = kinds.slice(mostKinds).reduce((sum, kind) => sum + kind.attempts, 0) + failuresBeyond;
  if (attempts === 0) return undefined;
  return markup`<p class="note">
    ${attempts.toLocaleString('en-US')} more failed attempts are of rarer kinds: see requests.csv.
  </p>`;
}

function leftOutTable({ models }: PageData): Content {
  const reasons = [...new Set(models.flatMap(({ leftOut }) => [...leftOut.keys()]))].sort();
  if (reasons.length === 0) return undefined;
  return markup`<h3>Answers left out of latency figures</h3>
    <p class="lead">
      These answers arrived, but their times do not show how fast the model is. One answer can have several
      reasons.
    </p>
    ${dataTable({
      caption: 'Answers left out of latency figures, by reason',
      columns: [
        { head: 'Model' },
        ...reasons.map((reason) => ({ head: reason.replaceAll('_', ' '), align: 'right' as const })),
      ],
      rows: models
        .filter(({ leftOut }) => leftOut.size > 0)
        .map(({ look, leftOut }) => ({
          className: look.className,
          cells: [
            look.name,
            ...reasons.map((reason) => {
              const answers = leftOut.get(reason) ?? 0;
              return {
                content: answers === 0 ? notMeasured : answers.toLocaleString('en-US'),
                sortBy: answers,
              };
            }),
          ],
        })),
    })}`;
}

/** The slowest answers, with the ids for looking them up elsewhere. */
export function slowest(data: PageData): Html {
  return folded(
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
