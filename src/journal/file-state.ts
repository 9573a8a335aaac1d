import { count } from '../base/text.ts';

/** At most this many damaged lines are named; all are counted. */
const mostNamed = 10;

/** What a reader found in a file besides its rows. */
export class FileState {
  /** Column names, with damage repaired. Empty for a file without a header. */
  header: readonly string[] = [];
  /** Rows that cannot be verified by their checksum, because another program saved the file. */
  unverified = 0;
  /** The bytes after the last line feed are not a complete row. */
  isTorn = false;
  /** Lines that were skipped. */
  damaged = 0;
  /** Lines read so far, from the start of the file, and the byte at which they end. Without a torn last line. */
  linesRead = 0;
  end = 0;
  #named: { line: number; why: string }[] = [];

  /** Reset for another reading of the same file. */
  reset(): void {
    Object.assign(this, { header: [], unverified: 0, isTorn: false, damaged: 0, linesRead: 0, end: 0 });
    this.#named = [];
  }

  damage(line: number, why: string): void {
    this.damaged++;
    if (this.#named.length < mostNamed) this.#named.push({ line, why });
  }

  /** The first damaged lines, and what is wrong with each. */
  get named(): readonly { line: number; why: string }[] {
    return this.#named;
  }

  /** `line 4`, `lines 4 and 17`, `lines 4, 17 and 3 more`. */
  lines(): string {
    const parts = this.#named.map(({ line }) => String(line));
    if (this.damaged > parts.length) parts.push(`${this.damaged - parts.length} more`);
    const last = parts.pop();
    return parts.length === 0 ? `line ${last}` : `lines ${parts.join(', ')} and ${last}`;
  }
}

/** Messages about a file that could not be read in full. Empty if all is well. */
export function fileWarnings(state: FileState, file: string, remedy: string): string[] {
  const { damaged, unverified } = state;
  return [
    ...(damaged > 0
      ? [
          `${file}: ${count(damaged, 'damaged line')} ${damaged === 1 ? 'is' : 'are'} left out (${state.lines()}: ${state.named[0]!.why}${damaged === 1 ? '' : ' …'}). ${remedy}`,
        ]
      : []),
    ...(unverified > 0
      ? [
          `${file}: another program has saved it, so ${count(unverified, 'row')} cannot be verified and ${unverified === 1 ? 'is' : 'are'} read as ${unverified === 1 ? 'it stands' : 'they stand'}. Work on an export instead: gatebench export.`,
        ]
      : []),
  ];
}
