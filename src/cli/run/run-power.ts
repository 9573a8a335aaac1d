import { isSimulatedRoute } from '../../target/routes.ts';
import { dirname, join } from 'node:path';
import { count } from '../../base/text.ts';
import { defaultAlpha } from '../../stats/interval.ts';
import { fewestPrompts } from '../../stats/power.ts';
import type { VarianceLevels } from '../../stats/variance-levels.ts';
import { listRuns } from '../../journal/run-folder.ts';
import { readManifest } from '../../journal/manifest.ts';
import type { Suite } from '../../suite/suite.ts';
import { changeMetrics } from '../../analysis/change.ts';
import { changeOf } from '../../suite/revision/against.ts';
import { collect } from '../../analysis/collect.ts';
import { plannedFamily } from '../../analysis/compared-metrics.ts';
import { levelsOf, morePromptsBuy } from '../../analysis/plan-power.ts';
import { readRequests } from '../../journal/read-journal.ts';

export interface PowerContext {
  /** Routes that the run would take. */
  routes: readonly string[];
  /** Folder of earlier runs. */
  results: string;
}

/** What the suite can settle, and what more prompts would buy. Undefined if there is nothing to compare. */
export async function powerFacts(suite: Suite, context: PowerContext): Promise<string | undefined> {
  const { models, prompts, run } = suite;
  const family = familyOfSuite(suite, context.routes.length);
  // For versions, times are compared if the question differs.
  const asked = suite.against ? otherQuestions(suite) : prompts.length;
  if (family === 0 || asked === 0) return undefined;
  const earlier = await earlierLevels(suite, context);
  const [now, ...more] = morePromptsBuy({
    prompts: asked,
    repeats: run.repeat,
    family,
    ...(earlier ? { levels: earlier.levels } : {}),
  });
  const bought = more.map(({ more: n, ratio }) => `${n} more ${ratio?.toFixed(2) ?? '–'}×`).join(', ');
  const basis = earlier
    ? `variances of ${earlier.run}`
    : 'assumed variances; a first run will show the real ones';
  const cells = suite.against ? 'versions' : models.length > 1 ? 'models' : 'routes';
  const settles =
    now?.ratio === undefined
      ? `Settles no difference between two ${cells}: ${count(family, 'comparison')} made together need at least ${fewestPrompts(defaultAlpha / family)} prompts`
      : `Settles a difference in E2E latency of ${now.ratio.toFixed(2)}× or more between two ${cells} in 8 of 10 runs`;
  return `${settles} (${basis}). With more prompts: ${bought}.`;
}

/** Comparisons that a run of the suite makes together. */
function familyOfSuite(suite: Suite, routes: number): number {
  const { models, variants, prompts, against } = suite;
  if (against) return models.length * routes * (variants?.length ?? 1) * changeMetrics(suite).length;
  const isChecked = prompts.some(({ checks }) => checks.length > 0);
  return plannedFamily({ models: models.length, routes, variants: variants?.length ?? 1, isChecked });
}

function otherQuestions({ models, variants = [], prompts }: Suite): number {
  if ([...models, ...variants].some(({ before }) => before)) return prompts.length;
  return prompts.filter((prompt) => changeOf(prompt).asks).length;
}

/** Maximum number of earlier runs whose rows are read. */
const mostRead = 3;

/** Variances of the newest run of this suite that has enough data. Simulated runs say nothing about real ones. */
async function earlierLevels(
  suite: Suite,
  { routes, results }: PowerContext,
): Promise<{ levels: VarianceLevels; run: string } | undefined> {
  const folder = join(results, suite.name);
  let read = 0;
  for (const run of (await listRuns(results)).reverse()) {
    if (dirname(run) !== folder || read === mostRead) continue;
    try {
      const manifest = await readManifest(run);
      if (manifest.routes.some(({ route }) => isSimulatedRoute(route)) !== routes.some(isSimulatedRoute))
        continue;
      read++;
      const levels = levelsOf(await collect(readRequests(run)));
      if (levels) return { levels, run: manifest.run_id };
    } catch {
      // A damaged or foreign folder is skipped here. `report` will say what is wrong with it.
    }
  }
  return undefined;
}
