type Flat = string | number | boolean;
export type Metadata = Record<string, Flat>;

const isFlat = ([, value]: [string, unknown]): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** The first five entries of `cf-aig-metadata`; none where there is no header. Undefined when it is not flat JSON. */
export function metadataOf(value: string | undefined): Metadata | undefined {
  if (value === undefined) return {};
  try {
    const given: unknown = JSON.parse(value);
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
    const entries: [string, unknown][] = Object.entries(given);
    return entries.every(isFlat) ? Object.fromEntries(entries.slice(0, 5) as [string, Flat][]) : undefined;
  } catch {
    return undefined;
  }
}
