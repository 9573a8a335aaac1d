import type { Ms } from '../../base/clock.ts';
import { count } from '../../base/text.ts';
import { duration, watch } from '../../report/number-text.ts';
import { workerWords } from '../../run/worker-state.ts';
import { sums, timeLeft, type Tally } from './tally.ts';

/** Maximum models whose TTFT a line shows. More would be a table. */
const mostNamed = 8;

/** State of a run, on one line without escape codes. */
export function plainLine(tally: Tally, now: Ms): string {
  const { done, total, failed } = sums(tally);
  const elapsed = now - tally.startedAt;
  const left = timeLeft({ done, total }, elapsed);
  const facts = [
    `${done} of ${count(total, 'request')} done (${total > 0 ? Math.floor((done / total) * 100) : 100} %)`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${watch(elapsed)} elapsed`,
    ...(left === undefined || done >= total ? [] : [`about ${watch(left)} left`]),
  ].join(', ');
  const medians = [...tally.models.values()].flatMap(({ label, ttft: { value } }) =>
    value === undefined ? [] : [`${label} ${duration(value)}`],
  );
  const shown = medians.length > mostNamed ? [...medians.slice(0, mostNamed), '…'] : medians;
  return shown.length === 0 ? facts : `${facts}; median TTFT: ${shown.join(', ')}`;
}

export const plainWorkerLines = ({ workers }: Pick<Tally, 'workers'>): string[] =>
  workers.map((worker) => `${worker.isBelow ? '  ' : ''}${worker.label}: ${workerWords(worker).join(', ')}`);

/** Whether another line is due: a tenth of the run is done since the last one, or ten seconds have passed. */
export function isLineDue(tally: Tally, last: { done: number; at: Ms }, now: Ms): boolean {
  const { done, total } = sums(tally);
  const tenth = (n: number): number => (total > 0 ? Math.floor((n / total) * 10) : 10);
  return tenth(done) > tenth(last.done) || now - last.at >= 10_000;
}
