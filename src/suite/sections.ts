import { z } from 'zod';
import { adviceAt, otherTool } from './advice.ts';
import { valueAt, type Fault, type Path } from './fault.ts';
import { model } from './schema/model-schema.ts';
import { promptSchema } from './schema/prompt-schema.ts';
import { suiteSchema, type SuiteSpec } from './schema/suite-schema.ts';
import { threshold } from './schema/verdict-schema.ts';
import type { Json } from './suite.ts';
import { complaintFault, validate, type Complaint } from './validate.ts';
import { isMap } from './written.ts';
import type { Places } from './yaml.ts';

const schema = suiteSchema(z.unknown());
const entrySchemas = { models: model, prompts: promptSchema(z.unknown()), thresholds: threshold };
type List = keyof typeof entrySchemas;

/**
 * A suite's sections, each of which may be missing. Entries of its lists may be missing too: the others keep their
 * index.
 */
export type PartialSpec = {
  readonly [K in keyof SuiteSpec]?:
    (K extends List ? (SuiteSpec[K][number] | undefined)[] : SuiteSpec[K]) | undefined;
};

/** The valid parts of a suite. The rest is named in `faults`, and later steps do without it. */
export interface SuiteSections {
  readonly spec: PartialSpec;
  /** `defaults` or `prompts.3` if a part of it was left out: what it then lacks is not another fault. */
  readonly damaged: ReadonlySet<string>;
  readonly faults: readonly Fault[];
}

/** Checks plain data against the schema. Invalid parts are reported and left out, so that they hide no other fault. */
export function readSections(data: Json, places: Places): SuiteSections {
  const other = isMap(data) ? otherTool(data) : undefined;
  if (other) return nothingOf({ ...other, path: [other.key], atKey: true }, places);
  const sections = isMap(data) ? withoutAnchorHolders(data) : data;
  const result = validate(schema, sections);
  if (result.ok) return { spec: result.value, damaged: new Set(), faults: [] };
  const { complaints } = result;
  if (!isMap(sections)) return nothingOf(complaints[0]!, places);
  return {
    spec: fittingPart(sections, complaints),
    damaged: new Set(complaints.map(({ path }) => ownerOf(path))),
    faults: complaints.map((complaint) => complaintFault(advised(complaint, data), places)),
  };
}

function nothingOf(complaint: Complaint, places: Places): SuiteSections {
  return { spec: {}, damaged: new Set(['defaults']), faults: [complaintFault(complaint, places)] };
}

/** With advice on what to write if a value has the wrong type. */
function advised(complaint: Complaint, data: Json): Complaint {
  const { path, message } = complaint;
  const advice = message.startsWith('expected ') ? adviceAt(path, valueAt(data, path)) : undefined;
  return advice === undefined ? complaint : { ...complaint, message: `${message}; ${advice}` };
}

/** `x-…` at the top level holds anchors for the rest of the file, as in other YAML formats. */
function withoutAnchorHolders(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !key.startsWith('x-')));
}

function ownerOf([section, index]: Path): string {
  return isList(section) && index !== undefined ? `${section}.${index}` : String(section);
}

/** The valid fields of each section and entry, if they are usable without the invalid ones. */
function fittingPart(sections: Record<string, unknown>, complaints: readonly Complaint[]): PartialSpec {
  const byOwner = Map.groupBy(complaints, ({ path }) => ownerOf(path));
  const fitting = (part: z.ZodType, value: unknown, at: Path): unknown => {
    const wrong = new Set(byOwner.get(at.join('.'))?.map(({ path }) => String(path[at.length])));
    const kept = isMap(value) ? Object.entries(value).filter(([key]) => !wrong.has(key)) : undefined;
    return part.safeParse(kept ? Object.fromEntries(kept) : value).data;
  };
  const names = (Object.keys(schema.shape) as (keyof SuiteSpec)[]).filter((name) =>
    Object.hasOwn(sections, name),
  );
  return Object.fromEntries(
    names.map((name) => {
      const value = sections[name];
      if (!isList(name)) return [name, fitting(schema.shape[name], value, [name])];
      const entries = Array.isArray(value) ? (value as unknown[]) : [];
      return [name, entries.map((entry, index) => fitting(entrySchemas[name], entry, [name, index]))];
    }),
  );
}

function isList(section: unknown): section is List {
  return typeof section === 'string' && Object.hasOwn(entrySchemas, section);
}
