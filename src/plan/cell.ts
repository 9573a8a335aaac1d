import { type Named, text } from '../base/column.ts';
import { defined } from '../base/defined.ts';
import type { Model, Prompt, Suite } from '../suite/suite.ts';

/** What distinguishes two cells of a run, besides the model. */
interface Dimension<Name extends string, Plural extends string = string> {
  readonly column: Named<Name, 'text'>;
  readonly plural: Plural;
  /** Whether a cell's name always includes it, or only in a run that has several. */
  readonly told: 'always' | 'where several';
  readonly words: (name: string) => string;
  /** Wording in a sentence. */
  readonly phrase: (name: string) => string;
  /** Whether cells that differ only in it are compared by default, not only on request. */
  readonly isPaired: boolean;
  /** What `compare --by` finds out. */
  readonly question: string;
}

const dimension = <const Name extends string, const Plural extends string>(
  of: Dimension<Name, Plural>,
): Dimension<Name, Plural> => of;

/** In key order. To add one, add a line: every table, key, name and comparison uses this list. */
export const dimensions = [
  dimension({
    column: text('route', 'route to the model; `demo` is simulated'),
    ...{ plural: 'routes', told: 'where several', words: (name) => `@${name}` },
    ...{ isPaired: true, phrase: (name) => `on ${name}`, question: 'What a route costs' },
  }),
  dimension({
    column: text('variant', 'variant of the prompts, where the suite has several'),
    ...{ plural: 'variants', told: 'always', words: (name) => ` (${name})` },
    ...{ isPaired: true, phrase: (name) => `with ${name}`, question: 'What a variant brings' },
  }),
  dimension({
    column: text('vantage', 'place that the requests were sent from, where the run was given its name'),
    ...{ plural: 'vantages', told: 'where several', words: (name) => ` from ${name}` },
    ...{ isPaired: false, phrase: (name) => `from ${name}`, question: 'What a place adds' },
  }),
  dimension({
    column: text(
      'version',
      '`before` or `now`, where the suite is compared with a git revision (`run --against`)',
    ),
    ...{ plural: 'revisions', told: 'always', words: (name) => ` (${name})` },
    ...{ isPaired: false, phrase: (name) => name, question: 'What the change brings' },
  }),
] as const;

type Dimensions = typeof dimensions;
type Later = Dimensions extends readonly [unknown, ...infer Rest] ? Rest : never;
type NameOf<D> = D extends Dimension<infer Name> ? Name : never;
type ColumnsOf<Ds> = { [I in keyof Ds]: Ds[I] extends { column: infer C } ? C : never };

export type DimensionName = NameOf<Dimensions[number]>;
type LaterName = Exclude<DimensionName, 'route'>;

const nameOf = <Name extends string>({ column }: Dimension<Name>): Name => column.name;

/** Every name that a cell may have, the model's first. */
export const cellColumns = ['model', ...dimensions.map((one) => nameOf<DimensionName>(one))] as const;

/** Columns of the dimensions that not every run has, for any table with one row per cell. */
export const laterColumns = dimensions.slice(1).map(({ column }) => column) as unknown as ColumnsOf<Later>;

/** The same for a table with one row per pair of cells. */
export const pairedColumns = laterColumns.map((column) => ({
  ...column,
  meaning: `${column.meaning.split(',')[0]!}, of both; empty where it is what differs, or there is one`,
})) as unknown as ColumnsOf<Later>;

/** The names of a cell. A name is absent if the run has one variant, or was given no vantage. */
export type Names = { readonly model: string; readonly route: string } & {
  readonly [Name in LaterName]?: string;
};

/** Cells that share these names form one list. A name is absent if all cells of a run share it, or have none. */
export type ListNames = { readonly [Name in DimensionName]?: string };

/**
 * Names a cell. In a plan, `model` is the model itself; in rows and figures, its id. `level`: in a plan of visits,
 * requests in flight or requests a second.
 */
export type CellNames = { model: string | { readonly id: string }; route: string } & {
  [Name in LaterName]?: string | undefined;
} & { level?: number | string | undefined };

