import type { Fault, Path, Source } from '../fault.ts';
import type { Places } from '../places.ts';
import type { Files } from '../read/files.ts';
import type { DefaultsSpec } from '../schema/prompt-schema.ts';
import type { SuiteSections } from '../sections.ts';
import type { Json, Prompt } from '../suite.ts';
import type { Texts } from '../written.ts';
import type { ReadCheck, WrittenCheck } from './expand-checks.ts';
import type { Reports } from './reports.ts';
import { opener } from './messages.ts';
import { valueReader, type ReadValues } from './values.ts';
import { weigher } from './weight.ts';

/** All that a suite is made from, once it is read. */
export interface SuiteSources {
  readonly sections: SuiteSections;
  /** The whole document, of which broken parts can still be looked at. */
  readonly data: Json;
  readonly places: Places;
  readonly texts: Texts;
  readonly files: Files;
  readonly read: ReadCheck;
}

/** The state of writing prompts out. */
export interface Context extends SuiteSources {
  readonly defaults: DefaultsSpec;
  readonly defaultChecks: readonly WrittenCheck[];
  readonly reports: Reports;
  readonly prompts: Prompt[];
  readonly placeOfId: Map<string, { source: Source; offset: number }>;
  readonly readValues: ReadValues;
  readonly weigh: (values: readonly object[]) => number;
  /** Characters in `prompts`. */
  weight: number;
}

export function createContext(
  sources: SuiteSources,
  reports: Reports,
  defaultChecks: readonly WrittenCheck[],
): Context {
  const defaults = sources.sections.spec.defaults ?? {};
  const state = { prompts: [], placeOfId: new Map<string, { source: Source; offset: number }>(), weight: 0 };
  const readValues = valueReader(sources.texts, opener(sources.files));
  return { ...sources, defaults, defaultChecks, reports, readValues, weigh: weigher(), ...state };
}

export function faultAt(path: Path, message: string, { places }: SuiteSources): Fault {
  return { source: places.source, offset: places.value(path), path, message };
}

export function keyFaultAt(path: Path, message: string, { places }: SuiteSources): Fault {
  return { source: places.source, offset: places.key(path), path, message };
}
