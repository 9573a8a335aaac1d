import { count } from '../../base/text.ts';
import type { Transform } from '../../check/transforms.ts';
import type { Fault, Path, Source } from '../fault.ts';
import { quote } from '../nearest.ts';
import { imagesIn, largestImages } from '../image.ts';
import type { Files } from '../read/files.ts';
import type { Images } from '../read/images.ts';
import type { DefaultsSpec, PromptSpec } from '../schema/prompt-schema.ts';
import type { SuiteSections } from '../sections.ts';
import type { Criterion, Json, Params, Prompt } from '../suite.ts';
import { isMap, type Value } from '../written.ts';
import type { Places, WrittenAt } from '../yaml.ts';
import { criteriaOf } from './expand-quality.ts';
import type { ReadCheck, WrittenCheck } from './expand-checks.ts';
import {
  conversation,
  inVariant,
  isSystem,
  lastOfUser,
  opener,
  withImageFacts,
  type WrittenMessage,
} from './messages.ts';
import { type Matrix, type NamedRow, readDataset, type ReadFiles, fileReader } from './variants.ts';

/** Merges faults that come up for every expanded prompt into one each. */
export interface Reports {
  /** `prompt` is the id of the expanded prompt with the fault. Absent if it concerns the whole entry. */
  add(fault: Fault, prompt?: string): void;
  readonly size: number;
  faults(): Fault[];
}

interface Report {
  fault: Fault;
  prompts: string[];
  more: number;
}

const namedAtMost = 3;

export function createReports(): Reports {
  const reports = new Map<string, Report>();
  return {
    add(fault, prompt) {
      const key = `${fault.source.name}\0${fault.offset}\0${fault.path?.join('.') ?? ''}\0${fault.message}`;
      const report = reports.get(key) ?? { fault, prompts: [], more: 0 };
      reports.set(key, report);
      if (prompt === undefined) return;
      if (report.prompts.length < namedAtMost) report.prompts.push(prompt);
      else report.more++;
    },
    get size() {
      return reports.size;
    },
    faults: () => [...reports.values()].map(combined),
  };
}

function combined({ fault, prompts, more }: Report): Fault {
  if (prompts.length === 0) return fault;
  const names = prompts.map(quote).join(', ');
  const rest = more > 0 ? ` and ${count(more, 'more', 'more')}` : '';
  return { ...fault, message: `${fault.message} (in ${names}${rest})` };
}

/** Maximum characters in all prompts of a suite together, after expansion. */
export const heaviestSuite = 200_000_000;

export const mostPrompts = 100_000;

/** Approximate number of characters of values as JSON. A shared value is measured once, and counts each time. */
export function weigher(): (values: readonly object[]) => number {
  const known = new WeakMap<object, number>();
  return (values) => {
    let total = 0;
    for (const value of values) {
      const weight = known.get(value) ?? weigh(value);
      known.set(value, weight);
      total += weight;
    }
    return total;
  };
}

function weigh(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  let weight = 2;
  if (Array.isArray(value)) for (const item of value) weight += 1 + weigh(item);
  else for (const [key, part] of Object.entries(value)) weight += key.length + 4 + weigh(part);
  return weight;
}

/** Maps merge deep, lists append, anything else is replaced. If one side is absent, the other is kept. */
export function merge<T>(base: T | undefined, over: T | undefined): T | undefined {
  if (over === undefined) return base;
  if (base === undefined) return over;
  return mergeValues(base as Value, over as Value) as T;
}

function mergeValues(base: Value, over: Value): Value {
  if (Array.isArray(base) && Array.isArray(over)) return [...base, ...over];
  if (!isMap(base) || !isMap(over)) return over;
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = Object.hasOwn(base, key) ? mergeValues(base[key]!, value) : value;
  }
  return merged;
}

