import { distance } from 'fastest-levenshtein';
import { findRoute } from '../../../target/routes.ts';
import type { Facts } from '../doctor-facts.ts';
import type { RefusalKind, Refused } from '../finding.ts';
import { notFound } from './not-found.ts';

/** Longer names are not compared. */
const longest = 100;

/** The listed models that were most probably meant: first those of the same family, then by spelling. */
export function nearestModels(name: string, listed: readonly string[], most = 3): string[] {
  const family = familyOf(name);
  const far = (other: string): number =>
    distance(name.slice(0, longest), other.slice(0, longest)) + (familyOf(other) === family ? 0 : 100);
  return listed
    .map((other) => ({ other, away: far(other) }))
    .filter(({ other, away }) => away < 100 || away - 100 <= Math.max(2, other.length / 2))
    .toSorted((a, b) => a.away - b.away)
    .slice(0, most)
    .map(({ other }) => other);
}

/** `glm` for `glm-5.2`, `qwen` for `qwen3.5:397b`. */
const familyOf = (name: string): string => /^[a-z]+/i.exec(name)?.[0].toLowerCase() ?? name;

/** Models that Ollama Cloud has retired, with the replacement that it named, as of November 2026. */
export const retiredModels: ReadonlyMap<string, { on: string; now?: string }> = new Map([
  ['qwen3.5:397b', { on: '2026-09-25', now: 'glm-5.3' }],
  ['glm-5.1', { on: '2026-09-25', now: 'glm-5.2' }],
  ['deepseek-v4-flash:0731', { on: '2026-09-25', now: 'deepseek-v4.1-flash' }],
  ['minimax-m2.5', { on: '2026-07-31' }],
  ['kimi-k2.5', { on: '2026-07-31' }],
  ['deepseek-v3.1:671b', { on: '2026-07-15' }],
  ['deepseek-v3.2', { on: '2026-07-15' }],
  ['qwen3-coder:480b', { on: '2026-07-15' }],
  ['glm-4.7', { on: '2026-07-15' }],
  ['glm-5', { on: '2026-07-15' }],
  ['minimax-m2.1', { on: '2026-07-15' }],
]);

const publicList = 'https://ollama.com/v1/models';
const suffix = /[:-]cloud$/;

const isUnknownModel = (refused: Refused): boolean => notFound(refused) === 'model';

const bareName = ({ probe }: Refused): string => probe.name.slice(probe.name.indexOf('/') + 1);

/** The provider's models, as this route or another one lists them. */
function namesOf(slug: string, route: string, facts: Facts): readonly string[] | undefined {
  const lists = [...facts.routes]
    .filter((each) => each.route === route || !findRoute(each.route)?.isOnThisMachine)
    .toSorted((a, b) => Number(b.route === route) - Number(a.route === route))
    .flatMap(({ providers }) => providers.filter((each) => each.slug === slug));
  return lists.find(({ names }) => names !== undefined)?.names;
}

/** The names closest to a model, for a sentence. */
function suggestion(refused: Refused, name: string): string {
  const names = namesOf(refused.probe.slug, refused.route.route, refused.facts);
  if (!names) return `See ${publicList} for the names.`;
  const near = nearestModels(name, names);
  return near.length === 0
    ? `It lists ${names.length} models, none with a name like this: see ${publicList}.`
    : `Nearest in its list: ${near.join(', ')}.`;
}

/** Names of models. */
export const models: readonly RefusalKind[] = [
  {
    id: 'model-not-pulled',
    mark: 'wrong',
    explain: (refused) =>
      isUnknownModel(refused) && findRoute(refused.route.route)?.isOnThisMachine
        ? {
            says: `this Ollama has no model "${bareName(refused)}"`,
            means: suggestion(refused, bareName(refused)),
            fix: `Run: ollama pull ${bareName(refused)}`,
          }
        : undefined,
  },
  {
    id: 'cloud-suffix',
    mark: 'wrong',
    explain: (refused) => {
      const name = bareName(refused);
      return isUnknownModel(refused) && suffix.test(name)
        ? {
            says: `no model "${name}": the suffix ${suffix.exec(name)![0]} is for a local Ollama`,
            means: 'A local Ollama removes it before it calls ollama.com, where the names are bare.',
            fix: `Write ${refused.probe.name.replace(suffix, '')} in the suite.`,
          }
        : undefined;
    },
  },
  {
    id: 'model-retired',
    mark: 'wrong',
    explain: (refused) => {
      const name = bareName(refused);
      const retired = retiredModels.get(name);
      if (!isUnknownModel(refused) || !retired) return undefined;
      return {
        says: `the model "${name}" was retired on ${retired.on}`,
        means:
          retired.now === undefined ? suggestion(refused, name) : `Ollama suggests ${retired.now} instead.`,
        fix:
          retired.now === undefined
            ? 'Name another model in the suite.'
            : `Write custom-${refused.probe.slug}/${retired.now} in the suite; its numbers begin a new series.`,
      };
    },
  },
  {
    id: 'model-unknown',
    mark: 'wrong',
    explain: (refused) => {
      const name = bareName(refused);
      if (!isUnknownModel(refused)) return undefined;
      return {
        says: `the provider has no model "${name}" (404)`,
        means: `It was retired, or its name is spelled differently. ${suggestion(refused, name)}`,
        fix: 'Correct the name in the suite.',
      };
    },
  },
];
