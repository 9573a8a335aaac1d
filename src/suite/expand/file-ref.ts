import { isMap } from '../written.ts';

/** `{ file: path }`, and nothing else in it. */
export function isFileRef(value: unknown): value is { file: string } {
  return hasFile(value) && Object.keys(value).length === 1;
}

/** A map with a `file`, whatever stands beside it. */
export function hasFile(value: unknown): value is { file: string } {
  return isMap(value) && typeof value['file'] === 'string';
}
