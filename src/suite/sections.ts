import { z } from 'zod';
import { adviceAt, otherTool } from './advice.ts';
import { type Fault, type Path, valueAt } from './fault.ts';
import { suiteSchema, type SuiteSpec } from './schema/suite-schema.ts';
import type { Json } from './suite.ts';
import { type Complaint, complaintFault, validate } from './validate.ts';
import type { Places } from './yaml.ts';

const schema = suiteSchema(z.unknown());
const anySections = schema.partial();

const lists = ['models', 'prompts', 'thresholds'] as const;
type List = (typeof lists)[number];

/** A suite's sections, each of which may be missing. */
export type PartialSpec = { readonly [K in keyof SuiteSpec]?: SuiteSpec[K] | undefined };

/** What of a suite fits the schema. The rest is named in `faults`, and later steps do without it. */
export interface SuiteSections {
  readonly spec: PartialSpec;
  /** Where the entries of `spec` stand in the file: entry 0 of `spec.prompts` is `prompts[indexes.prompts[0]]`. */
  readonly indexes: Readonly<Record<List, readonly number[]>>;
  /** `defaults` or `prompts.3` when something of it had to be left out: what it lacks is no fault of its own. */
  readonly damaged: ReadonlySet<string>;
  readonly faults: readonly Fault[];
}

type JsonMap = Record<string, Json>;

/** Plain data against the schema. What is wrong is cut out and told, so that it hides no other fault. */
export function readSections(data: Json, places: Places): SuiteSections {
  if (!isMap(data)) return notASuite(data, places);
  const other = otherTool(data);
  if (other) return nothingOf({ ...other, path: [other.key], atKey: true }, places);
  let kept = withIndexes(withoutAnchorHolders(data));
  const damaged = new Set<string>();
  let faults: readonly Fault[] | undefined;
  for (let pass = 1; ; pass++) {
    const result = validate(faults ? anySections : schema, kept.sections);
    if (result.ok) return { spec: result.value, indexes: kept.indexes, damaged, faults: faults ?? [] };
    const complaints = result.complaints.map((complaint) => inFile(complaint, kept.indexes));
    faults ??= complaints.map((complaint) => complaintFault(advised(complaint, data), places));
    for (const { path } of complaints) damaged.add(ownerOf(path));
    // Each pass takes something out; a schema that never has enough would be a fault of ours.
    if (pass > 20)
      throw new Error(
        `the suite's schema is never content: ${faults.map(({ message }) => message).join('; ')}`,
      );
    kept = without(kept, result.complaints);
  }
}

function notASuite(data: Json, places: Places): SuiteSections {
  const result = validate(schema, data);
  const [complaint] = result.ok ? [] : result.complaints;
  return nothingOf(complaint!, places);
}

function nothingOf(complaint: Complaint, places: Places): SuiteSections {
  return {
    spec: {},
    indexes: { models: [], prompts: [], thresholds: [] },
    damaged: new Set(['defaults']),
    faults: [complaintFault(complaint, places)],
  };
}

/** With what to write instead, where a value is of the wrong kind. */
function advised(complaint: Complaint, data: Json): Complaint {
  const { path, message } = complaint;
  const advice = message.startsWith('expected ') ? adviceAt(path, valueAt(data, path)) : undefined;
  return advice === undefined ? complaint : { ...complaint, message: `${message}; ${advice}` };
}

interface Kept {
  readonly sections: JsonMap;
  readonly indexes: Record<List, readonly number[]>;
}

function withIndexes(sections: JsonMap): Kept {
  const all = (list: List): number[] => [...(listOf(sections, list)?.keys() ?? [])];
  return {
    sections,
    indexes: { models: all('models'), prompts: all('prompts'), thresholds: all('thresholds') },
  };
}

/** `x-…` at the top holds anchors for the rest of the file, as in other YAML formats. */
function withoutAnchorHolders(data: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !key.startsWith('x-')));
}

/** The complaint's path as it is in the file, where the entries left out still count. */
function inFile(complaint: Complaint, indexes: Kept['indexes']): Complaint {
  const [section, index, ...rest] = complaint.path;
  if (!isList(section) || typeof index !== 'number') return complaint;
  return { ...complaint, path: [section, indexes[section][index]!, ...rest] };
}

function ownerOf([section, index]: Path): string {
  return isList(section) && index !== undefined ? `${section}.${index}` : String(section);
}

/** Takes out the smallest part that holds each complaint: a field, or its entry or section when the field is missing. */
function without({ sections, indexes }: Kept, complaints: readonly Complaint[]): Kept {
  const cut = new Map(Object.entries(sections));
  const kept = { ...indexes };
  for (const [section, paths] of Map.groupBy(complaints, ({ path }) => String(path[0]))) {
    const value = cut.get(section);
    const isEntries =
      isList(section) && Array.isArray(value) && paths.every(({ path }) => typeof path[1] === 'number');
    if (isEntries) {
      const left = entriesWithout(value, paths);
      kept[section] = indexes[section].filter((_, index) => left[index] !== undefined);
      cut.set(
        section,
        left.filter((entry) => entry !== undefined),
      );
    } else {
      const smaller = withoutKeys(value, new Set(paths.map(({ path }) => path[1])));
      if (smaller) cut.set(section, smaller);
      else cut.delete(section);
    }
    // An empty list would be a fault of its own.
    if (isList(section) && (cut.get(section) as Json[] | undefined)?.length === 0) cut.delete(section);
  }
  return { sections: Object.fromEntries(cut), indexes: kept };
}

function entriesWithout(entries: readonly Json[], complaints: readonly Complaint[]): (Json | undefined)[] {
  const left: (Json | undefined)[] = [...entries];
  for (const [index, paths] of Map.groupBy(complaints, ({ path }) => Number(path[1]))) {
    left[index] = withoutKeys(entries[index], new Set(paths.map(({ path }) => path[2])));
  }
  return left;
}

/** Undefined when one of the keys is not there to be taken out. */
function withoutKeys(
  value: Json | undefined,
  keys: ReadonlySet<string | number | undefined>,
): JsonMap | undefined {
  if (value === undefined || !isMap(value)) return undefined;
  for (const key of keys) if (key === undefined || !Object.hasOwn(value, key)) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !keys.has(name)));
}

function listOf(sections: JsonMap, list: List): Json[] | undefined {
  const value = Object.hasOwn(sections, list) ? sections[list] : undefined;
  return Array.isArray(value) ? value : undefined;
}

function isList(section: unknown): section is List {
  return (lists as readonly unknown[]).includes(section);
}

function isMap(value: Json): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
