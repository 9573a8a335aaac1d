import type { z } from 'zod';
import { UserError } from '../base/user-error.ts';
import { toModel } from './expand/expand.ts';
import { baseId } from './expand/variants.ts';
import { choices, quote } from './nearest.ts';
import { modelName } from './schema/model-schema.ts';
import { concurrency, order, repeat, salt, warmup } from './schema/run-schema.ts';
import type { Budget, Model, Prompt, RunSettings, Suite } from './suite.ts';
import { validate } from './validate.ts';

/** The flags of `run`. An absent one leaves the suite as it is. */
export interface Selection {
  /** Ids of the suite's models. An entry with a `/` names any model, in the suite or not. */
  models?: readonly string[];
  /** Ids. `faq` means everything that `faq` expands to. */
  prompts?: readonly string[];
  /** Prompts with any of these tags. A tag of the suite selects all its prompts. */
  tags?: readonly string[];
  repeat?: number;
  warmup?: number;
  concurrency?: number;
  order?: RunSettings['order'];
  salt?: RunSettings['salt'];
  /** Limits that override the suite's, one by one. */
  budget?: Budget;
}

/** The suite with the flags applied. Throws a `UserError` that names every unknown word and impossible number. */
export function selectSuite(suite: Suite, selection: Selection): Suite {
  const problems: string[] = [];
  const models = selection.models ? chooseModels(suite.models, selection.models, problems) : suite.models;
  const named = selection.prompts ? choosePrompts(suite.prompts, selection.prompts, problems) : suite.prompts;
  const prompts = selection.tags ? chooseByTag(suite, named, selection.tags, problems) : named;
  const run = adjustRun(suite.run, selection, problems);
  if (problems.length === 0 && prompts.length === 0)
    problems.push('no prompt is left: --prompts and --tags have none in common');
  if (problems.length > 0) throw new UserError(problems.join('\n'));
  const ids = new Set(models.map(({ id }) => id));
  const thresholds = suite.thresholds.filter(({ model }) => model === undefined || ids.has(model));
  return { ...suite, models, prompts, run, thresholds };
}

/** Splits `faq[de,plain],refund` into two ids: a comma within brackets belongs to its id. */
export function splitIds(list: string): string[] {
  return list.split(/,(?![^[]*\])/).flatMap((id) => id.trim() || []);
}

function chooseModels(models: readonly Model[], wanted: readonly string[], problems: string[]): Model[] {
  const ids = models.map(({ id }) => id);
  const chosen = new Map<string, Model>();
  for (const entry of wanted) {
    const model = entry.includes('/')
      ? modelNamed(entry, models, problems)
      : models.find(({ id }) => id === entry);
    if (!model) {
      if (!entry.includes('/'))
        problems.push(`--models: unknown model ${quote(entry)}${choices(entry, ids)}`);
      continue;
    }
    const same = chosen.get(model.id);
    if (same && same !== model) {
      problems.push(
        `--models: ${quote(same.model)} and ${quote(model.model)} would both be called ${quote(model.id)}`,
      );
    }
    chosen.set(model.id, model);
  }
  return [...chosen.values()];
}

/** The suite's own entry if there is one: it knows params and price. */
function modelNamed(name: string, models: readonly Model[], problems: string[]): Model | undefined {
  const known = models.find(({ model }) => model === name);
  if (known) return known;
  const problem = problemOf(modelName, name);
  if (problem !== undefined) problems.push(`--models: ${quote(name)}: ${problem}`);
  return problem === undefined ? toModel(name) : undefined;
}

function choosePrompts(prompts: readonly Prompt[], wanted: readonly string[], problems: string[]): Prompt[] {
  const known = new Set(prompts.flatMap(({ id }) => [id, baseId(id)]));
  // A split at every comma would break up `faq[de,plain]`.
  const entries = splitIds(wanted.join(','));
  for (const entry of entries) {
    if (!known.has(entry))
      problems.push(`--prompts: unknown prompt ${quote(entry)}${choices(entry, [...known])}`);
  }
  const ids = new Set(entries);
  return prompts.filter(({ id }) => ids.has(id) || ids.has(baseId(id)));
}

function chooseByTag(
  suite: Suite,
  prompts: readonly Prompt[],
  wanted: readonly string[],
  problems: string[],
): Prompt[] {
  const known = [...new Set([...suite.tags, ...suite.prompts.flatMap(({ tags }) => tags)])];
  if (known.length === 0) {
    problems.push(
      `--tags: nothing in this suite has a tag; leave out --tags, or give a prompt tags: [${wanted[0] ?? 'smoke'}]`,
    );
    return [...prompts];
  }
  for (const tag of wanted) {
    if (!known.includes(tag)) problems.push(`--tags: unknown tag ${quote(tag)}${choices(tag, known)}`);
  }
  if (wanted.some((tag) => suite.tags.includes(tag))) return [...prompts];
  return prompts.filter(({ tags }) => tags.some((tag) => wanted.includes(tag)));
}

const runFlags = { repeat, warmup, concurrency, order, salt } as const;

function adjustRun(run: RunSettings, selection: Selection, problems: string[]): RunSettings {
  const adjusted: RunSettings = { ...run, budget: { ...run.budget, ...selection.budget } };
  for (const [name, schema] of Object.entries(runFlags)) {
    const value = selection[name as keyof typeof runFlags];
    if (value === undefined) continue;
    const problem = problemOf(schema, value);
    if (problem === undefined) Object.assign(adjusted, { [name]: value });
    else problems.push(`--${name}: ${problem}`);
  }
  const { stop, repeat } = adjusted;
  if (stop && stop.maxRepeat < repeat) adjusted.stop = { ...stop, maxRepeat: repeat };
  return adjusted;
}

function problemOf(schema: z.ZodType, value: unknown): string | undefined {
  const result = validate(schema, value);
  return result.ok ? undefined : result.complaints.map(({ message }) => message).join('; ');
}
