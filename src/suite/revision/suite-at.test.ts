import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../base/user-error.ts';
import { imagesIn } from '../image.ts';
import { png } from '../testing/image-files.ts';
import { repository, type Repository } from '../testing/repository.ts';
import { tempFolder } from '../testing/temp-suite.ts';
import { checkOutSuite, loadSuiteAt, NoSuiteThere, type SuiteAt } from './suite-at.ts';

const suite = (prompts: string): string =>
  `version: 1\nname: s\nmodels: [custom-ollama/a]\nprompts:\n${prompts}`;

const everything = suite(`
  - { id: file, prompt: { file: texts/question.md } }
  - { id: link, prompt: { file: texts/link.md } }
  - id: rows
    prompt: 'Say {{word}}'
    dataset: { file: "data/all rows.csv" }
  - id: image
    messages: [{ role: user, content: [{ type: image, file: pictures/one.png }] }]
  - id: checked
    prompt: x
    checks: [{ type: contains, value: old }]
`);

let home: Repository;
let first: string;
beforeAll(() => {
  home = repository();
  first = home.commit({
    'suites/s.yaml': everything,
    'suites/texts/question.md': 'Old question?\r\n',
    'suites/texts/real.md': 'Old linked text',
    'suites/texts/link.md': '-> real.md',
    'suites/data/all rows.csv': 'word\nold\nolder\n',
    'suites/pictures/one.png': png(1, 1, 'old'),
    'suites/broken.yaml': suite('  - { id: a, promt: x }\n'),
    'suites/gone.yaml': suite('  - { id: a, prompt: { file: nowhere.md } }\n'),
    'top.yaml': suite('  - { id: a, prompt: old }\n'),
    'old-name.yaml': suite('  - { id: a, prompt: before the move }\n'),
  });
  home.git('tag', 'v1');
  home.commit({
    'suites/texts/question.md': 'New question?',
    'suites/texts/real.md': 'New linked text',
    'suites/data/all rows.csv': 'word\nnew\n',
    'suites/pictures/one.png': png(1, 1, 'new'),
    'suites/broken.yaml': suite('  - { id: a, prompt: x }\n'),
    'suites/gone.yaml': suite('  - { id: a, prompt: x }\n'),
    'suites/new.yaml': suite('  - { id: a, prompt: x }\n'),
    'top.yaml': suite('  - { id: a, prompt: new }\n'),
    'old-name.yaml': null,
    'moved/name.yaml': suite('  - { id: a, prompt: before the move }\n'),
  });
});
afterAll(() => home[Symbol.dispose]());

const env = { PATH: process.env['PATH'] };
const at = (file: string, ref: string, folder = home.folder, own = env): Promise<SuiteAt> =>
  loadSuiteAt(join(folder, file), ref, { shown: file, env: own });

const refusal = (...asked: Parameters<typeof at>): Promise<string> =>
  at(...asked).then(
    () => 'none',
    (error: unknown) => {
      if (error instanceof UserError || error instanceof NoSuiteThere) return error.message;
      throw error;
    },
  );

