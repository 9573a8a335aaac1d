import type { z } from 'zod';
import type { ToolCall } from '../measure/exchange.ts';
import type { Transform } from './transforms.ts';

/** What a check may see: the answer and its measurements, never the reasoning. */
export interface Answer {
  text: string;
  toolCalls: ToolCall[];
  finishReason: string;
  /** Absent if the server did not report it. A check that needs it then fails and says so. */
  completionTokens?: number;
  /** Absent when not measured. */
  e2eLatencyMs?: number;
  /** `params.tools` of the request. Absent: it declared none. */
  tools?: unknown;
}

/** How the answers to a prompt are checked. A prompt has this shape. */
export interface AnswerChecks {
  /** Applied to the answer's text before any check sees it. Absent: nothing. */
  answer?: readonly Transform[];
  checks: readonly CheckSpec[];
}

export interface Finding {
  pass: boolean;
  /** Why it did not pass, in a few words. Shown to people; may quote the answer. */
  why?: string;
  /** It could not be decided, for example because a measurement is missing. It then fails, negated or not. */
  undecided?: true;
}

/**
 * One kind of check: its fields in a suite, and its verdict. `check` is pure. It runs in a worker with a deadline, so
 * a hostile pattern or schema cannot hold up the run.
 */
export interface CheckKind<Fields extends z.ZodRawShape = z.ZodRawShape> {
  type: string;
  /** One line for the documentation. */
  summary: string;
  /** The fields besides `type`, `not` and `weight`, as zod types with descriptions. */
  fields: Fields;
  /** At least one answer that passes and one that fails. `checks.test.ts` tries them. */
  examples: readonly [CheckExample<Fields, true>, CheckExample<Fields, false>, ...CheckExample<Fields>[]];
  /** What is wrong with a combination of valid fields. Absent: nothing can be. */
  fault?(spec: z.output<z.ZodObject<Fields>>): { field: string; message: string } | undefined;
  check(spec: z.output<z.ZodObject<Fields>>, answer: Answer): Finding;
}

/** A check's result on one answer. */
export interface CheckExample<
  Fields extends z.ZodRawShape = z.ZodRawShape,
  Passes extends boolean = boolean,
> {
  /** The check's own fields, as a suite writes them. */
  given: z.input<z.ZodObject<Fields>>;
  /**
   * The text of the answer, or its other fields that matter. Those left out: no text, no tool call, finish reason
   * `stop`.
   */
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
  /** The verdict is inverted. */
  not: boolean;
  /** Weight in the score. 0 reports without counting. */
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
  /** Reasons, one per entry of `failedChecks`: expected and got, each on one line of at most 200 characters. */
  reasons: string[];
}
