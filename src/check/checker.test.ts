import { afterEach, expect, test } from 'vitest';
import { outputOf } from '../base/testing/programs.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import type { CheckSpec } from './check.ts';
import { createChecker, checkAll, type Checker, type CheckerOptions } from './checker.ts';
import { answerOf, specOf } from './testing/finding-of.ts';

const open: Checker[] = [];
function checkerWith(options: CheckerOptions): Checker {
  const checker = createChecker(options);
  open.push(checker);
  return checker;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((checker) => checker.close()));
});

/** Long enough for any honest check on a busy machine. */
const patient = { deadlineMs: 15_000 };
const hasA = specOf({ type: 'contains', value: 'a' });
const hasZ = specOf({ type: 'contains', value: 'z' });
/** Takes years on a row of `a` with a different ending. */
const catastrophic = specOf({ type: 'matches', pattern: '^(a+)+$' });
const rowOfA = answerOf(`${'a'.repeat(60)}!`);

test('says what checking in this thread says', async () => {
  const checks: CheckSpec[] = [hasA, hasZ, specOf({ type: 'json', not: true, weight: 2 })];
  const checker = checkerWith(patient);
  for (const text of ['a', '', '{"a": 1}', 'z\ud800'])
    expect(await checker.check({ checks }, answerOf(text))).toEqual(checkAll({ checks }, answerOf(text)));
});

test('checks many answers at once, each by its own checks, in the order of asking', async () => {
  const checker = checkerWith(patient);
  const finished: number[] = [];
  const asked = Array.from({ length: 300 }, async (_, n) => {
    const verdict = await checker.check(
      { checks: [specOf({ type: 'numeric', value: n }), hasZ] },
      answerOf(`It is ${n - (n % 2)}`),
    );
    finished.push(n);
    expect(verdict.failedChecks).toEqual(n % 2 === 0 ? ['contains'] : ['numeric', 'contains']);
  });
  await Promise.all(asked);
  expect(finished).toEqual(Array.from({ length: 300 }, (_, n) => n));
});

test('a catastrophic pattern is stopped, and everything else is still checked', async () => {
  const checker = checkerWith({ deadlineMs: 400 });
  const [hostile, later] = await Promise.all([
    checker.check({ checks: [hasZ, catastrophic, hasA, hasA] }, rowOfA),
    checker.check({ checks: [hasA, hasZ] }, answerOf('a')),
  ]);
  expect(hostile.failedChecks).toEqual(['contains', 'matches']);
  expect(hostile.reasons[1]).toBe('took longer than 400 ms');
  expect(hostile.score).toBe(0.5);
  expect(later.failedChecks).toEqual(['contains']);
});

test('a stopped check fails when negated too', async () => {
  const verdict = await checkerWith({ deadlineMs: 150 }).check(
    { checks: [{ ...catastrophic, not: true }] },
    rowOfA,
  );
  expect(verdict).toMatchObject({ passed: false, score: 0, failedChecks: ['not-matches'] });
});

test('the event loop continues while a hostile pattern runs', async () => {
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  await checkerWith({ deadlineMs: 150 }).check({ checks: [catastrophic] }, rowOfA);
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(10);
});

test('a verdict that came in time counts although this process was too busy to read it', async () => {
  const checker = checkerWith({ deadlineMs: 200 });
  await checker.check({ checks: [hasA] }, answerOf('a'));
  const asked = checker.check({ checks: [hasA, hasA, hasA] }, answerOf('a'));
  // The request leaves in a microtask or two. Then nothing is read until long after the deadline.
  await Promise.resolve().then(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  const until = performance.now() + 450;
  while (performance.now() < until);
  expect(await asked).toMatchObject({ passed: true });
});

test('a check that eats the memory of its thread fails, and the others are still checked', async () => {
  const doubling = specOf({ type: 'json-path', path: `$${'[*,*]'.repeat(32)}` });
  const checker = checkerWith({ ...patient, memoryMb: 32 });
  const nested = answerOf('['.repeat(40) + ']'.repeat(40));
  expect(await checker.check({ checks: [hasA, doubling, hasZ] }, nested)).toMatchObject({
    failedChecks: ['contains', 'json-path', 'contains'],
    reasons: [expect.any(String), 'took more memory than checks are allowed', expect.any(String)],
  });
  expect(await checker.check({ checks: [hasA] }, answerOf('a'))).toMatchObject({ passed: true });
});

test('closing finishes what was asked, and then refuses', async () => {
  const checker = createChecker(patient);
  await checker.check({ checks: [hasA] }, answerOf('a'));
  // Slow enough that closing comes before its end: there are a million ways to try.
  const slow = checker.check({ checks: [catastrophic, hasA] }, answerOf(`${'a'.repeat(20)}!`));
  const asked = [slow, checker.check({ checks: [hasA] }, answerOf('a'))];
  await checker.close();
  expect((await Promise.all(asked)).map(({ score }) => score)).toEqual([0.5, 1]);
  expect((await slow).reasons[0]).toContain('does not match');
  await expect(checker.check({ checks: [hasA] }, answerOf('a'))).rejects.toThrow('this checker was closed');
});

/** Runs a script in its own process, from the sources, and returns what it printed. */
async function printedBy(script: string): Promise<string> {
  const prelude = `
    const { createChecker } = await import(${JSON.stringify(new URL('checker.ts', import.meta.url).href)});
    const answer = { text: 'a', toolCalls: [], finishReason: 'stop' };
    const check = { type: 'contains', value: 'a', ignore_case: false, not: false, weight: 1 };
    const checker = createChecker({ deadlineMs: 500 });`;
  const args = ['--input-type=module', '--eval', `${prelude}\n${script}`];
  await using cwd = await scratchFolder();
  const { stdout, stderr } = await outputOf(process.execPath, args, { cwd: cwd.path });
  return stdout + stderr;
}

test('an unclosed checker lets the process end, once all verdicts are in', async () => {
  const script = `
    const hostile = { ...check, type: 'matches', pattern: '^(a+)+$', flags: '' };
    const show = ({ score }) => console.log(score);
    checker.check({ checks: [check] }, answer).then(show);
    checker.check({ checks: [hostile] }, { ...answer, text: 'a'.repeat(60) + '!' }).then(show);`;
  expect(await printedBy(script)).toBe('1\n0\n');
});

test('no thread is started for answers without checks', async () => {
  const script = `
    process.on('worker', () => console.log('started'));
    await checker.check({ checks: [] }, answer); console.log('none');
    await checker.check({ checks: [check] }, answer); console.log('one');`;
  expect(await printedBy(script)).toBe('none\nstarted\none\n');
});
