type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** The fields of a schema in camel case: `max_error_rate` becomes `maxErrorRate`. One level deep. */
export type Resolved<Spec> = {
  [Name in keyof Spec as CamelCase<Name & string>]: Exclude<Spec[Name], undefined>;
};

/** The parsed fields with the program's names, without absent ones. */
export function resolved<Spec extends object>(spec: Spec): Resolved<Spec> {
  const fields = Object.entries(spec).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    fields.map(([name, value]) => [
      name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  ) as Resolved<Spec>;
}
