import type { GateCell } from '../../analysis/gate.ts';
import { oneLine } from '../../base/text.ts';
import { alignedTable, code, codeCell, literal } from '../markdown-text.ts';
import { runFacts, runOrigin } from '../run-facts.ts';
import { isSimulated, simulatedNotice } from '../run-report.ts';
import { thresholdLine } from '../threshold-lines.ts';
import type { GateFormat, GateReport } from './gate-report.ts';
import {
  baselineText,
  cellWord,
  changeText,
  controlsText,
  expectedRangeText,
  expectedText,
  limitText,
  streakLines,
  tonightText,
  usualText,
  watchedName,
} from './gate-wording.ts';

/** The night in GitHub's dialect, section by section, the most important first. No section is empty. */
export function gateSections(report: GateReport): string[] {
  const { run, word, cells } = report;
  const alarming = cells.filter((cell) => cell.word === 'fail' || cell.word === 'warning');
  const controls = controlsText(report);
  const sections = [
    `## ${word} · ${code(run.suite)}`,
    isSimulated(run) ? `> [!IMPORTANT]\n> ${literal(simulatedNotice)}` : '',
    report.incompleteBecause === undefined ? '' : `**${literal(report.incompleteBecause)}**`,
    report.verdict === 'incomplete'
      ? ''
      : literal([baselineText(report), ...(controls === '' ? [] : [controls])].join(' · ')),
    alarming.length > 0 ? cellTable(alarming, report) : '',
    streakLines(cells, run)
      .map((text) => `- ${literal(text)}`)
      .join('\n'),
    thresholdList(report),
    // A table that only repeats another is left out.
    cells.length > alarming.length ? details('All cells', cellTable(cells, report)) : '',
    report.warnings.map((warning) => `- ⚠ ${literal(warning)}`).join('\n'),
    alarming.length > 0 ? remedy(report) : '',
    literal(report.history),
    `<sub>${literal([...runFacts(run), ...runOrigin(run)].join(' · '))}</sub>`,
  ];
  return sections.filter((section) => section !== '');
}

function cellTable(cells: readonly GateCell[], { confirm, run }: GateReport): string {
  const rows = cells.map((cell) => [
    cellWord(cell, confirm),
    cell.model === undefined ? watchedName(cell, run) : codeCell(watchedName(cell, run)),
    codeCell(cell.metric),
    tonightText(cell),
    usualText(cell),
    expectedText(cell),
    expectedRangeText(cell),
    changeText(cell),
    limitText(cell),
  ]);
  return alignedTable(
    [['', 'model', 'metric', 'tonight', 'usual', 'expected tonight', 'range', 'change', 'limit'], ...rows],
    ['l', 'l', 'l', 'r', 'r', 'r', 'r', 'r', 'l'],
  );
}

function thresholdList({ thresholds, run }: GateReport): string {
  return thresholds.map((result) => `- ${literal(thresholdLine(result, run))}`).join('\n');
}

const details = (title: string, text: string): string =>
  `<details><summary>${title}</summary>\n\n${text}\n\n</details>`;

/** What to do about an alarm. */
function remedy({ run }: GateReport): string {
  const id = oneLine(run.run_id, 60);
  return (
    'Permanent change? ' +
    code(`gatebench gate accept ${id} --reason "…" --history DIR`) +
    ' makes it the new level. Unusual night? ' +
    code(`gatebench gate drop ${id} --reason "…" --history DIR`) +
    ' keeps it out of every baseline.'
  );
}

/** As many sections as fit, in order, and a line that counts the rest. `limit` in bytes of UTF-8. */
export function fitted(sections: readonly string[], limit: number): string {
  const bytes = (text: string): number => Buffer.byteLength(text);
  const note = (left: number): string =>
    `_${left} more ${left === 1 ? 'section' : 'sections'} cut for length; see gate.json._`;
  const room = limit - bytes(note(sections.length)) - 4;
  const kept: string[] = [];
  let used = 0;
  let left = 0;
  for (const section of sections) {
    const size = bytes(section) + 2;
    // Later sections may still fit: one long table must not hide the rest.
    if (used + size > room) left++;
    else {
      kept.push(section);
      used += size;
    }
  }
  return `${[...kept, ...(left > 0 ? [note(left)] : [])].join('\n\n')}\n`;
}

/** Finds the earlier comment on this suite, so that it is updated instead of adding another. */
export function suiteMarker(about: 'gate' | 'change', suite: string): string {
  return `<!-- gatebench-${about} ${encodeURIComponent(suite).replaceAll('-', '%2D')} -->`;
}

export const commentMarker = (suite: string): string => suiteMarker('gate', suite);

/** GitHub refuses comments from 64 kB up. */
export const commentBytes = 60_000;

/** Body of a comment. Its first line identifies the comment of an earlier night, so that it can be updated. */
export const comment: GateFormat = {
  name: 'comment',
  file: 'comment.md',
  render(report) {
    const marker = commentMarker(report.run.suite);
    return `${marker}\n${fitted(gateSections(report), commentBytes - Buffer.byteLength(marker) - 1)}`;
  },
};
