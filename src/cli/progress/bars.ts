import { displayWidth } from '../../base/display-width.ts';
import type { Ms } from '../../base/clock.ts';
import { duration, watch } from '../../report/number-text.ts';
import type { Paint } from '../../report/paint.ts';
import { pad, shorten } from '../../report/text-width.ts';
import { type WorkerLine, workerWords } from '../../run/worker-state.ts';
import { sums, timeLeft, type ModelTally, type Tally } from './tally.ts';

/** Wider lines would not say more, and would wrap when the window shrinks. */
const widest = 100;
const longestBar = 32;
const shortestBar = 6;
const gap = 2;

/** One line per model, one for all, and those of the workers, each shorter than `columns`. */
export function bars(tally: Tally, now: Ms, columns: number, paint: Paint): string[] {
  const width = Math.min(widest, columns - 1);
  const models = [...tally.models.values()];
  const elapsed = now - tally.startedAt;
  const longestName = Math.max(...models.map(({ label }) => displayWidth(label)), 0);
  const nameWidth = Math.min(longestName, Math.max(4, Math.floor(width / 4)));
  const digits = String(Math.max(...models.map(({ total }) => total), 0)).length;
  const layout = fitting(width - nameWidth - gap - (digits * 2 + 1) - gap, models);
  const lines = models.map((model) => {
    const parts = [
      pad(shorten(model.label, nameWidth), nameWidth),
      ...(layout.bar > 0 ? [bar(model, layout.bar, paint)] : []),
      pad(`${model.done}/${model.total}`, digits * 2 + 1, 'right'),
      ...layout.fields.map(({ text }) => text(model, elapsed)),
      ...(model.failed > 0 && layout.failed > 0 ? [paint('warning', `${model.failed} failed`)] : []),
    ];
    return parts.join(' '.repeat(gap)).trimEnd();
  });
  const all = paint('quiet', shorten(whole(tally, elapsed), width));
  return [...lines, all, ...workerTable(tally.workers, width, paint)];
}

/** Width in columns. A narrow window drops the rate first, then the losses, and so on. */
function workerTable(workers: readonly WorkerLine[], width: number, paint: Paint): string[] {
  if (workers.length === 0) return [];
  const labels = workers.map(({ label, isBelow }) => `${isBelow ? '  ' : ''}${label}`);
  const words = workers.map(workerWords);
  const widths = words[0]!.map((_, column) => Math.max(...words.map((row) => row[column]!.length)));
  const labelWidth = Math.min(Math.max(...labels.map(displayWidth)), Math.max(4, Math.floor(width / 3)));
  let shown = widths.length;
  const wide = (): number => labelWidth + widths.slice(0, shown).reduce((sum, one) => sum + gap + one, 0);
  while (shown > 0 && wide() > width) shown--;
  return workers.map(({ lost, isThere }, at) => {
    const cells = words[at]!.slice(0, shown).map((word, column) => pad(word, widths[column]!, 'right'));
    const line = [pad(shorten(labels[at]!, labelWidth), labelWidth), ...cells]
      .join(' '.repeat(gap))
      .trimEnd();
    return paint(lost > 0 || !isThere ? 'warning' : 'quiet', line);
  });
}

interface Field {
  width: number;
  text: (model: ModelTally, elapsed: Ms) => string;
}

const ttftField: Field = {
  width: 12,
  text: ({ ttft: { value } }) =>
    pad(value === undefined ? '' : `TTFT ${pad(duration(value), 7, 'right')}`, 12),
};

const leftField: Field = {
  width: 12,
  text(model, elapsed) {
    if (model.isOff) return pad('off', 12, 'right');
    if (model.done >= model.total) return pad('done', 12, 'right');
    const left = timeLeft(model, elapsed);
    return pad(left === undefined ? '' : `${watch(left)} left`, 12, 'right');
  },
};

/** As many fields as leave space for a bar. In a very narrow window no fields and no bar. */
function fitting(
  room: number,
  models: readonly ModelTally[],
): { fields: Field[]; failed: number; bar: number } {
  const mostFailed = Math.max(...models.map(({ failed }) => failed), 0);
  const failed = mostFailed === 0 ? 0 : `${mostFailed} failed`.length + gap;
  for (const fields of [[ttftField, leftField], [ttftField], []]) {
    const free = room - failed - fields.reduce((sum, field) => sum + field.width + gap, 0);
    if (free >= shortestBar) return { fields, failed, bar: Math.min(longestBar, free) };
  }
  return { fields: [], failed: failed <= room ? failed : 0, bar: 0 };
}

function bar({ done, total }: ModelTally, width: number, paint: Paint): string {
  const filled = total > 0 ? Math.min(width, Math.floor((done / total) * width)) : width;
  return paint('good', '━'.repeat(filled)) + paint('quiet', '─'.repeat(width - filled));
}

function whole(tally: Tally, elapsed: Ms): string {
  const all = sums(tally);
  const left = timeLeft(all, elapsed);
  return [
    `${all.done} of ${all.total} requests`,
    `${all.inFlight} in flight`,
    `${watch(elapsed)} elapsed`,
    ...(left === undefined || all.done >= all.total ? [] : [`${watch(left)} left`]),
    ...(tally.visit === undefined || all.done >= all.total ? [] : [tally.visit]),
  ].join(' · ');
}
