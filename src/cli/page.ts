import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type LoadedRun, loadRun } from '../analysis/read-run.ts';
import { cut } from '../base/text.ts';
import type { AnswerLine } from '../journal/answers.ts';
import { readRequests } from '../journal/resume.ts';
import { runFiles } from '../journal/run-folder.ts';
import type { ComparisonReport } from '../report/comparison/comparison.ts';
import type { AnswerText } from '../report/page/page-parts.ts';

/** Characters of each answer in a page; the whole text stays in `answers.jsonl`. */
const answerLength = 2000;
const reasoningLength = 1000;

/**
 * The page of a run, from its folder alone: a whole HTML file. `loaded` spares reading the run again where that has
 * just been done. The drawing library is loaded only here, because it is large.
 */
export async function renderReportPage(folder: string, loaded?: LoadedRun): Promise<string> {
  const [{ scanRows }, { answerPrompts }, { pageData }, { renderPage }] = await Promise.all([
    import('../report/page/collect-page.ts'),
    import('../report/page/answer-prompts.ts'),
    import('../report/page/page-data.ts'),
    import('../report/page/render-page.ts'),
  ]);
  const run = loaded ?? (await loadRun(folder));
  const { manifest, collected, comparison, report } = run;
  const suiteOrder = manifest.suite.prompts.map(({ id }) => id);
  const scanned = await scanRows(readRequests(folder), {
    collected,
    startedAt: manifest.started_at,
    answerPrompts: answerPrompts(collected, suiteOrder),
  });
  const wanted = new Set(scanned.answers.map(({ eventId }) => eventId));
  const answers = await readAnswers(folder, wanted);
  return renderPage(
    pageData({ report, comparison, collected, scanned, prompts: manifest.suite.prompts, answers }),
  );
}

/**
 * The page of two runs, a whole HTML file. `comparison` is what `compareRuns` made of them: its pairs, and sentences
 * for explanations and warnings.
 */
export async function renderComparisonPage(
  before: LoadedRun,
  after: LoadedRun,
  comparison: Pick<ComparisonReport, 'pairs' | 'explanations' | 'warnings'>,
): Promise<string> {
  const [{ comparePageData }, { renderComparePage }] = await Promise.all([
    import('../report/page/compare/compare-data.ts'),
    import('../report/page/compare-page.ts'),
  ]);
  const { pairs, explanations, warnings } = comparison;
  return renderComparePage(comparePageData({ before, after, pairs, explanations, warnings }));
}

/**
 * Texts of the wanted answers, read line by line, because the file may be far larger than memory. Lines that are cut
 * off or damaged are passed over: the page then says that it has no text.
 */
export async function readAnswers(
  folder: string,
  wanted: ReadonlySet<string>,
): Promise<Map<string, AnswerText>> {
  const texts = new Map<string, AnswerText>();
  if (wanted.size === 0) return texts;
  const file = createReadStream(join(folder, runFiles.answers), 'utf8');
  try {
    for await (const line of createInterface({ input: file, crlfDelay: Infinity })) {
      const eventId = /^\{"event_id":"([^"\\]*)"/.exec(line)?.[1];
      if (eventId === undefined || !wanted.has(eventId)) continue;
      const text = answerText(line);
      if (text) texts.set(eventId, text);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return texts;
}

function answerText(line: string): AnswerText | undefined {
  let parsed: AnswerLine;
  try {
    parsed = JSON.parse(line) as AnswerLine;
  } catch {
    return undefined;
  }
  const calls = parsed.tool_calls.map((call) => `${call.name}(${call.arguments})`);
  const answer = [parsed.answer, ...calls].filter((part) => part !== '').join('\n');
  return {
    answer: cut(answer, answerLength),
    reasoning: cut(parsed.reasoning, reasoningLength),
    isCut: answer.length > answerLength,
  };
}
