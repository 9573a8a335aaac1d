import { UserError } from '../base/user-error.ts';
import type { Manifest } from '../journal/manifest.ts';

/** Refuses a run that asked two versions of a suite, for commands that compare a suite with itself on other nights. */
export function refuseVersions({ suite, run_id: id }: Manifest, command: string): void {
  if (!suite.against) return;
  throw new UserError(
    `run ${id} asked two versions of its suite (--against ${suite.against.ref}), so ${command} cannot compare it with other nights. ` +
      `What the change brings: gatebench compare ${id} --by version.`,
  );
}
