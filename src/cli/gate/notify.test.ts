import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HandClock } from '../../base/testing/hand-clock.ts';
import { serve } from '../../wire/testing/server.ts';
import { cell, gateReport } from '../../report/gate/testing/sample-gate.ts';
import { gateMessage } from '../../report/gate/gate-message.ts';
import { run } from '../../report/testing/sample-reports.ts';
import { gatebench, scratch } from '../testing/gatebench.ts';
import { notify } from './notify.ts';
import { nightlySuite, writeNight } from './testing/nightly-runs.ts';

const secret = '/services/T0AAAAAAA/B0BBBBBBB/cccccccccccccccccccccccc';
const more = 'thresholds: [{ metric: geomean(e2e_latency_ms), model: kimi, max: 100 }]';

/** Gates a night that fails, or one while the gate is learning. */
async function gated(folder: string, args: readonly string[], env: Record<string, string>, failing = true) {
  const { suite } = await nightlySuite(folder, failing ? { more } : { prompts: 2 });
  const night = await writeNight(folder, { suite, file: 'nightly.yaml', night: 1, seed: 'n', route: 'demo' });
  return gatebench(['gate', night, '--history', 'history', ...args], folder, env);
}

/** Everything below a folder. */
async function written(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  return (await Promise.all(texts.map((path) => readFile(path, 'utf8')))).join('\n');
}

test('a night of a word that was asked for is posted once, as text and for programs', async () => {
  await using cwd = await scratch();
  await using server = await serve((response) => response.end('ok'));
  const env = {
    GATEBENCH_WEBHOOK_URL: server.url + secret,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'me/mine',
    GITHUB_RUN_ID: '7',
  };
  const { code, stderr } = await gated(cwd.path, ['--notify-on', 'fail,warning'], env);
  expect([code, stderr]).toEqual([4, '']);
  expect(server.received).toHaveLength(1);
  const { method, url, body } = server.received[0]!;
  expect([method, url]).toEqual(['POST', secret]);
  const message = JSON.parse(body) as { text: string };
  expect(message).toMatchObject({
    verdict: 'fail',
    thresholds: [{ model: 'kimi' }],
    run: { suite: 'nightly' },
  });
  expect(message.text).toMatch(
    /^gatebench fail: nightly \(simulated models\)\n• ✗ geomean\(e2e_latency_ms\) of kimi [^]*\nhttps:\/\/github\.com\/me\/mine\/actions\/runs\/7$/,
  );
  expect(await written(cwd.path)).not.toContain(secret);
});

test.each([
  ['another word', ['--notify-on', 'warning,not-settled']],
  ['--dry-run', ['--notify-on', 'fail', '--dry-run']],
  ['no word at all', []],
])('nothing is posted with %s', async (_, args) => {
  await using cwd = await scratch();
  await using server = await serve((response) => response.end('ok'));
  expect((await gated(cwd.path, args, { GATEBENCH_WEBHOOK_URL: server.url })).code).toBe(4);
  expect(server.received).toEqual([]);
});

test.each(['fail', 'learning'] as const)(
  'whatever becomes of the message, the exit code of %s stays',
  async (word) => {
    await using refusing = await serve((response, { url }) => response.writeHead(500).end(`no ${url!}`));
    const addresses = {
      'GATEBENCH_WEBHOOK_URL is not set': '',
      'must be an https address': `http://hooks.example.com${secret}`,
      'must be an https': secret,
      'was rejected: the connection was refused': `http://127.0.0.1:9${secret}`,
      'was rejected: it answered with status 500: no [GATEBENCH_WEBHOOK_URL]': refusing.url + secret,
    };
    for (const [said, url] of Object.entries(addresses))
      for (const github of [[], ['--github'], ['--json']]) {
        await using cwd = await scratch();
        const { code, stdout, stderr } = await gated(
          cwd.path,
          ['--notify-on', word, ...github],
          { GATEBENCH_WEBHOOK_URL: url },
          word === 'fail',
        );
        expect(code).toBe(word === 'fail' ? 4 : 0);
        if (github[0] === '--github')
          expect(stdout).toMatch(/^::warning title=gatebench::.*GATEBENCH_WEBHOOK_URL/m);
        expect(stdout + stderr).toContain(said);
        expect(stdout + stderr + (await written(cwd.path))).not.toContain(secret);
      }
  },
);

test('a proxy that cannot be used is a warning, too', async () => {
  const env = { GATEBENCH_WEBHOOK_URL: 'https://hooks.example.com/x', https_proxy: 'nonsense' };
  const io = { env, cwd: '.', clock: new HandClock() };
  expect(await notify(gateReport(), { notifyOn: ['pass'], dryRun: false }, io)).toMatch(
    /^The message to GATEBENCH_WEBHOOK_URL was not sent: /,
  );
});

test('a word that is none is refused before anything is done', async () => {
  await using cwd = await scratch();
  const { code, stderr } = await gatebench(
    ['gate', 'x', '--history', 'h', '--notify-on', 'fail,alarm'],
    cwd.path,
  );
  expect([code, stderr]).toEqual([
    2,
    'gatebench: --notify-on is fail, warning, incomplete, not-settled, learning, pass; "alarm" is not one of them.\nSee gatebench gate --help.\n',
  ]);
});

test('no name from a suite calls anybody in a chat, or makes a link', () => {
  const name = '<!channel> @all @Here <https://evil.example|x> & more';
  const { text } = gateMessage(
    gateReport({ run: run({ suite: name }), cells: [cell({ model: name, word: 'fail', alarms: 2 })] }),
  ) as { text: string };
  expect(text).not.toMatch(/[<>]|@(?:all|here|channel)/i);
  expect(text).toContain('&lt;!channel&gt;');
});
