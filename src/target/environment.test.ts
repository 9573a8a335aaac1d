import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../base/testing/scratch.ts';
import { UserError } from '../base/user-error.ts';
import { readEnvironment, requireVariables, secretsOf } from './environment.ts';

test('a variable of the process wins over the file, an empty value counts as absent, and others are not read', async () => {
  await using scratch = await scratchFolder();
  const file = join(scratch.path, '.env');
  await writeFile(file, 'CF_AIG_TOKEN=" of the file "\nCF_GATEWAY_ID=mine\nOLLAMA_API_KEY=\nHOME=/nowhere\n');
  expect(
    readEnvironment({ CF_GATEWAY_ID: 'theirs', CF_ACCOUNT_ID: ' ', PATH: '/bin', SECRET: 'x' }, scratch.path),
  ).toEqual({ CF_AIG_TOKEN: 'of the file', CF_GATEWAY_ID: 'theirs' });
});

test('a missing file is not a fault, and an unreadable one is reported', async () => {
  await using scratch = await scratchFolder();
  const file = join(scratch.path, '.env');
  expect(readEnvironment({ CF_AIG_TOKEN: 't' }, scratch.path)).toEqual({ CF_AIG_TOKEN: 't' });
  await mkdir(file);
  expect(() => readEnvironment({}, scratch.path)).toThrow(UserError);
  expect(() => readEnvironment({}, scratch.path)).toThrow(`${file} cannot be read: EISDIR`);
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

test.each<[string | undefined, string | undefined, string | undefined]>([
  [undefined, undefined, 'of .env'],
  ['', undefined, 'of .env'],
  ['false', undefined, 'of .env'],
  ['true', undefined, undefined],
  ['1', undefined, undefined],
  ['true', '.env', 'of .env'],
  ['true', 'other.env', 'of other.env'],
  [undefined, 'other.env', 'of other.env'],
])('CI=%s, GATEBENCH_ENV_FILE=%s: the key alias is %s', async (CI, named, alias) => {
  await using scratch = await scratchFolder();
  for (const name of ['.env', 'other.env'])
    await writeFile(join(scratch.path, name), `CF_AIG_BYOK_ALIAS="of ${name}"`);
  const env = {
    ...(CI === undefined ? {} : { CI }),
    ...(named === undefined ? {} : { GATEBENCH_ENV_FILE: named }),
  };
  expect(readEnvironment(env, scratch.path).CF_AIG_BYOK_ALIAS).toBe(alias);
});

test.each(['TF_BUILD', 'JENKINS_URL', 'TEAMCITY_VERSION', 'CODEBUILD_BUILD_ID'])(
  'a service that sets %s in place of CI is one as well',
  async (name) => {
    await using scratch = await scratchFolder();
    await writeFile(join(scratch.path, '.env'), 'CF_AIG_BYOK_ALIAS=theirs');
    expect(readEnvironment({ [name]: 'True' }, scratch.path)).toEqual({});
  },
);

test('a file that is named must be there', async () => {
  await using scratch = await scratchFolder();
  expect(() => readEnvironment({ GATEBENCH_ENV_FILE: 'no.env' }, scratch.path)).toThrow(
    /no\.env cannot be read: ENOENT/,
  );
});

test.each([
  ['https://hooks.example.com/services/T0/B0/abcdef?x=1', '/services/T0/B0/abcdef?x=1'],
  ['https://hooks.example.com/?key=abcdef', '?key=abcdef'],
  ['https://hooks.example.com/', undefined],
  ['https://me:password@hooks.example.com/a', 'https://me:password@hooks.example.com/a'],
  ['hooks.example.com/services/abcdef', 'hooks.example.com/services/abcdef'],
  ['mailto:abcdef', 'mailto:abcdef'],
])('of the webhook %s the secret is %s', (value, secret) => {
  const secrets = secretsOf({ GATEBENCH_WEBHOOK_URL: value });
  expect([...secrets]).toEqual(secret === undefined ? [] : [[secret, 'GATEBENCH_WEBHOOK_URL']]);
});