/** The unit of comparison: a model on a route. A run over one route has one cell per model. */
export interface Cell extends Omit<CellNames, 'model'> {
  model: Model;
}

const idOf = ({ model }: Pick<CellNames, 'model'>): string => (typeof model === 'string' ? model : model.id);

/** Picks the names of a cell from anything that has them: a row, a figure, a cell of a plan. */
export function namesOf(cell: CellNames): Names {
  const names: Record<string, string> = { model: idOf(cell) };
  for (const { column } of dimensions) {
    const name = cell[column.name];
    if (name !== undefined) names[column.name] = name;
  }
  return names as Names;
}

/** Same cell, same key, in every process. No name may contain a line feed. */
export function cellKey(cell: CellNames): string {
  let key = idOf(cell);
  let gap = '';
  for (const name of keyNames) {
    const value = cell[name];
    gap += '\n';
    if (value === undefined) continue;
    key += `${gap}${value}`;
    gap = '';
  }
  return key;
}

const keyNames = [...dimensions.map((one) => nameOf<DimensionName>(one)), 'level'] as const;

/** The names in which two cells differ. */
export const differences = (a: CellNames, b: CellNames): (DimensionName | 'model')[] =>
  cellColumns.filter((name) => (name === 'model' ? idOf(a) !== idOf(b) : a[name] !== b[name]));

/** Whether two cells differ only in this. */
export function sameBut(a: CellNames, b: CellNames, name: string): boolean {
  const [first, second] = differences(a, b);
  return first === name && second === undefined;
}

export const dimensionNamed = (name: DimensionName): Dimensions[number] =>
  dimensions.find(({ column }) => column.name === name)!;

/** Whether cells that differ only in it are compared by default. */
export const isPaired = (name: DimensionName): boolean => dimensionNamed(name).isPaired;

/** What two cells share besides the model and the route. */
export const sharedNames = (a: CellNames, b: CellNames): { [Name in LaterName]: string | undefined } =>
  Object.fromEntries(
    laterColumns.map(({ name }) => [name, a[name] === b[name] ? a[name] : undefined]),
  ) as ReturnType<typeof sharedNames>;

/** A row's names besides the model and the route. Undefined if there are none. */
export const laterNames = (cell: CellNames): ReturnType<typeof sharedNames> => sharedNames(cell, cell);

/** Lists of cells that share all these names, in the order of their first cells. */
export function listsBy<C extends { readonly [Name in DimensionName]?: string | undefined }>(
  cells: readonly C[],
  by: readonly DimensionName[],
): { names: ListNames; cells: C[] }[] {
  const groups = Map.groupBy(cells, (cell) => JSON.stringify(by.map((name) => cell[name] ?? '')));
  return [...groups.values()].map((some) => ({
    names: defined(Object.fromEntries(by.map((name) => [name, some[0]![name]]))),
    cells: some,
  }));
}

/** Whether two lists have the same names. */
export const isSameList = (a: ListNames, b: ListNames): boolean =>
  dimensions.every(({ column: { name } }) => a[name] === b[name]);

/** How many of each a run has. The facts of a run fit this shape, and so does its manifest. Absent: at most one. */
export type Ways = { readonly [Name in Dimensions[number]['plural']]?: readonly unknown[] };

/** The counts for these cells, for callers without the facts of their run. */
export const waysOf = (cells: readonly { [Name in DimensionName]?: string | undefined }[]): Ways =>
  Object.fromEntries(
    dimensions.map(({ plural, column: { name } }) => [
      plural,
      [...new Set(cells.map((cell) => cell[name]))].filter((value) => value !== undefined),
    ]),
  );

/** Dimensions with several values in a run. */
export const severalIn = (ways: Ways): DimensionName[] =>
  dimensions.filter(({ plural }) => (ways[plural]?.length ?? 0) > 1).map((one) => nameOf<DimensionName>(one));

/**
 * Dimensions that need their own column besides the name: the run has several, and the name includes them only then.
 */