/** Everything that a suite is made from, after it is read. */
export interface SuiteSources {
  readonly sections: SuiteSections;
  /** The whole document, including parts that are broken. */
  readonly data: Json;
  readonly places: Places;
  readonly written: WrittenAt;
  readonly files: Files;
  readonly images: Images;
  readonly read: ReadCheck;
}

/** State of the expansion of prompts. */
export interface Context extends SuiteSources {
  readonly defaults: DefaultsSpec;
  readonly defaultChecks: readonly WrittenCheck[];
  /** Text of the suite's criteria, by id. */
  readonly criteria: ReadonlyMap<string, Criterion>;
  readonly reports: Reports;
  readonly prompts: Prompt[];
  readonly placeOfId: Map<string, { source: Source; offset: number }>;
  readonly readFiles: ReadFiles;
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
  const criteria = criteriaOf(sources.sections);
  const state = { prompts: [], placeOfId: new Map<string, { source: Source; offset: number }>(), weight: 0 };
  const readFiles = fileReader(opener(sources.files));
  return { ...sources, defaults, defaultChecks, criteria, reports, readFiles, weigh: weigher(), ...state };
}

export function faultAt(path: Path, message: string, { places }: SuiteSources): Fault {
  return { source: places.source, offset: places.value(path), path, message };
}

export function keyFaultAt(path: Path, message: string, { places }: SuiteSources): Fault {
  return { source: places.source, offset: places.key(path), path, message };
}

/** An entry of the file, merged with the defaults: what all its prompts share. */
export interface Entry {
  readonly spec: PromptSpec;
  readonly path: Path;
  readonly messages: readonly WrittenMessage[];
  /** By variant, if it has other messages. */
  readonly variants: ReadonlyMap<string, readonly WrittenMessage[]>;
  readonly checks: readonly WrittenCheck[];
  /** Ids of criteria, without duplicates. */
  readonly criteria: readonly string[];
  readonly params: Params;
  readonly answer: Transform[];
  readonly tags: string[];
  readonly isTemplate: boolean;
  /** A part of it or of the defaults was wrong and left out, so a missing variable means nothing. */
  readonly isDamaged: boolean;
  readonly vars: Record<string, Value>;
  readonly matrix: Matrix;
  readonly rows?: readonly NamedRow[];
}

/** Undefined if it cannot be expanded. The reason is reported. */
export function readEntry(
  spec: PromptSpec,
  path: Path,
  checks: readonly WrittenCheck[],
  context: Context,
): Entry | undefined {
  const { defaults, files, images, sections } = context;
  const isDamaged = sections.damaged.has('defaults') || sections.damaged.has(path.join('.'));
  reportContradictions(spec, path, context);
  const messages = conversation(defaults, spec, path, opener(files))?.map((message) =>
    withImageFacts(message, images),
  );
  if (!messages && !isDamaged) {
    context.reports.add(faultAt(path, `${quote(spec.id)} has neither "prompt" nor "messages"`, context));
  }
  reportImages(messages ?? [], spec.id, path, context);
  const rows = readRows(spec, path, context);
  if (!messages || rows === 'broken') return undefined;
  // From the file itself: the schema's copy has lost how a number was written.
  const values = (field: 'vars' | 'matrix'): Record<string, Value> => {
    const own = (holder: DefaultsSpec, at: Path): Record<string, Value> | undefined =>
      holder[field] && context.readFiles(context.written([...at, field]));
    return merge(own(defaults, ['defaults']), own(spec, path)) ?? {};
  };
  const entry: Entry = {
    spec,
    path,
    messages,
    variants: variantsOfEntry(messages, spec.id, context),
    checks: [...context.defaultChecks, ...checks],
    criteria: [...new Set([...(defaults.criteria ?? []), ...(spec.criteria ?? [])])],
    params: (merge(defaults.params, spec.params) ?? {}) as Params,
    answer: [...(defaults.answer ?? []), ...(spec.answer ?? [])],
    tags: [...new Set([...(defaults.tags ?? []), ...(spec.tags ?? [])])],
    isTemplate: (spec.template ?? defaults.template) !== 'none',
    isDamaged,
    vars: values('vars'),
    matrix: values('matrix') as Matrix,
    ...(rows ? { rows } : {}),
  };
  if (rows) reportColumns(entry, rows, context);
  return entry;
}

