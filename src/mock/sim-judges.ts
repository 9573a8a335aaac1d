import { normal, type Random, seededRandom } from '../base/random.ts';
import { isWrong, type SimModel, simModels } from './mock-models.ts';

/** Error rates of a simulated judge. Probabilities, from 0 to 1. */
export interface JudgeSkill {
  /** It passes a right answer. */
  sensitivity: number;
  /** It fails a wrong answer. */
  specificity: number;
  /** It takes the first one, regardless of content. */
  first: number;
  /** It takes the longer one of two, regardless of content. */
  longer: number;
  /** Its reply is unreadable. */
  vague: number;
}

export const plainJudge: JudgeSkill = { sensitivity: 0.9, specificity: 0.85, first: 0, longer: 0, vague: 0 };

/**
 * The skill encoded in a name: `sim-judge` has 90 and 85 in a hundred, `sim-judge-80-70` those; `-first20`, `-long15`,
 * `-vague10` add a bias or a failing. Undefined for any other name.
 */
export function judgeSkill(name: string): JudgeSkill | undefined {
  const [, se, sp, rest = ''] =
    /^sim-judge(?:-(\d{1,3})-(\d{1,3}))?((?:-(?:first|long|vague)\d{1,3})*)$/.exec(name) ?? [];
  if (!name.startsWith('sim-judge') || (rest === '' && se === undefined && name !== 'sim-judge'))
    return undefined;
  const share = (text: string | undefined, fallback: number): number =>
    text === undefined ? fallback : Number(text) / 100;
  const added = (word: string): number => share(new RegExp(`-${word}(\\d+)`).exec(rest)?.[1], 0);
  return {
    sensitivity: share(se, plainJudge.sensitivity),
    specificity: share(sp, plainJudge.specificity),
    first: added('first'),
    longer: added('long'),
    vague: added('vague'),
  };
}

/** The verdict of a simulated judge on a case, and the words before it. Other requests get an explanation. */
export function judged(prompt: string, skill: JudgeSkill, random: Random): string {
  const parts = new Map(
    Array.from(prompt.matchAll(/^=== (\S+) (.+?) ===\n([^]*?)\n=== \1 end ===$/gm), ([, , name, text]) => [
      name!,
      text!,
    ]),
  );
  // The last such line belongs to the question: an earlier one may be part of an answer.
  const [, form, offered] = [...prompt.matchAll(/^(VERDICT|Verdicts): (.+)$/gm)].at(-1) ?? [];
  const words = offered?.split(' | ') ?? [];
  if (words.length < 2) return 'I judge answers, and this is no case.';
  if (random() < skill.vague) return 'It depends on how one looks at it.';
  const question = parts.get('conversation') ?? '';
  const pair = [parts.get('first answer'), parts.get('second answer')] as const;
  const verdict =
    pair[0] !== undefined && pair[1] !== undefined
      ? preferred(question, [pair[0], pair[1]], skill, random)
      : verdictOn(question, parts.get('answer') ?? '', words, skill, random);
  const reason = `It is ${verdict === words[0] ? 'as asked' : 'not as asked'}, as far as a simulated judge can tell.`;
  return form === 'VERDICT' ? `${reason}\nVERDICT: ${verdict}` : JSON.stringify({ reason, verdict });
}

function verdictOn(
  question: string,
  answer: string,
  words: readonly string[],
  skill: JudgeSkill,
  random: Random,
): string {
  const [best, worst] =
    words.includes('yes') && words.includes('no') ? ['yes', 'no'] : [words.at(-1)!, words[0]!];
  const isRight = !isWrong(question, answer);
  const chance = isRight ? 1 - skill.sensitivity : 1 - skill.specificity;
  return isRight !== errs(chance, `${question}\n${answer}`, random) ? best : worst;
}

/** Half of the time it repeats its error on the same thing: asking twice proves little. */
function errs(chance: number, about: string, random: Random): boolean {
  const own = seededRandom(`judge/${about}`)();
  return (random() < 0.5 ? own : random()) < chance;
}

function preferred(
  question: string,
  [first, second]: readonly [string, string],
  skill: JudgeSkill,
  random: Random,
): string {
  if (random() < skill.first) return 'first';
  if (random() < skill.longer && first.length !== second.length)
    return first.length > second.length ? 'first' : 'second';
  if (first === second) return 'tie';
  const quality = (answer: string): number => {
    const seen = seededRandom(`quality/${question}/${answer}`);
    return (isWrong(question, answer) ? -2 : 0) + normal(seen) + normal(random) / 2;
  };
  const difference = quality(first) - quality(second);
  if (Math.abs(difference) < 0.5) return 'tie';
  return difference > 0 ? 'first' : 'second';
}

/** A simulated judge by its name. Undefined if it is not a judge. */
export function judgeNamed(name: string): SimModel | undefined {
  const skill = judgeSkill(name);
  return (
    skill && {
      name,
      summary: 'judges answers: passes 90 % of the right ones, fails 85 % of the wrong ones',
      law: (random, prompt) => ({
        headersMs: 40 + 20 * random(),
        ttftMs: 70 + 30 * random(),
        gapMs: 5,
        answer: judged(prompt, skill, random),
        usage: 'cached',
      }),
    }
  );
}

/** The models that lists show. Judges with other names exist as well. */
export const listedModels: readonly SimModel[] = [...simModels, judgeNamed('sim-judge')!];
