import { defined } from '../../base/defined.ts';
import { routes } from '../../target/routes.ts';
import { loadSuite } from '../../suite/load.ts';
import { UserError } from '../../base/user-error.ts';
import { designOf } from '../../plan/load-plan.ts';
import { selectLoad, uncheckedIn } from '../../suite/select-load.ts';
import { selectSuite } from '../../suite/select.ts';
import type { Budget, Suite } from '../../suite/suite.ts';
import type { SuiteFlags } from '../commands/suite-flags.ts';
import type { Io } from '../io.ts';
import { NothingToCompare } from './nothing-to-compare.ts';

/** The suites of a command that need work. For the others, the reason is printed. */
export async function readSuites(
  flags: SuiteFlags,
  io: Pick<Io, 'cwd' | 'env' | 'stderr'>,
): Promise<{ file: string; suite: Suite }[]> {
  const suites: { file: string; suite: Suite }[] = [];
  for (const file of flags.suite)
    try {
      suites.push({ file, suite: await readSuite(file, flags, io) });
    } catch (error) {
      if (!(error instanceof NothingToCompare)) throw error;
      io.stderr.write(`${error.message}\n`);
    }
  return suites;
}

/** A suite from its file, with the flags applied, and compared with a revision if they name one. */
export async function readSuite(
  file: string,
  flags: SuiteFlags,
  io: Pick<Io, 'cwd' | 'env'>,
): Promise<Suite> {
  const suite = await readToday(file, flags);
  if (flags.against === undefined) return suite;
  // Few runs use git.
  const { heldAgainst } = await import('./against-revision.ts');
  return await heldAgainst(suite, file, flags.against, io);
}

async function readToday(file: string, flags: SuiteFlags): Promise<Suite> {
  const { models, prompts, tags, repeat, warmup, concurrency, order, salt } = flags;
  const suite = selectSuite(
    await loadSuite(file, { routes: routes.map(({ name }) => name) }),
    defined({ models, prompts, tags, repeat, warmup, concurrency, order, salt }),
  );
  const { rate, levels, findLimit, slo, arrivals, window, visits } = flags;
  const load = selectLoad(suite.load, defined({ rate, levels, findLimit, slo, arrivals, window, visits }));
  assertUsed(flags, load);
  const unchecked = uncheckedIn(load, suite.prompts);
  if (unchecked !== undefined) throw new UserError(`--slo: passed ${unchecked}`);
  return {
    ...suite,
    ...(load ? { load } : {}),
    run: { ...suite.run, budget: { ...suite.run.budget, ...budgetOf(flags) } },
  };
}

/** The limits from the flags. They override the suite's. */
export function budgetOf(flags: SuiteFlags): Budget {
  return defined({
    requests: flags.maxRequests,
    tokens: flags.maxTokensTotal,
    usd: flags.maxCost,
    minutes: flags.maxMinutes,
  });
}

/** Settings for repeats and concurrency in blocks. They have no meaning under a load with levels. */
const blockFlags = {
  repeat: '--visits says how often each level is visited',
  warmup: 'load.warmup says how long each visit runs before it counts',
  concurrency: 'load.ceiling bounds an open loop, and --levels is how many are in flight',
  order: 'visits come in random order',
} as const;

/** A flag without effect would mislead. Throws a UserError that names it. */
function assertUsed(flags: SuiteFlags, load: Suite['load']): void {
  const flag = (Object.keys(blockFlags) as (keyof typeof blockFlags)[]).find(
    (name) => flags[name] !== undefined,
  );
  if (flag === undefined || !designOf(defined({ load }))) return;
  throw new UserError(`--${flag} has no effect in a load with levels: ${blockFlags[flag]}. Leave it out`);
}