export const untoldIn = (ways: Ways): Dimensions[number][] =>
  dimensions.filter(({ told, plural }) => told !== 'always' && (ways[plural]?.length ?? 0) > 1);

/** The two versions of a suite that is compared with a revision, the earlier first. */
export const versions = ['before', 'now'] as const;

type Arm = Pick<CellNames, 'variant' | 'version'>;
type Asked = Pick<Suite, 'models' | 'variants' | 'against'>;

/** Every model on every route, in every variant of the prompts in both versions of the suite, from every vantage. */
export function cellsOf(suite: Asked, routes: readonly string[], vantages: readonly string[] = []): Cell[] {
  const { variants, against } = suite;
  const arms = (variants ?? [undefined]).flatMap((variant): Arm[] => {
    const arm = variant === undefined ? {} : { variant: variant.id };
    return against ? versions.map((version) => ({ ...arm, version })) : [arm];
  });
  const places: Pick<Cell, 'vantage'>[] =
    vantages.length > 0 ? vantages.map((vantage) => ({ vantage })) : [{}];
  return suite.models.flatMap((model) =>
    arms.flatMap((arm) => {
      const asked = modelIn(arm, model, suite);
      return routes.flatMap((route) => places.map((place) => ({ model: asked, ...arm, route, ...place })));
    }),
  );
}

/** The model as it is asked there: with the `params` of the variant, in that version. */
export function modelIn(
  { variant, version }: Arm,
  { before, ...model }: Model,
  { variants }: Pick<Suite, 'variants'>,
): Model {
  const own = version === 'before' ? { ...model, ...before } : model;
  const named = variants?.find(({ id }) => id === variant);
  const params = version === 'before' ? (named?.before ?? named)?.params : named?.params;
  return { ...own, params: { ...own.params, ...params } };
}

const asked = new WeakMap<Prompt, Map<string, Prompt>>();

/**
 * The prompt in a variant and in a version of the suite. Always the same object, because callers cache counts by it.
 */
export function promptIn(arm: Arm, prompt: Prompt): Prompt {
  if (prompt.before === undefined && prompt.variants === undefined) return prompt;
  const forms = asked.get(prompt) ?? new Map<string, Prompt>();
  const key = `${arm.version ?? ''}\n${arm.variant ?? ''}`;
  const form = forms.get(key) ?? formOf(arm, prompt);
  asked.set(prompt, forms.set(key, form));
  return form;
}

function formOf({ variant, version }: Arm, prompt: Prompt): Prompt {
  const { before, ...now } = prompt;
  const { variants, ...own } = version === 'before' && before ? asBefore(now, before) : now;
  const messages = variant === undefined ? undefined : variants?.[variant];
  return messages === undefined ? own : { ...own, messages };
}

/** An absent part was absent before as well. */
function asBefore(
  { id, tags, criteria }: Prompt,
  before: NonNullable<Prompt['before']>,
): Omit<Prompt, 'before'> {
  return { id, tags, ...(criteria ? { criteria } : {}), ...before };
}

/**
 * Display name of a cell: `glm`, `glm (short)` with its variant, and `glm@compat`, `glm from fra` if the run has
 * several routes or vantages. `ways`: of the run. Absent if a column of its own shows them.
 */
export function cellName(cell: CellNames, ways: Ways = {}): string {
  const words = dimensions.map(({ column, words: say, told, plural }) => {
    const name = cell[column.name];
    const isTold = told === 'always' || (ways[plural]?.length ?? 0) > 1;
    return { isFirst: told === 'always', words: name !== undefined && isTold ? say(name) : '' };
  });
  return [true, false].reduce(
    (all, first) => all + words.flatMap((one) => (one.isFirst === first ? one.words : [])).join(''),
    idOf(cell),
  );
}

/** The name of a cell in a list whose heading already shows the shared names. */
export const nameInList = (name: string, list: ListNames): string =>
  dimensions.reduce((shorter, { column, words }) => {
    const value = list[column.name];
    return value === undefined ? shorter : shorter.replace(words(value), '');
  }, name);
