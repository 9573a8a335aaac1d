import { count, oneLine } from '../../base/text.ts';
import type { NightVerdict } from '../../analysis/night-verdicts.ts';
import { dataTable, type Cell } from '../page/frame/data-table.ts';
import { htmlDocument } from '../page/frame/document.ts';
import { type Content, folded, type Html, markup, section } from '../page/frame/html.ts';
import { simulatedNotice } from '../run-report.ts';
import { nightsSection, nightsStyle } from '../trend/trend-page.ts';
import { speedText } from './site-badges.ts';
import { verdictLines } from './site-feed.ts';
import type { Site, SiteSuite } from './site.ts';

/** Number of nights listed. Earlier ones are a click away. */
const listed = 31;

const style = `${nightsStyle}
.verdict{white-space:nowrap;font-weight:600}
.verdict.pass{color:var(--good)}
td ul{margin:0;padding-left:1.1rem}`;

/** The nights of all suites: a page that opens from disk and needs no script. */
export function sitePage({ suites, warnings, updatedAt }: Site): string {
  return htmlDocument({
    title: 'gatebench nights',
    style,
    links: markup`
      <link rel="alternate" type="application/atom+xml" title="gatebench nights" href="feed.xml">`,
    body: markup`<a class="skip" href="#main">Skip to the results</a>
      <main id="main" tabindex="-1"><h1>Nights</h1>
      ${warnings.map((text) => markup`<p class="bad">${oneLine(text)}</p>`)}
      ${overview(suites)}
      ${suites.map(suiteSection)}
      ${badges(suites)}</main>
      <footer><p>Made by gatebench from its history, whose newest night is ${updatedAt.slice(0, 10)}. News: <a href="feed.xml">Atom feed</a>. This page loads nothing from anywhere.</p></footer>`,
  });
}

function overview(suites: readonly SiteSuite[]): Html {
  return dataTable({
    caption: 'Suites',
    columns: [
      { head: 'Suite' },
      { head: 'Newest night' },
      { head: 'Verdict' },
      { head: 'Nights', align: 'right' },
      { head: 'Latest report' },
    ],
    rows: suites.map(({ suite, name, newest, trend, latest }) => ({
      cells: [
        markup`<a href="#suite-${name}"><bdi>${oneLine(suite, 80)}</bdi></a>`,
        { content: (newest?.at ?? trend?.to ?? '').slice(0, 10), tone: 'word' },
        newest === undefined ? 'not recorded' : wordCell(newest),
        { content: trend?.nights ?? 0, sortBy: trend?.nights ?? 0 },
        latest === undefined
          ? 'not published'
          : markup`<a class="word" href="${latest.path}">${latest.at.slice(0, 10)}</a>`,
      ],
    })),
  });
}

const wordCell = ({ word, verdict }: NightVerdict): Cell => ({
  content: word,
  tone: ['fail', 'warning', 'incomplete'].includes(verdict)
    ? 'verdict bad'
    : verdict === 'pass'
      ? 'verdict pass'
      : 'verdict',
});

function suiteSection({ suite, name, isSimulated, trend, verdicts }: SiteSuite): Html {
  const id = `suite-${name}`;
  if (trend) return nightsSection(trend, { id, more: verdictTable(verdicts) });
  return section(
    id,
    oneLine(suite, 80),
    'None of its runs was complete, so there are no nights to compare yet.',
    markup`${isSimulated ? markup`<p class="banner" role="note">${simulatedNotice}</p>` : ''}${verdictTable(verdicts)}`,
  );
}

function verdictTable(verdicts: readonly NightVerdict[]): Content {
  if (verdicts.length === 0) return undefined;
  const newest = verdicts.toReversed();
  const earlier = newest.slice(listed);
  return markup`<h3>What the gate said</h3>
    ${tableOf(newest.slice(0, listed), 'Verdicts, newest first')}
    ${earlier.length === 0 ? '' : markup`<details><summary>${count(earlier.length, 'earlier night')}</summary>${tableOf(earlier, 'Earlier verdicts')}</details>`}`;
}

function tableOf(verdicts: readonly NightVerdict[], caption: string): Html {
  const days = Map.groupBy(verdicts, ({ at }) => at.slice(0, 10));
  // The hour distinguishes runs of one night.
  const nightOf = (at: string): string =>
    days.get(at.slice(0, 10))!.length === 1 ? at.slice(0, 10) : at.slice(0, 16).replace('T', ' ');
  return dataTable({
    caption,
    columns: [{ head: 'Night (UTC)' }, { head: 'Verdict' }, { head: 'Why' }],
    rows: verdicts.map((night) => ({
      cells: [{ content: nightOf(night.at), tone: 'word' }, wordCell(night), whyOf(night)],
    })),
  });
}

function whyOf(night: NightVerdict): Content {
  const lines = verdictLines(night).map((line) => oneLine(line, 400));
  return lines.length < 2 ? lines : markup`<ul>${lines.map((line) => markup`<li>${line}</li>`)}</ul>`;
}

function badges(suites: readonly SiteSuite[]): Html {
  const rows = suites.flatMap((suite) => [
    { path: suite.badge, about: suite.suite, says: suite.newest?.word ?? '' },
    ...suite.models.map(({ name, badge, ...figure }) => ({
      path: badge,
      about: `${suite.suite}: ${name}`,
      says: `TTFT ${speedText(figure)}, ${figure.at.slice(0, 10)}`,
    })),
  ]);
  return folded(
    'badges',
    'Badges',
    'Permanent addresses, in the form that shields.io/badges/endpoint-badge reads.',
    dataTable({
      caption: 'Badges',
      columns: [{ head: 'About' }, { head: 'Says' }, { head: 'Address' }],
      rows: rows.map(({ path, about, says }) => ({
        cells: [
          markup`<bdi>${oneLine(about, 120)}</bdi>`,
          says,
          markup`<a href="${path}"><code>${path}</code></a>`,
        ],
      })),
    }),
  );
}
