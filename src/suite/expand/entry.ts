import { valueAt, type Path } from '../fault.ts';
import { quote } from '../nearest.ts';
import type { DefaultsSpec, PromptSpec } from '../schema/prompt-schema.ts';
import type { Params } from '../suite.ts';
import type { Value } from '../written.ts';
import type { WrittenCheck } from './expand-checks.ts';
import { faultAt, keyFaultAt, type Context } from './context.ts';
import { readDataset } from './dataset.ts';
import { merge } from './merge-values.ts';
import { conversation, isSystem, opener, type WrittenMessage } from './messages.ts';
import type { Matrix, NamedRow } from './variants.ts';

/** An entry of the file, merged with the defaults: what all its prompts have in common. */
export interface Entry {
  readonly spec: PromptSpec;
  readonly path: Path;
  readonly messages: readonly WrittenMessage[];
  readonly checks: readonly WrittenCheck[];
  readonly params: Params;
  readonly tags: string[];
  readonly isTemplate: boolean;
  /** Something of it or of the defaults is missing because it was wrong, so a missing variable means nothing. */
  readonly isDamaged: boolean;
  readonly vars: Record<string, Value>;
  readonly matrix: Matrix;
  readonly rows?: readonly NamedRow[];
}

/** Undefined when it can't be written out; why is reported. */
export function readEntry(
  spec: PromptSpec,
  path: Path,
  checks: readonly WrittenCheck[],
  context: Context,
): Entry | undefined {
  const { defaults, files, sections } = context;
  const isDamaged = sections.damaged.has('defaults') || sections.damaged.has(path.join('.'));
  reportContradictions(spec, path, context);
  const messages = conversation(defaults, spec, path, opener(files));
  if (!messages && !isDamaged) {
    context.reports.add(faultAt(path, `${quote(spec.id)} has neither "prompt" nor "messages"`, context));
  }
  const rows = readRows(spec, path, context);
  if (!messages || rows === 'broken') return undefined;
  // From the file itself: the schema's copy does not know how a number was written.
  const values = (field: 'vars' | 'matrix'): Record<string, Value> => {
    const own = (holder: DefaultsSpec, at: Path): Record<string, Value> | undefined =>
      holder[field] && context.readValues(valueAt(context.data, [...at, field]) as object);
    return merge(own(defaults, ['defaults']), own(spec, path)) ?? {};
  };
  const entry: Entry = {
    spec,
    path,
    messages,
    checks: [...context.defaultChecks, ...checks],
    params: (merge(defaults.params, spec.params) ?? {}) as Params,
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

/** The rows of its dataset, undefined where it has none. */
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
  // A name with a blank passes as no template at all, which nobody would notice.
  const texts = JSON.stringify([messages.map(({ message }) => message.content), spec.checks]);
  for (const column of columns.filter((name) => /[^\p{L}\p{N}_-]/u.test(name))) {
    if (!texts.includes(`{{${column}}}`) && !texts.includes(`{{ ${column} }}`)) continue;
    const message = `the column ${quote(column)} can't be a variable: rename it to letters, digits, "_" and "-"`;
    context.reports.add(faultAt([...path, 'dataset'], message, context));
  }
}
