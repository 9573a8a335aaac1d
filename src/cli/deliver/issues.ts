import { createHash } from 'node:crypto';
import { count } from '../../base/text.ts';
import type { GateWord } from '../../analysis/gate.ts';

/** A night for an issue or comment. */
export interface Told {
  suite: string;
  /** Absent for a change, which has none. */
  verdict: GateWord | undefined;
  /** `comment.md`: its first line identifies the suite. */
  text: string;
  /** Failures in words: `e2e_latency_ms of glm`. */
  failing: readonly string[];
}

/** An issue of ours, as stored by GitHub. */
export interface Issue {
  number: number;
  state: 'open' | 'closed';
  body: string;
}

/** An action on GitHub. */
export type Step =
  | { kind: 'open'; title: string; body: string }
  | { kind: 'update'; number: number; body: string }
  | { kind: 'close'; number: number; body: string; comment: string }
  | { kind: 'join'; number: number; into: number };

/** Our mark in an issue whose suite has passed since: any later failure is a new matter. */
const passedMark = '<!-- gatebench-passed -->';
const failingMark = /<!-- gatebench-failing ([0-9a-f,]*) -->/;

/**
 * One issue per suite: opened when a failure is confirmed, updated while it lasts, closed at the first pass. An issue
 * that a person closed is not reopened before the suite has passed, or something else fails. Repeating the same night
 * does nothing.
 */
export function issueSteps(night: Told, issues: readonly Issue[]): Step[] {
  const marker = firstLine(night.text);
  const ours = issues.filter(({ body }) => firstLine(body) === marker).sort((a, b) => a.number - b.number);
  const [open, ...others] = ours.filter(({ state }) => state === 'open');
  const last = ours.findLast(({ state }) => state === 'closed');
  const joined = others.map(({ number }): Step => ({ kind: 'join', number, into: open!.number }));
  if (open) return [...stepsOfOpen(night, open), ...joined];
  if (night.verdict === 'pass') return last ? marked(last) : [];
  if (night.verdict !== 'fail' || isKnown(night, last)) return [];
  return [{ kind: 'open', title: titleOf(night), body: bodyOf(night) }];
}

function stepsOfOpen(night: Told, { number, body: before }: Issue): Step[] {
  const body = bodyOf(night);
  if (night.verdict === 'pass')
    return [{ kind: 'close', number, body: `${body}\n${passedMark}`, comment: 'It passes again.' }];
  return isSame(body, before) ? [] : [{ kind: 'update', number, body }];
}

/** Nothing is posted: only its text is updated. */
const marked = ({ number, body }: Issue): Step[] =>
  body.includes(passedMark) ? [] : [{ kind: 'update', number, body: `${body}\n${passedMark}` }];

/** Whether a person closed an issue about everything that fails now, and it has not passed since. */
function isKnown({ failing }: Told, last: Issue | undefined): boolean {
  if (last === undefined || last.body.includes(passedMark)) return false;
  const known = failingMark.exec(last.body)?.[1]?.split(',') ?? [];
  return failing.every((what) => known.includes(shortHash(what)));
}

function titleOf({ suite, failing }: Told): string {
  const [first, ...others] = failing;
  const what = first === undefined ? '' : `: ${first}`;
  const more = others.length === 0 ? '' : ` and ${count(others.length, 'more', 'more')}`;
  return `gatebench: ${suite} fails${what}${more}`.slice(0, 250);
}

/** The comment of the night, with the marks for the next one. */
const bodyOf = ({ text, failing }: Told): string =>
  `${text.trimEnd()}\n\n<!-- gatebench-failing ${failing.slice(0, 300).map(shortHash).join(',')} -->`;

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
const firstLine = (text: string): string => plain(text).split('\n', 1)[0]!;
export const isSame = (a: string, b: string): boolean => plain(a) === plain(b);
/** GitHub may keep Windows line ends. */
const plain = (text: string): string => text.replaceAll('\r\n', '\n').trim();

/** A comment on a pull request, as stored by GitHub. */
export interface Comment {
  id: number;
  body: string;
}

export type CommentStep = { kind: 'comment'; body: string } | { kind: 'edit'; id: number; body: string };

/** One comment per suite, kept up to date. None until there is something other than passes to report. */
export function commentSteps(
  { text, verdict }: Pick<Told, 'text' | 'verdict'>,
  comments: readonly Comment[],
): CommentStep[] {
  const found = comments.find(({ body }) => firstLine(body) === firstLine(text));
  if (found) return isSame(found.body, text) ? [] : [{ kind: 'edit', id: found.id, body: text }];
  return verdict === 'pass' ? [] : [{ kind: 'comment', body: text }];
}
