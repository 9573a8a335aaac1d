import { levelWord, type LevelWord } from '../stats/sign-test.ts';

/** How a limit is looked for. */
export interface LimitWalkSettings {
  /** The lowest rate that is visited, and the first rung of the ladder, in requests per second. */
  from: number;
  /** The highest rate that is visited. */
  to: number;
  /** Factor between neighboring levels. */
  step: number;
  /** Visits that decide a level. */
  visits: number;
  /** Most visits in all, those of the ladder and void ones not counted. */
  maxVisits: number;
}

/** A visit that has been made. A void one, in which our own machine failed, is not among them: it is made again. */
export interface MadeVisit {
  kind: 'ladder' | 'visit';
  rate: number;
  passed: boolean;
  /** Share of good arrivals. Only the ladder asks. */
  share: number;
}

export interface WantedVisit {
  kind: MadeVisit['kind'];
  rate: number;
}

/** What was found, in requests per second. Absent where that side was not reached. */
export interface Limit {
  /** The highest rate that is surely held. */
  held?: number;
  /** The lowest rate that is surely broken. */
  broken?: number;
  /** Why it ended. `range`: `from` is not held, or `to` is not broken. */
  end: 'found' | 'range' | 'max_visits';
}

/** What a walk wants next: the visits of a round, in any order; or its end. */
export type Step = { visits: readonly WantedVisit[] } | { limit: Limit };

/** Factor between the rungs of the ladder. */
const ladderStep = 1.5;
/** A rung whose share of good arrivals is below it ends the ladder. */
const ladderShare = 0.9;

/**
 * The next round of a search for the highest rate that holds. A pure function of what has been visited, so that a resumed
 * run goes on where it stopped.
 *
 * First a ladder finds the neighborhood, one visit a rung. From there two fronts walk: the upper one up until a level is
 * broken, the lower one down until one is held. Each level is decided by a number of visits that was fixed beforehand
 * (`levelWord`), and the walk never ends because it looks good.
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

/** The highest rung that stood, or the lowest there is. */
function startOf({ from }: LimitWalkSettings, rungs: readonly MadeVisit[]): number {
  return rungs.findLast(({ share }) => share >= ladderShare)?.rate ?? from;
}

/** A rate stands in a column and in keys: no more digits than anybody can read. */
const tidy = (rate: number): number => Number(rate.toPrecision(4));

/** Levels a step apart around the place where the ladder ended. */
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
    // The start may be a bound itself: rounding must not put it outside.
    return this.rateOf(index) >= from * 0.9999 && this.rateOf(index) <= to * 1.0001;
  }

  #wordOf(index: number): LevelWord | undefined {
    const { passed, failed } = this.#tally.get(index) ?? { passed: 0, failed: 0 };
    return levelWord(passed, failed, this.#settings.visits);
  }

  /** Where a front stands: at a level to visit, at the rate whose word it looked for, or, with neither, at the bound. */
  front(direction: 1 | -1, wanted: LevelWord): { index?: number; reached?: number } {
    for (let index = 0; this.#isWithin(index); index += direction) {
      const word = this.#wordOf(index);
      if (word === undefined) return { index };
      if (word === wanted) return { reached: this.rateOf(index) };
    }
    return {};
  }
}
