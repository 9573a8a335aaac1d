import { checkOne } from '../check-verdict.ts';
import type { Answer, CheckSpec, Finding } from '../check.ts';
import { checkKinds } from '../checks.ts';
import { schemaOf } from '../fields.ts';

/** A check as a suite writes it. */
export interface Written {
  type: string;
  [field: string]: unknown;
}

/** A plain answer, with whatever matters to the test. */
export function answerOf(text: string, rest: Partial<Answer> = {}): Answer {
  return { text, toolCalls: [], finishReason: 'stop', ...rest };
}

/** The check as a resolved suite carries it, or the faults of the schema. */
export function resolve(written: Written): CheckSpec | string[] {
  const kind = checkKinds.find(({ type }) => type === written.type);
  if (!kind) throw new Error(`no check of type ${written.type}`);
  const parsed = schemaOf(kind).safeParse(written);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

/** The check, which must be well-formed. */
export function specOf(written: Written): CheckSpec {
  const spec = resolve(written);
  if (Array.isArray(spec)) throw new Error(spec.join('\n'));
  return spec;
}

/** What the check says about the answer. */
export function findingOf(written: Written, answer: string | Answer): Finding {
  return checkOne(specOf(written), typeof answer === 'string' ? answerOf(answer) : answer);
}
