import { exitCode, UserError } from '../../base/user-error.ts';

/** A suite that is new, or the same as at the revision: not an error, but there is nothing to send. */
export class NothingToCompare extends UserError {
  constructor(message: string) {
    super(message, exitCode.done);
  }
}
