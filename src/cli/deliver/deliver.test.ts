import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import type { GateWord } from '../../analysis/gate.ts';
import { json } from '../../report/gate/gate-json.ts';
import { comment, commentMarker } from '../../report/gate/gate-markdown.ts';
import { cell, evil, gateReport, threshold } from '../../report/gate/testing/sample-gate.ts';
import { run as runFacts } from '../../report/testing/sample-reports.ts';
import { nightlySuite, writeNight } from '../gate/testing/nightly-runs.ts';
import { gatebench as runInProcess } from '../gatebench.ts';
import { gatebench, scratch, testIo, type Finished, type Scratch } from '../testing/gatebench.ts';
import { fakeGh, type FakeGh, type FakeIssue } from './testing/fake-gh.ts';

const style = { columns: 80, color: false };

interface Night {
  verdict?: GateWord;
  suite?: string;
  models?: readonly string[];
}

/** The files that the gate leaves for a night. */
async function night(
  { path }: Scratch,
  { verdict = 'fail', suite = 'support', models = ['glm'] }: Night = {},
): Promise<string> {
  const folder = join(path, `night-${suite.replaceAll(/\W/g, '-')}`);
  const word = verdict === 'fail' ? 'fail' : 'pass';
  const report = gateReport({
    run: runFacts({ suite, routes: ['compat'] }),
    word: verdict,
    verdict,
    cells: models.map((model) => cell({ model, word, alarms: 2, ratio: 1.5 })),
  });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'gate.json'), json.render(report, style));
  await writeFile(join(folder, 'comment.md'), comment.render(report, style));
  return folder;
}

const job = { GITHUB_REPOSITORY: 'me/mine', GITHUB_REF: 'refs/heads/main', GH_TOKEN: 'of the job' };

