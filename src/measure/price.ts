/** USD per million tokens. */
export interface Price {
  input: number;
  /** For prompt tokens that the server reports as cached; the input price where absent. */
  cachedInput?: number;
  output: number;
}
