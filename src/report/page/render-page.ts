import { firstLine } from '../first-line.ts';
import { isSimulated } from '../run-report.ts';
import { htmlDocument, type PageFrame } from './frame/document.ts';
import { type Html, markup } from './frame/html.ts';
import { styleSheet } from './frame/style.ts';
import type { PageData } from './page-parts.ts';
import { answers, gridRules } from './sections/answers-section.ts';
import { cost } from './sections/cost-section.ts';
import { decision, thresholdList } from './sections/decision-section.ts';
import { distributions } from './sections/distributions-section.ts';
import { failures, slowest } from './sections/failures-section.ts';
import { contents, filterRules, modelFilter, runHeader } from './sections/header-section.ts';
import { levels } from './sections/levels-section.ts';
import { method, warningList } from './sections/method-section.ts';
import { timeParts } from './sections/phases-section.ts';
import { quality } from './sections/quality-section.ts';
import { ranking } from './sections/ranking-section.ts';
import { tags } from './sections/tags-section.ts';
import { hasWorth, worth } from './sections/worth-section.ts';
import { isJudgedPage, judged } from './sections/judged-section.ts';
import { timeline } from './sections/timeline-section.ts';
import { tokenParts } from './sections/tokens-section.ts';

/** The parts of the page, in the order of a reader's questions. */
const parts: readonly { id: string; title: string; render: (data: PageData) => Html }[] = [
  { id: 'decision', title: 'Which model for what', render: decision },
  { id: 'levels', title: 'Levels of load', render: levels },
  { id: 'ranking', title: 'Ranking', render: ranking },
  { id: 'thresholds', title: 'Thresholds', render: thresholdList },
  { id: 'quality', title: 'Quality', render: quality },
  { id: 'worth', title: 'Cost and quality', render: worth },
  { id: 'judged', title: 'Judged', render: judged },
  { id: 'tags', title: 'By tag', render: tags },
  { id: 'cost', title: 'Cost', render: cost },
  { id: 'distributions', title: 'Spread', render: distributions },
  { id: 'time', title: 'Time', render: timeParts },
  { id: 'tokens', title: 'Tokens', render: tokenParts },
  { id: 'timeline', title: 'Timeline', render: timeline },
  { id: 'failures', title: 'Failures', render: failures },
  { id: 'slowest', title: 'Slowest', render: slowest },
  { id: 'answers', title: 'Answers', render: answers },
  { id: 'method', title: 'Method', render: ({ report }) => method(report) },
  {
    id: 'warnings',
    title: 'Warnings',
    render: ({ report }) => warningList([...(report.causes ?? []), ...report.warnings]),
  },
];

/** Parts for a run with load levels: the others are about single requests, and do not pool levels. */
const underLoad: ReadonlySet<string> = new Set(['levels', 'thresholds', 'method', 'warnings']);

/** Parts that appear only if they have content. */
const isShown: Readonly<Record<string, (data: PageData) => boolean>> = {
  levels: ({ report }) => report.load !== undefined,
  thresholds: ({ report }) => report.thresholds !== undefined,
  tags: ({ report }) => report.tags !== undefined,
  worth: hasWorth,
  judged: isJudgedPage,
  answers: ({ answers: { isLeftOut } }) => isLeftOut !== true,
};

function has(data: PageData, id: string): boolean {
  if (data.report.load && !underLoad.has(id)) return false;
  return isShown[id]?.(data) ?? true;
}

/** The page of one run, a complete HTML file. Pure: the same data give the same bytes. */
export function renderPage(data: PageData): string {
  return htmlDocument(pageFrame(data));
}

/** As above, for embedding in another page. */
export function pageFrame(data: PageData): PageFrame {
  const { run, warnings } = data.report;
  const looks = data.models.map(({ look }) => look);
  const shown = parts.filter(({ id }) => has(data, id));
  return {
    title: `${run.suite} · gatebench report${isSimulated(run) ? ' (simulated)' : ''}`,
    style: [styleSheet, filterRules(looks), ...(data.grid ? [gridRules(data.grid)] : [])].join('\n'),
    body: markup`<a class="skip" href="#main">Skip to the results</a>
      ${runHeader(data.report.run, warnings, firstLine(data.report))} ${contents(shown)} ${looks.length > 1 ? modelFilter(looks) : ''}
      <main id="main" tabindex="-1">${shown.map(({ render }) => render(data))}</main>
      <footer>
        <p>
          Made by gatebench ${run.versions.gatebench} from the run's own files. This page loads nothing from
          anywhere.
        </p>
      </footer>`,
  };
}
