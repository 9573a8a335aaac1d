type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The value, if it is a number that is neither infinite nor NaN. */
export const finite = (value: number | undefined): number | undefined =>
  value !== undefined && Number.isFinite(value) ? value : undefined;

/** Drops undefined members. For types whose members are either absent or set. */
export function defined<T extends object>(value: T): Defined<T> {
  const result: Defined<T> = {};
  // Runs several times for each request, inside the measured time of the others. A plain loop costs a third as much.
  for (const key of Object.keys(value) as (keyof T)[])
    if (value[key] !== undefined) result[key] = value[key] as Defined<T>[keyof T];
  return result;
}
