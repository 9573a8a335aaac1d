import type { Ms } from '../../base/clock.ts';
import { fixed } from '../number-text.ts';
import type { Paint } from '../paint.ts';
import { pad } from '../text-width.ts';
import type { Stamp } from './stamps.ts';

const gap = 2;

/**
 * One line for each stamp: its name, its instant, and where it stands between sent and the end, with a line from the
 * stamp before. What was before sent has an arrow for its place.
 */
export function timeline(stamps: readonly Stamp[], columns: number, paint: Paint): string[] {
  const end = Math.max(0, ...stamps.map(({ at }) => at));
  const names = Math.max(...stamps.map(({ name }) => name.length));
  const instants = stamps.map(({ at }) => written(at, end));
  const digits = Math.max(...instants.map((text) => text.length));
  const width = Math.max(8, columns - names - digits - 2 * gap);
  const cell = (at: Ms): number => (end > 0 ? Math.round((Math.max(0, at) / end) * (width - 1)) : 0);
  let before = 0;
  return stamps.map(({ name, at }, index) => {
    const here = cell(at);
    const bar = at < 0 ? '◂' : `${' '.repeat(before)}${'─'.repeat(here - before)}●`;
    before = here;
    const blanks = ' '.repeat(gap);
    return `${pad(name, names)}${blanks}${pad(instants[index]!, digits, 'right')}${blanks}${paint('good', bar)}`;
  });
}

/** All in one unit, so that they can be compared at a glance. */
function written(at: Ms, end: Ms): string {
  const text = (n: number, decimals: number): string => `${n < 0 ? '−' : ''}${fixed(Math.abs(n), decimals)}`;
  return end < 9999.5 ? `${text(at, 1)} ms` : `${text(at / 1000, 3)} s`;
}
