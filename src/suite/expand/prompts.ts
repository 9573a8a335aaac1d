import { count } from '../../base/text.ts';
import { placeName, type Path } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { quote } from '../nearest.ts';
import type { Json, Prompt } from '../suite.ts';
import { readChecks, type WrittenCheck } from './expand-checks.ts';
import { createContext, faultAt, type Context, type SuiteSources } from './context.ts';
import { readEntry, type Entry } from './entry.ts';
import { createReports, type Reports } from './reports.ts';
import { resolvePrompt } from './resolve.ts';
import { TextTooLong } from './template.ts';
import { countVariants, variantsOf, type NamedRow, type Variant } from './variants.ts';
import { heaviestSuite, mostPrompts } from './weight.ts';

/** Every prompt of the suite: defaults merged, matrix and dataset written out, variables filled in. */
export function expandPrompts(sources: SuiteSources): { prompts: Prompt[]; faults: readonly Fault[] } {
  const { sections, data } = sources;
  const reports = createReports();
  const context = createContext(sources, reports, checksOf(['defaults'], sources, reports));
  const specs = new Map(
    sections.spec.prompts?.map((spec, index) => [sections.indexes.prompts[index]!, spec]),
  );
  for (const index of listIn(data, 'prompts').keys()) {
    const path = ['prompts', index];
    const checks = checksOf(path, sources, reports);
    const spec = specs.get(index);
    if (!spec) continue;
    const entry = readEntry(spec, path, checks, context);
    if (!entry) claimId(spec.id, path, undefined, context);
    else if (!addPrompts(entry, context)) break;
  }
  return { prompts: context.prompts, faults: reports.faults() };
}

/** The checks of the defaults or of an entry, looked at even when the rest of it is broken. */
function checksOf(
  path: Path,
  { data, places, read }: SuiteSources,
  reports: Reports,
): readonly WrittenCheck[] {
  const [section, index] = path;
  const holder =
    index === undefined ? valueIn(data, String(section)) : listIn(data, 'prompts')[Number(index)];
  const { checks, faults } = readChecks(listIn(holder, 'checks'), [...path, 'checks'], read, places);
  for (const fault of faults) reports.add(fault);
  return checks;
}

function listIn(data: unknown, key: string): readonly Json[] {
  const value = valueIn(data, key);
  return Array.isArray(value) ? (value as Json[]) : [];
}

function valueIn(data: unknown, key: string): unknown {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return undefined;
  return (data as Record<string, unknown>)[key];
}

/** False when the suite has grown beyond all bounds. */
function addPrompts(entry: Entry, context: Context): boolean {
  const { spec, path, vars, matrix, rows } = entry;
  const size = countVariants(matrix, rows);
  if (context.prompts.length + size > mostPrompts) {
    const message = `stands for ${count(size, 'prompt')}; a suite may have ${count(mostPrompts, 'prompt')} in all`;
    context.reports.add(faultAt([...path, 'id'], message, context));
    return false;
  }
  return variantsOf(spec.id, vars, matrix, rows).every((variant) => addPrompt(entry, variant, context));
}

function addPrompt(entry: Entry, variant: Variant, context: Context): boolean {
  const { path } = entry;
  const { reports, prompts, weigh } = context;
  if (!claimId(variant.id, path, variant.row, context)) return true;
  try {
    const prompt = resolvePrompt(entry, variant, context);
    prompts.push(prompt);
    context.weight += weigh([prompt.params, ...prompt.messages, ...prompt.checks]);
    if (context.weight <= heaviestSuite) return true;
    const message = `here the suite grows to more than ${heaviestSuite / 1e6} MB`;
    reports.add(faultAt([...path, 'id'], message, context));
  } catch (error) {
    if (!(error instanceof TextTooLong)) throw error;
    reports.add(faultAt([...path, 'id'], error.message, context), variant.id);
  }
  return false;
}

/** Reports an id that another prompt has already. */
function claimId(id: string, entryPath: Path, row: NamedRow | undefined, context: Context): boolean {
  const { placeOfId, reports, places } = context;
  const path = [...entryPath, 'id'];
  const place = row
    ? { source: row.source, offset: row.offset }
    : { source: places.source, offset: places.value(path), path };
  const first = placeOfId.get(id);
  if (!first) {
    placeOfId.set(id, place);
    return true;
  }
  const isHere = first.source === place.source && first.offset === place.offset;
  const message = isHere
    ? `stands for two prompts with the id ${quote(id)}`
    : `duplicate prompt id ${quote(id)}; the first is at ${placeName(first.source, first.offset)}`;
  reports.add({ ...place, message });
  return false;
}
