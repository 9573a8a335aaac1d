import { count } from '../base/text.ts';

/** So many damaged lines are named; all are counted. */
const mostNamed = 10;

/** What a reader found of a file beside its rows. */
export class FileState {
  /** Names of its columns, put right where they were damaged. Empty for a file without a header. */
  header: readonly string[] = [];
  /** Rows whose checksum says nothing, because another program saved the file. */
  unverified = 0;
  /** What stands behind the last line feed is no whole row. */
  isTorn = false;
  /** Lines that were passed over. */
  damaged = 0;
  #named: { line: number; why: string }[] = [];

  /** For another reading of the same file. */
  reset(): void {
    Object.assign(this, { header: [], unverified: 0, isTorn: false, damaged: 0 });
    this.#named = [];
  }

  damage(line: number, why: string): void {
    this.damaged++;
    if (this.#named.length < mostNamed) this.#named.push({ line, why });
  }

  /** The first damaged lines, and what is wrong with them. */
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

/** What people must know of a file that was not read whole; nothing where all is well. */
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
