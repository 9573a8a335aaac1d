import { request } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { AnswerLine } from '../../journal/answers.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { writeRunBelow } from '../../cli/testing/run-folder.ts';
import type { Manifest } from '../../journal/manifest.ts';
import { runFiles } from '../../journal/run-folder.ts';
import { manifest, row } from '../../report/sheet/testing/runs.ts';
import type { Suite } from '../../suite/suite.ts';
import { type RunningViewer, type ServerOptions, startViewer } from '../server.ts';

export const token = '00112233445566778899aabbccddeeff';

export const viewerOf = (results: string, more: Partial<ServerOptions> = {}): Promise<RunningViewer> =>
  startViewer({ results, port: 0, token, program: 'gatebench', now: Date.now, ...more });

export interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Sends a request with any head, as a program could. */
export function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    asked.on('error', reject).end();
  });
}

/** As above, with access granted. */
export const visit = (port: number, path: string): Promise<Answered> =>
  ask(port, path, { headers: { cookie: `gatebench-${port}=${token}` } });

/** A run below `results` with these rows and answers. */
export async function storedRun(
  results: string,
  rows: readonly RequestRow[],
  facts: Partial<Manifest> = {},
  answers: readonly Pick<AnswerLine, 'event_id' | 'answer'>[] = [],
): Promise<string> {
  const folder = await writeRunBelow(results, rows, facts);
  const lines = answers.map(({ event_id, answer }) => {
    const row = rows.find((one) => one.event_id === event_id);
    const { model = '', prompt_id = '', repeat = 1, attempt = 1 } = row ?? {};
    const line = { event_id, model, prompt_id, repeat, attempt, answer, reasoning: '' };
    return `${JSON.stringify({ ...line, tool_calls: [], chunks: [] })}\n`;
  });
  await writeFile(join(folder, runFiles.answers), lines.join(''));
  return folder;
}

export const pathOf = (folder: string): string => `/run/${basename(dirname(folder))}/${basename(folder)}`;

export const promptOf = (id: string, tags: string[] = []): object => ({
  ...{ id, tags, params: {}, checks: [] },
  messages: [{ role: 'user', content: `What about ${id}?` }],
});

/** Two models that agree on all prompts but one. */
export async function settledRun(results: string, runId: string, kimiOnP3 = 'It is B.'): Promise<string> {
  const rows = ['kimi', 'glm'].flatMap((model) =>
    Array.from({ length: 30 }, (_, n) => {
      const isWrong = model === 'kimi' && n === 3;
      return row({
        ...{
          run_id: runId,
          model,
          model_id: `custom-ollama/${model}`,
          prompt_id: `p${n}`,
          tags: n < 5 ? ['mail'] : ['code'],
        },
        ...{ event_id: `${model}-${n}`, e2e_latency_ms: 900 + 10 * n, passed: !isWrong },
        failed_checks: isWrong ? ['contains'] : undefined,
        check_why: isWrong ? ['"type O" is not in the answer'] : undefined,
        answer_sha256: isWrong ? (kimiOnP3 === 'It is B.' ? 'bbbbbbbb' : 'aaaaaaaa') : 'cccccccc',
      });
    }),
  );
  const answers = rows.map(({ event_id, passed }) => ({
    event_id,
    answer: passed === true ? 'It is type O.' : kimiOnP3,
  }));
  const prompts = Array.from({ length: 30 }, (_, n) => promptOf(`p${n}`, n < 5 ? ['mail'] : ['code']));
  const facts = { run_id: runId, suite: suiteOf(prompts) };
  return await storedRun(results, rows, facts, answers);
}

export function suiteOf(prompts: readonly object[], name = 'smoke'): Suite {
  const models = ['kimi', 'glm'].map((id) => ({ id, model: `custom-ollama/${id}`, params: {} }));
  return { ...manifest().suite, name, prompts, models } as unknown as Suite;
}
