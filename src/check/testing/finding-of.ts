import { checkOne } from '../check-verdict.ts';
import type { Answer, CheckSpec, Finding } from '../check.ts';
import { checkKinds } from '../checks.ts';
import { schemaOf } from '../fields.ts';

/** A check as written in a suite. */
export interface Written {
  type: string;
  [field: string]: unknown;
}

/** A plain answer, with the fields that matter to the test. */
export function answerOf(text: string, rest: Partial<Answer> = {}): Answer {
  return { text, toolCalls: [], finishReason: 'stop', ...rest };
}

/** The check in a resolved suite, or the faults of the schema. */
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

/** The check's finding about the answer. */
export function findingOf(written: Written, answer: string | Answer): Finding {
  return checkOne(specOf(written), typeof answer === 'string' ? answerOf(answer) : answer);
}
