import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { historyColumns, type HistoryRow } from '../../analysis/history.ts';
import { nightColumns, type NightRow } from '../../analysis/night-figures.ts';
import { verdictColumns, type VerdictRow } from '../../analysis/night-verdicts.ts';
import { decision, historyOf, nightRow, runIdOf, startOf } from '../../analysis/testing/nights.ts';
import type { Column } from '../../base/column.ts';
import { anyText } from '../../base/testing/any-text.ts';
import { csvFile } from '../../journal/csv-file.ts';
import { hostileTexts } from '../../report/page/testing/hostile.ts';
import { siteFeed } from '../../report/site/site-feed.ts';
import { siteFiles } from '../../report/site/site-files.ts';
import { LastingNames, plainName } from '../../report/site/site-names.ts';
import { gateNight } from '../gate/night.ts';
import { nightlySuite, writeNight } from '../gate/testing/nightly-runs.ts';
import { gatebench, scratch, type Finished } from '../testing/gatebench.ts';
import { siteOf, type HistoryTables } from './site-of.ts';

/** Twenty nights. The level of a moves on the tenth. */
const level = Array.from({ length: 20 }, (_, night) => (night < 10 ? 1000 : 1500) + (night % 3) * 10);
const steady = level.map((_, night) => 700 + (night % 3) * 5);
const month = historyOf(
  { a: level, b: steady, c: steady, d: steady, e: steady },
  { ci_low: 600, ci_high: 1800 },
);

function verdict(night: number, word: string, more: Partial<VerdictRow> = {}): VerdictRow {
  return {
    ...{ at: startOf(night), run_id: runIdOf(night), suite: 'nightly', routes: ['compat'], word },
    ...{ metric: undefined, route: undefined, model: undefined, vantage: undefined, says: undefined },
    ...more,
  };
}

const alarm = { metric: 'e2e_latency_ms', route: 'compat', model: 'a', says: 'fail, night 2: a is slow' };
const verdicts = [
  verdict(7, 'learning 6/7'),
  verdict(8, 'pass'),
  verdict(9, 'incomplete', { says: '9 of 10 requests failed' }),
  verdict(10, 'warning', { suite: 'nightly' }),
  verdict(11, 'fail'),
  verdict(11, 'fail', alarm),
];

/** Cells of every row, whatever it is about. */
const always = Object.fromEntries(
  nightColumns
    .filter((column: Column) => column.required && column.kind === 'number')
    .map(({ name }) => [name, 8]),
);

const figures = (night: number, model: string, more: Partial<NightRow> = {}): NightRow =>
  ({
    ...{ at: startOf(night), run_id: runIdOf(night), suite: 'nightly', route: 'compat', model },
    ...always,
    ttft_ms_geomean: 412 + night,
    ...{ ttft_ms_geomean_ci_low: 380, ttft_ms_geomean_ci_high: 470, ...more },
  }) as NightRow;

const tables = (more: Partial<HistoryTables> = {}): HistoryTables => ({
  history: month,
  nights: [figures(18, 'a'), figures(19, 'a'), figures(19, 'a', { tag: 'json', ttft_ms_geomean: 1 })],
  verdicts,
  ...more,
});

async function writeHistory(
  folder: string,
  { history, nights, verdicts: said }: HistoryTables,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'history.csv'), csvFile(historyColumns, history));
  await writeFile(join(folder, 'nights.csv'), csvFile(nightColumns, nights));
  await writeFile(join(folder, 'verdicts.csv'), csvFile(verdictColumns, said));
}

const publish = (folder: string, ...more: string[]): Promise<Finished> =>
  gatebench(['publish', 'history', '--out', 'site', ...more], folder);

