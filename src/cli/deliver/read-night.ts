import { join } from 'node:path';
import type { GateWord } from '../../analysis/gate.ts';
import { oneLine } from '../../base/text.ts';
import { UserError } from '../../base/user-error.ts';
import { readManifest } from '../../journal/manifest.ts';
import { readIfThere } from '../../journal/run-folder.ts';
import { commentBytes, fitted, suiteMarker } from '../../report/gate/gate-markdown.ts';
import type { Told } from './issues.ts';

interface Named {
  metric: string;
  model: string | null;
  route: string;
  vantage?: string | null;
}

/** The parts of `gate.json` that are reported. */
interface GateFile {
  run: { suite: string };
  verdict: GateWord;
  cells: (Named & { word: GateWord })[];
  thresholds: (Named & { verdict: string })[];
}

/**
 * A night from the files that `gate --github` left in its folder, or the result of `compare` for a change of the suite.
 * Throws a UserError if they are missing.
 */
export async function readNight(folder: string): Promise<Told> {
  const json = await readIfThere(join(folder, 'gate.json'));
  const text = await readIfThere(join(folder, 'comment.md'));
  if (text === undefined) throw missing(folder, 'comment.md');
  if (json === undefined) return changeIn(folder, text);
  try {
    const { run, verdict, cells, thresholds } = JSON.parse(json) as GateFile;
    const failing = [
      ...thresholds.filter((one) => one.verdict === 'failed'),
      ...cells.filter(({ word }) => word === 'fail'),
    ].map(
      ({ metric, model, route, vantage }) =>
        `${metric} of ${model ?? `all models on ${route}`}${vantage ? ` from ${vantage}` : ''}`,
    );
    return {
      suite: oneLine(run.suite, 100),
      verdict,
      text,
      failing: [...new Set(failing.map((what) => oneLine(what, 120)))],
    };
  } catch {
    throw new UserError(`${join(folder, 'gate.json')} was not written by gate --github.`);
  }
}

/** A change of a suite has no verdict of a night, but is always reported. */
async function changeIn(folder: string, text: string): Promise<Told> {
  const { suite } = await readManifest(folder);
  if (suite.against === undefined) throw missing(folder, 'gate.json');
  const marked = `${suiteMarker('change', suite.name)}\n${fitted(text.trimEnd().split('\n\n'), commentBytes)}`;
  return { suite: oneLine(suite.name, 100), verdict: undefined, text: marked, failing: [] };
}

const missing = (folder: string, name: string): UserError =>
  new UserError(`${join(folder, name)} does not exist. Run gatebench gate with --github first.`);
