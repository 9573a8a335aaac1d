import { normal } from '../base/random.ts';
import type { Random } from '../base/random.ts';
import { answerTo, thoughtAbout } from './canned-answers.ts';
import type { Knobs } from './knobs.ts';

/** A model that the mock plays. */
export interface SimModel {
  name: string;
  summary: string;
  /** How it answers a prompt, drawn anew for each request from a seeded source. What it leaves out keeps its default. */
  law: (random: Random, prompt: string) => Partial<Knobs>;
}

/** A draw around `median`: log-normal, so that slow is farther away than quick. */
const around = (median: number, sigma: number, random: Random): number =>
  median * Math.exp(sigma * normal(random));

/** Ways in which `sim-flaky` fails, and as many in which it does not. */
const flakyFailures = ['overloaded', 'slots', 'upstream-failed', 'reset'] as const;

/** The models, in the order in which lists show them. To add one: add its object. */
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
      // Late before its first token and even after it: were its gaps what is late, the rate of a short run would be a
      // lottery, and nobody could check it against this law.
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
