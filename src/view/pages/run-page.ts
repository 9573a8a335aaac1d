import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runFiles } from '../../journal/run-folder.ts';
import type { PageFrame } from '../../report/page/frame/document.ts';
import { Html, markup } from '../../report/page/frame/html.ts';
import { folderPageFrame } from '../../report/run-page.ts';
import { lossesOf, mainPart, viewFrame } from '../frame.ts';
import type { RunEntry } from '../index/runs.ts';
import { liveNews, liveScript } from '../live.ts';
import type { Viewer } from '../viewer.ts';

/** A finished run is shown as its report, a run in progress by its results so far. */
export async function runPage(viewer: Viewer, run: RunEntry): Promise<PageFrame> {
  if (run.state === 'running' || run.state === 'stopped') return await livePage(viewer, run);
  const { title, style, body } = await viewer.kept(`report ${run.folder}`, await stampOf(run), () =>
    folderPageFrame(run.folder),
  );
  return viewFrame(viewer, { title, style, run, here: '', body: markup`${body}${commands(viewer, run)}` });
}

/** Changes when a source file of the report does. */
export async function stampOf({ folder }: RunEntry): Promise<string> {
  const names = [runFiles.manifest, runFiles.requests, runFiles.answers, runFiles.verdicts];
  const found = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => undefined)));
  return found
    .map((file) => (file === undefined ? 'none' : `${file.ino}/${file.mtimeMs}/${file.size}`))
    .join(' ');
}

/** Changes are made by commands to copy: this program only shows. */
function commands({ options: { program } }: Viewer, { folder, id }: RunEntry): Html {
  const lines = [
    [`report ${folder} --format html --answers all -o report.html`, 'one file to share, with every answer'],
    [`export ${folder}`, 'a workbook'],
    [`compare ${folder} OTHER`, 'against another run'],
    [`gate accept ${id} --history history --reason "…"`, 'accept a new level'],
  ];
  return markup`<details><summary>Commands for this run</summary><ul>${lines.map(
    ([command, what]) => markup`<li><code>${program} ${command}</code> – ${what}</li>`,
  )}</ul></details>`;
}

async function livePage(viewer: Viewer, run: RunEntry): Promise<PageFrame> {
  const news = await liveNews(viewer, run, 0);
  const html = (text: string): Html => new Html(text);
  return viewFrame(viewer, {
    title: run.id,
    run,
    here: '',
    more: liveScript,
    body: mainPart(
      markup`<bdi>${run.suite}</bdi>`,
      markup`<p class="state" id="state" role="status">${html(news.state)}</p>${lossesOf(viewer, run, viewer.open(run).rows)}
        <div id="models">${html(news.models)}</div>
        <h2>Newest requests</h2>
        <p class="note">${run.state === 'running' ? 'Heavy pages (answers, other runs) can wait: this machine is measuring. ' : ''}<span id="waiting"></span></p>
        <div class="scroll live" id="live" role="region" tabindex="0" aria-label="Newest requests" data-after="${news.next}">
        <table class="paged" aria-label="Newest requests"><thead><tr><th scope="col">Sent</th><th scope="col">Model</th><th scope="col">Prompt</th><th scope="col" class="number">Repeat</th><th scope="col">Outcome</th><th scope="col" class="number">TTFT</th><th scope="col" class="number">E2E</th></tr></thead>
        <tbody>${html(news.rows)}</tbody></table></div>`,
    ),
  });
}
