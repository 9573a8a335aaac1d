import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

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

export interface FakeGh {
  /** Environment for the caller. */
  env: { PATH: string };
  state: () => Promise<FakeState>;
  change: (edit: (state: FakeState) => void) => Promise<void>;
  /** Requests since the last call, without those that only read. */
  sent: () => Promise<FakeCall[]>;
}

/** A program `gh` in a folder that stores what GitHub would and records its requests. */
export async function fakeGh(folder: string, issues: FakeIssue[] = []): Promise<FakeGh> {
  const bin = join(folder, 'fake-bin');
  const [file, log] = [join(bin, 'state.json'), join(bin, 'log.jsonl')];
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'gh'), `#!${process.execPath}\n${source}`, { mode: 0o755 });
  await writeFile(file, JSON.stringify({ issues, comments: [] } satisfies FakeState));
  await writeFile(log, '');
  const state = async (): Promise<FakeState> => JSON.parse(await readFile(file, 'utf8')) as FakeState;
  return {
    env: { PATH: [bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter) },
    state,
    async change(edit) {
      const now = await state();
      edit(now);
      await writeFile(file, JSON.stringify(now));
    },
    async sent() {
      const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
      await writeFile(log, '');
      return lines.map((line) => JSON.parse(line) as FakeCall).filter(({ method }) => method !== 'GET');
    },
  };
}

/** Handles the few requests that are used. `GH_TOKEN=refused` may not write, and `broken` may do nothing. */
const source = `
const fs = require('node:fs');
const path = require('node:path');
const args = process.argv.slice(2);
const file = path.join(__dirname, 'state.json');
const state = JSON.parse(fs.readFileSync(file, 'utf8'));
const method = args[args.indexOf('--method') + 1];
const url = new URL('https://api/' + args.find((arg) => arg.startsWith('repos/')));
const place = url.pathname.replace('/repos/me/mine/', '');
const body = args.includes('--input') ? JSON.parse(fs.readFileSync(0, 'utf8')) : undefined;
fs.appendFileSync(path.join(__dirname, 'log.jsonl'), JSON.stringify({ method, path: place + url.search, body }) + '\\n');
const fail = (text) => { process.stderr.write('gh: ' + text + '\\n'); process.exit(1); };
const token = process.env.GH_TOKEN;
if (args[0] !== 'api' || !url.pathname.startsWith('/repos/me/mine/')) fail('Not Found (HTTP 404)');
if (token === undefined) fail('To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.');
if (token === 'broken') { process.stdout.write('<html>'); process.exit(0); }
if (token === 'refused' && method !== 'GET') fail('Resource not accessible by integration (HTTP 403)');
const query = Object.fromEntries(url.searchParams);
const page = (list) => list.slice((query.page - 1) * query.per_page, query.page * query.per_page);
const answer = (value) => {
  fs.writeFileSync(file, JSON.stringify(state));
  process.stdout.write(JSON.stringify(value));
};
const [kind, number, part] = place.split('/');
const next = () => 1 + Math.max(0, ...state.issues.map((issue) => issue.number));
if (method === 'GET' && place === 'issues')
  answer(page(state.issues.filter((issue) => issue.labels.includes(query.labels)).reverse()));
else if (method === 'GET' && part === 'comments') answer(page(state.comments.filter(({ issue }) => issue === +number)));
else if (method === 'POST' && place === 'labels') fail('Validation Failed (HTTP 422)');
else if (method === 'POST' && place === 'issues') {
  const issue = { number: next(), state: 'open', ...body };
  state.issues.push(issue);
  answer(issue);
} else if (method === 'POST' && part === 'comments') {
  const comment = { id: 100 + state.comments.length, issue: +number, user: { type: 'Bot' }, ...body };
  state.comments.push(comment);
  answer(comment);
} else if (method === 'PATCH' && number === 'comments') answer(Object.assign(state.comments.find(({ id }) => id === +part), body));
else if (method === 'PATCH' && kind === 'issues') answer(Object.assign(state.issues.find((issue) => issue.number === +number), body));
else fail('Not Found (HTTP 404)');
`;
