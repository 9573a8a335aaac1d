import { resolve } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import type { Manifest } from '../../journal/manifest.ts';
import { labelsOf, labelWords } from '../../plan/vantage.ts';
import { suiteHash } from '../../suite/hash.ts';
import type { RunFlags } from '../commands/run-command.ts';
import type { Io } from '../io.ts';
import { NothingToCompare } from './nothing-to-compare.ts';
import { readSuite } from './read-suite.ts';

/** Throws a UserError if flags or suite ask for a different run than the one to resume. */
export async function assertSameRun(
  flags: RunFlags,
  manifest: Manifest,
  folder: string,
  io: Pick<Io, 'cwd' | 'env'>,
): Promise<void> {
  await assertSameSuite(flags, manifest, io);
  assertSamePlan(flags, manifest, folder);
}

/** Message if a run is continued differently from how it began: through workers, or from here. */
export function changeOfSenders(
  { queue }: Pick<RunFlags, 'queue'>,
  { workers, vantages = [] }: Manifest,
): string | undefined {
  if (queue === undefined && workers && vantages.length > 1)
    throw new UserError(
      `this run is sent from ${vantages.join(' and ')}, by workers there, and not from here. Add --queue.`,
    );
  if (queue === undefined && workers) return 'until now workers sent this run; the rest is sent from here';
  if (queue !== undefined && !workers) return 'until now this run was sent from here; workers send the rest';
  return undefined;
}

/** A suite given with `--resume` must be the one that the run was made from. */
async function assertSameSuite(
  flags: RunFlags,
  manifest: Manifest,
  io: Pick<Io, 'cwd' | 'env'>,
): Promise<void> {
  const [file] = flags.suite;
  if (file === undefined) return;
  // A branch may point elsewhere by now: the run continues with the commit that it began with.
  const recorded = manifest.suite.against;
  const isSame = flags.against === undefined || flags.against === recorded?.ref;
  const against = isSame ? recorded?.commit : flags.against;
  const now = await readSuite(file, { ...flags, against }, io).then(suiteHash, (error: unknown) => {
    if (error instanceof NothingToCompare) return `the same as at ${against}`;
    throw error;
  });
  if (now !== manifest.suite_hash)
    throw new UserError(
      `${file} has changed since the run started, so new answers would not be comparable with the earlier ones:\n` +
        `  the run's suite  ${manifest.suite_hash}\n  the file now     ${now}\n` +
        'Leave out the suite to continue with the one that the run recorded, or start a new run.',
    );
}

/** A run continues with its recorded plan: a flag for another one is refused, not ignored. */
function assertSamePlan(
  flags: RunFlags,
  { suite, seed, routes, ...recordedOf }: Manifest,
  folder: string,
): void {
  const { repeat, warmup, concurrency, order, salt = 'none' } = suite.run;
  const recorded = { repeat, warmup, concurrency, order, salt, seed, against: suite.against?.ref };
  const other: string[] = (Object.keys(recorded) as (keyof typeof recorded)[]).filter(
    (name) => flags[name] !== undefined && flags[name] !== recorded[name],
  );
  const route = new Set(flags.route);
  if (flags.route && (route.size !== routes.length || routes.some((known) => !route.has(known.route))))
    other.push('route');
  if (flags.vantage !== undefined && flags.vantage !== recordedOf.vantages?.join()) other.push('vantage');
  if (flags.label && labelWords(labelsOf(flags.label))?.join() !== labelWords(recordedOf.labels)?.join())
    other.push('label');
  if (flags.out !== undefined && resolve(flags.out) !== resolve(folder)) other.push('out');
  // With a suite given, its hash has shown whether they ask for the same.
  const part = (['models', 'prompts', 'tags'] as const).filter(
    (name) => flags[name] !== undefined && flags.suite.length === 0,
  );
  const refused = [...other, ...part].map((name) => `--${name}`);
  if (refused.length > 0)
    throw new UserError(
      `${refused.join(', ')}: a resumed run keeps its plan, its route, its vantage, its labels, and its folder. ` +
        'Only the budget may change. Leave these out, or start a new run.',
    );
}