/** Every file of a site with its bytes. */
async function filesOf(site: string): Promise<Record<string, string>> {
  const names = (await readdir(site, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  const paths = names.map((one) => join(one.parentPath, one.name)).sort();
  const read = paths.map(
    async (path) => [path.slice(site.length + 1), await readFile(path, 'utf8')] as const,
  );
  return Object.fromEntries(await Promise.all(read));
}

interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

function parseXml(text: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, children: [], text: '' };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', (piece) => (open.at(-1)!.text += piece));
  parser.write(text).close();
  return root.children[0]!;
}

const all = ({ children }: Element, name: string): Element[] => children.filter((one) => one.name === name);
const one = (of: Element, name: string): string => {
  const found = all(of, name);
  expect(found, `${name} stands once in ${of.name}`).toHaveLength(1);
  return found[0]!.text;
};

/** RFC 4287, sections 4.1.1 and 4.1.2: what a feed and an entry must have; 3.3 of dates. */
function assertAtom(text: string): Element[] {
  const feed = parseXml(text);
  expect(feed.name).toBe('feed');
  expect(feed.attributes['xmlns']).toBe('http://www.w3.org/2005/Atom');
  expect(all(feed, 'author')).not.toEqual([]);
  for (const author of all(feed, 'author')) expect(one(author, 'name')).not.toBe('');
  const entries = all(feed, 'entry');
  for (const each of [feed, ...entries]) {
    expect(one(each, 'id')).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(one(each, 'title')).not.toBe('');
    expect(one(each, 'updated')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(all(each, 'link').filter(({ attributes: { rel } }) => rel === 'alternate')).toHaveLength(1);
  }
  const ids = [feed, ...entries].map((each) => one(each, 'id'));
  expect(new Set(ids).size).toBe(ids.length);
  const times = entries.map((each) => one(each, 'updated'));
  expect(times).toEqual(times.toSorted().reverse());
  expect(times.every((time) => time <= one(feed, 'updated'))).toBe(true);
  return entries;
}

test('a history becomes a page, badges with the interval, and a feed, and the same history the same bytes', async () => {
  await using folder = await scratch();
  await writeHistory(join(folder.path, 'history'), tables());
  const done = await publish(folder.path);
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(done.stdout).toBe('Published 1 suite to site: open site/index.html.\n');
  const files = await filesOf(join(folder.path, 'site'));
  expect(Object.keys(files)).toEqual([
    ...['badge-nightly-a.json', 'badge-nightly.json', 'feed.xml', 'gatebench-site.json', 'index.html'],
  ]);
  expect(JSON.parse(files['badge-nightly-a.json']!)).toEqual({
    ...{ schemaVersion: 1, label: 'a TTFT, nightly', color: 'blue' },
    message: '431 ms (380 ms – 470 ms), 2026-11-20',
  });
  expect(JSON.parse(files['badge-nightly.json']!)).toMatchObject({
    message: 'fail, 2026-11-12',
    color: 'red',
  });
  expect(files['index.html']).toContain('fail, night 2: a is slow');
  expect(files['index.html']).toContain('2026-11-11 a e2e_latency_ms 1.50×');
  await publish(folder.path);
  expect(await filesOf(join(folder.path, 'site'))).toEqual(files);
  // Nor does it depend on the folder, on the order of lines, or on existing files.
  const { history, nights } = tables();
  const other = join(folder.path, 'other');
  await writeHistory(join(other, 'history'), {
    history: history.toReversed(),
    nights: nights.toReversed(),
    verdicts,
  });
  await publish(other);
  expect(await filesOf(join(other, 'site'))).toEqual(files);
});

test('the feed is valid Atom and has each verdict other than pass and each change point once, for good', () => {
  const site = siteOf({ ...tables(), warnings: [] })!;
  const entries = assertAtom(siteFeed(site));
  const said = entries.map((entry) => [one(entry, 'title'), one(entry, 'content')]);
  expect(said).toEqual([
    ['fail: nightly, 2026-11-12', 'fail, night 2: a is slow'],
    ['warning: nightly, 2026-11-11', ''],
    ['nightly: e2e_latency_ms of a 1.50× from 2026-11-11 on', expect.stringContaining('differ for good')],
    ['incomplete: nightly, 2026-11-10', '9 of 10 requests failed'],
  ]);
  // More nights and more suites leave earlier entries unchanged.
  const later = siteOf({
    history: [...month, ...historyOf({ x: [1, 2, 3] }, { suite: 'another' }), nightRow(20, 'a', 1510)],
    nights: [],
    verdicts: [...verdicts, verdict(20, 'fail')],
    warnings: [],
  })!;
  const ids = (of: readonly Element[]): string[] => of.map((entry) => one(entry, 'id'));
  expect(ids(assertAtom(siteFeed(later)))).toEqual(expect.arrayContaining(ids(entries)));
});

test('a level that changes in two places is two entries', () => {
  const history = ['fra', 'sin'].flatMap((vantage) =>
    historyOf({ a: level, b: steady, c: steady, d: steady, e: steady }, { vantage }),
  );
  const titles = assertAtom(siteFeed(siteOf({ history, nights: [], verdicts: [], warnings: [] })!)).map(
    (entry) => one(entry, 'title'),
  );
  expect(titles.toSorted()).toEqual(
    ['fra', 'sin'].map((place) => `nightly: e2e_latency_ms of a from ${place} 1.50× from 2026-11-11 on`),
  );
});

test('any text in a history is text in the feed and the page, and any name a plain address', () => {
  const name = fc.oneof(
    anyText({ minLength: 1 }),
    fc.constantFrom(...hostileTexts, '../x', 'a/b', '<script>', 'CON', '.'),
  );
  fc.assert(
    fc.property(name, name, name, (suite, model, says) => {
      const cells = { suite, model };
      const site = siteOf({
        history: [
          nightRow(1, model, 5, { suite }),
          nightRow(2, model, 6, { suite }),
          { ...decision('drop', 1), suite, reason: says },
        ],
        nights: [figures(2, model, cells)],
        verdicts: [verdict(2, 'fail', { suite }), verdict(2, 'fail', { ...alarm, suite, model, says })],
        warnings: [says],
      })!;
      for (const { path, text } of siteFiles(site)) {
        expect(path).toMatch(/^(index\.html|feed\.xml|badge-[A-Za-z0-9._-]{1,160}\.json)$/);
        if (path === 'feed.xml') assertAtom(text);
        if (path === 'index.html') expect(text.match(/<script/g)).toHaveLength(1);
      }
    }),
    { numRuns: 60 },
  );
});

test('names are plain on every system, and no two become one', () => {
  expect(['support-triage', 'glm-5.2', 'a_b'].map(plainName)).toEqual(['support-triage', 'glm-5.2', 'a_b']);
  const strange = [
    '../x',
    'x',
    'a/b',
    'a b',
    'a-b',
    '',
    '.',
    '..',
    'con',
    'nul.txt',
    'ü',
    'u',
    '-',
    'x'.repeat(300),
  ];
  const made = strange.map(plainName);
  expect(new Set(made).size).toBe(strange.length);
  for (const each of made) expect(each).toMatch(/^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,68}[A-Za-z0-9_])?$/);
});

