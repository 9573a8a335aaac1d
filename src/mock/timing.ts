import type { Ms } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Dialect, Frame, FrameText } from './frame.ts';
import type { Knobs } from './knobs.ts';

/**
 * Gives each frame its due time, and spoils the stream as the knobs ask: comments, raw text, a pause, a cut.
 * Times are divided by `speed`.
 */
export function* timedFrames(
  dialect: Dialect,
  knobs: Knobs,
  random: Random,
  speed: number,
): Generator<Frame> {
  for (const frame of framesInTime(dialect, knobs, random)) yield { ...frame, due: frame.due / speed };
}

function* framesInTime(dialect: Dialect, knobs: Knobs, random: Random): Generator<Frame> {
  // Text cannot leave before the headers do; were only the first piece late, the stream would look faster than it is.
  let due = Math.max(knobs.ttftMs, knobs.headersMs);
  let count = 0;
  for (const frame of dialect.frames(() => due)) {
    if (count === knobs.rawAfter && knobs.raw !== undefined) yield { kind: 'raw', text: knobs.raw, due };
    if (count === knobs.stallAfter) {
      yield* comments(dialect, due, knobs);
      due += knobs.stallMs;
    }
    if (count === knobs.cutAfter) return;
    if (knobs.commentEvery > 0 && dialect.comment !== '' && count % knobs.commentEvery === 0)
      yield { kind: 'comment', text: dialect.comment, due: dueOf(frame, due, knobs) };
    yield { ...frame, due: dueOf(frame, due, knobs) };
    count++;
    // The end follows the last piece at once: usage and `[DONE]` need no more thought.
    if (frame.kind !== 'finish' && frame.kind !== 'usage' && frame.kind !== 'role') due += gap(knobs, random);
  }
  if (count === knobs.rawAfter && knobs.raw !== undefined) yield { kind: 'raw', text: knobs.raw, due };
}

function dueOf(frame: FrameText, due: Ms, knobs: Knobs): Ms {
  return frame.kind === 'role' ? Math.min(knobs.headersMs, due) : due;
}

function gap(knobs: Knobs, random: Random): Ms {
  const spread = knobs.jitter > 0 ? 1 + knobs.jitter * (2 * random() - 1) : 1;
  const isTail = knobs.tailChance > 0 && random() < knobs.tailChance;
  return knobs.gapMs * spread * (isTail ? knobs.tailFactor : 1);
}

function* comments(dialect: Dialect, from: Ms, knobs: Knobs): Generator<Frame> {
  if (knobs.stallCommentMs === 0 || dialect.comment === '') return;
  for (let at = knobs.stallCommentMs; at < knobs.stallMs; at += knobs.stallCommentMs)
    yield { kind: 'comment', text: dialect.comment, due: from + at };
}
