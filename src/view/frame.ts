import { type Content, type Html, markup } from '../report/page/frame/html.ts';
import type { PageFrame } from '../report/page/frame/document.ts';
import { styleSheet } from '../report/page/frame/style.ts';
import { gridStyle } from '../report/page/grid/grid-markup.ts';
import { fileWarnings } from '../journal/file-state.ts';
import { runFiles } from '../journal/run-folder.ts';
import type { RunIndex } from './index/run-index.ts';
import type { RunEntry } from './index/runs.ts';
import type { Viewer } from './viewer.ts';

export interface ViewPage {
  title: string;
  /** Title of the page itself, below the bar of all pages. */
  body: Html;
  /** The run of the page, and which of the run's pages it is. */
  run?: RunEntry | undefined;
  here?: string;
  style?: string;
  more?: string;
}

/** CSS rules that only a viewer needs. */
const viewStyle = `${gridStyle}
:root:has(table.paged) body{max-width:96rem}
.bar{margin:0 0 1.2rem;border:0;border-bottom:1px solid var(--line);padding:0 0 .5rem}
.bar ul{align-items:baseline}
.bar .brand{font-weight:700}
.bar [aria-current]{font-weight:700;color:var(--ink);text-decoration:none}
.wanted{display:flex;flex-wrap:wrap;gap:.5rem .9rem;align-items:end;margin:.8rem 0;font-size:.9rem}
.wanted label{display:flex;flex-direction:column;gap:.15rem;color:var(--quiet)}
.wanted label.box{flex-direction:row;align-items:center;gap:.35rem;color:var(--ink)}
.wanted input,.wanted select,.wanted button{font:inherit;color:var(--ink);background:var(--page);border:1px solid var(--quiet);border-radius:.3rem;padding:.25rem .45rem;max-width:14rem}
.wanted label,.wanted select{max-width:min(24rem,100%)}
.wanted input[type=checkbox]{width:1.05rem;height:1.05rem}
.wanted button{cursor:pointer;background:var(--wash)}
.pages{display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:baseline;margin:.6rem 0;font-size:.9rem}
.state{font-weight:600}
progress{width:100%;height:.7rem;accent-color:var(--link)}
.cell-facts td{white-space:pre-wrap;overflow-wrap:anywhere}
@page wide{size:landscape}
@media print{main:has(table.paged){page:wide}table.paged{font-size:.68rem}table.paged :is(th,td){padding:.2rem;overflow-wrap:anywhere}.wanted label:has(option[value=""]:checked,input[value=""],input:not(:checked)[type=checkbox]),.wanted :is(a,button),.pages a{display:none}}`;

export const addressOf = ({ suite, id }: RunEntry, ...rest: string[]): string =>
  ['/run', ...[suite, id, ...rest].map(encodeURIComponent)].join('/');

const pagesOfRun = [
  { here: '', title: 'Report' },
  { here: 'answers', title: 'Answers' },
  { here: 'requests', title: 'Requests' },
] as const;

/** A page with the common bar above it. */
export function viewFrame(viewer: Viewer, { title, body, run, here, style, more }: ViewPage): PageFrame {
  return {
    title: `${title} · gatebench view`,
    style: `${style ?? styleSheet}\n${viewStyle}`,
    body: markup`${bar(viewer, run, here)}${body}`,
    ...(more === undefined ? {} : { more }),
  };
}

function bar({ options }: Viewer, run: RunEntry | undefined, here: string | undefined): Html {
  const link = (to: string, title: string, isHere: boolean): Html =>
    markup`<li><a href="${to}"${isHere ? markup` aria-current="page"` : ''}>${title}</a></li>`;
  return markup`<nav class="bar" aria-label="Viewer"><ul>
    <li class="brand">gatebench view</li>
    ${link('/', 'Runs', here === 'runs')}
    ${link('/compare', 'Compare', here === 'compare')}
    ${options.nights === undefined ? '' : link('/nights', 'Nights', here === 'nights')}
    ${run === undefined ? '' : [markup`<li class="quiet"><bdi>${run.suite}</bdi> <bdi>${run.id}</bdi></li>`, ...pagesOfRun.map((page) => link(addressOf(run, ...(page.here === '' ? [] : [page.here])), page.title, page.here === here))]}
  </ul></nav>`;
}

/** A main part with a heading, for the viewer's own pages. */
export function mainPart(heading: Content, content: Content): Html {
  return markup`<a class="skip" href="#main">Skip to the results</a><main id="main" tabindex="-1"><h1>${heading}</h1>${content}</main>`;
}

/** The rows that a page leaves out, and why. */
export function lossesOf({ options: { program } }: Viewer, { folder }: RunEntry, { state }: RunIndex): Html {
  const remedy = `To see what was lost: ${program} repair ${folder}.`;
  const warnings = fileWarnings(state, runFiles.requests, remedy);
  return markup`${warnings.map((warning) => markup`<p class="bad" role="alert">${warning}</p>`)}`;
}

/** A field of a filter form: a choice. The first option means all. */
export function choice(label: string, name: string, given: string | null, choices: readonly string[]): Html {
  const all = given !== null && given !== '' && !choices.includes(given) ? [...choices, given] : choices;
  return markup`<label>${label}<select name="${name}"><option value="">all</option>${all.map(
    (value) => markup`<option${value === given ? markup` selected` : ''}>${value}</option>`,
  )}</select></label>`;
}

export function field(label: string, name: string, given: string | null, type = 'text'): Html {
  return markup`<label>${label}<input type="${type}" name="${name}" value="${given ?? ''}"></label>`;
}

export function box(label: string, name: string, given: string | null): Html {
  return markup`<label class="box"><input type="checkbox" name="${name}" value="1"${given === '1' ? markup` checked` : ''}>${label}</label>`;
}

export interface Pages {
  /** By `pageOf`. */
  page: number;
  size: number;
  total: number;
  what: string;
  to: (page: number) => string;
}

/** The page number in an address, limited to the pages that exist. */
export function pageOf(asked: string | null, total: number, size: number): number {
  return Math.min(lastPage(total, size), Math.max(1, Math.floor(Number(asked ?? 1)) || 1));
}

const lastPage = (total: number, size: number): number => Math.max(1, Math.ceil(total / size));

/** Which part of a longer list is shown, with links to the others. */
export function pager({ page, size, total, what, to }: Pages): Html {
  const last = lastPage(total, size);
  const [from, until] = [total === 0 ? 0 : (page - 1) * size + 1, Math.min(total, page * size)];
  const link = (target: number, words: string): Content =>
    target < 1 || target > last || target === page ? undefined : markup`<a href="${to(target)}">${words}</a>`;
  return markup`<nav class="pages" aria-label="Pages of ${what}"><span>${what} ${from.toLocaleString('en-US')}–${until.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}</span>
    ${link(1, 'First')} ${link(page - 1, 'Previous')} ${link(page + 1, 'Next')} ${link(last, 'Last')}</nav>`;
}
