import type { CheckSpec } from '../../check/check.ts';
import { didYouMean, oneOf, quote } from '../nearest.ts';
import type { Fault } from '../fault.ts';
import type { Message, Prompt } from '../suite.ts';
import { complaintFault } from '../validate.ts';
import { fillCheck, type OnUnknownIn, type WrittenCheck } from './expand-checks.ts';
import type { Context } from './context.ts';
import type { Entry } from './entry.ts';
import { fillMessage, placeIn } from './messages.ts';
import type { Scope } from './template.ts';
import type { Variant } from './variants.ts';

/** One prompt with its variables filled in. What has no value is reported, and stands as it is. */
export function resolvePrompt(entry: Entry, variant: Variant, context: Context): Prompt {
  const { tags, params, checks } = entry;
  return {
    id: variant.id,
    tags,
    messages: resolveMessages(entry, variant, context),
    params,
    checks: checks.flatMap((check) => check.spec ?? resolveCheck(check, entry, variant, context) ?? []),
  };
}

function resolveMessages(entry: Entry, variant: Variant, { places, reports }: Context): Message[] {
  if (!entry.isTemplate) return entry.messages.map(({ message }) => message);
  const { scope } = variant;
  return entry.messages.map((written) =>
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

/** The prompt's id, where the place alone doesn't tell which prompt it is. */
function nameIn({ spec }: Entry, { id }: Variant, path: readonly unknown[]): string | undefined {
  return path[0] === 'defaults' || id !== spec.id ? id : undefined;
}

type Place = Omit<Fault, 'message'>;

/** A row's `null` is told in the row, all else where the name is used. */
function noValue(name: string, place: Place, { scope, row }: Variant): Fault {
  if (!scope.has(name)) return { ...place, message: unknownVariable(name, scope) };
  const message = `${quote(name)} is null, which has no form in a text; write "" for nothing, or the word in quotes`;
  return row?.values.has(name) ? { source: row.source, offset: row.offset, message } : { ...place, message };
}

function unknownVariable(name: string, scope: Scope): string {
  const known = [...scope.keys()];
  const near = didYouMean(name, known);
  if (near !== '') return `unknown variable ${quote(name)}${near}`;
  const choice = known.length > 0 ? `known here: ${oneOf(known)}` : 'this prompt has no variables';
  return `unknown variable ${quote(name)}; ${choice}; template: none leaves all braces alone`;
}