describe('a suite at a revision', () => {
  test.each(['HEAD~1', 'v1', 'HEAD^'])('%s: it has the texts, rows and images of then', async (ref) => {
    const { suite: then, commit, path } = await at('suites/s.yaml', ref);
    expect([commit, path]).toEqual([first, 'suites/s.yaml']);
    const said = then.prompts.map(({ id, messages }) => [id, messages[0]!.content]);
    expect(Object.fromEntries(said)).toMatchObject({
      file: 'Old question?',
      link: 'Old linked text',
      'rows[1]': 'Say old',
      'rows[2]': 'Say older',
      checked: 'x',
    });
    const [image] = imagesIn(then.prompts.flatMap(({ messages }) => messages));
    const now = (await at('suites/s.yaml', 'HEAD')).suite;
    expect(image!.sha256).not.toBe(imagesIn(now.prompts.flatMap(({ messages }) => messages))[0]!.sha256);
  });

  test('the top of the repository will do, a subfolder as well, and so will a short commit', async () => {
    expect((await at('top.yaml', first.slice(0, 8))).suite.prompts[0]!.messages[0]!.content).toBe('old');
  });

  test('in a hook of git, and in a further working tree, it is the same', async () => {
    const hook = { ...env, GIT_DIR: '.git', GIT_INDEX_FILE: '.git/index', GIT_PREFIX: 'x/' };
    expect((await at('suites/s.yaml', 'v1', home.folder, hook)).commit).toBe(first);
    await using other = await tempFolder({});
    const tree = join(other.path, 'tree');
    home.git('worktree', 'add', '--quiet', '--detach', tree);
    expect((await at('suites/s.yaml', 'v1', tree)).path).toBe('suites/s.yaml');
    home.git('worktree', 'remove', '--force', tree);
  });

  test('a file that was moved is found where it was', async () => {
    expect((await at('moved/name.yaml', 'v1')).path).toBe('old-name.yaml');
  });

  test('nothing of it stays in the folder for passing files, and the working tree is not touched', async () => {
    // Other users of this machine have folders of their own.
    const name = `only-here-${process.pid}.yaml`;
    using own = repository();
    own.commit({ [name]: suite('  - { id: a, prompt: x }\n') });
    await at(name, 'HEAD', own.folder);
    own.commit({ [name]: suite('  - { id: a, promt: x }\n') });
    await refusal(name, 'HEAD', own.folder);
    const left = readdirSync(tmpdir()).filter((folder) => existsSync(join(tmpdir(), folder, name)));
    expect(left).toEqual([basename(own.folder)]);
    expect(own.git('status', '--porcelain')).toBe('');
  });

  test('its files can be had again by the commit, as long as the repository has them', async () => {
    const file = join(home.folder, 'suites/s.yaml');
    const out = (await checkOutSuite(file, { commit: first, path: 'suites/s.yaml' }, env))!;
    expect(readdirSync(join(out.folder, 'pictures'))).toEqual(['one.png']);
    await out.remove();
    const gone = { commit: '0'.repeat(40), path: 'suites/s.yaml' };
    expect(await checkOutSuite(file, gone, env)).toBeUndefined();
  });
});

describe('what is missing is said in one message', () => {
  test.each([
    [
      'no such revision',
      'nonsense',
      /--against "nonsense": there is no such revision in this repository\. Name a branch/,
    ],
    ['a slip of the pen', 'mian', /did you mean "main"\?/],
    ['an empty name', '', /--against "": there is no such revision/],
    ['an option of git', '--help', /--against "--help": there is no such revision/],
    ['a file, no commit', 'HEAD:top.yaml', /there is no such revision/],
  ])('%s', async (_, ref, message) => {
    expect(await refusal('top.yaml', ref)).toMatch(message);
  });

  test('a suite that was not there yet', async () => {
    await expect(at('suites/new.yaml', 'v1')).rejects.toBeInstanceOf(NoSuiteThere);
    expect(await refusal('suites/new.yaml', 'v1')).toBe(
      `suites/new.yaml does not exist at v1 (${first.slice(0, 7)})`,
    );
  });

  test('a suite that was wrong then is reported with its place at that time', async () => {
    expect(await refusal('suites/broken.yaml', 'v1')).toMatch(/^v1:suites\/broken\.yaml:5:14: .*promt/);
    expect(await refusal('suites/gone.yaml', 'v1')).toMatch(
      /^v1:suites\/gone\.yaml:.*"nowhere\.md" does not exist/,
    );
  });

  test('no repository', async () => {
    await using folder = await tempFolder({});
    expect(await refusal('s.yaml', 'main', folder.path)).toBe(
      's.yaml: it is not in a git repository, so there is no earlier revision of it. Leave out --against.',
    );
  });

  test('no git', async () => {
    expect(await refusal('top.yaml', 'v1', home.folder, { PATH: '/nowhere' })).toMatch(
      /there is no git on the PATH/,
    );
  });

  test('a repository without a commit', async () => {
    using empty = repository();
    empty.write({ 's.yaml': suite('  - { id: a, prompt: x }\n') });
    expect(await refusal('s.yaml', 'main', empty.folder)).toMatch(/this repository has no commit yet/);
  });

  test('a clone that is shallow, or knows the branch by its remote name alone', async () => {
    home.git('branch', '--force', 'release', 'v1');
    await using folder = await tempFolder({});
    const clone = (name: string, ...how: string[]): string => {
      const into = join(folder.path, name);
      execFileSync('git', ['clone', '--quiet', ...how, `file://${home.folder}`, into], { stdio: 'pipe' });
      return into;
    };
    expect(await refusal('top.yaml', 'HEAD~1', clone('shallow', '--depth', '1'))).toMatch(
      /this clone is shallow and does not have it\. .* --unshallow; for actions\/checkout, set fetch-depth: 0/,
    );
    expect(await refusal('top.yaml', 'release', clone('full'))).toMatch(/did you mean "origin\/release"\?/);
  });
});
