/**
 * Compact letter display: two items share a letter exactly when they are not separable. Items come in ranking
 * order; letters are given in the order of the first item that carries them. Insert and absorb: start with one
 * group of all; each separable pair splits the groups that hold both; a group inside another is dropped.
 * Source: Piepho, Journal of Computational and Graphical Statistics 13 (2004).
 */
export function letterGroups(items: number, separable: (a: number, b: number) => boolean): string[] {
  let groups: Set<number>[] = [new Set(Array.from({ length: items }, (_, item) => item))];
  for (let a = 0; a < items; a++)
    for (let b = a + 1; b < items; b++) if (separable(a, b)) groups = absorb(splitGroups(groups, a, b));
  const ordered = groups.map((group) => [...group].sort((a, b) => a - b)).sort(byMembers);
  return Array.from({ length: items }, (_, item) =>
    ordered.map((group, index) => (group.includes(item) ? letterAt(index) : '')).join(''),
  );
}

function splitGroups(groups: readonly Set<number>[], a: number, b: number): Set<number>[] {
  return groups.flatMap((group) =>
    group.has(a) && group.has(b) ? [without(group, a), without(group, b)] : [group],
  );
}

function without(group: Set<number>, item: number): Set<number> {
  return new Set([...group].filter((member) => member !== item));
}

function absorb(groups: readonly Set<number>[]): Set<number>[] {
  return groups.filter(
    (group, index) =>
      !groups.some(
        (other, place) =>
          place !== index &&
          [...group].every((member) => other.has(member)) &&
          (group.size < other.size || place < index),
      ),
  );
}

function byMembers(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((member, index) => member !== b[index]);
  return place < 0 ? a.length - b.length : a[place]! - (b[place] ?? -1);
}

/** a … z, then aa, ab …: more than 26 groups are possible, if unlikely. */
function letterAt(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letterAt(Math.floor(index / 26) - 1) + last;
}
