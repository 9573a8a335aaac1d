import { delimiter, join } from 'node:path';
import { type Call, programHere } from '../../../base/testing/program-here.ts';

export interface FakeIssue {
  number: number;
  state: 'open' | 'closed';
  state_reason?: string;
  title: string;
  body: string;
  labels: string[];
  pull_request?: object;
}

export interface FakeComment {
  id: number;
  issue: number;
  body: string;
  user: { type: string };
}

/** GitHub's data. */
export interface FakeState {
  issues: FakeIssue[];
  comments: FakeComment[];
}

/** One request that was sent. */
export interface FakeCall {
  method: string;
  path: string;
  body?: Record<string, unknown>;
}

export interface FakeGh extends AsyncDisposable {
  /** Environment for the caller. */
  env: { PATH: string };
  /** A test may change it. */
  state: FakeState;
  /** Requests since the last call, without those that only read. */
  sent: () => FakeCall[];
}

/** A program `gh` in a folder that stores what GitHub would and records its requests. */
export async function fakeGh(folder: string, issues: FakeIssue[] = []): Promise<FakeGh> {
  const bin = join(folder, 'fake-bin');
  const state: FakeState = { issues, comments: [] };
  const calls: FakeCall[] = [];
  const program = await programHere(join(bin, 'gh'), (call) => {
    const said = answer(call, state, calls);
    if (typeof said === 'string') return { code: 1, stdout: '', stderr: `gh: ${said}\n` };
    return { code: 0, stdout: said === broken ? '<html>' : JSON.stringify(said), stderr: '' };
  });
  return {
    env: { PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) },
    state,
    sent: () => calls.splice(0).filter(({ method }) => method !== 'GET'),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

const broken = {};

/**
 * Handles the few requests that are used. `GH_TOKEN=refused` may not write, and `broken` may do nothing. A text says
 * what failed.
 */
function answer({ args, env, input }: Call, state: FakeState, calls: FakeCall[]): object | string {
  const method = args[args.indexOf('--method') + 1]!;
  const url = new URL(`https://api/${args.find((arg) => arg.startsWith('repos/'))}`);
  const place = url.pathname.replace('/repos/me/mine/', '');
  const body = input === '' ? undefined : (JSON.parse(input) as Record<string, unknown>);
  calls.push({ method, path: place + url.search, ...(body && { body }) });
  const token = env['GH_TOKEN'];
  if (args[0] !== 'api' || !url.pathname.startsWith('/repos/me/mine/')) return 'Not Found (HTTP 404)';
  if (token === undefined)
    return 'To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.';
  if (token === 'broken') return broken;
  if (token === 'refused' && method !== 'GET') return 'Resource not accessible by integration (HTTP 403)';
  return did(`${method} ${place}`, url.searchParams, body, state) ?? 'Not Found (HTTP 404)';
}

function did(
  asked: string,
  query: URLSearchParams,
  body: Record<string, unknown> | undefined,
  { issues, comments }: FakeState,
): object | string | undefined {
  const [page, size] = [Number(query.get('page')), Number(query.get('per_page'))];
  const paged = (list: readonly object[]): object => list.slice((page - 1) * size, page * size);
  const of = Number(/\d+/.exec(asked));
  const put = (list: object[], entry: object): object => {
    list.push(entry);
    return entry;
  };
  switch (asked.replace(/\d+/, 'N')) {
    case 'GET issues':
      return paged(issues.filter(({ labels }) => labels.includes(query.get('labels')!)).toReversed());
    case 'GET issues/N/comments':
      return paged(comments.filter(({ issue }) => issue === of));
    case 'POST labels':
      return 'Validation Failed (HTTP 422)';
    case 'POST issues':
      return put(issues, {
        number: 1 + Math.max(0, ...issues.map(({ number }) => number)),
        state: 'open',
        ...body,
      });
    case 'POST issues/N/comments':
      return put(comments, { id: 100 + comments.length, issue: of, user: { type: 'Bot' }, ...body });
    case 'PATCH issues/comments/N':
      return Object.assign(
        comments.find(({ id }) => id === of)!,
        body,
      );
    case 'PATCH issues/N':
      return Object.assign(
        issues.find(({ number }) => number === of)!,
        body,
      );
  }
  return undefined;
}
