import { defaultAlpha } from '../stats/interval.ts';
import { detectableLogRatio } from '../stats/power.ts';
import { median } from '../stats/quantile.ts';
import { differenceSd, fitLevels, type VarianceLevels } from '../stats/variance-levels.ts';
import { cellPairs } from './cell-pairs.ts';
import type { CellSamples, Collected } from './collect.ts';
import { defaultMargin } from './pair-verdict.ts';
import { logDifferences, PromptMedians } from './contrast.ts';

/**
 * Assumptions before the first run: models differ by a factor of 1.35 from prompt to prompt (standard deviation 0.3 of
 * the log), and one request varies by 1.28 around its usual time (0.25).
 */
export const assumedLevels: VarianceLevels = { interaction: 0.09, request: 0.0625 };

export interface PowerDesign {
  readonly prompts: number;
  readonly repeats: number;
  /** Comparisons that are made together. */
  readonly family: number;
  readonly levels?: VarianceLevels;
}

const marginLog = Math.log1p(defaultMargin);

/**
 * The smallest ratio above 1 between two models that a suite settles as different with a power of 80 %: its p passes
 * the first step of Holm's correction, and its 95 % interval clears the margin. Undefined if there are too few prompts
 * for any difference.
 */
export function smallestRatio({
  prompts,
  repeats,
  family,
  levels = assumedLevels,
}: PowerDesign): number | undefined {
  const sd = differenceSd(levels, repeats);
  const logRatio = Math.max(
    detectableLogRatio(prompts, { sd, alpha: defaultAlpha / family }),
    marginLog + detectableLogRatio(prompts, { sd }),
  );
  return Number.isFinite(logRatio) ? Math.exp(logRatio) : undefined;
}

/** What 10, 20 or 40 additional prompts would buy. */
export function morePromptsBuy(design: PowerDesign): { more: number; ratio: number | undefined }[] {
  return [0, 10, 20, 40].map((more) => ({
    more,
    ratio: smallestRatio({ ...design, prompts: design.prompts + more }),
  }));
}

/** Variances estimated from an earlier run. Undefined without two models, two prompts and two repeats. */
export function levelsOf(collected: Collected): VarianceLevels | undefined {
  const column = 'e2e_latency_ms';
  const medians = new PromptMedians();
  const differences = cellPairs(collected)
    .filter(({ a, b }) => a.route === b.route)
    .map((pair) => logDifferences(pair, column, medians).filter(Number.isFinite));
  return fitLevels(
    differences,
    collected.cells.flatMap((cell) => residualsOf(cell, column)),
  );
}

/** Log latencies of each prompt around their median. */
function residualsOf(cell: CellSamples, column: string): number[][] {
  return [...cell.prompts.values()].map((samples) => {
    const logs = samples
      .measured(column)
      .filter((value) => value > 0)
      .map(Math.log);
    const center = median(logs);
    return logs.map((value) => value - center);
  });
}
