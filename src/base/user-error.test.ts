import { expect, test } from 'vitest';
import { UserError, exitCode } from './user-error.ts';

test('a mistake of the user ends with code 2 where nothing else is said', () => {
  expect(new UserError('no such suite').exitCode).toBe(2);
  expect(new UserError('interrupted', exitCode.interrupted).exitCode).toBe(130);
});

test('it is an error with a name, and its message is what the user reads', () => {
  const error = new UserError('suite.yaml:3:1: unknown key');
  expect(error).toBeInstanceOf(Error);
  expect(`${error}`).toBe('UserError: suite.yaml:3:1: unknown key');
});

test('exit codes are those that scripts rely on', () => {
  expect(exitCode).toEqual({
    done: 0,
    internalFault: 1,
    usage: 2,
    incomplete: 3,
    thresholdFailed: 4,
    gateFailed: 5,
    notSettled: 6,
    budgetReached: 7,
    cannotWrite: 8,
    interrupted: 130,
  });
});
