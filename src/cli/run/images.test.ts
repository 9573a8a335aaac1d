import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readManifest } from '../../journal/manifest.ts';
import { createMock, type Mock } from '../../mock/mock-server.ts';
import { png } from '../../suite/testing/image-files.ts';
import { gatebench, type Finished, scratch, type Scratch } from '../testing/gatebench.ts';

const picture = png(320, 200, 'the data of the picture: \0\xff\xfe');
const base64 = picture.toString('base64');

const suite = (gateway: string): string =>
  `version: 1
name: pictures
gateway: ${gateway}
models: [custom-ollama/sim-instant]
prompts:
  - id: invoice
    messages:
      - role: user
        content: [{ type: text, text: What is the total? }, { type: image, file: images/invoice.png }]
run: { repeat: 2, warmup: 0, concurrency: 1 }
`;

let home: Scratch;
let mock: Mock;
beforeAll(async () => {
  home = await scratch();
  mock = await createMock({ keepHeaders: true });
  await mkdir(join(home.path, 'suites/images'), { recursive: true });
  const write = (name: string, gateway: string) => writeFile(join(home.path, 'suites', name), suite(gateway));
  await write('compat.yaml', '{ route: compat }');
  await write('native.yaml', '{ route: local, local: { api: native } }');
});
afterAll(async () => {
  await mock.close();
  await home[Symbol.asyncDispose]();
});

const file = (): string => join(home.path, 'suites/images/invoice.png');
const env = { CF_AIG_TOKEN: 'a-token-for-the-mock' };
const run = (...args: string[]): Promise<Finished> => {
  const base = args[0]!.includes('native') ? mock.url : `${mock.url}/v1/acc/gw/compat`;
  return gatebench(['run', ...args, '--quiet', '--base-url', base], home.path, env);
};

beforeEach(async () => {
  await writeFile(file(), picture);
  await fetch(`${mock.url}/__mock/requests`, { method: 'DELETE' });
});

/** The last message of each chat request received. */
async function asked(): Promise<unknown[]> {
  const seen = (await (await fetch(`${mock.url}/__mock/requests`)).json()) as {
    path: string;
    body: string;
  }[];
  return seen
    .filter(({ path }) => /\/chat(?:\/completions)?$/.test(path))
    .map(({ body }) => (JSON.parse(body) as { messages: unknown[] }).messages.at(-1));
}

test.each([
  [
    'compat.yaml',
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is the total?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${base64}` } },
      ],
    },
  ],
  ['native.yaml', { role: 'user', content: 'What is the total?', images: [base64] }],
])('%s: the server gets the very bytes, and the run keeps none of them', async (name, message) => {
  const out = `whole-${name}`;
  expect(await run(`suites/${name}`, '--out', out)).toMatchObject({ code: 0 });
  expect(await asked()).toEqual([message, message]);
  const text = await readFile(join(home.path, out, 'run.json'), 'utf8');
  expect(text).not.toContain(base64.slice(0, 40));
  const { suite: kept } = await readManifest(join(home.path, out));
  expect((kept.prompts[0]!.messages[0]!.content as object[])[1]).toMatchObject({
    ...{ file: 'images/invoice.png', bytes: picture.length, width: 320, height: 200 },
  });
  const [header, row] = (await readFile(join(home.path, out, 'requests.csv'), 'utf8')).split('\n');
  const column = (wanted: string): string => row!.split(',')[header!.split(',').indexOf(wanted)]!;
  expect(column('upload_ms')).toMatch(/^\d/);
  // By the mock's count: 256 per image.
  expect(Number(column('prompt_tokens'))).toBeGreaterThan(256);
});

test('plan says how an image counts', async () => {
  const { code, stdout } = await gatebench(['plan', 'suites/compat.yaml'], home.path);
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, ' ')).toContain('one for each 16 × 16 pixels, or 2,000 if that is more');
});

test('a resume with a changed image sends nothing, and continues once it is restored', async () => {
  const out = 'cut';
  const journal = join(home.path, out, 'requests.csv');
  expect((await run('suites/compat.yaml', '--out', out)).code).toBe(0);
  const [header, first] = (await readFile(journal, 'utf8')).split('\n');
  const before = `${header}\n${first}\n`;
  await writeFile(journal, before);
  for (const [spoil, words] of [
    [() => rm(file()), /images\/invoice\.png does not exist/],
    [() => writeFile(file(), png(320, 200, 'other data')), /images\/invoice\.png has changed since/],
    [() => writeFile(file(), 'text'), /images\/invoice\.png is not a PNG/],
  ] as const) {
    await spoil();
    const refused = await run('--resume', out);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(words) as string });
    expect(refused.stderr).toContain('Nothing was sent');
  }
  expect(await asked()).toHaveLength(2);
  expect(await readFile(journal, 'utf8')).toBe(before);
  await writeFile(file(), picture);
  expect(await run('--resume', out)).toMatchObject({ code: 0 });
  expect(await asked()).toHaveLength(3);
});

test('so does a retry of errors', async () => {
  const out = 'failed';
  const failing = suite('{ route: compat }').replace('sim-instant', 'sim-instant?status=400');
  await writeFile(join(home.path, 'suites/failing.yaml'), failing);
  await run('suites/failing.yaml', '--out', out);
  const before = await asked();
  expect(before).not.toEqual([]);
  await rm(file());
  const refused = await run('--retry-errors', out);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('Nothing was sent') as string });
  expect(await asked()).toEqual(before);
});
