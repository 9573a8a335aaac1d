import { createHash } from 'node:crypto';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { askHash, suiteHash } from './hash.ts';
import { imagesIn } from './image.ts';
import { loadSuiteText } from './load.ts';
import { gif, jpeg, png } from './testing/image-files.ts';
import { faultsOf, load, minimal, tempFolder } from './testing/temp-suite.ts';

const files = {
  'images/cat.png': png(640, 480),
  'images/photo.txt': jpeg(1200, 800),
  'images/a.gif': gif(3, 2),
  'empty.png': '',
  'text.png': 'a text',
  'cut.png': png(640, 480).subarray(0, 14),
  'heavy.png': png(9, 9, ' '.repeat(5_000_001 - png(9, 9).length)),
  'full.png': png(9, 9, ' '.repeat(5_000_000 - png(9, 9).length)),
};

const asked = (...parts: string[]): string =>
  minimal(`prompts: [{ id: a, messages: [{ role: user, content: [${parts.join(', ')}] }] }]`);
const image = (file: string): string => `{ type: image, file: ${file} }`;

test('the suite keeps what an image is, and not its data', async () => {
  const { prompts } = await load(
    minimal(
      `prompts: [{ id: a, vars: { x: 7 }, messages: [{ role: user, content: [{ type: text, text: 'Of {{x}}?' }, ${image('images/cat.png')}] }] }]`,
    ),
    files,
  );
  const cat = files['images/cat.png'];
  expect(prompts[0]!.messages).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Of 7?' },
        {
          type: 'image',
          file: 'images/cat.png',
          sha256: createHash('sha256').update(cat).digest('hex'),
          bytes: cat.length,
          width: 640,
          height: 480,
        },
      ],
    },
  ]);
});

test('its kind is recognized by its bytes, not by its name; the largest is still sent', async () => {
  const { prompts } = await load(
    asked(image('images/photo.txt'), image('images/a.gif'), image('full.png')),
    files,
  );
  expect(imagesIn(prompts[0]!.messages)).toMatchObject([
    { width: 1200, height: 800 },
    { width: 3, height: 2 },
    { bytes: 5_000_000 },
  ]);
});

test('defaults may hold one', async () => {
  const { prompts } = await load(
    minimal(
      `defaults: { messages: [{ role: user, content: [${image('images/a.gif')}] }] }\nprompts: [{ id: a, prompt: What is it? }]`,
    ),
    files,
  );
  expect(imagesIn(prompts[0]!.messages)).toHaveLength(1);
});

test('another picture is another question, whatever it is called', async () => {
  const suite = asked(image('p.png'));
  const hashes = async (bytes: Buffer): Promise<string[]> => {
    const loaded = await load(suite, { 'p.png': bytes });
    return [suiteHash(loaded), askHash(loaded)];
  };
  const before = await hashes(png(4, 4, 'one'));
  expect(await hashes(png(4, 4, 'one'))).toEqual(before);
  const after = await hashes(png(4, 4, 'two'));
  expect(after.map((hash, index) => hash === before[index])).toEqual([false, false]);
});

describe('refused at its place', () => {
  test.each<[string, string, RegExp]>([
    [
      'a file that is not there',
      image('images/cot.png'),
      /content\.0\.file: "images\/cot\.png" does not exist; did you mean "cat\.png"/,
    ],
    ['a folder', image('images'), /"images" is a folder, not a file/],
    ['a file outside', image('../cat.png'), /lies outside the folder of the suite/],
    ['an absolute path', image('/etc/hostname'), /must be given relative to the suite/],
    ['an address', image('https://example.com/cat.png'), /is an address, whose image may change/],
    ['a data URL', image("'data:image/png;base64,AAAA'"), /is an address/],
    ['a variable', image("'images/{{x}}.png'"), /takes no variables/],
    ['an empty file', image('empty.png'), /"empty\.png" is empty/],
    ['a text', image('text.png'), /"text\.png" is not a PNG, JPEG, WebP or GIF image/],
    ['a broken head', image('cut.png'), /"cut\.png" is a broken image/],
    ['one byte too many', image('heavy.png'), /"heavy\.png" is larger than 5 MB/],
    [
      'too much together',
      Array(5).fill(image('full.png')).join(', '),
      /^suite\.yaml:\d+:\d+: .*\bid: the images of a request may total 20 MB; here they are 25\.0 MB/,
    ],
    [
      'no file',
      '{ type: image }',
      /content\.0: an image needs its file: write \{ type: image, file: PATH \}/,
    ],
    [
      'a slip of the pen',
      '{ type: image, fil: images/cat.png }',
      /an image needs its file.*\n.*an image takes no "fil"/,
    ],
    ['a number', '{ type: image, file: 7 }', /content\.0\.file: 7 is not the path of an image/],
    [
      'something beside it',
      '{ type: image, file: images/cat.png, detail: low }',
      /content\.0\.detail: an image takes no "detail"/,
    ],
    [
      "another API's type",
      '{ type: image_url, file: images/cat.png }',
      /content\.0\.file: .*for an image write \{ type: image, file: PATH \}/,
    ],
  ])('%s', async (_, part, fault) => {
    const faults = await faultsOf(asked(part), files);
    expect(faults.join('\n')).toMatch(fault);
    for (const line of faults) expect(line).toMatch(/^suite\.yaml:4:\d+: /);
  });

  test('a link that leads out', async () => {
    await using outside = await tempFolder(files);
    await using folder = await tempFolder({});
    await symlink(join(outside.path, 'images/cat.png'), join(folder.path, 'link.png'));
    await expect(loadSuiteText(asked(image('link.png')), folder.path)).rejects.toThrow(
      /"link\.png" is a link that points outside/,
    );
  });

  test('a variant that would say something else in its place', async () => {
    const suite = `${asked(image('images/cat.png'))}variants: [{ id: plain }, { id: short, prompts: { a: 'What?' } }]`;
    expect(await faultsOf(suite, files)).toEqual([
      expect.stringMatching(
        /^suite\.yaml:5:\d+: variants\.1\.prompts\.a: would replace a message with an image/,
      ),
    ]);
  });
});

test("another API's image part is sent unchanged", async () => {
  const part = { type: 'image', source: { type: 'url', url: 'https://example.com/cat.png' } };
  const { prompts } = await load(asked(JSON.stringify(part)));
  expect(prompts[0]!.messages[0]!.content).toEqual([part]);
});
