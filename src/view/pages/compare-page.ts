import { defaultMargin } from '../../analysis/compare.ts';
import { loadRun } from '../../analysis/read-run.ts';
import { readManifest } from '../../journal/manifest.ts';
import { acrossRuns } from '../../report/comparison/across-runs.ts';
import type { PageFrame } from '../../report/page/frame/document.ts';
import { type Html, markup, nothing } from '../../report/page/frame/html.ts';
import { type GridColumn, gridPrompt, wordsBox } from '../../report/page/grid/grid-markup.ts';
import { GridScan } from '../../report/page/grid/grid-scan.ts';
import { modelLook } from '../../report/page/model-look.ts';
import { questionOf } from '../../report/page/question.ts';
import { answerText, comparisonPageFrame } from '../../report/run-page.ts';
import { addressOf, lossesOf, mainPart, pageOf, pager, viewFrame } from '../frame.ts';
import type { RunEntry } from '../index/runs.ts';
import { addressWith } from '../query.ts';
import type { Viewer } from '../viewer.ts';
import { outcomesOf } from './answers-page.ts';
import { stampOf } from './run-page.ts';

/** Number of runs to choose from. */
const mostOffered = 200;
const answersPerPage = 20;

/** Two runs of the same models: what changed in their figures, and on which answers. */
export async function comparePage(viewer: Viewer, address: URL): Promise<PageFrame> {
  const [before, after] = await Promise.all(['before', 'after'].map((name) => chosen(viewer, address, name)));
  const form = await choosing(viewer, address);
  if (before === undefined || after === undefined || before.folder === after.folder)
    return viewFrame(viewer, {
      title: 'Compare',
      here: 'compare',
      body: mainPart('Compare two runs', markup`${form}<p class="quiet">Choose two different runs.</p>`),
    });
  const stamp = `${await stampOf(before)} ${await stampOf(after)}`;
  const { title, style, body } = await viewer.kept(
    `compare ${before.folder} ${after.folder}`,
    stamp,
    async () => {
      const [one, other] = [await loadRun(before.folder), await loadRun(after.folder)];
      return comparisonPageFrame(one, other, acrossRuns(one, other, {}, defaultMargin));
    },
  );
  const changed = await changedAnswers(viewer, before, after, address);
  return viewFrame(viewer, {
    ...{ title, style, here: 'compare' },
    body: markup`${form}<p><a href="#changed">Answers that changed</a></p>${body}${changed}`,
  });
}

async function chosen(viewer: Viewer, address: URL, name: string): Promise<RunEntry | undefined> {
  const [suite = '', id = ''] = (address.searchParams.get(name) ?? '').split('/');
  return await viewer.run(suite, id);
}

/** The newest runs, and the one already chosen. */
export function offered(
  runs: readonly Pick<RunEntry, 'suite' | 'id'>[],
  given: string | null,
  most = mostOffered,
): string[] {
  const values = runs.map(({ suite, id }) => `${suite}/${id}`);
  return values.filter((value, place) => place < most || value === given);
}

async function choosing(viewer: Viewer, address: URL): Promise<Html> {
  const runs = await viewer.runs.all();
  const select = (label: string, name: string): Html => {
    const given = address.searchParams.get(name);
    return markup`<label>${label}<select name="${name}"><option value="">choose</option>${offered(
      runs,
      given,
    ).map(
      (value) => markup`<option${value === given ? markup` selected` : ''}>${value}</option>`,
    )}</select></label>`;
  };
  return markup`<form class="wanted" method="get" action="/compare">${select('Before', 'before')}${select('After', 'after')}<button>Compare</button></form>`;
}

interface Change {
  promptId: string;
  /** The model, under its name in both runs. */
  name: string;
  /** Whether the pass rate changed. */
  isVerdict: boolean;
}

/** Changed answers. First those whose verdict changed. */
async function changedAnswers(
  viewer: Viewer,
  before: RunEntry,
  after: RunEntry,
  address: URL,
): Promise<Html> {
  const sides = [before, after].map((run) => ({ run, ...viewer.open(run) }));
  for (const { rows } of sides) await rows.update();
  const [was, is] = sides.map(({ rows }) => outcomesOf(rows)) as [
    ReturnType<typeof outcomesOf>,
    ReturnType<typeof outcomesOf>,
  ];
  const changes: Change[] = [];
  for (const [promptId, cells] of is)
    for (const [name, now] of cells) {
      const then = was.get(promptId)?.get(name);
      if (then === undefined) continue;
      const share = ({ checked, passed, failures, asked }: typeof now.counts): number =>
        checked > 0 ? passed / checked : -failures / asked;
      const isVerdict = share(now.counts) !== share(then.counts);
      if (isVerdict || now.text !== then.text) changes.push({ promptId, name, isVerdict });
    }
  changes.sort((a, b) => Number(b.isVerdict) - Number(a.isVerdict));
  const page = pageOf(address.searchParams.get('page'), changes.length, answersPerPage);
  const shown = changes.slice((page - 1) * answersPerPage, page * answersPerPage);
  const columns: GridColumn[] = ['before', 'after'].map((name, place) => ({
    name,
    look: modelLook(name, place),
  }));
  const { suite } = await readManifest(after.folder);
  const prompts = new Map(suite.prompts.map((prompt) => [prompt.id, prompt]));
  const read = await Promise.all(
    sides.map(async ({ run, rows: index, answers }, side) => {
      const outcomes = side === 0 ? was : is;
      const places = shown.flatMap(({ promptId, name }) => outcomes.get(promptId)?.get(name)?.places ?? []);
      const rows = await index.read(places);
      const scan = new GridScan(index.ways);
      const own = (eventId: string): string => `${side} ${eventId}`;
      for (const row of rows) scan.add({ ...row, event_id: own(row.event_id) });
      const stored = await answers.find(rows.map(({ event_id }) => event_id));
      const texts = [...stored].map(([eventId, line]) => [own(eventId), answerText(line)] as const);
      return { run, scan, texts };
    }),
  );
  const texts = new Map(read.flatMap((side) => side.texts));
  const verdicts = changes.filter(({ isVerdict }) => isVerdict).length;
  return markup`<section id="changed"><h2>Answers that changed</h2>
    <p class="lead">${changes.length.toLocaleString('en-US')} of the same model on the same prompt; ${verdicts.toLocaleString('en-US')} of them passed differently, and come first.</p>${sides.map(({ run, rows }) => lossesOf(viewer, run, rows))}
    ${changes.length === 0 ? nothing('Every first answer is the same.') : ''}${wordsBox(columns, 0)}
    ${pager({ page, size: answersPerPage, total: changes.length, what: 'Changes', to: (target) => `${addressWith(address, { page: target })}#changed` })}
    ${shown.map(({ promptId, name }) => {
      const prompt = prompts.get(promptId);
      return gridPrompt(
        {
          promptId: `${promptId} · ${name}`,
          tags: prompt?.tags ?? [],
          question: prompt && questionOf(prompt),
          cells: read.map(({ scan }) => scan.cellsOf(promptId).get(name)),
        },
        {
          ...{ columns, texts, base: 0 },
          // A run that is a copy of the other one has the same ids.
          requestLink: (eventId) => {
            const [side = '', ...id] = eventId.split(' ');
            return addressOf(read[Number(side)]!.run, 'request', id.join(' '));
          },
        },
      );
    })}</section>`;
}
