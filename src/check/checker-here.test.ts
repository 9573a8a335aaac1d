import { expect, test } from 'vitest';
import { outputOf } from '../base/testing/programs.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import { checkerHere } from './checker-here.ts';
import { answerOf, specOf } from './testing/finding-of.ts';

const hasA = specOf({ type: 'contains', value: 'a' });
const hasZ = specOf({ type: 'contains', value: 'z' });
/** Takes years on a row of `a` with a different ending. */
const catastrophic = specOf({ type: 'matches', pattern: '^(a+)+$' });
const rowOfA = answerOf(`${'a'.repeat(60)}!`);

test('a catastrophic pattern is stopped in this thread as well, with the findings before it', async () => {
  const checker = checkerHere();
  const outcome = await checker.check({ checks: [hasA, hasZ, catastrophic, hasA] }, rowOfA, 100);
  expect(outcome.findings.map(({ pass }) => pass)).toEqual([true, false]);
  expect(outcome.stopped).toBe('took longer than 100 ms');
  expect(checker.alive).toBe(true);
  const later = await checker.check({ checks: [hasA] }, rowOfA, 15_000);
  expect(later).toEqual({ findings: [{ pass: true }] });
});

test('a process that may start no thread checks all the same', async () => {
  const script = `
    const { createChecker } = await import(${JSON.stringify(new URL('checker.ts', import.meta.url).href)});
    const checker = createChecker({ deadlineMs: 200 });
    const checks = ${JSON.stringify([hasA, catastrophic, hasZ])};
    const verdict = await checker.check({ checks }, ${JSON.stringify(rowOfA)});
    await checker.close();
    console.log(JSON.stringify(verdict.reasons), verdict.failedChecks.join());`;
  const permissions = ['--permission', '--allow-fs-read=*'];
  const args = [...permissions, '--input-type=module', '--eval', script];
  await using cwd = await scratchFolder();
  const { stdout } = await outputOf(process.execPath, args, { cwd: cwd.path });
  expect(stdout).toMatch(/took longer than 200 ms.* matches,contains/);
});
