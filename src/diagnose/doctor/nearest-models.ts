import { distance } from 'fastest-levenshtein';

/** Longer names are not compared. */
const longest = 100;

/** The listed models that were most probably meant: first those of the same family, then by letters. */
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
