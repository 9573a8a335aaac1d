import { count } from '../../base/text.ts';
import type { CheckSpec } from '../../check/check.ts';
import { declaredTools } from '../../check/tool-calls.ts';
import { type Fault, type Path, placeName } from '../fault.ts';
import { choices, didYouMean, oneOf, quote } from '../nearest.ts';
import type { AskedCriterion, Json, Message, Prompt } from '../suite.ts';
import { complaintFault } from '../validate.ts';
import {
  type Context,
  createContext,
  createReports,
  type Entry,
  faultAt,
  heaviestSuite,
  mostPrompts,
  readEntry,
  type Reports,
  type SuiteSources,
} from './entry.ts';
import { fillCheck, type OnUnknownIn, readChecks, type WrittenCheck } from './expand-checks.ts';
import { askedCriteria } from './expand-quality.ts';
import { fillMessage, placeIn, type Scope, TextTooLong, type WrittenMessage } from './messages.ts';
import { countVariants, type NamedRow, type Variant, variantsOf } from './variants.ts';

/** Every prompt of the suite: defaults merged, matrix and dataset written out, variables filled in. */
export function expandPrompts(sources: SuiteSources): { prompts: Prompt[]; faults: readonly Fault[] } {
  const { sections, data } = sources;
  const reports = createReports();
  const context = createContext(sources, reports, checksOf(['defaults'], sources, reports));
  for (const index of listIn(data, 'prompts').keys()) {
    const path = ['prompts', index];
    const checks = checksOf(path, sources, reports);
    const spec = sections.spec.prompts?.[index];
    if (!spec) continue;
    const entry = readEntry(spec, path, checks, context);
    if (!entry) claimId(spec.id, path, undefined, context);
    else if (!addPrompts(entry, context)) break;
  }
  return { prompts: context.prompts, faults: reports.faults() };
}

/** The checks of the defaults or of an entry. They are examined even if the rest of it is broken. */
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

/** False if the suite is too large. */
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
    context.weight += weigh([
      prompt.params,
      ...prompt.messages,
      ...Object.values(prompt.variants ?? {}).flat(),
      ...prompt.checks,
      ...(prompt.criteria ?? []),
    ]);
    if (context.weight <= heaviestSuite) return true;
    const message = `here the suite grows beyond ${heaviestSuite / 1e6} MB`;
    reports.add(faultAt([...path, 'id'], message, context));
  } catch (error) {
    if (!(error instanceof TextTooLong)) throw error;
    reports.add(faultAt([...path, 'id'], error.message, context), variant.id);
  }
  return false;
}

/** Reports an id that another prompt already has. */
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

/** One prompt with its variables filled in. A name without a value is reported and left as it is. */
export function resolvePrompt(entry: Entry, variant: Variant, context: Context): Prompt {
  const { tags, params, answer, checks } = entry;
  const criteria = resolveCriteria(entry, variant, context);
  return {
    id: variant.id,
    tags,
    messages: resolveMessages(entry.messages, entry, variant, context),
    ...resolveVariants(entry, variant, context),
    params,
    ...(answer.length > 0 ? { answer } : {}),
    checks: checks.flatMap((check) => {
      const spec = check.spec ?? resolveCheck(check, entry, variant, context);
      if (spec) reportUnknownTool(spec, check.path, entry, context);
      return spec ?? [];
    }),
    ...(criteria.length > 0 ? { criteria } : {}),
  };
}

/** A tool that is not offered is never called: a typo would fail every answer. */
function reportUnknownTool(spec: CheckSpec, path: Path, { params }: Entry, context: Context): void {
  if (spec.type !== 'tool-called' || spec.not) return;
  const { models = [], variants = [] } = context.sections.spec;
  const offered = [...models, ...variants].flatMap((one) =>
    typeof one === 'object' ? [one.params?.['tools']] : [],
  );
  const known = [params['tools'], ...offered].flatMap((tools) =>
    declaredTools(tools).map(({ name }) => name),
  );
  const tool = String(spec['tool']);
  if (known.includes(tool)) return;
  const message =
    known.length === 0
      ? `no tool is offered: write params: { tools: [ … ] } with ${quote(tool)} in it`
      : `params.tools offers no ${quote(tool)}${choices(tool, known)}`;
  context.reports.add(faultAt([...path, 'tool'], message, context));
}

