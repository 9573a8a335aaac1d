import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { productionPackages } from './base/testing/packages.ts';
import { variables } from './target/environment.ts';

/** Licenses that only require attribution, so that everything may be passed on under MIT. */
const compatible = [
  ...['MIT', 'MIT-0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0'],
  ...['BlueOak-1.0.0', 'Unlicense', 'CC0-1.0'],
];

test('every package that comes with the program has a licence that goes with ours', () => {
  const packages = productionPackages();
  expect(packages.length).toBeGreaterThan(20);
  expect(packages.filter(({ license }) => !compatible.includes(license))).toEqual([]);
});

/** What is published, without comments. */
const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\//.test(file))
  .map((file) => ({
    file,
    code: readFileSync(join(import.meta.dirname, file), 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, ''),
  }));

test('these variables of the environment are read, and no others', () => {
  const read = sources.flatMap(({ code }) =>
    Array.from(code.matchAll(/(?:process\.|[^.\w])env(?:\.|\[')(\w+)/g), ([, name]) => name!),
  );
  expect([...new Set([...read, ...Object.keys(variables)])].toSorted()).toEqual(
    [
      ...['CF_ACCOUNT_ID', 'CF_GATEWAY_ID', 'CF_AIG_TOKEN', 'CF_AIG_BYOK_ALIAS'],
      ...['OLLAMA_API_KEY', 'CLOUDFLARE_API_TOKEN', 'GATEBENCH_QUEUE_URL', 'GATEBENCH_WEBHOOK_URL'],
      'OTEL_EXPORTER_OTLP_HEADERS',
      ...['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'],
      // How to print.
      ...['CI', 'FORCE_COLOR', 'NO_COLOR', 'TERM'],
      // Which file of variables to read, and whether a file may be read that was not named.
      ...['GATEBENCH_ENV_FILE', 'TF_BUILD', 'JENKINS_URL', 'TEAMCITY_VERSION', 'CODEBUILD_BUILD_ID'],
      // Where to write: calibrations, and what GitHub shows of a gate.
      ...['XDG_STATE_HOME', 'GITHUB_STEP_SUMMARY', 'GITHUB_WORKSPACE'],
      // The address of the job, for people who read about a night elsewhere.
      ...['GITHUB_SERVER_URL', 'GITHUB_REPOSITORY', 'GITHUB_RUN_ID', 'GITHUB_REF'],
      // Node's own, for every TLS connection: the thread of the wire uses it like this one.
      ...['NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_USE_SYSTEM_CA'],
      // Whether the user has set garbage collection, and how connections are made.
      'NODE_OPTIONS',
    ].toSorted(),
  );
});

/** They receive the whole environment, and look up the variables above. */
const givenAll = [
  'bin.ts',
  'diagnose/calibrate/calibration-file.ts',
  'cli/doctor/examine-suite.ts',
  'cli/init/execute-init.ts',
  'cli/progress.ts',
  'cli/execute-reconcile.ts',
  'cli/run/execute-run.ts',
  'cli/run/setup.ts',
  'main.ts',
];

test('nothing else is given the environment as a whole', () => {
  expect(
    sources
      .filter(({ file, code }) => !givenAll.includes(file) && /process\.env\b(?!\[')/.test(code))
      .map(({ file }) => file),
  ).toEqual([]);
});

test('connections are opened by the gateway, the mock and the calibration alone', () => {
  const modules = /(?:from|import\() *'(?:undici|node:(?:https?|http2|net|tls|dgram|dns)(?:\/\w+)?)'/;
  const opens = ({ code }: { code: string }): boolean =>
    modules.test(code) || /(?<![.\w])fetch\(|\bWebSocket\b/.test(code);
  expect(
    sources
      .filter((source) => !/^(wire|mock|diagnose\/calibrate|view)\//.test(source.file) && opens(source))
      .map(({ file }) => file),
  ).toEqual([]);
});

test('the viewer only listens; its page calls only its own server', () => {
  const viewer = sources.filter(({ file }) => file.startsWith('view/'));
  const found = viewer.flatMap(({ code }) => [
    ...Array.from(
      code.matchAll(/import (?:type )?(\{[^}]*\}) from 'node:(?:https?|http2|tls|dgram|dns)'/g),
      ([, names]) => names,
    ),
    ...Array.from(code.matchAll(/(?<![.\w])fetch\([^;]*;/g), ([call]) => call),
  ]);
  expect(found.toSorted()).toEqual([
    "fetch(location.pathname + '/live?after=' + after);",
    '{ IncomingMessage }',
    '{ createServer, type ServerResponse }',
  ]);
});
