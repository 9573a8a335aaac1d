import { oneLine } from '../base/text.ts';
import type { Answer, AnswerChecks, CheckSpec, Finding, Verdict } from './check.ts';
import { checkKinds } from './checks.ts';
import { show } from './clean-text.ts';
import { NothingToExtract, type Transform, transformed } from './transforms.ts';

const kinds = new Map(checkKinds.map((kind) => [kind.type, kind]));

/** A finding that fails whether the check is negated or not. */
export function undecided(why: string): Finding {
  return { pass: false, undecided: true, why };
}

/** Words that a reason begins with where a transform found nothing: the check is not to blame, nor always the answer. */
export const nothingToExtract = 'nothing to extract';

/**
 * The answer as checks see it. Its text is transformed when the first check looks at it, within that check's deadline:
 * checks of tool calls, tokens, and times do without.
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

/** Asks for the text that checks would see. No suite can: it is none of the kinds. */
export const textSeen: CheckSpec = { type: ' text', not: false, weight: 0 };

/** Applies one check, `not` applied. Never throws: what goes wrong inside a check is its reason to fail. */
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

/** Characters of a reason. */
const longestReason = 200;

/** Adds up the findings, which stand in the order of the checks. */
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

/** Checks an answer here and now, without a deadline: a hostile pattern holds up the caller. */
export function checkAll({ answer: steps, checks }: AnswerChecks, answer: Answer): Verdict {
  const seen = seenAnswer(answer, steps);
  return verdictOf(
    checks,
    checks.map((check) => checkOne(check, seen)),
  );
}
