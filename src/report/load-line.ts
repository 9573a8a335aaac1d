import { cellKey, cellName, namesOf, type Ways, waysOf } from '../plan/cell.ts';
import type { LevelRow } from '../analysis/level-columns.ts';
import { limitText, sloText } from '../analysis/level-words.ts';
import type { LoadFigures } from '../analysis/load-figures.ts';
import { levelText, rateText } from '../load/rate.ts';
import { oneLine } from '../base/text.ts';
import { listed } from './listed.ts';
import { duration } from './number-text.ts';

/** The answer of a run under load, in one sentence without its period: the first line of every view. */
export function loadLine({ load, slo, levels, limits }: LoadFigures): string {
  const ways = waysOf([...levels, ...limits]);
  if (limits.length > 0)
    return `${slo ? `${sloText(slo)}: ` : ''}${limits.map((row) => `${oneLine(cellName(row, ways), 60)} ${limitText(row)}`).join('; ')}`;
  if (levels.every(({ visits }) => visits === 0)) return 'nothing is sure: no visit of any level counts';
  if (slo)
    return `${sloText(slo)}: ${byModel(levels)
      .map((rows) => wordsOf(rows, load, ways))
      .join('; ')}`;
  return byModel(levels)
    .map((rows) => throughputOf(rows, load, ways))
    .join('; ');
}

const byModel = (levels: readonly LevelRow[]): LevelRow[][] => [
  ...Map.groupBy(levels, (row) => cellKey(namesOf(row))).values(),
];

function wordsOf(rows: readonly LevelRow[], load: LoadFigures['load'], ways: Ways): string {
  const words = { held: 'holds', broken: 'breaks at', open: 'is open at' } as const;
  const parts = Object.entries(words).flatMap(([word, verb]) => {
    const levels = rows.filter((row) => row.visits > 0 && row.word === word);
    return levels.length === 0 ? [] : [`${verb} ${levelList(levels, load)}`];
  });
  const lost = rows.filter(({ visits }) => visits === 0);
  if (lost.length > 0) parts.push(`has no visit that counts at ${levelList(lost, load)}`);
  return `${oneLine(cellName(rows[0]!, ways), 60)} ${parts.join(', ')}`;
}

const levelList = (rows: readonly LevelRow[], load: LoadFigures['load']): string =>
  listed(rows.map(({ level }) => levelText(load, level)));

/** From the lowest level to the one with the most. */
function throughputOf(rows: readonly LevelRow[], load: LoadFigures['load'], ways: Ways): string {
  const counted = rows.filter(({ visits }) => visits > 0);
  const [first] = counted;
  if (!first) return `${oneLine(cellName(rows[0]!, ways), 60)}: no visit counts`;
  const best = counted.reduce((most, row) =>
    (row.achieved_rps ?? 0) > (most.achieved_rps ?? 0) ? row : most,
  );
  const of = (row: LevelRow): string =>
    `${rateText(row.achieved_rps ?? 0)} at ${levelText(load, row.level)} (E2E ${duration(row.e2e_p50_ms)})`;
  const name = oneLine(cellName(first, ways), 60);
  return best === first
    ? `${name} answers ${of(first)}, and no more at any other level`
    : `${name} answers ${of(first)} and ${of(best)}`;
}
