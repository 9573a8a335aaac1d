import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { normal, seededRandom } from '../../../base/random.ts';
import { requestColumns, type RequestRow } from '../../../journal/request-columns.ts';
import { csvFile } from '../../../journal/csv-file.ts';
import { writeManifest, type Manifest } from '../../../journal/manifest.ts';
import { runFiles } from '../../../journal/run-folder.ts';
import { loadSuite } from '../../../suite/load.ts';
import { suiteHash } from '../../../suite/hash.ts';
import type { Suite } from '../../../suite/suite.ts';

const dayMs = 24 * 3600 * 1000;

export const models = ['deepseek', 'glm', 'kimi', 'qwen'] as const;
const levels = { deepseek: 3200, glm: 2100, kimi: 1400, qwen: 900 } as const;

export interface NightlySuite {
  /** Number of prompts. Default 16. */
  prompts?: number;
  /** Parts after `run:`, such as thresholds. */
  more?: string;
}

/** A suite file of four models below a folder. */
export async function nightlySuite(folder: string, { prompts = 16, more = '' }: NightlySuite = {}) {
  const file = join(folder, 'nightly.yaml');
  const lines = [
    'version: 1',
    'name: nightly',
    'models:',
    ...models.map((id) => `  - { id: ${id}, model: custom-ollama/${id} }`),
    'prompts:',
    ...Array.from({ length: prompts }, (_, n) => `  - { id: p${n}, prompt: "Question ${n}?" }`),
    'run: { repeat: 2, warmup: 0 }',
    more || 'gate: { metrics: { e2e_latency_ms: { max_ratio: 1.10 } } }',
    '',
  ];
  await writeFile(file, lines.join('\n'));
  return { file, suite: await loadSuite(file) };
}

export interface NightOptions {
  suite: Suite;
  file: string;
  /** Night number, from 1. */
  night: number;
  seed: string;
  /** Slowdown of a model tonight. Absent: 1. */
  slower?: Partial<Record<string, number>>;
  /** Share of requests that fail. */
  failing?: number;
  route?: string;
  /** A second run of the night, some hours later. */
  again?: boolean;
  manifest?: Partial<Manifest>;
}

export const startOfNight = (night: number, again = false): string =>
  new Date(Date.UTC(2026, 10, night, again ? 8 : 3, 17)).toISOString();
export const runIdOfNight = (night: number, again = false): string =>
  `${startOfNight(night, again).replace(/[-:]|\.\d+/g, '')}-night`;

/**
 * Writes the folder of a complete run, as the journal leaves it. Nights differ by 10 % for all models together and by 4
 * % for each model, prompts by 50 %, answers by 20 %.
 */
export async function writeNight(folder: string, options: NightOptions): Promise<string> {
  const { suite, file, night, seed, route = 'compat', again } = options;
  const [id, start] = [runIdOfNight(night, again), startOfNight(night, again)];
  const run = join(folder, 'results', suite.name, id);
  await mkdir(run, { recursive: true });
  await writeFile(join(run, runFiles.requests), csvFile(requestColumns, rowsOf(options, route)));
  await writeManifest(run, {
    schema_version: 1,
    run_id: id,
    suite,
    suite_hash: suiteHash(suite),
    suite_file: file,
    seed: seed.length,
    routes: [{ route, host: 'gateway.ai.cloudflare.com' }],
    planned_requests: suite.models.length * suite.prompts.length * suite.run.repeat,
    versions: { gatebench: '0.1.0', openai: '7.57.0', undici: '8.12.4', node: '24.21.0' },
    machine: { platform: 'linux', arch: 'x64', cpu: 'any', cpus: 4, memory_gib: 16 },
    started_at: start,
    ended_at: new Date(Date.parse(start) + dayMs / 100).toISOString(),
    status: 'complete',
    notes: [],
    ...options.manifest,
  });
  return run;
}

function rowsOf(
  { suite, night, seed, slower = {}, failing = 0, again = false }: NightOptions,
  route: string,
): RequestRow[] {
  const [id, start] = [runIdOfNight(night, again), startOfNight(night, again)];
  const ofNight = seededRandom(`${seed}/${night}${again ? '/again' : ''}`);
  const hash = suiteHash(suite);
  const shared = 0.1 * normal(ofNight);
  const hardness = suite.prompts.map(({ id }) => 0.5 * normal(seededRandom(`${seed}/${id}`)));
  return suite.models.flatMap(({ id: name, model }) => {
    const level =
      Math.log(levels[name as keyof typeof levels] * (slower[name] ?? 1)) + shared + 0.04 * normal(ofNight);
    return suite.prompts.flatMap((prompt, index) => {
      const hard = hardness[index]!;
      return Array.from({ length: suite.run.repeat }, (_, turn): RequestRow => {
        const failed = ofNight() < failing;
        const e2e = failed ? undefined : Math.exp(level + hard + 0.2 * normal(ofNight));
        const row: Partial<RequestRow> = {
          run_id: id,
          suite: suite.name,
          suite_hash: hash,
          route,
          model: name,
          model_id: model,
          prompt_id: prompt.id,
          phase: 'measure',
          repeat: turn + 1,
          block: turn * suite.prompts.length + index + 1,
          position: 1,
          attempt: 1,
          final: true,
          status: failed ? 'timeout' : 'ok',
          scheduled_at: start,
          started_at: start,
          ended_at: start,
          queue_ms: 0,
          in_flight: 1,
          waited_ms: 0,
          event_id: `${night}${again ? '-again' : ''}-${name}-${prompt.id}-${turn}`,
          ...(e2e === undefined
            ? {}
            : { valid: true, ttft_ms: e2e / 4, ttfat_ms: e2e / 4, e2e_latency_ms: e2e }),
        };
        return row as RequestRow;
      });
    });
  });
}
