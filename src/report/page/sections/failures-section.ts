import { oneLine } from '../../../base/text.ts';
import { notMeasured } from '../../number-text.ts';
import type { PageData } from '../page-parts.ts';
import { dataTable } from '../frame/data-table.ts';
import { markup, type Content, type Html } from '../frame/html.ts';
import { nothing, section } from '../frame/section.ts';
import type { FailureKind } from '../scan/failures-scan.ts';
import { receiptList } from './slowest-section.ts';

/** Kinds that are listed; the others are counted in one sentence. */
const mostKinds = 40;

/** What failed, how often, with a sample of each kind; and answers that came but do not count. */
export function failures(data: PageData): Html {
  return section(
    'failures',
    'Failures by kind',
    'Every failed attempt, including those that a retry fixed. Given up: the request has no answer and counts as slower than any success.',
    markup`${
      data.failures.length === 0 ? nothing('No attempt failed.') : failureTable(data)
    }${beyondWords(data)}${leftOutTable(data)}`,
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
      { head: 'The first one' },
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
      They came, but their time would say something else than how quick the model is. One answer can have
      several reasons.
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
