import { cellName, type Ways } from '../../../plan/cell.ts';
import type { Prompt } from '../../../suite/suite.ts';
import { questionOf } from '../question.ts';
import type { AnswerText, GridPart, PageModel } from '../page-parts.ts';
import type { GridColumn } from './grid-markup.ts';
import type { GridScan } from './grid-scan.ts';

/** Maximum characters of an answer on a page of all answers. */
export const answerLength = 2000;
/** Maximum bytes of all answers on one page. The rest is left out and counted. */
export const ceiling = 20_000_000;
/** Markup around one answer. */
const around = 700;

export interface GridSource {
  scan: GridScan;
  ways: Ways;
  /** Prompts that fit within the limit, in the order of the suite. */
  fitting: readonly string[];
  texts: ReadonlyMap<string, AnswerText>;
}

/** The prompts, in this order, whose answers together stay below a number of bytes. */
export function fittingPrompts(scan: GridScan, order: readonly string[], most = ceiling): string[] {
  let bytes = 0;
  const fitting: string[] = [];
  for (const promptId of order) {
    for (const { answers } of scan.cellsOf(promptId).values())
      for (const { chars } of answers) bytes += around + Math.min(chars, answerLength);
    if (bytes > most) break;
    fitting.push(promptId);
  }
  return fitting;
}

/** Every answer for the page. Models are in the order of the ranking. */
export function gridPart(
  { scan, ways, fitting, texts }: GridSource,
  models: readonly PageModel[],
  prompts: readonly Prompt[],
): GridPart {
  const columns: GridColumn[] = models.map(({ look, summary }) => ({
    look,
    name: cellName(summary, ways),
  }));
  const shown = new Set(fitting);
  const ours = prompts.filter(({ id }) => shown.has(id));
  return {
    columns,
    texts,
    tags: [...new Set(ours.flatMap(({ tags }) => tags))].sort(),
    left: prompts.length - ours.length,
    prompts: ours.map((prompt) => {
      const cells = scan.cellsOf(prompt.id);
      return {
        promptId: prompt.id,
        tags: prompt.tags,
        question: questionOf(prompt),
        cells: columns.map(({ name }) => cells.get(name)),
      };
    }),
  };
}
