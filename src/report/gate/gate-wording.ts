import { baselineSize, describeStreak, type GateCell, type GateWord } from '../../analysis/gate.ts';
import { defined } from '../../base/defined.ts';
import { oneLine } from '../../base/text.ts';
import { cellName, type Names, severalIn, type Ways } from '../../plan/cell.ts';
import { figureText, notMeasured, times } from '../number-text.ts';
import type { Tone } from '../paint.ts';
import type { GateReport } from './gate-report.ts';

export const wordTones: Readonly<Record<GateWord, Tone>> = {
  pass: 'good',
  warning: 'warning',
  fail: 'bad',
  learning: 'quiet',
  'not settled': 'quiet',
  incomplete: 'warning',
};

/** A change that all models of a route share is not due to one model. */
export const sharedName = 'gateway or network';

/** Watched cell: `glm`, `glm@direct`, `gateway or network`. */
export function watchedName(
  watched: Omit<Names, 'model'> & { readonly model?: string | undefined },
  ways: Ways,
): string {
  const { model, route, vantage } = watched;
  if (model !== undefined) return oneLine(cellName({ ...watched, model }, ways), 100);
  const several = severalIn(ways);
  return [
    sharedName,
    ...(several.includes('route') ? [`on ${oneLine(route, 20)}`] : []),
    ...(several.includes('vantage') && vantage !== undefined ? [`from ${oneLine(vantage, 40)}`] : []),
  ].join(' ');
}

const rules: Readonly<Record<GateCell['rule'], string>> = {
  maxRatio: '≤',
  minRatio: '≥',
  maxDrop: 'drop ≤',
  maxRise: 'rise ≤',
};

export function limitText({ rule, limit }: GateCell): string {
  return `${rules[rule]} ${rule.endsWith('Ratio') ? times(limit) : points(limit)}`;
}

/** Tonight relative to the usual, corrected for the shift of the controls. */
export function changeText({ ratio, difference }: GateCell): string {
  if (ratio !== undefined) return times(ratio);
  if (difference === undefined) return notMeasured;
  return `${difference < 0 ? '−' : '+'}${points(Math.abs(difference))}`;
}

/** A difference of shares, in percentage points. */
function points(share: number): string {
  return `${Number((share * 100).toFixed(1))} pp`;
}

export function tonightText(cell: GateCell): string {
  return cell.model === undefined ? changeText(cell) : figureText(cell.metric, cell.value);
}

export function usualText(cell: GateCell): string {
  return levelText(cell, cell.usual);
}

/** Expected value for tonight. For a cell without controls, the usual level. */
export function expectedText(cell: GateCell): string {
  return levelText(cell, cell.expected);
}

/** Range that 95 of 100 nights like those of the baseline would fall into. */
export function expectedRangeText(cell: GateCell): string {
  if (cell.expectedLow === undefined || cell.expectedHigh === undefined) return notMeasured;
  const [low, high] = [levelText(cell, cell.expectedLow), levelText(cell, cell.expectedHigh)];
  return low === high ? notMeasured : `${low} – ${high}`;
}

/** Whether the expected value of some cell differs from the usual level. */
export const hasShift = (cells: readonly GateCell[]): boolean =>
  cells.some(({ controls, model }) => model !== undefined && controls.length > 0);

function levelText(cell: GateCell, value: number | undefined): string {
  if (value === undefined) return notMeasured;
  return cell.model === undefined ? times(value) : figureText(cell.metric, value);
}

/** The word with its count: `warning 1/2`, `fail, 3 nights`, `learning 4/7`. */
export function cellWord({ word, alarms, nights, nightsNeeded }: GateCell, confirm: number): string {
  if (word === 'learning') return `learning ${nights}/${nightsNeeded}`;
  if (word === 'warning') return confirm > 1 ? `warning ${alarms}/${confirm}` : word;
  return word === 'fail' ? `fail, night ${alarms}` : word;
}

/** `14 nights, 2026-11-08 to 2026-11-21, the last 1 day ago`. */
export function baselineText({ baseline }: GateReport): string {
  if (baseline === undefined) return 'no baseline yet';
  const { nights, earlyRuns, from, to, ageDays } = baseline;
  const days = Math.round(ageDays);
  const age = days < 1 ? 'less than a day ago' : `${days} ${days === 1 ? 'day' : 'days'} ago`;
  const [first, last] = [from.slice(0, 10), to.slice(0, 10)];
  const span = first === last ? last : `${first} to ${last}`;
  const size = baselineSize({ nights, ...defined({ earlyRuns }) });
  return `baseline ${size}, ${span}, the last ${age}`;
}

/** The controls of each model are all the other models. */
export function controlsText({ cells }: GateReport): string {
  const controls = [...new Set(cells.flatMap((cell) => cell.controls))].map((model) => oneLine(model, 40));
  const own = cells.filter(({ model }) => model !== undefined);
  if (own.length === 0) return '';
  if (controls.length === 0) return 'no control models: a slow night of the gateway looks like a slow model';
  if (controls.length === 2)
    return `controls ${controls.join(', ')}: each against the other, so either may have changed`;
  return `controls ${controls.join(', ')}: each model against the median of the others`;
}

function levelsText(cell: GateCell): string {
  const usual = `usual ${usualText(cell)}`;
  const ends = expectedRangeText(cell);
  const range = ends === notMeasured ? '' : ` (${ends})`;
  return hasShift([cell]) ? `${usual}, expected tonight ${expectedText(cell)}${range}` : `${usual}${range}`;
}

/** A cell in a sentence, for annotations and JUnit: what changed, by how much, compared with what. */
export function cellSentence(cell: GateCell, ways: Ways, confirm: number): string {
  const name = `${cell.metric} of ${watchedName(cell, ways)}`;
  const word = cellWord(cell, confirm);
  if (cell.word === 'learning')
    return `${word}: ${name} needs ${cell.nightsNeeded} nights before the gate decides`;
  const against =
    cell.controls.length === 1
      ? `; measured against ${cell.controls[0]!} alone: either may have changed`
      : '';
  return (
    `${word}: ${name} is ${tonightText(cell)}, ${levelsText(cell)}, ` +
    `change ${changeText(cell)}, allowed ${limitText(cell)}, against ${baselineSize(cell)}${against}${together(cell)}`
  );
}

/** What the nights show together, with the remark that they raised the alarm. */
function together(cell: GateCell): string {
  if (cell.streak === undefined) return '';
  return `; ${cell.test === 'streak' ? 'the nights together are ' : 'and together the nights are '}${describeStreak(cell, cell.streak)}`;
}

/** As above, for tables, one line per cell: `glm e2e_latency_ms: slower by 1.15× (…) over the last 6 nights, …`. */
export function streakLines(cells: readonly GateCell[], ways: Ways): string[] {
  return cells.flatMap((cell) =>
    cell.streak === undefined
      ? []
      : [`${watchedName(cell, ways)} ${cell.metric}: ${describeStreak(cell, cell.streak)}`],
  );
}
