/**
 * Order for `sort`: numbers by size, texts by code unit, which is the same in every locale. Nothing is subtracted, so
 * infinities have their place.
 */
export function compareValues<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
