import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadSuite } from '../../src/suite/load.ts';
import type { Case } from './case.ts';

const prompts = 10_000;

/** A generated suite: read, checked, expanded. */
export const suiteLoad: Case = {
  name: 'suite of 10,000 prompts',
  unit: 'prompt',
  units: prompts,
  bareName: 'JSON.parse',
  clock: 'wall',
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'gatebench-bench-'));
    const yaml = join(folder, 'suite.yaml');
    const json = join(folder, 'suite.json');
    await writeFile(yaml, stringify(suite));
    await writeFile(json, JSON.stringify(suite));
    return {
      ours: async () => {
        const { prompts: read } = await loadSuite(yaml);
        if (read.length !== prompts) throw new Error(`${read.length} prompts were read`);
      },
      bare: async () => JSON.parse(await readFile(json, 'utf8')) as unknown,
      close: () => rm(folder, { recursive: true }),
    };
  },
};

const suite = {
  version: 1,
  name: 'bench',
  models: ['custom-ollama/sim-swift', 'custom-ollama/sim-wordy'],
  defaults: { params: { temperature: 0 }, checks: [{ type: 'not-empty' }] },
  prompts: Array.from({ length: prompts }, (_, n) => ({
    id: `p${n}`,
    tags: [n % 2 === 0 ? 'even' : 'odd'],
    prompt: `Ticket ${n}: the parcel did not arrive, and {{what}} is asked for. Answer in one sentence.`,
    vars: { what: 'a refund' },
    checks: [{ type: 'contains', value: 'refund', ignore_case: true }],
  })),
};