test('an address is permanent: the first one keeps it, whatever comes later', () => {
  const first = [['a', 'b'], ['Nightly']];
  const before = new LastingNames(first);
  const after = new LastingNames([...first, ['a-b'], ['nightly']]);
  expect(first.map((parts) => after.of(...parts))).toEqual(first.map((parts) => before.of(...parts)));
  expect(after.of('a', 'b')).toBe('a-b');
  expect(after.of('a-b')).toMatch(/^a-b-[0-9a-f]{6}$/);
  expect(after.of('nightly')).toMatch(/^nightly-[0-9a-f]{6}$/);
});

test('a night that somebody dropped is in no badge', () => {
  const dropped = (cells: Partial<HistoryRow>): string | undefined => {
    const drop = decision('drop', 19, cells);
    const site = siteOf({
      ...tables({ history: [...month, drop], verdicts: [verdict(18, 'pass'), verdict(19, 'fail')] }),
      warnings: [],
    })!;
    const [suite] = site.suites;
    return `${suite?.newest?.word} ${suite?.models[0]?.value}`;
  };
  expect(dropped({})).toBe('pass 430');
  expect(dropped({ model: 'a' })).toBe('fail 430');
  expect(dropped({ model: 'b' })).toBe('fail 431');
  expect(dropped({ metric: 'e2e_latency_ms' })).toBe('fail 431');
});

test('with several routes or vantages a model has an address for each, and the short one is of the first', () => {
  const nights = [figures(19, 'a'), figures(19, 'a', { route: 'direct', ttft_ms_geomean: 200 })];
  const [suite] = siteOf({ ...tables({ nights }), warnings: [] })!.suites;
  expect(suite?.models.map(({ badge, value }) => [badge, value])).toEqual([
    ['badge-nightly-a.json', 431],
    ['badge-nightly-a-compat.json', 431],
    ['badge-nightly-a-direct.json', 200],
  ]);
  expect(suite?.models.map(({ name }) => name)).toEqual(['a@compat', 'a@compat', 'a@direct']);
  const places = [figures(19, 'a', { vantage: 'fra' }), figures(19, 'a', { vantage: 'sin' })];
  const [far] = siteOf({ ...tables({ nights: places }), warnings: [] })!.suites;
  expect(far?.models.map(({ badge, name }) => [badge, name]).slice(1)).toEqual([
    ['badge-nightly-a-compat-fra.json', 'a from fra'],
    ['badge-nightly-a-compat-sin.json', 'a from sin'],
  ]);
});

