/** One thing that the program does often, beside the least that could do it. */
export interface Case {
  name: string;
  /** What is counted: `request`, `chunk`, `row` … */
  unit: string;
  /** Units in one call of `ours` and of `bare`. */
  units: number;
  /** What `bare` is. */
  bareName: string;
  /**
   * `processor`: only this process's own processor time counts, which a server in another process does not
   * disturb. `wall`: the time that passes.
   */
  clock: 'processor' | 'wall';
  /** Sets everything up. */
  open(): Promise<OpenCase>;
}

export interface OpenCase {
  ours(): unknown;
  bare(): unknown;
  close?(): unknown;
}