function resolveVariants(entry: Entry, variant: Variant, context: Context): Pick<Prompt, 'variants'> {
  if (entry.variants.size === 0) return {};
  const resolved = [...entry.variants].map(([id, messages]) => [
    id,
    resolveMessages(messages, entry, variant, context),
  ]);
  return { variants: Object.fromEntries(resolved) as Record<string, Message[]> };
}

function resolveMessages(
  messages: readonly WrittenMessage[],
  entry: Entry,
  variant: Variant,
  { places, reports }: Context,
): Message[] {
  if (!entry.isTemplate) return messages.map(({ message }) => message);
  const { scope } = variant;
  return messages.map((written) =>
    fillMessage(written, scope, places, (name, place) => {
      if (entry.isDamaged) return;
      reports.add(noValue(name, place, variant), nameIn(entry, variant, written.path));
    }),
  );
}

function resolveCheck(
  { raw, path }: WrittenCheck,
  entry: Entry,
  variant: Variant,
  { places, read, reports }: Context,
): CheckSpec | undefined {
  const { scope } = variant;
  const name = nameIn(entry, variant, path);
  const missing = new Set<string>();
  const onUnknown: OnUnknownIn = (variable, written, inside) => {
    missing.add(variable);
    if (entry.isDamaged) return;
    reports.add(noValue(variable, placeIn([...path, ...inside], written, places), variant), name);
  };
  const result = entry.isTemplate ? fillCheck(raw, scope, read, onUnknown) : read(raw);
  if (result.ok) return result.value;
  for (const complaint of missing.size === 0 ? result.complaints : []) {
    reports.add(complaintFault(complaint, places, path), name);
  }
  return undefined;
}

/** A variable that a criterion uses and the prompt lacks is reported at the prompt: others may have it. */
function resolveCriteria(
  entry: Entry,
  variant: Variant,
  { criteria, reports, places }: Context,
): AskedCriterion[] {
  const { spec, path, isTemplate, isDamaged } = entry;
  return askedCriteria(
    entry.criteria,
    criteria,
    isTemplate ? variant.scope : undefined,
    (criterion, name) => {
      if (isDamaged) return;
      const place = { source: places.source, offset: places.value([...path, 'id']), path: [...path, 'id'] };
      const fault = noValue(name, place, variant);
      const message = `criterion ${quote(criterion)}: ${fault.message}`;
      reports.add({ ...fault, message }, variant.id === spec.id ? undefined : variant.id);
    },
  );
}

/** The prompt's id, if the place alone does not show which prompt it is. */
function nameIn({ spec }: Entry, { id }: Variant, path: readonly unknown[]): string | undefined {
  return path[0] === 'defaults' || id !== spec.id ? id : undefined;
}

type Place = Omit<Fault, 'message'>;

/** A `null` in a row is reported in the row, all else where the name is used. */
function noValue(name: string, place: Place, { scope, row }: Variant): Fault {
  if (!scope.has(name)) return { ...place, message: unknownVariable(name, scope) };
  const message = `${quote(name)} is null, which has no text form; write "" for nothing, or the word in quotes`;
  return row?.values.has(name) ? { source: row.source, offset: row.offset, message } : { ...place, message };
}

function unknownVariable(name: string, scope: Scope): string {
  const known = [...scope.keys()];
  const near = didYouMean(name, known);
  if (near !== '') return `unknown variable ${quote(name)}${near}`;
  const choice = known.length > 0 ? `known here: ${oneOf(known)}` : 'this prompt has no variables';
  return `unknown variable ${quote(name)}; ${choice}; template: none keeps all braces as they are`;
}
