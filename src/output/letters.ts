/**
 * Letter groups of a ranking: two items share a letter exactly when they were not separated. The letters are those
 * of a compact letter display, made by inserting each separation and absorbing what became redundant
 * (Piepho 2004, J. Comput. Graph. Stat. 13:456). Item 0 has `a`.
 */
export function letterGroups(items: number, separated: (a: number, b: number) => boolean): string[] {
  let groups: Set<number>[] = [new Set(Array.from({ length: items }, (_, item) => item))];
  for (let a = 0; a < items; a++) {
    for (let b = a + 1; b < items; b++) {
      if (separated(a, b)) groups = absorbed(groups.flatMap((group) => split(group, a, b)));
    }
  }
  const inOrder = groups.map((group) => [...group].sort((a, b) => a - b)).sort(byMembers);
  return Array.from({ length: items }, (_, item) =>
    inOrder.flatMap((group, index) => (group.includes(item) ? [letter(index)] : [])).join(''),
  );
}

function split(group: Set<number>, a: number, b: number): Set<number>[] {
  if (!group.has(a) || !group.has(b)) return [group];
  return [new Set([...group].filter((item) => item !== b)), new Set([...group].filter((item) => item !== a))];
}

/** Without the groups that lie within another one. */
function absorbed(groups: Set<number>[]): Set<number>[] {
  return groups.filter(
    (group, index) =>
      !groups.some(
        (other, at) => at !== index && isWithin(group, other) && (group.size < other.size || at < index),
      ),
  );
}

const isWithin = (group: Set<number>, other: Set<number>): boolean =>
  [...group].every((item) => other.has(item));

function byMembers(a: number[], b: number[]): number {
  const at = a.findIndex((item, index) => item !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** a … z, then A … Z, then numbers in brackets. */
function letter(index: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
  return alphabet[index] ?? `(${index + 1})`;
}
