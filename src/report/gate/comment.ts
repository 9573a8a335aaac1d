import type { GateFormat } from './gate-report.ts';
import { commentMarker, fitted, gateSections } from './gate-markdown.ts';

/** GitHub refuses comments from 64 kB on. */
const commentBytes = 60_000;

/** A comment's body; its first line finds the comment of an earlier night, so that one is kept up to date. */
export const comment: GateFormat = {
  name: 'comment',
  file: 'comment.md',
  render(report) {
    const marker = commentMarker(report.run.suite);
    return `${marker}\n${fitted(gateSections(report), commentBytes - Buffer.byteLength(marker) - 1)}`;
  },
};
