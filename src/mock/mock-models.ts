import { normal, type Random } from '../base/random.ts';
import type { Knobs } from './knobs.ts';

/** How a simulated model answers. */
export interface Skill {
  /** Probability of the right answer, 0 to 1. */
  accuracy: number;
  style: 'short' | 'long';
}

interface Topic {
  asks: RegExp;
  short: string;
  /** Right, but not always in the requested form: a wordy model explains where it was told not to. */
  long: string;
  wrong: string;
  thought: string;
}

/** Knowledge of the simulated models. The first topic in a prompt is answered. */
const topics: readonly Topic[] = [
  {
    asks: /blood type/i,
    short: 'Mosquitoes land on people with type O blood most often.',
    long:
      'Several field and laboratory studies have looked at this. They found that mosquitoes land on people with ' +
      'type O blood about twice as often as on those with type A, with type B in between; warmth, breath and skin ' +
      'bacteria matter at least as much.',
    wrong: 'Mosquitoes like blood type A best.',
    thought:
      'The question is about mosquitoes and blood groups. Landing studies compared A, B, AB and O. O came first, A last.',
  },
  {
    asks: /count from one to twelve/i,
    short: 'one two three four five six seven eight nine ten eleven twelve',
    long: 'Certainly! Here they are: one, two, three, four, five, six, seven, eight, nine, ten, eleven and twelve.',
    wrong: 'one two three four six seven eight nine ten eleven twelve thirteen',
    thought: 'Twelve number words in a row, nothing else.',
  },
  {
    asks: /17 boxes/i,
    short: '350',
    long:
      'Let us work it out step by step. There are 17 boxes with 23 eggs each, so 17 × 23 = 391 eggs in all. ' +
      'Of these 41 are broken, so 391 − 41 eggs are left. The answer is 350',
    wrong: '340',
    thought: '17 times 23: 17 times 20 is 340, 17 times 3 is 51, together 391. Minus 41 is 350.',
  },
  {
    asks: /money back|classify/i,
    short: '{"label": "refund", "urgency": 2}',
    long: '{"label": "refund", "urgency": 2, "note": "The customer asks for their money back and is losing patience."}',
    wrong: '{"label": "complaint", "urgency": "high"}',
    thought: 'They want their money back, so the label is refund. Not furious: urgency 2.',
  },
  {
    asks: /sky (is )?blue/i,
    short: 'The sky is blue because air scatters blue light far more than red light.',
    long:
      'Good question! Sunlight holds all colours. Air molecules scatter short waves much more than long ones, which ' +
      'is called Rayleigh scattering. So blue light reaches us from everywhere above. At sunset the path is longer, ' +
      'and red is what remains.',
    wrong: 'The sky is blue because it mirrors the colour of the sea.',
    thought: 'Rayleigh scattering goes with the inverse fourth power of the wavelength. One sentence only.',
  },
  {
    asks: /inner planets/i,
    short: '- Mercury\n- Venus\n- Earth\n- Mars',
    long:
      'Here are the inner planets of our solar system, from the Sun outwards:\n\n- Mercury, small and scarred\n' +
      '- Venus, hot under thick clouds\n- Earth, our home\n- Mars, red and cold\n\nAll four are made of rock.',
    wrong: '- Mercury\n- Venus\n- Mars',
    thought: 'Inner planets are the rocky ones: Mercury, Venus, Earth and Mars. As a list.',
  },
  {
    asks: /is_even/i,
    short: 'def is_even(n):\n    return n % 2 == 0',
    long:
      'def is_even(n):\n    """Return True when n is even, and False when it is odd."""\n    remainder = n % 2\n' +
      '    return remainder == 0',
    wrong: 'Sure! Here it is:\n\ndef is_even(n):\n    return n % 2 == 1',
    thought: 'Code only. The remainder by two tells it.',
  },
  {
    asks: /to German/i,
    short: 'Guten Morgen! Die Brücke ist heute geschlossen.',
    long:
      'Guten Morgen! Die Brücke ist heute leider geschlossen. (One could also say "gesperrt" instead of ' +
      '"geschlossen", which is what road signs use.)',
    wrong: 'Guten Tag! Der Brücke ist heute zu.',
    thought: 'Good morning is Guten Morgen. Bridge is die Brücke, closed is geschlossen.',
  },
  {
    asks: /capital of Australia/i,
    short: 'Canberra',
    long: 'The capital of Australia is Canberra.',
    wrong: 'Sydney',
    thought: 'Not Sydney, not Melbourne: the seat of government is Canberra.',
  },
  {
    asks: /26\.2 miles/i,
    short: '42.2',
    long:
      'One mile is 1.609344 kilometres. So 26.2 miles are 26.2 × 1.609344, which is about 42.2 kilometres, the ' +
      'length of a marathon, run by some in a little over 2 hours.',
    wrong: '41.9',
    thought: 'A mile is 1.609 km. 26.2 times 1.609 is 42.16, so 42.2. That is a marathon.',
  },
  {
    asks: /review/i,
    short: 'negative',
    long: 'The review is negative: cold soup and a rude waiter are both complaints, and nothing is praised.',
    wrong: 'neutral',
    thought: 'Cold soup, rude waiter: nothing good is said. One word.',
  },
  {
    asks: /half past four/i,
    short: '{"date": "2027-03-03", "time": "16:30"}',
    long: '{"date": "2027-03-03", "time": "16:30", "duration": null, "comment": "No end was given."}',
    wrong: '{"date": "2027-03-03", "time": "4:30"}',
    thought: '3 March 2027 is 2027-03-03. Half past four in the afternoon is 16:30.',
  },
  {
    asks: /git command/i,
    short: 'git log',
    long: 'git log\n\nIt lists commits from the newest to the oldest. Add --oneline for a short form, or --graph for branches.',
    wrong: 'git history',
    thought: 'The history of commits is git log. The command alone.',
  },
  {
    asks: /yellow paint/i,
    short: 'Green',
    long: 'Blue and yellow paint give green, because each takes away a part of the light and what is left of both is green.',
    wrong: 'Purple',
    thought: 'Paint mixes by subtraction. Blue and yellow leave green. One word.',
  },
  {
    asks: /sort in ascending order/i,
    short: '4, 11, 19',
    long: 'In ascending order the numbers are 4, 11 and 19, since 4 is the least of the three and 19 is the greatest.',
    wrong: '4, 19, 11',
    thought: 'Of 19, 4 and 11 the least is 4, then comes 11, then 19.',
  },
];

