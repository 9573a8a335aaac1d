import type { z } from 'zod';
import type { ToolCall } from '../measure/exchange.ts';
import type { Transform } from './transforms.ts';

/** What a check may look at: the answer and its measurements, never the reasoning. */
export interface Answer {
  text: string;
  toolCalls: ToolCall[];
  finishReason: string;
  /** Absent when the server did not report it; a check that needs it then fails and says so. */
  completionTokens?: number;
  /** Absent when not measured. */
  e2eLatencyMs?: number;
  /** `params.tools` of the request. Absent: it declared none. */
  tools?: unknown;
}

/** How the answers to a prompt are checked. A prompt is one. */
export interface AnswerChecks {
  /** What is done to the answer's text before any check sees it. Absent: nothing. */
  answer?: readonly Transform[];
  checks: readonly CheckSpec[];
}

export interface Finding {
  pass: boolean;
  /** Why it did not pass, in a few words; shown to people, may quote the answer. */
  why?: string;
  /** It could not be decided, for lack of a measurement say: it then fails, negated or not. */
  undecided?: true;
}

/**
 * One kind of check: the fields that a suite gives it, and the verdict. `check` is pure. It runs in a worker
 * with a deadline, so a hostile pattern or schema cannot hold up the run.
 */
export interface CheckKind<Fields extends z.ZodRawShape = z.ZodRawShape> {
  type: string;
  /** One line for the documentation. */
  summary: string;
  /** The fields beside `type`, `not` and `weight`, as zod types with descriptions. */
  fields: Fields;
  /** One answer that passes and one that fails, at least. They are tried by `checks.test.ts`. */
  examples: readonly [CheckExample<Fields, true>, CheckExample<Fields, false>, ...CheckExample<Fields>[]];
  /** What is wrong with fields that are each right. Absent: nothing can be. */
  fault?(spec: z.output<z.ZodObject<Fields>>): { field: string; message: string } | undefined;
  check(spec: z.output<z.ZodObject<Fields>>, answer: Answer): Finding;
}

/** What a check says of one answer. */
export interface CheckExample<
  Fields extends z.ZodRawShape = z.ZodRawShape,
  Passes extends boolean = boolean,
> {
  /** The check's own fields, as a suite writes them. */
  given: z.input<z.ZodObject<Fields>>;
  /** The text of the answer, or what else of it matters: no text then, no tool call, and `stop`. */
  answer: string | Partial<Answer>;
  passes: Passes;
}

/** Makes the compiler infer a kind's fields from its own declaration. */
export function defineCheck<Fields extends z.ZodRawShape>(kind: CheckKind<Fields>): CheckKind<Fields> {
  return kind;
}

/** A check as a resolved suite carries it: validated, defaults filled in, variables replaced. */
export interface CheckSpec {
  type: string;
  /** The verdict is turned round. */
  not: boolean;
  /** Share in the score; 0 reports without counting. */
  weight: number;
  [field: string]: unknown;
}

/** The verdict of all checks of a prompt on one answer. */
export interface Verdict {
  /** Every check of non-zero weight passed. */
  passed: boolean;
  /** Share of the weight that passed, 0 to 1; 1 when all weights are 0. */
  score: number;
  /** Types of those that failed, in suite order, `not-` before a negated one. */
  failedChecks: string[];
  /** Why, beside `failedChecks`: expected and got, each on one line of at most 200 characters. */
  reasons: string[];
}
