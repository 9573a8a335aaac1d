import { setImmediate as nextTurn } from 'node:timers/promises';
import { analyseRun, readRun, type LoadedRun } from '../analysis/read-run.ts';
import { cut } from '../base/text.ts';
import type { AnswerLine } from '../journal/answers.ts';
import { findAnswers } from '../journal/answers.ts';
import type { ComparisonReport } from './comparison/comparison.ts';
import { PageScan } from './page/collect-page.ts';
import { answerLength, fittingPrompts, type GridSource } from './page/grid/grid-part.ts';
import { GridScan } from './page/grid/grid-scan.ts';
import type { PageFrame } from './page/frame/document.ts';
import type { AnswerText } from './page/page-parts.ts';

/** Maximum characters of each answer in a page. The full text stays in `answers.jsonl`. */
const reasoningLength = 1000;

export interface FolderPageOptions {
  /**
   * `some` (default): the first answer of each model to some prompts. `all`: every answer, side by side. `none`: for a
   * public page, without any text of a question, an answer, or a server.
   */
  answers?: 'some' | 'all' | 'none';
}

/** The page of a run, from its folder alone. */
export async function renderFolderPage(folder: string, options: FolderPageOptions = {}): Promise<string> {
  const { htmlDocument } = await import('./page/frame/document.ts');
  return htmlDocument(await folderPageFrame(folder, options));
}

/** As above, for embedding in another page. */
export async function folderPageFrame(
  folder: string,
  { answers = 'some' }: FolderPageOptions = {},
): Promise<PageFrame> {
  const run = await readRun(folder);
  const scan = new PageScan(run.manifest.started_at);
  if (answers !== 'all') {
    const isOpen = answers === 'some';
    return await runPageFrame(await analyseRun(run, [scan]), scan, { isOpen });
  }
  const grid = new GridScan(run.manifest);
  const loaded = await analyseRun(run, [scan, grid]);
  const order = run.manifest.suite.prompts.map(({ id }) => id);
  const fitting = fittingPrompts(grid, order);
  const wanted = fitting.flatMap((id) =>
    [...grid.cellsOf(id).values()].flatMap(({ answers }) => answers.map(({ eventId }) => eventId)),
  );
  const stored = await findAnswers(folder, new Set(wanted));
  const texts = new Map([...stored].map(([eventId, line]) => [eventId, answerText(line)]));
  return await runPageFrame(loaded, scan, { grid: { scan: grid, ways: run.manifest, fitting, texts } });
}

/**
 * The page of a run: a complete HTML file. `scan` observed the rows when the run was loaded, so they are not read
 * again. The drawing library is large, and loaded only here.
 */
export async function renderRunPage(run: LoadedRun, scan: PageScan): Promise<string> {
  const { htmlDocument } = await import('./page/frame/document.ts');
  return htmlDocument(await runPageFrame(run, scan));
}

/** Loads what draws a page, for callers with time to spare before they draw one. */
export async function loadPage(): Promise<void> {
  const parts = [
    () => import('@observablehq/plot'),
    () => import('./page/frame/document.ts'),
    () => import('./page/answer-prompts.ts'),
    () => import('./page/page-data.ts'),
    () => import('./page/render-page.ts'),
  ];
  for (const load of parts) {
    // Other work has its turn in between.
    await nextTurn();
    await load();
  }
}

async function runPageFrame(
  { folder, manifest, collected, comparison, report }: LoadedRun,
  scan: PageScan,
  { grid, isOpen = true }: { grid?: GridSource; isOpen?: boolean } = {},
): Promise<PageFrame> {
  const [{ answerPrompts }, { pageData, withoutWords }, { pageFrame }] = await Promise.all([
    import('./page/answer-prompts.ts'),
    import('./page/page-data.ts'),
    import('./page/render-page.ts'),
  ]);
  const { prompts } = manifest.suite;
  const suiteOrder = prompts.map(({ id }) => id);
  const scanned = scan.scanned({ collected, answerPrompts: answerPrompts(collected, suiteOrder) });
  const chosen = isOpen ? scanned.answers.map(({ eventId }) => eventId) : [];
  const stored = await findAnswers(folder, new Set(chosen));
  const answers = new Map([...stored].map(([eventId, line]) => [eventId, answerText(line)]));
  const data = pageData({ report, comparison, collected, scanned, prompts, answers, grid });
  return pageFrame(isOpen ? data : withoutWords(data));
}

/**
 * The page of two runs, a complete HTML file. `comparison` comes from `compareRuns`: its pairs, and sentences for
 * explanations and warnings.
 */
export async function renderComparisonPage(
  before: LoadedRun,
  after: LoadedRun,
  comparison: Pick<ComparisonReport, 'pairs' | 'explanations' | 'warnings'>,
): Promise<string> {
  const { htmlDocument } = await import('./page/frame/document.ts');
  return htmlDocument(await comparisonPageFrame(before, after, comparison));
}

/** As above, for embedding in another page. */
export async function comparisonPageFrame(
  before: LoadedRun,
  after: LoadedRun,
  comparison: Pick<ComparisonReport, 'pairs' | 'explanations' | 'warnings'>,
): Promise<PageFrame> {
  const [{ comparePageData }, { comparePageFrame }] = await Promise.all([
    import('./page/compare/compare-data.ts'),
    import('./page/compare-page.ts'),
  ]);
  const { pairs, explanations, warnings } = comparison;
  return comparePageFrame(comparePageData({ before, after, pairs, explanations, warnings }));
}

/** A stored answer in a page. */
export function answerText({ answer: text, reasoning, tool_calls }: AnswerLine): AnswerText {
  const calls = tool_calls.map((call) => `${call.name}(${call.arguments})`);
  const answer = [text, ...calls].filter((part) => part !== '').join('\n');
  return {
    answer: cut(answer, answerLength),
    reasoning: cut(reasoning, reasoningLength),
    isCut: answer.length > answerLength,
  };
}
