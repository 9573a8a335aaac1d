import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GateWord } from '../../analysis/gate.ts';
import { oneLine } from '../../base/text.ts';
import { UserError } from '../../base/user-error.ts';
import type { Told } from './issues.ts';

interface Named {
  metric: string;
  model: string | null;
  route: string;
}

/** What of `gate.json` is told. */
interface GateFile {
  run: { suite: string };
  verdict: GateWord;
  cells: (Named & { word: GateWord })[];
  thresholds: (Named & { verdict: string })[];
}

/** A night from the files that `gate --github` left in its folder. Throws a UserError where they are not. */
export async function readNight(folder: string): Promise<Told> {
  const json = await readThere(folder, 'gate.json');
  const text = await readThere(folder, 'comment.md');
  try {
    const { run, verdict, cells, thresholds } = JSON.parse(json) as GateFile;
    const failing = [
      ...thresholds.filter((one) => one.verdict === 'failed'),
      ...cells.filter(({ word }) => word === 'fail'),
    ].map(({ metric, model, route }) => `${metric} of ${model ?? `all models on ${route}`}`);
    return {
      suite: oneLine(run.suite, 100),
      verdict,
      text,
      failing: [...new Set(failing.map((what) => oneLine(what, 120)))],
    };
  } catch {
    throw new UserError(`${join(folder, 'gate.json')} is not what gate --github writes.`);
  }
}

async function readThere(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (error) {
    throw new UserError(
      `${join(folder, name)} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}). Run gatebench gate with --github first.`,
    );
  }
}
