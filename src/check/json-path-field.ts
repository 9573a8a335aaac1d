import { compile } from 'json-p3';
import { z } from 'zod';

/** What is wrong with a JSONPath, if anything is. */
export function faultOfPath(path: string): string | undefined {
  try {
    compile(path);
    return undefined;
  } catch (error) {
    return `not a JSONPath: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export const pathField = z
  .string()
  .refine((path) => faultOfPath(path) === undefined, { error: ({ input }) => faultOfPath(String(input)) })
  .describe('a JSONPath (RFC 9535) such as $.label or $.items[*].name');
