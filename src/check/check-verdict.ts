import type { Answer, CheckSpec, Judgement, Verdict } from './check.ts';
import { checkKinds } from './checks.ts';
import { show } from './clean-text.ts';

const kinds = new Map(checkKinds.map((kind) => [kind.type, kind]));

/** A judgement that fails whether the check is negated or not. */
export function undecided(why: string): Judgement {
  return { pass: false, undecided: true, why };
}

/** Judges by one check, `not` applied. Never throws: what goes wrong inside a check is its reason to fail. */
export function judgeOne(spec: CheckSpec, answer: Answer): Judgement {
  try {
    const kind = kinds.get(spec.type);
    if (!kind) return undecided(`there is no check of type ${spec.type}`);
    const judgement = kind.judge(spec, answer);
    return spec.not && !judgement.undecided ? negated(spec, judgement) : judgement;
  } catch (error) {
    return undecided(`could not be judged: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function negated(spec: CheckSpec, { pass }: Judgement): Judgement {
  if (!pass) return { pass: true };
  const fields = Object.entries(spec).filter(([name]) => !['type', 'not', 'weight'].includes(name));
  return { pass: false, why: `it does hold: ${spec.type} ${show(Object.fromEntries(fields))}` };
}

/** Adds up the judgements, which stand in the order of the checks. */
export function verdictOf(checks: readonly CheckSpec[], judgements: readonly Judgement[]): Verdict {
  const results = checks.map((check, place) => ({ check, judgement: judgements[place]! }));
  const failed = results.filter(({ judgement }) => !judgement.pass);
  const total = sumOfWeights(checks);
  const lost = sumOfWeights(failed.map(({ check }) => check));
  return {
    passed: failed.every(({ check }) => check.weight === 0),
    score: total > 0 ? (total - lost) / total : 1,
    failedChecks: failed.map(({ check }) => (check.not ? `not-${check.type}` : check.type)),
    reasons: failed.map(({ judgement }) => judgement.why ?? 'did not pass'),
  };
}

function sumOfWeights(checks: readonly CheckSpec[]): number {
  return checks.reduce((sum, { weight }) => sum + weight, 0);
}

/** Judges an answer here and now, without a deadline: a hostile pattern holds up the caller. */
export function judgeAll(checks: readonly CheckSpec[], answer: Answer): Verdict {
  return verdictOf(
    checks,
    checks.map((check) => judgeOne(check, answer)),
  );
}
