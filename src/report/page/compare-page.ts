import { isSimulated, type RunFacts } from '../run-report.ts';
import { changes } from './compare/changes.ts';
import type { ComparePageData } from './compare/compare-data.ts';
import { figuresTable } from './compare/figures-table.ts';
import { ratios } from './compare/ratios.ts';
import { spread } from './compare/spread.ts';
import { htmlDocument, type PageFrame } from './frame/document.ts';
import { type Html, markup } from './frame/html.ts';
import { styleSheet } from './frame/style.ts';
import { contents, factList, filterRules, modelFilter, simulatedBanner } from './sections/header-section.ts';
import { compareMethod, warningList } from './sections/method-section.ts';

const parts: readonly { id: string; title: string; render: (data: ComparePageData) => Html }[] = [
  { id: 'changes', title: 'What changed', render: changes },
  { id: 'ratios', title: 'After ÷ before', render: ratios },
  { id: 'figures', title: 'Before and after', render: figuresTable },
  { id: 'spread', title: 'Spread', render: spread },
  { id: 'method', title: 'Method', render: ({ before, after }) => compareMethod(before, after) },
  { id: 'warnings', title: 'Warnings', render: ({ warnings }) => warningList(warnings) },
];

/** The page of two runs of the same models, a complete HTML file. Pure: the same data give the same bytes. */
export function renderComparePage(data: ComparePageData): string {
  return htmlDocument(comparePageFrame(data));
}

/** As above, for embedding in another page. */
export function comparePageFrame(data: ComparePageData): PageFrame {
  const { before, after, models } = data;
  const looks = models.map(({ look }) => look);
  const note = [before, after].some(isSimulated) ? ' (simulated)' : '';
  return {
    title: `${after.suite} · gatebench comparison${note}`,
    style: `${styleSheet}\n${filterRules(looks)}`,
    body: markup`<a class="skip" href="#main">Skip to the results</a>
${header(before, after)}
${contents(parts)}
${looks.length > 1 ? modelFilter(looks) : ''}
<main id="main" tabindex="-1">${parts.map(({ render }) => render(data))}
</main>
<footer><p>Made by gatebench ${after.versions.gatebench} from the runs' own files. This page loads nothing from anywhere.</p></footer>`,
  };
}

function header(before: RunFacts, after: RunFacts): Html {
  return markup`<header>
    ${simulatedBanner([before, after])}
    <p class="kicker">gatebench comparison of two runs</p>
    <h1><bdi>${after.suite}</bdi></h1>
    <p class="side">Before</p>
    ${factList(before)}
    <p class="side">After</p>
    ${factList(after)}
  </header>`;
}
