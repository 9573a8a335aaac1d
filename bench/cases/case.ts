/** A frequent operation of the program, compared with the least code that could do it. */
export interface Case {
  name: string;
  /** Unit of the count: `request`, `chunk`, `row` … */
  unit: string;
  /** Units per call of `ours` and of `bare`. */
  units: number;
  /** Description of `bare`. */
  bareName: string;
  /**
   * `processor`: only this process's own processor time counts, which a server in another process does not disturb.
   * `wall`: elapsed time.
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
