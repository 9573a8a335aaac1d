import { z } from 'zod';

const visible = String.raw`[^\p{C}\p{Z};,\[\]]`;

/** A short name for tables, CSV cells and the command line. */
export const id = z
  .string()
  .min(1)
  .max(120)
  .regex(
    new RegExp(`^${visible}+$`, 'u'),
    'use visible characters without blanks, commas, semicolons and brackets',
  );

export const tags = z.array(id).describe('words to choose prompts by: --tags');

export const text = z.string().min(1);

/** Names a folder below `results`. */
export const suiteName = z
  .string()
  .min(1)
  .max(100)
  .regex(
    /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/,
    'use letters, digits, "-", "_" and "." (not first or last): it names a folder',
  )
  .describe('names the folder of its runs');

/** What `{{…}}` may hold. */
export const variableName = String.raw`[\p{L}_][\p{L}\p{N}_-]*`;

export const variable = z
  .string()
  .regex(
    new RegExp(`^${variableName}$`, 'u'),
    'a variable is named by letters, digits, "_" and "-", not beginning with a digit',
  );

/** Any JSON value. The YAML reader accepts nothing else. */
export const anything = z.unknown();

/** The user's own fields, which are not checked. */
export const openMap = z.record(z.string(), anything);

export const wholeFrom = (least: number, most: number) => z.int().min(least).max(most);

export const milliseconds = wholeFrom(1, 86_400_000);
