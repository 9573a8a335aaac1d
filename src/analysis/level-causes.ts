import { count } from '../base/text.ts';
import type { Manifest } from '../journal/manifest.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import type { Design } from '../load/design.ts';
import { levelText } from '../load/rate.ts';
import { isDropped } from '../measure/own-limits.ts';
import { cellKey, cellName, type Names, namesOf } from '../plan/cell.ts';
import { causesOf, failureText } from './causes.ts';
import { limitOf } from './level-words.ts';
import { successFloor } from './success.ts';
import { counts, missedOf, type Visit } from './visits.ts';

/** Maximum lines for one level. */
const mostCauses = 2;

/** The requests of one visit, or of several: how many, and why some were not good. */
interface Tally {
  requests: number;
  texts: string[];
}

/** Why requests of a level were not good: one line per cause, for levels with too many of them. */
export class LevelCauses {
  readonly #design: Design;
  /** By cell, level, and visit. */
  readonly #tallies = new Map<string, Tally>();

  constructor(design: Design) {
    this.#design = design;
  }

  add(row: RequestRow): void {
    const { level, visit } = row;
    if (visit === undefined || level === undefined || !row.final || row.phase !== 'measure') return;
    const key = keyOf(namesOf(row), level, visit);
    const known = this.#tallies.get(key) ?? { requests: 0, texts: [] };
    this.#tallies.set(key, known);
    known.requests++;
    // Requests that found the ceiling full have their own column.
    const text = isDropped({ family: row.error_family, code: row.error_code })
      ? undefined
      : this.#whyNot(row);
    if (text !== undefined) known.texts.push(text);
  }

  #whyNot(row: RequestRow): string | undefined {
    const { slo } = this.#design;
    const missed = missedOf(row, slo, row.passed);
    if (missed === undefined) return undefined;
    if (missed === 'passed') return 'did not pass the checks';
    if (missed !== 'answer') return `missed ${limitOf(slo!, missed)}`;
    return row.status === 'ok'
      ? `did not count (${(row.invalid_reason ?? []).join(', ')})`
      : `failed, ${failureText(row)}`;
  }

  /** Of the visits that count. Of all visits, for a level of which none counts. */
  lines(manifest: Manifest, visits: readonly Visit[]): string[] {
    const { load, slo, limit } = this.#design;
    const allowed = 1 - (slo?.attainment ?? successFloor);
    const ofLevels = Map.groupBy(visits, ({ cell, level }) => cellKey({ ...cell, level }));
    const bad = [...ofLevels.values()]
      .map((own) => ({ ...this.#tallyOf(own), cell: own[0]!.cell, level: own[0]!.level }))
      .filter(({ requests, texts }) => texts.length > allowed * requests)
      .sort((a, b) => a.level - b.level);
    const cells = new Set<string>();
    const isLowest = ({ cell }: { cell: Names }): boolean => cells.size < cells.add(cellKey(cell)).size;
    // A search goes beyond the limit: faults above it add nothing.
    return (limit ? bad.filter((one) => isLowest(one)) : bad).flatMap(({ cell, level, requests, texts }) =>
      causesOf(texts)
        .slice(0, mostCauses)
        .map(
          (cause) =>
            `${cellName(cell, manifest)} at ${levelText(load, level)}: ` +
            `${cause.requests} of ${count(requests, 'request')} ${cause.text}`,
        ),
    );
  }

  #tallyOf(visits: readonly Visit[]): Tally {
    const valid = visits.filter(counts);
    const tallies = (valid.length > 0 ? valid : visits).flatMap(
      ({ cell, level, number }) => this.#tallies.get(keyOf(cell, level, number)) ?? [],
    );
    return {
      requests: tallies.reduce((sum, { requests }) => sum + requests, 0),
      texts: tallies.flatMap(({ texts }) => texts),
    };
  }
}

const keyOf = (cell: Names, level: number, visit: number): string =>
  `${cellKey({ ...cell, level })}\n${visit}`;
