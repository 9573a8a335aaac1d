import { expect, test } from 'vitest';
import { timedFrames } from './chat-reply.ts';
import { compose, openaiDialect } from './dialects.ts';
import { defaultKnobs, type Knobs } from './knobs.ts';
import type { Frame } from './reply.ts';

function frames(knobs: Partial<Knobs>, speed = 1, random = () => 0.5): Frame[] {
  const all = { ...defaultKnobs, ttftMs: 100, gapMs: 20, answerFrames: 3, ...knobs };
  const head = { id: 'chatcmpl-1', created: 1, model: 'm', includeUsage: true };
  const dialect = openaiDialect(head, all, compose(all, { promptTokens: 1 }));
  return [...timedFrames(dialect, all, random, speed)];
}

const outline = (list: Frame[]): [string, number][] => list.map(({ kind, due }) => [kind, due]);

test('the first piece at the time to first token, the others a gap apart, the end a gap after the last', () => {
  expect(outline(frames({ reasoningFrames: 1, answerFrames: 2 }))).toEqual([
    ['reasoning', 100],
    ['content', 120],
    ['content', 140],
    ['finish', 160],
    ['usage', 160],
    ['done', 160],
  ]);
});

test('a role frame leaves with the headers and delays nothing', () => {
  expect(outline(frames({ roleFrame: true, headersMs: 30, answerFrames: 1 })).slice(0, 2)).toEqual([
    ['role', 30],
    ['content', 100],
  ]);
});

test('speed divides every time', () => {
  expect(frames({}, 10).map(({ due }) => due)).toEqual([10, 12, 14, 16, 16, 16]);
});

test('jitter stretches a gap by the random number', () => {
  expect(frames({ jitter: 0.5 }, 1, () => 0.75)[1]!.due).toBe(100 + 20 * 1.25);
});

test('a tail gap is so many times as long', () => {
  const draws = [0.01, 0.9, 0.9];
  const dues = frames({ tailChance: 0.02, tailFactor: 10 }, 1, () => draws.shift() ?? 0.9).map(
    ({ due }) => due,
  );
  expect(dues.slice(0, 3)).toEqual([100, 300, 320]);
});

test('a stall delays all that follows, with comments meanwhile', () => {
  const list = outline(frames({ stallAfter: 1, stallMs: 50, stallCommentMs: 20 }));
  expect(list.slice(0, 4)).toEqual([
    ['content', 100],
    ['comment', 140],
    ['comment', 160],
    ['content', 170],
  ]);
});

test('raw text comes after n frames, and a cut ends the stream there', () => {
  const list = frames({ raw: 'data: oops\n\n', rawAfter: 1, cutAfter: 1 });
  expect(outline(list)).toEqual([
    ['content', 100],
    ['raw', 120],
  ]);
  expect(list[1]!.text).toBe('data: oops\n\n');
});

test('comments come before every n-th frame', () => {
  expect(frames({ commentEvery: 2 }).map(({ kind }) => kind)).toEqual([
    'comment',
    'content',
    'content',
    'comment',
    'content',
    'finish',
    'comment',
    'usage',
    'done',
  ]);
});
