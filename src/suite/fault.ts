import { displayWidth } from '../base/display-width.ts';
import { count, oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';

/** A text that faults may point into. `name` is the path as the user gave it. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** Keys and indexes from the top of the document. */
export type Path = readonly (string | number)[];

/** Undefined if the path does not exist. */
export function valueAt(value: unknown, path: Path): unknown {
  let inner = value;
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, step)) return undefined;
    inner = (inner as Record<string, unknown>)[step];
  }
  return inner;
}

/** One fault with its place. Steps return these. Only the loader turns them into an exception. */
export interface Fault {
  readonly source: Source;
  /** UTF-16 units from the start of the source's text. */
  readonly offset: number;
  /** Absent for a fault of the whole document. */
  readonly path?: Path;
  readonly message: string;
  /** There is a secret here: its line is never shown. */
  readonly isSecret?: boolean;
}

/** Both start at 1, as in editors. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** More faults than this are counted instead of shown. */
const shownAtMost = 100;
const excerptWidth = 110;

const lineStartsOf = new WeakMap<Source, readonly number[]>();

function lineStarts(source: Source): readonly number[] {
  let starts = lineStartsOf.get(source);
  if (!starts) {
    starts = [0, ...Array.from(source.text.matchAll(/\n/g), (match) => match.index + 1)];
    lineStartsOf.set(source, starts);
  }
  return starts;
}

export function positionOf(source: Source, offset: number): Position {
  const starts = lineStarts(source);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - starts[low]! + 1 };
}

/** The line at an offset, without its line end. */
export function lineAt(source: Source, offset: number): string {
  const start = source.text.lastIndexOf('\n', offset - 1) + 1;
  const end = source.text.indexOf('\n', offset);
  return source.text.slice(start, Math.min(end < 0 ? source.text.length : end, start + 10_000));
}

/** Start of a line. Lines count from 1. */
export function offsetOfLine(source: Source, line: number): number {
  const starts = lineStarts(source);
  return starts[Math.min(Math.max(line, 1), starts.length) - 1]!;
}

/** `file:line:column`, safe to print. */
export function placeName(source: Source, offset: number): string {
  const { line, column } = positionOf(source, offset);
  return `${oneLine(source.name)}:${line}:${column}`;
}

/** All faults in reading order, each with its place, its source line and a caret below the spot. */
export function describeFaults(faults: readonly Fault[]): string {
  const sources = [...new Set(faults.map((fault) => fault.source))];
  const ordered = [...new Map(faults.map((fault) => [keyOf(fault, sources), fault])).values()].sort(
    (a, b) => sources.indexOf(a.source) - sources.indexOf(b.source) || a.offset - b.offset,
  );
  const secretLines = new Set(faults.filter(({ isSecret }) => isSecret).map(lineKey));
  const shown = ordered
    .slice(0, shownAtMost)
    .map((fault) => describeFault(fault) + (secretLines.has(lineKey(fault)) ? '' : `\n${excerpt(fault)}`));
  const hidden = ordered.length - shown.length;
  if (hidden > 0) shown.push(`… and ${count(hidden, 'more fault')}`);
  return shown.join('\n');
}

export function faultsError(faults: readonly Fault[]): UserError {
  return new UserError(describeFaults(faults));
}

function keyOf(fault: Fault, sources: readonly Source[]): string {
  return `${sources.indexOf(fault.source)}:${fault.offset}:${fault.path?.join('.') ?? ''}:${fault.message}`;
}

function describeFault({ source, offset, path, message }: Fault): string {
  const where = path === undefined || path.length === 0 ? '' : `${oneLine(path.join('.'), 120)}: `;
  return `${placeName(source, offset)}: ${where}${oneLine(message, 800)}`;
}

function lineKey({ source, offset }: Fault): string {
  return `${positionOf(source, offset).line} ${source.name}`;
}

function excerpt({ source, offset }: Fault): string {
  const { line, column } = positionOf(source, offset);
  const start = offset - (column - 1);
  const end = source.text.indexOf('\n', start);
  const from = column > excerptWidth - 30 ? column - 1 - (excerptWidth >> 1) : 0;
  const whole = source.text.slice(start, end < 0 ? undefined : end);
  const before = (from > 0 ? '…' : '') + printable(whole.slice(from, column - 1));
  const after = printable(whole.slice(column - 1, from + excerptWidth)).trimEnd();
  const more = whole.length > from + excerptWidth ? '…' : '';
  const number = String(line).padStart(5);
  const caret = `${' '.repeat(number.length)} | ${' '.repeat(displayWidth(before))}^`;
  return `${number} | ${before}${after}${more}\n${caret}`;
}

/** One blank for each character that moves the caret or the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, ' ');
}
