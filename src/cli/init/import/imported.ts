import { stringify } from 'yaml';
import { oneLine } from '../../../base/text.ts';
import { checkKinds } from '../../../check/checks.ts';
import { checkReader } from '../../../suite/expand/expand-checks.ts';
import { hasVariables } from '../../../suite/expand/messages.ts';
import type { Json } from '../../../suite/suite.ts';
import { isMap } from '../../../suite/written.ts';

export type Fields = Record<string, Json>;

/** A check in a suite's format. */
export type Check = Fields & { type: string };

export interface ImportedPrompt {
  id: string;
  tags?: string[];
  prompt?: string;
  messages?: Fields[];
  vars?: Fields;
  matrix?: Record<string, Json[]>;
  checks?: Check[];
  criteria?: string[];
}

export interface ImportedCriterion {
  id: string;
  ask: string;
  verdicts?: Record<string, number>;
  reference?: string;
}

/** Result of converting another tool's file. */
export interface Imported {
  description?: string;
  params?: Fields;
  prompts: ImportedPrompt[];
  criteria: ImportedCriterion[];
  /** Names of models in the file, which mean nothing here. */
  models: string[];
}

/** What was not converted, each once, with its place and the reason. */
export class LeftOut {
  readonly #notes = new Map<string, string[]>();

  add(what: string, where?: string): void {
    const places = this.#notes.get(what) ?? [];
    this.#notes.set(what, where === undefined ? places : [...places, where]);
  }

  lines(): string[] {
    return [...this.#notes].map(([what, places]) => {
      const some = places.slice(0, 5).map((place) => oneLine(place, 60));
      const more = places.length > 5 ? ` and ${places.length - 5} more` : '';
      return places.length === 0 ? what : `${what} (${some.join(', ')}${more})`;
    });
  }
}

const readCheck = checkReader(checkKinds);

/** The checks that we can express. Each other one is noted. */
export function soundChecks(checks: readonly Check[], where: string, leftOut: LeftOut): Check[] {
  return checks.filter((check) => {
    const result = hasVariables(check) ? undefined : readCheck(check);
    if (result?.ok !== false) return true;
    leftOut.add(`${check.type}: ${oneLine(result.complaints[0]!.message, 120)}`, where);
    return false;
  });
}

/** Criteria by question: the same question is asked only once. */
export class Criteria {
  readonly list: ImportedCriterion[] = [];
  readonly #ids = new Map<string, string>();

  idOf(criterion: Omit<ImportedCriterion, 'id'>): string {
    const key = JSON.stringify(criterion);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = `criterion${this.list.length + 1}`;
    this.list.push({ id, ...criterion });
    this.#ids.set(key, id);
    return id;
  }
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A value as text, as a template would render it. */
export const spelled = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

export const listOf = (value: unknown): Json[] => {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as Json[]) : [value as Json];
};

export const mapOf = (value: unknown): Fields => (isMap(value) ? (value as Fields) : {});

/** Template language beyond `{{name}}`, which would be sent unchanged. */
export function beyondNames(value: unknown): boolean {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
  const plain = text.replace(/\{\{[ \t]*[\p{L}_][\p{L}\p{N}_-]*[ \t]*\}\}/gu, '');
  return /\{\{|\{%|\{#/.test(plain);
}

/** Variable names in a text. */
export function namesIn(value: unknown): string[] {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
  return [...text.matchAll(/\{\{[ \t]*([\p{L}_][\p{L}\p{N}_-]*)[ \t]*\}\}/gu)].map(([, name]) => name!);
}

/** An id for a table, from any name. */
export function idOf(text: string | undefined, fallback: string, taken: ReadonlySet<string>): string {
  const clean = oneLine(text ?? '', 60)
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .toLowerCase();
  const base = clean === '' ? fallback : clean;
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(id)) return id;
  }
}

/** The suite as a file, with what was left out at the top. */
export function suiteText(
  imported: Imported,
  about: { name: string; source: string; models: readonly string[]; leftOut: readonly string[] },
): string {
  const { description, params, prompts, criteria } = imported;
  const suite = {
    version: 1,
    name: about.name,
    ...(description === undefined ? {} : { description }),
    models: about.models,
    ...(params && Object.keys(params).length > 0 ? { defaults: { params } } : {}),
    prompts,
    ...(criteria.length > 0 ? { quality: { criteria } } : {}),
    run: { repeat: 1, warmup: 1, concurrency: 2 },
  };
  const head = [
    `Made from ${oneLine(about.source, 200)} by gatebench init --from.`,
    ...(about.leftOut.length === 0
      ? ['Nothing was left out.']
      : ['Left out:', ...about.leftOut.map((line) => `- ${line}`)]),
  ];
  return `${head.map((line) => `# ${oneLine(line, 400)}`).join('\n')}\n${stringify(suite, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}
