import { join } from 'node:path';
import type { VarianceLevels } from '../../stats/variance-levels.ts';
import { listRuns } from '../../journal/run-folder.ts';
import { readManifest } from '../../journal/manifest.ts';
import type { Suite } from '../../suite/suite.ts';
import { collect } from '../../summary/collect.ts';
import { levelsOf, morePromptsBuy } from '../../summary/plan-power.ts';
import { readRows } from '../load-report.ts';

/** What the suite can settle, and what more prompts would buy. Undefined when it can settle nothing. */
export async function powerFacts(suite: Suite, results: string): Promise<string | undefined> {
  const earlier = await earlierLevels(suite, results);
  const [now, ...more] = morePromptsBuy(suite.prompts.length, suite.run.repeat, earlier?.levels);
  if (now?.ratio === undefined) return undefined;
  const bought = more.map(({ more: n, ratio }) => `${n} more ${ratio?.toFixed(2) ?? '–'}×`).join(', ');
  const basis = earlier ? `variances of ${earlier.run}` : 'assumed variances; a first run will tell';
  return (
    `Settles a difference in E2E latency of ${now.ratio.toFixed(2)}× between two models in 8 of 10 runs ` +
    `(${basis}). With more prompts: ${bought}.`
  );
}

/** Variances of the newest run of this suite that has enough data. */
async function earlierLevels(
  suite: Suite,
  results: string,
): Promise<{ levels: VarianceLevels; run: string } | undefined> {
  const runs = (await listRuns(results)).filter((run) => run.startsWith(join(results, suite.name)));
  for (const run of runs.reverse().slice(0, 3)) {
    try {
      const manifest = await readManifest(run);
      const levels = levelsOf(await collect(readRows(run)));
      if (levels) return { levels, run: manifest.run_id };
    } catch {
      // A damaged or foreign folder tells nothing here; report will say what is wrong with it.
    }
  }
  return undefined;
}
