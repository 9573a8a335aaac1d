/** The exit codes that scripts and CI may rely on. */
export const exitCode = {
  done: 0,
  internalFault: 1,
  usage: 2,
  incomplete: 3,
  thresholdFailed: 4,
  gateFailed: 5,
  notSettled: 6,
  budgetReached: 7,
  /** A full or broken disk, or a results folder that was removed: no fault of ours, and none of the suite. */
  cannotWrite: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/**
 * Something that the user can mend. It is printed without a stack; the message says what is wrong, where, and
 * what to do. Everything else that is thrown is a fault of this program.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: ExitCode;

  constructor(message: string, code: ExitCode = exitCode.usage, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = code;
  }
}
