import type { PlaceVerdict } from '../analysis/places.ts';
import { nameInList } from '../plan/cell.ts';
import { oneLine } from '../base/text.ts';
import { listed } from './listed.ts';
import { rankedMetric } from './ranking.ts';
import type { Report } from './run-report.ts';

/** The report of each place, if a run was sent from several. Otherwise the whole report, without a name. */
export function placesOf(report: Report): { vantage?: string; report: Report }[] {
  const { vantages = [] } = report.run;
  if (vantages.length < 2) return [{ report }];
  return vantages.map((vantage) => ({
    vantage,
    // Not all of it: tags are computed only when needed.
    report: {
      warnings: [],
      run: { ...report.run, vantages: [vantage] },
      models: report.models.filter((model) => model.vantage === vantage),
      // Names as in a run from one place.
      pairs: report.pairs
        .filter((pair) => pair.vantage === vantage)
        .map((pair) => ({
          ...pair,
          model_a: nameInList(pair.model_a, { vantage }),
          model_b: nameInList(pair.model_b, { vantage }),
        })),
    },
  }));
}

/** Maximum number of places that are named. Above it, the count is enough. */
const mostNamed = 3;

/** `in 4 of 5 places`, `from fra and ams`: names if there are few of them. */
function whereText(places: readonly string[], all: number): string {
  return places.length > mostNamed || places.length * 2 > all
    ? `in ${places.length} of ${all} places`
    : `from ${listed(places.map((place) => oneLine(place, 40)))}`;
}

const relations: Readonly<Record<string, (a: string) => string>> = {
  faster: (a) => `is faster than ${a}`,
  slower: (a) => `is slower than ${a}`,
  better: (a) => `passes more often than ${a}`,
  worse: (a) => `passes less often than ${a}`,
};

const asGood: Readonly<Record<string, string>> = {
  [rankedMetric]: 'is as fast as',
  passed: 'passes as often as',
};

/**
 * One sentence per pair of models and per metric, speed or pass rate: `kimi is slower than glm in 4 of 5 places, not
 * settled from tok.` Empty if no place has settled it.
 */
export function placeSentences({ places = [] }: Pick<Report, 'places'>): string[] {
  return places.flatMap((one) => {
    const equal = asGood[one.metric];
    const all = one.verdicts.reduce((sum, { vantages }) => sum + vantages.length, 0);
    const settled = one.verdicts.filter(({ verdict }) => !isOpen(verdict));
    const [first] = settled;
    if (equal === undefined || first === undefined) return [];
    const b = oneLine(one.model_b, 60);
    const rest = one.verdicts.filter((each) => each !== first);
    const saysOf = ({ verdict }: PlaceVerdict['verdicts'][number]): string =>
      relations[verdict]?.(oneLine(one.model_a, 60)) ?? `${equal} ${oneLine(one.model_a, 60)}`;
    return [
      [
        `${b} ${saysOf(first)} in ${first.vantages.length} of ${all} places`,
        ...rest.map(
          ({ verdict, vantages }) =>
            `${isOpen(verdict) || verdict === 'equal' ? verdict : `but ${verdict}`} ${whereText(vantages, all)}`,
        ),
      ].join(', '),
    ];
  });
}

const isOpen = (verdict: string): boolean => verdict === 'not settled' || verdict === 'not compared';