test('what is not measured is said, and simulated nights say so everywhere', async () => {
  await using folder = await scratch();
  const demo = { route: 'demo' };
  await writeHistory(join(folder.path, 'history'), {
    history: historyOf({ a: [1, 2] }, demo),
    nights: [figures(1, 'a', { ...demo, ttft_ms_geomean: undefined })],
    verdicts: [verdict(1, 'warning', { routes: ['demo'] })],
  });
  await publish(folder.path);
  const files = await filesOf(join(folder.path, 'site'));
  expect(files['badge-nightly-a.json']).toContain('not measured, 2026-11-02 (simulated)');
  expect(files['badge-nightly.json']).toContain('warning, 2026-11-02 (simulated)');
  expect(files['feed.xml']).toContain('<title>warning: nightly, 2026-11-02 (simulated)</title>');
  expect(files['index.html']).toContain('SIMULATED');
});

test('a history of one night, and one of outages alone, are pages too', async () => {
  await using folder = await scratch();
  await writeHistory(join(folder.path, 'history'), {
    history: [nightRow(0, 'a', 5)],
    nights: [],
    verdicts: [],
  });
  expect(await publish(folder.path)).toMatchObject({ code: 0 });
  const one = await filesOf(join(folder.path, 'site'));
  expect(one['badge-nightly.json']).toContain('1 night');
  assertAtom(one['feed.xml']!);
  await rm(join(folder.path, 'history/history.csv'));
  await writeFile(join(folder.path, 'history/verdicts.csv'), csvFile(verdictColumns, [verdicts[2]!]));
  expect(await publish(folder.path)).toMatchObject({ code: 0 });
  expect((await filesOf(join(folder.path, 'site')))['index.html']).toContain('None of its runs was complete');
});

test.each([
  ['no history', () => Promise.resolve(), /^.*history\/history\.csv has no nights yet: add the first/],
  [
    'a merge conflict',
    (folder: string) => writeFile(join(folder, 'history/history.csv'), 'kind,at\n<<<<<<< HEAD\n'),
    /history\.csv:2: this line is a merge conflict marker/,
  ],
  [
    'a file in the place of the folder',
    (folder: string) => writeFile(join(folder, 'site'), 'mine'),
    /site is not a folder/,
  ],
])('%s is one clear message', async (_, arrange, message) => {
  await using folder = await scratch();
  if (_ === 'no history') await mkdir(join(folder.path, 'history'));
  else await writeHistory(join(folder.path, 'history'), tables());
  await arrange(folder.path);
  const done = await publish(folder.path);
  expect(done.code).toBe(2);
  expect(done.stderr).toMatch(message);
  expect(done.stderr.trim().split('\n')).toHaveLength(1);
});

test('damaged lines are skipped, and reported on the page and on stderr', async () => {
  await using folder = await scratch();
  await writeHistory(join(folder.path, 'history'), tables());
  for (const name of ['history.csv', 'nights.csv', 'verdicts.csv']) {
    const path = join(folder.path, 'history', name);
    const lines = (await readFile(path, 'utf8')).split('\n');
    lines[2] = lines[2]!.replace('nightly', 'nightlx');
    await writeFile(path, lines.join('\n'));
  }
  const done = await publish(folder.path);
  expect(done.code).toBe(0);
  const page = (await filesOf(join(folder.path, 'site')))['index.html']!;
  for (const name of ['history.csv', 'nights.csv', 'verdicts.csv']) {
    // Commands for the terminal name the folder; a page is the same wherever the history is.
    expect(done.stderr).toMatch(new RegExp(`⚠ history/${name}: .* gatebench repair history\\.$`, 'm'));
    expect(page).toContain(`<p class="bad">${name}: `);
  }
});

