import { against } from '../../suite/revision/against.ts';
import { loadSuiteAt, NoSuiteThere } from '../../suite/revision/suite-at.ts';
import type { Suite } from '../../suite/suite.ts';
import { routes } from '../../target/routes.ts';
import { shownFrom, type Io } from '../io.ts';
import { NothingToCompare } from './nothing-to-compare.ts';

/**
 * The suite, compared with the same file at a revision. Throws `NothingToCompare`, or a UserError that says what is
 * missing, or what is wrong with the earlier suite.
 */
export async function heldAgainst(
  suite: Suite,
  file: string,
  ref: string,
  { cwd, env }: Pick<Io, 'cwd' | 'env'>,
): Promise<Suite> {
  const shown = shownFrom(cwd, file);
  const names = routes.map(({ name }) => name);
  try {
    const then = await loadSuiteAt(file, ref, { shown, env, routes: names });
    const held = against(suite, then, ref);
    if (held) return held;
    throw new NothingToCompare(
      `${shown}: no prompt differs from ${ref} (${then.commit.slice(0, 7)}) in what it asks or checks, ` +
        'so there is nothing to compare. Nothing was sent.',
    );
  } catch (error) {
    if (!(error instanceof NoSuiteThere)) throw error;
    throw new NothingToCompare(`${error.message}, so there is nothing to compare with. Nothing was sent.`);
  }
}
