/** Exit codes that scripts and CI may rely on. */
export const exitCode = {
  done: 0,
  internalFault: 1,
  usage: 2,
  incomplete: 3,
  thresholdFailed: 4,
  gateFailed: 5,
  notSettled: 6,
  budgetReached: 7,
  /** A full or broken disk, or a removed results folder. Neither our fault nor the suite's. */
  cannotWrite: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/**
 * Something that the user can fix. Printed without a stack. The message says what is wrong, where, and what to do.
 * Anything else that is thrown is a bug in this program.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: ExitCode;

  constructor(message: string, code: ExitCode = exitCode.usage, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = code;
  }
}
