type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** The fields of a schema as the program knows them: `max_error_rate` is `maxErrorRate`. Of one level alone. */
export type Resolved<Spec> = {
  [Name in keyof Spec as CamelCase<Name & string>]: Exclude<Spec[Name], undefined>;
};

/** What the schema gave, under the program's names, and without what is absent. */
export function resolved<Spec extends object>(spec: Spec): Resolved<Spec> {
  const fields = Object.entries(spec).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    fields.map(([name, value]) => [
      name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  ) as Resolved<Spec>;
}
