import { oneLine } from '../base/text.ts';
import type { Answer, AnswerChecks, CheckSpec, Finding, Verdict } from './check.ts';
import { checkKinds } from './checks.ts';
import { show } from './clean-text.ts';
import { NothingToExtract, type Transform, transformed } from './transforms.ts';

const kinds = new Map(checkKinds.map((kind) => [kind.type, kind]));

/** A finding that fails, negated or not. */
export function undecided(why: string): Finding {
  return { pass: false, undecided: true, why };
}

/**
 * First words of a reason if a transform found nothing. The check is not to blame, and the answer may not be either.
 */
export const nothingToExtract = 'nothing to extract';

/**
 * The answer as checks see it. Its text is transformed when the first check reads it, within that check's deadline.
 * Checks of tool calls, tokens and times do not need it.
 */
export function seenAnswer(answer: Answer, steps: readonly Transform[] | undefined): Answer {
  if (!steps || steps.length === 0) return answer;
  let text: string | undefined;
  return {
    ...answer,
    get text() {
      return (text ??= transformed(answer.text, steps));
    },
  };
}

/** Asks for the text that checks would see. No suite can: it is not one of the kinds. */
export const textSeen: CheckSpec = { type: ' text', not: false, weight: 0 };

/** Applies one check, including `not`. Never throws: an error inside a check is its reason to fail. */
export function checkOne(spec: CheckSpec, answer: Answer): Finding {
  try {
    if (spec.type === textSeen.type) return { pass: true, why: answer.text };
    const kind = kinds.get(spec.type);
    if (!kind) return undecided(`there is no check of type ${spec.type}`);
    const finding = kind.check(spec, answer);
    return spec.not && !finding.undecided ? negated(spec, finding) : finding;
  } catch (error) {
    if (error instanceof NothingToExtract) return undecided(`${nothingToExtract}: ${error.message}`);
    return undecided(`could not be decided: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function negated(spec: CheckSpec, { pass }: Finding): Finding {
  if (!pass) return { pass: true };
  const fields = Object.entries(spec).filter(([name]) => !['type', 'not', 'weight'].includes(name));
  return { pass: false, why: `it does hold: ${spec.type} ${show(Object.fromEntries(fields))}` };
}

/** Maximum length of a reason, in characters. */
const longestReason = 200;

/** Adds up the findings. They are in the order of the checks. */
export function verdictOf(checks: readonly CheckSpec[], findings: readonly Finding[]): Verdict {
  const results = checks.map((check, place) => ({ check, finding: findings[place]! }));
  const failed = results.filter(({ finding }) => !finding.pass);
  const total = sumOfWeights(checks);
  const lost = sumOfWeights(failed.map(({ check }) => check));
  return {
    passed: failed.every(({ check }) => check.weight === 0),
    score: total > 0 ? (total - lost) / total : 1,
    failedChecks: failed.map(({ check }) => (check.not ? `not-${check.type}` : check.type)),
    reasons: failed.map(({ finding }) => oneLine(finding.why ?? '', longestReason) || 'did not pass'),
  };
}

function sumOfWeights(checks: readonly CheckSpec[]): number {
  return checks.reduce((sum, { weight }) => sum + weight, 0);
}

/** Checks an answer in this thread, without a deadline: a hostile pattern blocks the caller. */
export function checkAll({ answer: steps, checks }: AnswerChecks, answer: Answer): Verdict {
  const seen = seenAnswer(answer, steps);
  return verdictOf(
    checks,
    checks.map((check) => checkOne(check, seen)),
  );
}