test('files of others stay, and files of suites that are gone are taken away if we wrote them', async () => {
  await using folder = await scratch();
  const [history, site] = [join(folder.path, 'history'), join(folder.path, 'site')];
  const more = historyOf({ x: [1, 2] }, { suite: 'gone' });
  await writeHistory(history, tables({ history: [...month, ...more] }));
  await mkdir(join(site, 'latest'), { recursive: true });
  await writeFile(join(site, 'CNAME'), 'bench.example');
  await writeFile(join(site, 'badge-of-others.json'), '{}');
  await writeFile(join(site, 'latest/mine.html'), 'mine');
  expect(await publish(folder.path)).toMatchObject({ code: 0 });
  expect(Object.keys(await filesOf(site))).toContain('badge-gone.json');
  // A list that was edited leads nowhere else.
  const list = join(site, 'gatebench-site.json');
  await writeFile(join(folder.path, 'precious.json'), 'precious');
  const changed = (await readFile(list, 'utf8')).replace(
    '"badge-gone.json"',
    '"badge-gone.json","../precious.json","latest/../../precious.json","CNAME"',
  );
  await writeFile(list, changed);
  await writeHistory(history, tables());
  expect(await publish(folder.path)).toMatchObject({ code: 0 });
  const left = await filesOf(site);
  expect(Object.keys(left)).not.toContain('badge-gone.json');
  expect(left).toMatchObject({
    CNAME: 'bench.example',
    'badge-of-others.json': '{}',
    'latest/mine.html': 'mine',
  });
  expect(await readFile(join(folder.path, 'precious.json'), 'utf8')).toBe('precious');
});

test('what others wrote is never written over, and nothing is half done', async () => {
  await using folder = await scratch();
  const site = join(folder.path, 'site');
  await writeHistory(join(folder.path, 'history'), tables());
  await mkdir(site);
  await writeFile(join(site, 'index.html'), 'mine');
  expect(await publish(folder.path)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('site/index.html was not written by gatebench') as string,
  });
  expect(await filesOf(site)).toEqual({ 'index.html': 'mine' });
  await rm(join(site, 'index.html'));
  await mkdir(join(folder.path, 'elsewhere'));
  await symlink(join(folder.path, 'elsewhere'), join(site, 'latest'));
  expect(await publish(folder.path)).toMatchObject({ code: 2 });
  await rm(join(site, 'latest'));
  await writeFile(join(site, 'gatebench-site.json'), '[]');
  expect(await publish(folder.path)).toMatchObject({ code: 2 });
});

test('the latest report is published without a word of questions, answers and servers, unless asked', async () => {
  await using folder = await scratch();
  const { file, suite } = await nightlySuite(folder.path, { prompts: 2 });
  const run = await writeNight(folder.path, { suite, file, night: 1, seed: 's', failing: 0.02 });
  const history = join(folder.path, 'history');
  await gateNight({ run, results: 'results', history, dryRun: false });
  expect(await publish(folder.path)).toMatchObject({ code: 0 });
  const site = join(folder.path, 'site');
  const closed = await filesOf(site);
  expect(closed['index.html']).toContain('href="latest/nightly.html"');
  expect(closed['latest/nightly.html']).not.toContain('Question 0?');
  expect(await publish(folder.path, '--answers')).toMatchObject({ code: 0 });
  expect((await filesOf(site))['latest/nightly.html']).toContain('Question 0?');
  // If the run is missing, its page stays as it was published. A run may be directly in the folder, under any name.
  await publish(folder.path);
  await mkdir(join(folder.path, 'nights'));
  await rename(run, join(folder.path, 'nights/suites-nightly'));
  expect(await publish(folder.path, '--results', 'nowhere')).toMatchObject({ code: 0 });
  expect(await filesOf(site)).toEqual(closed);
  // A page with answers is removed if they are no longer requested.
  await publish(folder.path, '--results', 'nights', '--answers');
  const open = await filesOf(site);
  await publish(folder.path, '--results', 'nowhere', '--answers');
  expect(await filesOf(site)).toEqual(open);
  await publish(folder.path, '--results', 'nowhere');
  expect(Object.keys(await filesOf(site))).not.toContain('latest/nightly.html');
  await rm(site, { recursive: true });
  expect(await publish(folder.path, '--results', 'nowhere')).toMatchObject({ code: 0 });
  expect(Object.keys(await filesOf(site))).not.toContain('latest/nightly.html');
  expect(await publish(folder.path, '--results', 'nights')).toMatchObject({ code: 0 });
  expect(await filesOf(site)).toEqual(closed);
});

test('a latest run that cannot be read is left out, which is said once, and the nights are published', async () => {
  await using folder = await scratch();
  const { file, suite } = await nightlySuite(folder.path, { prompts: 2 });
  const run = await writeNight(folder.path, { suite, file, night: 1, seed: 's' });
  await gateNight({ run, results: 'results', history: join(folder.path, 'history'), dryRun: false });
  await writeFile(join(run, 'run.json'), '{');
  const { code, stderr } = await publish(folder.path);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^⚠ The latest report of nightly is left out: .*run\.json[^\n]*\n$/);
  expect(Object.keys(await filesOf(join(folder.path, 'site')))).not.toContain('latest/nightly.html');
});
