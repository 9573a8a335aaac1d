import type * as cliCursorPackage from 'cli-cursor';
import type * as logUpdatePackage from 'log-update';
import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { displayWidth } from '../../base/display-width.ts';
import { lazyPackage } from '../../base/lazy-package.ts';

const logUpdate = lazyPackage('log-update') as () => typeof logUpdatePackage;
const cliCursor = lazyPackage('cli-cursor') as () => typeof cliCursorPackage;

/** A block of lines at the bottom of a terminal that is redrawn in place. */
export interface LiveScreen {
  draw(lines: readonly string[]): void;
  /** Prints a permanent line above the block. */
  above(line: string): void;
  /** Leaves the block where it is and restores the cursor. Drawing after that is an error of the caller. */
  close(): void;
}

/** Hides the cursor. It is restored on `close`, and also if the process ends without it. */
export function openLiveScreen(stream: NodeJS.WriteStream, redraw: () => void): LiveScreen {
  let drawn: readonly string[] = [];
  const block = logUpdate().createLogUpdate(stream, { showCursor: true });
  const onResize = (): void => {
    eraseReflowed(stream, drawn);
    block.done();
    redraw();
  };
  cliCursor().default.hide(stream);
  stream.on('resize', onResize);
  return {
    draw(lines) {
      drawn = lines;
      block(lines.join('\n'));
    },
    above(line) {
      block.persist(line);
      drawn = [];
      redraw();
    },
    close() {
      stream.off('resize', onResize);
      block.done();
      cliCursor().default.show(stream);
    },
  };
}

/** The terminal has rewrapped the lines for its new width, so they may occupy more rows than were written. */
function eraseReflowed(stream: NodeJS.WriteStream, lines: readonly string[]): void {
  const rows = lines.reduce(
    (sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / stream.columns)),
    0,
  );
  moveCursor(stream, 0, -rows);
  cursorTo(stream, 0);
  clearScreenDown(stream);
}
