import { cut } from '../../base/text.ts';
import type { Source } from '../fault.ts';
import type { Row } from '../read/csv-rows.ts';
import { spell, type Value } from '../written.ts';
import type { Scope } from './template.ts';

/** One of the prompts that an entry stands for. */
export interface Variant {
  readonly id: string;
  readonly scope: Scope;
  /** The row that it comes from, where there is a dataset. */
  readonly row?: NamedRow;
}

export interface NamedRow extends Row {
  readonly source: Source;
  readonly name: string;
}

export type Matrix = Readonly<Record<string, readonly Value[]>>;

/** How many prompts an entry stands for; counted before any is made. */
export function countVariants(matrix: Matrix, rows: readonly unknown[] | undefined): number {
  return Object.values(matrix).reduce((product, values) => product * values.length, rows?.length ?? 1);
}

/** All combinations, the last axis changing fastest: `faq[de,plain]`, `faq[de,formal]`, `faq[en,plain]` … */
export function variantsOf(
  id: string,
  vars: Readonly<Record<string, Value>>,
  matrix: Matrix,
  rows: readonly NamedRow[] | undefined,
): Variant[] {
  const axes = Object.entries(matrix);
  const combinations = axes.reduce<[string, Value][][]>(
    (made, [name, values]) =>
      made.flatMap((before) => values.map((value) => [...before, [name, value] as [string, Value]])),
    [[]],
  );
  return combinations.flatMap((combination) => {
    const names = combination.map(([, value]) => idPart(value));
    const fixed = [...Object.entries(vars), ...combination];
    if (!rows) return [{ id: expandedId(id, names), scope: new Map(fixed) }];
    return rows.map((row) => ({
      id: expandedId(id, [...names, row.name]),
      scope: new Map([...fixed, ...row.values]),
      row,
    }));
  });
}

function expandedId(id: string, parts: readonly string[]): string {
  return parts.length === 0 ? id : `${id}[${parts.join(',')}]`;
}

/** A value as a part of an id: what an id can't hold becomes `_`. */
export function idPart(value: Value): string {
  return cut(spell(value).trim(), 80).replace(/[\p{C}\p{Z};,[\]]+/gu, '_');
}

/** `faq` for `faq[de,plain]`. */
export function baseId(id: string): string {
  const bracket = id.indexOf('[');
  return bracket < 0 ? id : id.slice(0, bracket);
}