const deliver = (
  cwd: Scratch,
  gh: FakeGh,
  folders: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> => gatebench(['deliver', ...folders], cwd.path, { ...job, ...gh.env, ...env });

/** The effect of each call for a list of nights, in a word or two. */
async function done(cwd: Scratch, gh: FakeGh, nights: readonly Night[]): Promise<string[]> {
  const said: string[] = [];
  for (const each of nights) said.push((await deliver(cwd, gh, [await night(cwd, each)])).stdout.trim());
  return said;
}

const issue = (number: number, rest: Partial<FakeIssue> = {}): FakeIssue => ({
  number,
  state: 'open',
  title: 'x',
  body: `${commentMarker('support')}\nearlier`,
  labels: ['gatebench'],
  ...rest,
});

describe('an issue', () => {
  test('is opened when a failure is confirmed, updated while it lasts, and closed at the first pass', async () => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path);
    expect(await done(cwd, gh, [{ verdict: 'learning' }, { verdict: 'warning' }])).toEqual(['', '']);
    expect(gh.sent()).toEqual([]);
    expect(await done(cwd, gh, [{}])).toEqual(['support: opened issue #1']);
    const [, opened] = gh.sent();
    expect(opened).toMatchObject({
      method: 'POST',
      path: 'issues',
      body: { title: 'gatebench: support fails: e2e_latency_ms of glm', labels: ['gatebench'] },
    });
    expect(opened!.body!['body']).toMatch(
      /^<!-- gatebench-gate support -->\n## fail · `support`\n[^]*1\.50×/,
    );
    // The same night again changes nothing.
    expect(await done(cwd, gh, [{}])).toEqual(['']);
    const more = { models: ['glm', 'kimi'] };
    expect(await done(cwd, gh, [more, { verdict: 'warning' }, { verdict: 'incomplete' }])).toEqual(
      Array(3).fill('support: updated issue #1'),
    );
    expect(gh.sent().map(({ method }) => method)).toEqual(['PATCH', 'PATCH', 'PATCH']);
    expect(await done(cwd, gh, [{ verdict: 'pass' }, { verdict: 'pass' }])).toEqual([
      'support: closed issue #1',
      '',
    ]);
    const { issues, comments } = gh.state;
    expect(issues).toMatchObject([{ state: 'closed', state_reason: 'completed', labels: ['gatebench'] }]);
    expect(comments.map(({ body }) => body)).toEqual(['It passes again.']);
    expect(await done(cwd, gh, [{}])).toEqual(['support: opened issue #2']);
  });

  test('that a person closed is not opened again for the same, but for something else, or after a pass', async () => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path);
    const close = (): void => {
      for (const each of gh.state.issues) each.state = 'closed';
    };
    const both = { models: ['glm', 'kimi'] };
    await done(cwd, gh, [both]);
    close();
    expect(await done(cwd, gh, [{}, both, { verdict: 'warning' }])).toEqual(['', '', '']);
    expect(await done(cwd, gh, [{ models: ['glm', 'qwen'] }])).toEqual(['support: opened issue #2']);
    close();
    // A pass is recorded without a notification.
    expect(await done(cwd, gh, [{ verdict: 'pass' }, { verdict: 'pass' }])).toEqual([
      'support: updated issue #2',
      '',
    ]);
    expect(gh.state.issues[1]!.state).toBe('closed');
    expect(await done(cwd, gh, [{ models: ['qwen'] }])).toEqual(['support: opened issue #3']);
  });

  test('of two that are open, the first continues', async () => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path, [issue(3), issue(4)]);
    expect(await done(cwd, gh, [{}])).toEqual([
      'support: updated issue #3\nsupport: closed issue #4, which said the same as #3',
    ]);
    const { issues, comments } = gh.state;
    expect(issues.map(({ state }) => state)).toEqual(['open', 'closed']);
    expect(comments).toMatchObject([{ issue: 4, body: 'Continued in #3.' }]);
  });

  test.each<[string, Partial<FakeIssue>]>([
    ['of another suite', { body: `${commentMarker('support-2')}\n` }],
    ['without our label, which a stranger can write', { labels: [] }],
    ['that is a pull request', { pull_request: {} }],
    ['that only quotes the mark', { body: `> ${commentMarker('support')}\n` }],
    ['without a text', { body: null as unknown as string }],
  ])('%s is not touched', async (_, rest) => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path, [issue(3, rest)]);
    expect(await done(cwd, gh, [{ verdict: 'pass' }, {}])).toEqual(['', 'support: opened issue #4']);
    expect(gh.state.issues[0]).toEqual(issue(3, rest));
  });

  test('is found among many, with the line ends of Windows', async () => {
    await using cwd = await scratch();
    const others = Array.from({ length: 130 }, (_, n) => issue(n + 2, { body: 'other' }));
    await using gh = await fakeGh(cwd.path, [
      issue(1, { body: `${commentMarker('support')}\r\nearlier` }),
      ...others,
    ]);
    expect(await done(cwd, gh, [{}])).toEqual(['support: updated issue #1']);
    const [first] = gh.state.issues;
    first!.body = first!.body.replaceAll('\n', '\r\n');
    expect(await done(cwd, gh, [{}])).toEqual(['']);
  });

  test('each suite has its own, whatever its name, and nobody is notified', async () => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path);
    const folders = [await night(cwd, {}), await night(cwd, { suite: evil, models: [evil, '@all'] })];
    await deliver(cwd, gh, folders);
    const { issues } = gh.state;
    expect(issues).toHaveLength(2);
    expect(issues[1]!.title).not.toMatch(/[\n\u0000-\u001f]/);
    expect(issues[1]!.body).not.toMatch(/^(?!.*`).*@all/m);
    await night(cwd, { suite: evil, verdict: 'pass' });
    expect((await deliver(cwd, gh, folders.slice(1))).stdout).toContain('closed issue #2');
  });

  test('says from which place, so that another place is another failure', async () => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path);
    const folder = await night(cwd);
    const from = async (vantage: string): Promise<string> => {
      const cells = [cell({ word: 'fail', alarms: 2, vantage })];
      await writeFile(
        join(folder, 'gate.json'),
        json.render(gateReport({ word: 'fail', verdict: 'fail', cells }), style),
      );
      return (await deliver(cwd, gh, [folder])).stdout;
    };
    await from('fra');
    expect(gh.state.issues[0]!.title).toMatch(/fails: e2e_latency_ms of glm from fra$/);
    gh.state.issues[0]!.state = 'closed';
    expect([await from('fra'), await from('sin')]).toEqual(['', expect.stringContaining('opened issue #2')]);
  });

  test('of a threshold says which', async () => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path);
    const folder = await night(cwd);
    const report = gateReport({ word: 'fail', verdict: 'fail', thresholds: [threshold('failed')] });
    await writeFile(join(folder, 'gate.json'), json.render(report, style));
    await deliver(cwd, gh, [folder]);
    expect(gh.state.issues[0]!.title).toMatch(/fails: p95\(e2e_latency_ms\) of glm$/);
  });
});

describe('a comment on a pull request', () => {
  const pull = { GITHUB_REF: 'refs/pull/12/merge' };

  test('is written once, kept up to date, and no issue with it', async () => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path);
    const said = async (verdict: GateWord): Promise<string> =>
      (await deliver(cwd, gh, [await night(cwd, { verdict })], pull)).stdout.trim();
    expect(await said('pass')).toBe('');
    expect(await said('fail')).toBe('support: commented on #12');
    expect([await said('fail'), await said('pass'), await said('pass')]).toEqual([
      '',
      'support: updated the comment on #12',
      '',
    ]);
    const { comments, issues } = gh.state;
    expect([comments.length, issues]).toEqual([1, []]);
    expect(comments[0]!.body).toMatch(/^<!-- gatebench-gate support -->\n## pass/);
  });

  test('of a change says what compare says, whatever the verdict, and cuts what GitHub would not take', async () => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path);
    const { suite } = await nightlySuite(cwd.path, { prompts: 2 });
    const revision = { ref: 'HEAD^1', commit: 'a'.repeat(40), path: 'nightly.yaml' };
    const against = { ...revision, unchanged: 2, added: [], removed: [] };
    const changed = { ...suite, against } as unknown as typeof suite;
    const folder = await writeNight(cwd.path, { suite: changed, file: 'x', night: 1, seed: 'd' });
    const warned = await deliver(cwd, gh, [folder], pull);
    expect(warned.stderr).toContain('comment.md does not exist');
    await writeFile(join(folder, 'comment.md'), `**0.92× latency**\n\n${'x'.repeat(70_000)}\n\nend\n`);
    expect((await deliver(cwd, gh, [folder], pull)).stdout).toBe('nightly: commented on #12\n');
    const [said] = gh.state.comments;
    expect(said!.body).toBe(
      '<!-- gatebench-change nightly -->\n**0.92× latency**\n\nend\n\n_1 more section cut for length; see gate.json._\n',
    );
    await writeFile(join(folder, 'comment.md'), '**0.95× latency**\n');
    expect((await deliver(cwd, gh, [folder], pull)).stdout).toBe('nightly: updated the comment on #12\n');
  });

  test('of a person stays as it is', async () => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path);
    const theirs = { id: 1, issue: 12, user: { type: 'User' }, body: `${commentMarker('support')}\nhi` };
    gh.state.comments.push(theirs);
    await deliver(cwd, gh, [await night(cwd)], pull);
    expect(gh.state.comments).toMatchObject([theirs, { issue: 12 }]);
  });
});

describe('what goes wrong is a warning and no exit code', () => {
  test.each<[string, Record<string, string>, string]>([
    ['a job without a token', { GH_TOKEN: '' }, 'Does the job have GH_TOKEN'],
    ['a fork', { GH_TOKEN: 'refused' }, 'Forks have neither'],
    ['an answer that is no JSON', { GH_TOKEN: 'broken' }, 'gh did not answer with JSON: <html>'],
    ['no gh at all', { PATH: '/nowhere' }, 'the program gh is not installed'],
  ])('%s', async (name, env, says) => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path);
    const given = { ...job, ...gh.env, ...env };
    if (name === 'a job without a token') delete (given as Partial<typeof given>).GH_TOKEN;
    const { code, stdout, stderr } = await gatebench(['deliver', await night(cwd)], cwd.path, given);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^::warning title=gatebench::not delivered: .*\n$/);
    expect(stderr).toContain(
      name === 'a job without a token' ? 'set the GH_TOKEN environment variable' : says,
    );
  });

  test('a night that was not gated does not keep another from being reported', async () => {
    await using cwd = await scratch();
    await using gh = await fakeGh(cwd.path);
    await mkdir(join(cwd.path, 'damaged'));
    for (const name of ['gate.json', 'comment.md']) await writeFile(join(cwd.path, 'damaged', name), '{}');
    const { code, stdout, stderr } = await deliver(cwd, gh, ['nights/*', 'damaged', await night(cwd)]);
    expect([code, stdout]).toEqual([0, 'support: opened issue #1\n']);
    expect(stderr).toContain('nights/*/comment.md does not exist. Run gatebench gate with --github first.');
    expect(stderr).toContain('damaged/gate.json was not written by gate --github.');
  });

  test('a gh that does not answer is not waited for longer than the clock says', async () => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'gh'), '#!/bin/sh\nexec sleep 600', { mode: 0o755 });
    const slept: number[] = [];
    // A clock on which every deadline has passed at once.
    const clock = { ...systemClock, sleep: (ms: number) => Promise.resolve(void slept.push(ms)) };
    const env = { ...job, PATH: `${cwd.path}:/usr/bin:/bin` };
    const io = { ...testIo(cwd.path, env), clock };
    const folder = await night(cwd);
    expect(await runInProcess(['deliver', folder], io)).toBe(0);
    expect(slept).toEqual([30_000]);
    expect(io.stderr.text).toContain('gh did not answer within 30 s');
  });
});

test('it is for GitHub Actions, and for runs', async () => {
  await using cwd = await scratch();
  expect((await gatebench(['deliver', 'x'], cwd.path)).stderr).toBe(
    'gatebench: deliver is for GitHub Actions: GITHUB_REPOSITORY is not set.\n',
  );
  expect((await gatebench(['deliver'], cwd.path, job)).code).toBe(2);
});

test('for machines it says what it did', async () => {
  await using cwd = await scratch();
  await using gh = await fakeGh(cwd.path);
  const { stdout } = await deliver(cwd, gh, ['--json', await night(cwd), 'no']);
  expect(JSON.parse(stdout)).toMatchObject({
    delivered: [{ suite: 'support', did: 'opened issue #1' }],
    warnings: [expect.stringContaining('no/comment.md')],
  });
});
