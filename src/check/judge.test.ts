import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { CheckSpec } from './check.ts';
import { createJudge, judgeAll, type Judge, type JudgeOptions } from './judge.ts';
import { answerOf, specOf } from './testing/judged.ts';

const open: Judge[] = [];
function judgeWith(options: JudgeOptions): Judge {
  const judge = createJudge(options);
  open.push(judge);
  return judge;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((judge) => judge.close()));
});

/** Long enough for any honest check on a busy machine. */
const patient = { deadlineMs: 15_000 };
const hasA = specOf({ type: 'contains', value: 'a' });
const hasZ = specOf({ type: 'contains', value: 'z' });
/** Takes years on a row of `a` that ends otherwise. */
const catastrophic = specOf({ type: 'matches', pattern: '^(a+)+$' });
const rowOfA = answerOf(`${'a'.repeat(60)}!`);

test('says what judging in this thread says', async () => {
  const checks: CheckSpec[] = [hasA, hasZ, specOf({ type: 'json', not: true, weight: 2 })];
  const judge = judgeWith(patient);
  for (const text of ['a', '', '{"a": 1}', 'z\ud800'])
    expect(await judge.judge(checks, answerOf(text))).toEqual(judgeAll(checks, answerOf(text)));
});

test('judges many answers at once, each by its own checks, in the order of asking', async () => {
  const judge = judgeWith(patient);
  const finished: number[] = [];
  const asked = Array.from({ length: 300 }, async (_, n) => {
    const verdict = await judge.judge(
      [specOf({ type: 'numeric', value: n }), hasZ],
      answerOf(`It is ${n - (n % 2)}`),
    );
    finished.push(n);
    expect(verdict.failedChecks).toEqual(n % 2 === 0 ? ['contains'] : ['numeric', 'contains']);
  });
  await Promise.all(asked);
  expect(finished).toEqual(Array.from({ length: 300 }, (_, n) => n));
});

test('a catastrophic pattern is stopped, and everything else is still judged', async () => {
  const judge = judgeWith({ deadlineMs: 400 });
  const [hostile, later] = await Promise.all([
    judge.judge([hasZ, catastrophic, hasA, hasA], rowOfA),
    judge.judge([hasA, hasZ], answerOf('a')),
  ]);
  expect(hostile.failedChecks).toEqual(['contains', 'matches']);
  expect(hostile.reasons[1]).toBe('took longer than 400 ms');
  expect(hostile.score).toBe(0.5);
  expect(later.failedChecks).toEqual(['contains']);
});

test('a stopped check fails when negated too', async () => {
  const verdict = await judgeWith({ deadlineMs: 300 }).judge([{ ...catastrophic, not: true }], rowOfA);
  expect(verdict).toMatchObject({ passed: false, score: 0, failedChecks: ['not-matches'] });
});

test('the event loop goes on while a hostile pattern runs', async () => {
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  await judgeWith({ deadlineMs: 300 }).judge([catastrophic], rowOfA);
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(10);
});

test('a verdict that came in time counts although this process was too busy to read it', async () => {
  const judge = judgeWith({ deadlineMs: 400 });
  await judge.judge([hasA], answerOf('a'));
  const asked = judge.judge([hasA, hasA, hasA], answerOf('a'));
  // The question leaves in a microtask or two; then nothing is read until long after the deadline.
  await Promise.resolve().then(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  const until = performance.now() + 900;
  while (performance.now() < until);
  expect(await asked).toMatchObject({ passed: true });
});

test('a check that eats the memory of its thread fails, and the others are still judged', async () => {
  const doubling = specOf({ type: 'json-path', path: `$${'[*,*]'.repeat(32)}` });
  const judge = judgeWith({ ...patient, memoryMb: 32 });
  const nested = answerOf('['.repeat(40) + ']'.repeat(40));
  expect(await judge.judge([hasA, doubling, hasZ], nested)).toMatchObject({
    failedChecks: ['contains', 'json-path', 'contains'],
    reasons: [expect.any(String), 'took more memory than checks may have', expect.any(String)],
  });
  expect(await judge.judge([hasA], answerOf('a'))).toMatchObject({ passed: true });
});

test('closing finishes what was asked, and then refuses', async () => {
  const judge = createJudge(patient);
  await judge.judge([hasA], answerOf('a'));
  // Slow enough that closing comes before its end: there are a million ways to try.
  const slow = judge.judge([catastrophic, hasA], answerOf(`${'a'.repeat(20)}!`));
  const asked = [slow, judge.judge([hasA], answerOf('a'))];
  await judge.close();
  expect((await Promise.all(asked)).map(({ score }) => score)).toEqual([0.5, 1]);
  expect((await slow).reasons[0]).toContain('does not match');
  await expect(judge.judge([hasA], answerOf('a'))).rejects.toThrow('this judge was closed');
});

/** Runs a script in a process of its own, from the sources, and gives what it printed once it has ended. */
async function printedBy(script: string): Promise<string> {
  const prelude = `
    const { createJudge } = await import(${JSON.stringify(new URL('judge.ts', import.meta.url).href)});
    const answer = { text: 'a', toolCalls: [], finishReason: 'stop' };
    const check = { type: 'contains', value: 'a', ignore_case: false, not: false, weight: 1 };
    const judge = createJudge({ deadlineMs: 1000 });`;
  const args = ['--input-type=module', '--eval', `${prelude}\n${script}`];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 });
  return stdout + stderr;
}

test('an unclosed judge lets the process end, once all verdicts are in', async () => {
  const script = `
    const hostile = { ...check, type: 'matches', pattern: '^(a+)+$', flags: '' };
    const show = ({ score }) => console.log(score);
    judge.judge([check], answer).then(show);
    judge.judge([hostile], { ...answer, text: 'a'.repeat(60) + '!' }).then(show);`;
  expect(await printedBy(script)).toBe('1\n0\n');
});

test('no thread is started for answers without checks', async () => {
  const script = `
    process.on('worker', () => console.log('started'));
    await judge.judge([], answer); console.log('none');
    await judge.judge([check], answer); console.log('one');`;
  expect(await printedBy(script)).toBe('none\nstarted\none\n');
});
