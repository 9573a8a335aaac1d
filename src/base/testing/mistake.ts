import { expect } from 'vitest';
import { UserError } from '../user-error.ts';

/** The message, which must be a user's mistake. */
export async function mistake(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return (error as Error).message;
}
