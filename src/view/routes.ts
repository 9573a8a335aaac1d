import type { PageFrame } from '../report/page/frame/document.ts';
import type { RunEntry } from './index/runs.ts';
import { liveNews } from './live.ts';
import { answersPage } from './pages/answers-page.ts';
import { comparePage } from './pages/compare-page.ts';
import { nightsPage } from './pages/nights-page.ts';
import { requestPage } from './pages/request-page.ts';
import { requestsPage } from './pages/requests-page.ts';
import { runPage } from './pages/run-page.ts';
import { runsPage } from './pages/runs-page.ts';
import type { Viewer } from './viewer.ts';

/** The response: a page, or data for an open page. Undefined: not found. */
export type Reply = { page: PageFrame } | { data: unknown } | undefined;

/** One kind of address. To add a page: write its file, add its line. */
interface Route {
  /** Its segments: a word matches itself, and `:name` matches any. `:suite` and `:run` must be those of a run. */
  path: readonly string[];
  reply: (viewer: Viewer, visit: Visit) => Promise<Reply>;
}

interface Visit {
  address: URL;
  /** For addresses that name a run. */
  run: RunEntry;
  /** The last segment. */
  last: string;
}

const page =
  (render: (viewer: Viewer, visit: Visit) => Promise<PageFrame | undefined>): Route['reply'] =>
  async (viewer, visit) => {
    const frame = await render(viewer, visit);
    return frame && { page: frame };
  };

const ofRun = ['run', ':suite', ':run'] as const;

const routes: readonly Route[] = [
  { path: [], reply: page((viewer, { address }) => runsPage(viewer, address)) },
  { path: ['compare'], reply: page((viewer, { address }) => comparePage(viewer, address)) },
  { path: ['nights'], reply: page((viewer) => nightsPage(viewer)) },
  { path: ofRun, reply: page((viewer, { run }) => runPage(viewer, run)) },
  {
    path: [...ofRun, 'live'],
    reply: async (viewer, { run, address }) => ({
      data: await liveNews(viewer, run, Math.max(0, Number(address.searchParams.get('after') ?? 0) || 0)),
    }),
  },
  {
    path: [...ofRun, 'answers'],
    reply: page((viewer, { run, address }) => answersPage(viewer, run, address)),
  },
  {
    path: [...ofRun, 'requests'],
    reply: page((viewer, { run, address }) => requestsPage(viewer, run, address)),
  },
  {
    path: [...ofRun, 'request', ':event'],
    reply: page((viewer, { run, last, address }) => requestPage(viewer, run, last, address)),
  },
];

/** The response to an address. No file path is made from it: a run must be in the list. */
export async function replyTo(viewer: Viewer, segments: readonly string[], address: URL): Promise<Reply> {
  const route = routes.find(
    ({ path }) =>
      path.length === segments.length &&
      path.every((part, index) => part.startsWith(':') || part === segments[index]),
  );
  if (route === undefined) return undefined;
  const run = route.path.includes(':run') ? await viewer.run(segments[1]!, segments[2]!) : undefined;
  if (route.path.includes(':run') && run === undefined) return undefined;
  return await route.reply(viewer, { address, run: run!, last: segments.at(-1) ?? '' });
}
