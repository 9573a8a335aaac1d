import { levelWord, type LevelWord } from '../stats/sign-test.ts';

/** Settings of the search for a limit. */
export interface LimitWalkSettings {
  /** The lowest rate to visit, and the first rung of the ladder, in requests per second. */
  from: number;
  /** The highest rate to visit. */
  to: number;
  /** Factor between neighboring levels. */
  step: number;
  /** Number of visits that decide a level. */
  visits: number;
  /** Maximum number of visits, without those of the ladder and void ones. */
  maxVisits: number;
}

/** A finished visit. Void visits, in which our own machine failed, are not included: they are repeated. */
export interface MadeVisit {
  kind: 'ladder' | 'visit';
  rate: number;
  passed: boolean;
  /** Share of good arrivals. Only the ladder uses it. */
  share: number;
}

export interface WantedVisit {
  kind: MadeVisit['kind'];
  rate: number;
}

/** Limits found, in requests per second. Absent if that side was not reached. */
export interface Limit {
  /** The highest rate that surely holds. */
  held?: number;
  /** The lowest rate that surely breaks. */
  broken?: number;
  /** Why it ended. `range`: `from` does not hold, or `to` does not break. */
  end: 'found' | 'range' | 'max_visits';
}

/** The next step of a walk: the visits of a round, in any order, or its end. */
export type Step = { visits: readonly WantedVisit[] } | { limit: Limit };

/** Factor between the rungs of the ladder. */
const ladderStep = 1.5;
/** A rung with a smaller share of good arrivals ends the ladder. */
const ladderShare = 0.9;

/**
 * The next round of a search for the highest rate that holds. A pure function of the visits so far, so a resumed run
 * continues where it stopped.
 *
 * First a ladder finds the neighborhood, one visit a rung. From there two fronts walk: the upper one up until a level
 * breaks, the lower one down until one holds. The number of visits that decides a level is fixed beforehand
 * (`levelWord`), and the walk never ends because the result looks good.
 */
export function nextRound(settings: LimitWalkSettings, made: readonly MadeVisit[]): Step {
  const rungs = made.filter(({ kind }) => kind === 'ladder');
  const rung = nextRung(settings, rungs);
  if (rung !== undefined) return { visits: [{ kind: 'ladder', rate: rung }] };
  const levels = new Levels(settings, startOf(settings, rungs), made);
  const upper = levels.front(1, 'broken');
  const lower = levels.front(-1, 'held');
  const open = [upper, lower].filter((front) => front.index !== undefined);
  const limit = (end: Limit['end']): Step => ({
    limit: {
      ...(lower.reached === undefined ? {} : { held: lower.reached }),
      ...(upper.reached === undefined ? {} : { broken: upper.reached }),
      end,
    },
  });
  if (open.length === 0)
    return limit(upper.reached === undefined || lower.reached === undefined ? 'range' : 'found');
  const left = settings.maxVisits - made.filter(({ kind }) => kind === 'visit').length;
  if (left <= 0) return limit('max_visits');
  const indices = [...new Set(open.map(({ index }) => index!))].slice(0, left);
  return { visits: indices.map((index) => ({ kind: 'visit', rate: levels.rateOf(index) })) };
}

function nextRung({ from, to }: LimitWalkSettings, rungs: readonly MadeVisit[]): number | undefined {
  const last = rungs.at(-1);
  if (!last) return from;
  if (last.share < ladderShare || last.rate >= to) return undefined;
  return Math.min(tidy(last.rate * ladderStep), to);
}

/** The highest rung that held, or else the lowest rung. */
function startOf({ from }: LimitWalkSettings, rungs: readonly MadeVisit[]): number {
  return rungs.findLast(({ share }) => share >= ladderShare)?.rate ?? from;
}

/** Rates appear in columns and keys, so they have few digits. */
const tidy = (rate: number): number => Number(rate.toPrecision(4));

/** Levels one step apart around the end of the ladder. */
class Levels {
  readonly #settings: LimitWalkSettings;
  readonly #start: number;
  readonly #tally = new Map<number, { passed: number; failed: number }>();

  constructor(settings: LimitWalkSettings, start: number, made: readonly MadeVisit[]) {
    this.#settings = settings;
    this.#start = start;
    for (const { kind, rate, passed } of made) {
      if (kind !== 'visit') continue;
      const index = Math.round(Math.log(rate / start) / Math.log(settings.step));
      const tally = this.#tally.get(index) ?? { passed: 0, failed: 0 };
      tally[passed ? 'passed' : 'failed']++;
      this.#tally.set(index, tally);
    }
  }

  rateOf(index: number): number {
    return tidy(this.#start * this.#settings.step ** index);
  }

  #isWithin(index: number): boolean {
    const { from, to } = this.#settings;
    // The start may itself be a bound: rounding must not move it outside.
    return this.rateOf(index) >= from * 0.9999 && this.rateOf(index) <= to * 1.0001;
  }

  #wordOf(index: number): LevelWord | undefined {
    const { passed, failed } = this.#tally.get(index) ?? { passed: 0, failed: 0 };
    return levelWord(passed, failed, this.#settings.visits);
  }

  /** State of a front: a level to visit, the rate with the verdict it looked for, or, with neither, at the bound. */
  front(direction: 1 | -1, wanted: LevelWord): { index?: number; reached?: number } {
    for (let index = 0; this.#isWithin(index); index += direction) {
      const word = this.#wordOf(index);
      if (word === undefined) return { index };
      if (word === wanted) return { reached: this.rateOf(index) };
    }
    return {};
  }
}
