type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the members that are undefined, for types whose members are absent or set, nothing between. */
export function defined<T extends object>(value: T): Defined<T> {
  const result: Defined<T> = {};
  // Several times for every request, inside the measured time of the others: a plain loop is a third of the price.
  for (const key of Object.keys(value) as (keyof T)[])
    if (value[key] !== undefined) result[key] = value[key] as Defined<T>[keyof T];
  return result;
}
