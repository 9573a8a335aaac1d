/** USD per million tokens. */
export interface Price {
  input: number;
  /** For prompt tokens that the server reports as cached. Absent: the input price. */
  cachedInput?: number;
  output: number;
}
