import { compile, type JSONValue } from 'json-p3';
import { z } from 'zod';
import { ThinkTags } from '../base/think-tags.ts';
import { quote } from './clean-text.ts';
import { compilePattern, flagsField, ignoreCase, patternField } from './fields.ts';
import { fencedBlocks, jsonOf } from './json-answer.ts';
import { pathField } from './json-path-field.ts';

/** The answer had no such part, so nothing that reads it can be decided. */
export class NothingToExtract extends Error {}

interface TransformKind<Spec> {
  schema: z.ZodType<Spec>;
  /** Throws `NothingToExtract`. */
  apply(text: string, spec: Spec): string;
}

function kind<Spec>(
  schema: z.ZodType<Spec>,
  apply: (text: string, spec: Spec) => string,
): TransformKind<Spec> {
  return { schema, apply };
}

const extractSchema = z
  .strictObject({
    extract: patternField('an expression (Unicode mode); checks see only what it matches'),
    group: z
      .union([z.int().min(0), z.string().min(1)])
      .optional()
      .describe(
        'number or name of the group to take; by default, the first, or the whole match if there is none',
      ),
    pick: z.enum(['first', 'last']).default('last').describe('which match to take if there are several'),
    flags: flagsField,
    ignore_case: ignoreCase,
  })
  .check(({ value, issues }) => {
    const { group } = value;
    // If the pattern is wrong, that is the only message.
    if (issues.length > 0 || group === undefined) return;
    const { count, names } = groupsOf(value.extract);
    if (typeof group === 'number' ? group <= count : names.has(group)) return;
    const message = `the expression has no group ${typeof group === 'number' ? group : `"${group}"`}`;
    issues.push({ code: 'custom', input: group, path: ['group'], message });
  });

/** Every transform, by its name in a suite. To add one: its line. */
const kinds = {
  'strip-think': kind(
    z.literal('strip-think').describe('without thinking in tags (<think>…) at its start'),
    stripThink,
  ),
  unfence: kind(z.literal('unfence').describe('the first Markdown code block, if there is one'), unfence),
  trim: kind(z.literal('trim').describe('without blanks and line breaks around it'), (text) => text.trim()),
  extract: kind(extractSchema, extract),
  'json-path': kind(
    z.strictObject({
      'json-path': pathField.describe('the value at this path in the answer, which must be JSON'),
    }),
    atPath,
  ),
} as const;

export const transformSchema = z.union([
  kinds['strip-think'].schema,
  kinds.unfence.schema,
  kinds.trim.schema,
  kinds.extract.schema,
  kinds['json-path'].schema,
]);

/** One step from the stored answer to what checks, judges and people see, as in a resolved suite. */
export type Transform = z.output<typeof transformSchema>;

/**
 * The answer's text after each step in turn. Pure. A hostile pattern may run long, so call it in the checks' thread.
 * Throws `NothingToExtract`.
 */
export function transformed(text: string, steps: readonly Transform[]): string {
  return steps.reduce((seen, step) => {
    const name = typeof step === 'string' ? step : Object.keys(step).find((key) => key in kinds)!;
    return (kinds[name as keyof typeof kinds] as TransformKind<unknown>).apply(seen, step);
  }, text);
}

function stripThink(text: string): string {
  const tags = new ThinkTags();
  let answer = '';
  for (const part of tags.feed(text)) {
    if (part.kind === 'content') answer += part.text;
    else if (part.kind === 'tag') answer = '';
    else if (part.kind === 'was-reasoning') answer = '';
  }
  return answer;
}

/** Without the block's fences. An unclosed block runs to the end. */
function unfence(text: string): string {
  return fencedBlocks(text)[0]?.lines.join('\n') ?? text;
}

function extract(
  text: string,
  { extract: pattern, group, pick, flags, ignore_case }: z.output<typeof extractSchema>,
): string {
  const found = [...text.matchAll(compilePattern(pattern, `g${flags}`, ignore_case))]
    .map((match) => partOf(match, group))
    .filter((part) => part !== undefined);
  const part = found.at(pick === 'last' ? -1 : 0);
  if (part === undefined) throw new NothingToExtract(`/${pattern}/ is not in ${quote(text)}`);
  return part;
}

function partOf(match: RegExpMatchArray, group: number | string | undefined): string | undefined {
  if (typeof group === 'string') return match.groups?.[group];
  return match[group ?? (match.length > 1 ? 1 : 0)];
}

function groupsOf(pattern: string): { count: number; names: ReadonlySet<string> } {
  // With an empty alternative it always matches, and the match lists every group.
  const match = compilePattern(`${pattern}|`, '').exec('');
  return { count: (match?.length ?? 1) - 1, names: new Set(Object.keys(match?.groups ?? {})) };
}

function atPath(text: string, { 'json-path': path }: { 'json-path': string }): string {
  const json = jsonOf({ text, toolCalls: [], finishReason: '' }, { fence: true });
  if (!json.found) throw new NothingToExtract(json.why);
  const [value] = compile(path)
    .query(json.value as JSONValue)
    .values();
  if (value === undefined) throw new NothingToExtract(`${path} leads nowhere in ${quote(text)}`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