/** Reports too many images, and a variant that asks about an image which it removes. */
function reportImages(messages: readonly WrittenMessage[], id: string, path: Path, context: Context): void {
  const bytes = imagesIn(messages.map(({ message }) => message)).reduce((sum, image) => sum + image.bytes, 0);
  if (bytes > largestImages) {
    const message = `the images of a request may total ${largestImages / 1e6} MB; here they are ${(bytes / 1e6).toFixed(1)} MB`;
    context.reports.add(faultAt([...path, 'id'], message, context));
  }
  const last = messages[lastOfUser(messages)];
  if (!last || imagesIn([last.message]).length === 0) return;
  context.sections.spec.variants?.forEach(({ prompts = {} }, index) => {
    if (!Object.hasOwn(prompts, id)) return;
    const message = 'would replace a message with an image by text alone; vary "system" or "params" instead';
    context.reports.add(faultAt(['variants', index, 'prompts', id], message, context));
  });
}

function variantsOfEntry(
  messages: readonly WrittenMessage[],
  id: string,
  { sections, files }: Context,
): Entry['variants'] {
  const written = (sections.spec.variants ?? []).map(
    (variant, index): [string, readonly WrittenMessage[]] => [
      variant.id,
      inVariant(messages, variant, id, ['variants', index], opener(files)),
    ],
  );
  return new Map(written.filter(([, own]) => own !== messages));
}

function reportContradictions({ prompt, messages, system }: PromptSpec, path: Path, context: Context): void {
  if (prompt !== undefined && messages) {
    const message = 'give either "prompt" or "messages", not both';
    context.reports.add(keyFaultAt([...path, 'messages'], message, context));
  }
  if (system !== undefined && messages?.some(isSystem)) {
    const message = 'give either "system" or a system message, not both';
    context.reports.add(keyFaultAt([...path, 'system'], message, context));
  }
}

/** The rows of its dataset. Undefined if it has none. */
function readRows(
  spec: PromptSpec,
  path: Path,
  context: Context,
): readonly NamedRow[] | undefined | 'broken' {
  const { defaults, files, reports } = context;
  const dataset = merge(defaults.dataset, spec.dataset);
  if (!dataset) return undefined;
  const file = files.get(dataset.file);
  if (file?.ok !== true) return 'broken';
  const { rows, faults, problems } = readDataset(dataset, file.source);
  for (const fault of faults) reports.add(fault);
  for (const { field, message } of problems) {
    const owner = spec.dataset?.[field] === undefined ? ['defaults'] : path;
    reports.add(faultAt([...owner, 'dataset', field], message, context));
  }
  return rows.length > 0 ? rows : 'broken';
}

function reportColumns(
  { messages, spec, path, matrix }: Entry,
  rows: readonly NamedRow[],
  context: Context,
): void {
  const columns = [...new Set(rows.flatMap(({ values }) => [...values.keys()]))];
  for (const axis of Object.keys(matrix).filter((name) => columns.includes(name))) {
    const message = `${quote(axis)} is a column of the dataset too`;
    context.reports.add(keyFaultAt([...path, 'matrix', axis], message, context));
  }
  // A name with a space is not a template, and the mistake would go unnoticed.
  const texts = JSON.stringify([messages.map(({ message }) => message.content), spec.checks]);
  for (const column of columns.filter((name) => /[^\p{L}\p{N}_-]/u.test(name))) {
    if (!texts.includes(`{{${column}}}`) && !texts.includes(`{{ ${column} }}`)) continue;
    const message = `the column ${quote(column)} can't be a variable: rename it to letters, digits, "_" and "-"`;
    context.reports.add(faultAt([...path, 'dataset'], message, context));
  }
}