const other: Topic = {
  asks: /^/,
  short: 'This is a simulated answer; the mock gateway knows no better one.',
  long:
    'This is a simulated answer. The mock gateway plays a model and knows the answers to its own smoke suite ' +
    'alone; to everything else it says this, at the speed of the model that it plays.',
  wrong: 'I do not know.',
  thought: 'No topic fits, so something must be said in general.',
};

/** Answers one prompt: the right answer in the model's style, or, with the remaining probability, a wrong one. */
export function answerTo(prompt: string, { accuracy, style }: Skill, random: Random): string {
  const topic = topicOf(prompt);
  return random() < accuracy ? topic[style] : topic.wrong;
}

/** Whether an answer is one of a model's wrong ones. Simulated judges and people go by this. */
export function isWrong(prompt: string, answer: string): boolean {
  const wrong = [topicOf(prompt).wrong.replace(/\.$/, ''), 'I do not know', wrongMark];
  return answer.trim() === '' || wrong.some((part) => answer.includes(part));
}

/** Marks a test's own answer as wrong. */
export const wrongMark = '[wrong]';

/** Text before the answer of a model that reasons in the open. */
export const thoughtAbout = (prompt: string): string => topicOf(prompt).thought;

const topicOf = (prompt: string): Topic => topics.find(({ asks }) => asks.test(prompt)) ?? other;

/** A model that the mock simulates. */
export interface SimModel {
  name: string;
  summary: string;
  /** How it answers a prompt, drawn for each request from a seeded source. Missing fields keep their defaults. */
  law: (random: Random, prompt: string) => Partial<Knobs>;
}

/** A draw around `median`: log-normal, so that slow values are farther away than quick ones. */
const around = (median: number, sigma: number, random: Random): number =>
  median * Math.exp(sigma * normal(random));

/** Ways in which `sim-flaky` fails. Just as often it does not. */
const flakyFailures = ['overloaded', 'slots', 'upstream-failed', 'reset'] as const;

/** The models, in the order of lists. To add one: add its object. */
export const simModels: readonly SimModel[] = [
  {
    name: 'sim-swift',
    summary: 'quick and short, sometimes wrong',
    law: (random, prompt) => ({
      headersMs: around(45, 0.15, random),
      ttftMs: around(70, 0.2, random),
      gapMs: 7,
      jitter: 0.3,
      answer: answerTo(prompt, { accuracy: 0.8, style: 'short' }, random),
      usage: 'cached',
    }),
  },
  {
    name: 'sim-wordy',
    summary: 'slow and long, knows much and says all of it',
    law: (random, prompt) => ({
      headersMs: around(120, 0.2, random),
      ttftMs: around(220, 0.25, random),
      gapMs: around(11, 0.05, random),
      jitter: 0.5,
      answer: answerTo(prompt, { accuracy: 0.97, style: 'long' }, random),
    }),
  },
  {
    name: 'sim-thinker',
    summary: 'reasons first, then answers shortly and well',
    law: (random, prompt) => ({
      headersMs: around(60, 0.2, random),
      ttftMs: around(110, 0.2, random),
      gapMs: 8,
      jitter: 0.3,
      reasoning: thoughtAbout(prompt),
      answer: answerTo(prompt, { accuracy: 0.96, style: 'short' }, random),
      usage: 'full',
    }),
  },
  {
    name: 'sim-tail',
    summary: 'mostly fine, now and then very late',
    law: (random, prompt) => ({
      headersMs: around(70, 0.3, random),
      // Its first token is late and its gaps are even. If the gaps were late instead, the rate of a short run would be
      // a lottery, and could not be checked against this distribution.
      ttftMs: Math.min(4000, around(120, 0.9, random) * (random() < 0.05 ? 8 : 1)),
      gapMs: 9,
      jitter: 0.3,
      answer: answerTo(prompt, { accuracy: 0.9, style: 'short' }, random),
    }),
  },
  {
    name: 'sim-flaky',
    summary: 'fails one time in five: refused, overloaded or cut',
    law: (random, prompt) => ({
      ttftMs: around(100, 0.3, random),
      gapMs: 8,
      jitter: 0.4,
      answer: answerTo(prompt, { accuracy: 0.85, style: 'short' }, random),
      fail: random() < 0.2 ? flakyFailures[Math.floor(random() * flakyFailures.length)] : undefined,
    }),
  },
  {
    name: 'sim-exact',
    summary: 'no chance at all: the defaults of every knob',
    law: () => ({}),
  },
  {
    name: 'sim-instant',
    summary: 'answers at once, in one write',
    law: () => ({ instant: true, answerFrames: 3 }),
  },
  {
    name: 'sim-echo',
    summary: 'says what the last message said',
    law: (_random, prompt) => ({ headersMs: 1, ttftMs: 1, gapMs: 0, answer: prompt }),
  },
];
