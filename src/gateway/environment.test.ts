import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../base/testing/scratch.ts';
import { UserError } from '../base/user-error.ts';
import { readEnvironment, requireVariables } from './environment.ts';

test('a variable of the process wins over the file, an empty value counts as absent, and others are not read', async () => {
  await using scratch = await scratchFolder();
  const file = join(scratch.path, '.env');
  await writeFile(file, 'CF_AIG_TOKEN=" of the file "\nCF_GATEWAY_ID=mine\nOLLAMA_API_KEY=\nHOME=/nowhere\n');
  expect(
    readEnvironment({ CF_GATEWAY_ID: 'theirs', CF_ACCOUNT_ID: ' ', PATH: '/bin', SECRET: 'x' }, file),
  ).toEqual({ CF_AIG_TOKEN: 'of the file', CF_GATEWAY_ID: 'theirs' });
});

test('no file is no fault, and one that cannot be read is said', async () => {
  await using scratch = await scratchFolder();
  const file = join(scratch.path, '.env');
  expect(readEnvironment({ CF_AIG_TOKEN: 't' }, file)).toEqual({ CF_AIG_TOKEN: 't' });
  await mkdir(file);
  expect(() => readEnvironment({}, file)).toThrow(UserError);
  expect(() => readEnvironment({}, file)).toThrow(`${file} cannot be read: EISDIR`);
});

test('what is missing is named at once, with what it is', () => {
  const known = { CF_AIG_TOKEN: 't' };
  expect(requireVariables(known, ['CF_AIG_TOKEN'], 'This')).toEqual(known);
  expect(() => requireVariables(known, ['CF_AIG_TOKEN', 'CF_ACCOUNT_ID', 'CF_GATEWAY_ID'], 'This')).toThrow(
    /^This needs variables that are not set:\n {2}CF_ACCOUNT_ID +\S.*\n {2}CF_GATEWAY_ID +\S.*\nSet them/,
  );
  expect(() => requireVariables(known, ['OLLAMA_API_KEY'], 'This')).toThrow(
    /^This needs a variable that is not set:\n/,
  );
});
