import type { Html } from './html.ts';
import { markup, type Content } from './html.ts';

export interface Column {
  head: Content;
  /** Numbers are right-aligned. */
  align?: 'left' | 'right';
  /** More is better: sorting starts with the largest. */
  isMoreBetter?: boolean | undefined;
}

export interface Cell {
  content: Content;
  /** Sort key of the column. Absent: its text. */
  sortBy?: number | undefined;
  /** Classes for the tone of a cell, such as `bad`. */
  tone?: string | undefined;
}

export interface Row {
  /** Class that ties the row to its model, for the filter. */
  className?: string;
  /** The first cell names the row. */
  cells: readonly (Cell | Content)[];
}

export interface Table {
  /** Description for screen readers. */
  caption: string;
  columns: readonly Column[];
  rows: readonly Row[];
  /** It is part of a longer table that only the server can sort. */
  isPaged?: boolean;
}

/** A table in its own box, which scrolls sideways in a narrow window. */
export function dataTable({ caption, columns, rows, isPaged = false }: Table): Html {
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
    <table aria-label="${caption}"${isPaged ? markup` class="paged"` : ''}>
      <thead>
        <tr>
          ${columns.map(({ head, align, isMoreBetter }) => markup`<th scope="col" ${alignment(align)}${isMoreBetter === true ? markup` data-most="first"` : ''}>${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => rowMarkup(row, columns))}
      </tbody>
    </table>
  </div>`;
}

function rowMarkup({ className, cells }: Row, columns: readonly Column[]): Html {
  return markup`
<tr${className === undefined ? '' : markup` class="${className}"`}>${cells.map((cell, index) =>
    cellMarkup(asCell(cell), columns[index]?.align, index === 0),
  )}</tr>`;
}

function cellMarkup({ content, sortBy, tone }: Cell, align: Column['align'], isHead: boolean): Html {
  const classes = [align === 'right' ? 'number' : '', tone ?? ''].filter(Boolean).join(' ');
  const attributes = markup`${classes && markup` class="${classes}"`}${
    sortBy !== undefined && Number.isFinite(sortBy) ? markup` data-v="${sortBy}"` : ''
  }`;
  return isHead
    ? markup`<th scope="row" ${attributes}>${content}</th>`
    : markup`<td${attributes}>${content}</td>`;
}

const alignment = (align: Column['align']): Content => (align === 'right' ? markup` class="number"` : '');

function asCell(cell: Cell | Content): Cell {
  return typeof cell === 'object' && 'content' in cell ? cell : { content: cell };
}

/** A table for readers who want the figures behind a picture. */
export function tableBehind(summary: string, table: Table): Html {
  return markup`<details>
    <summary>${summary}</summary>
    ${dataTable(table)}
  </details>`;
}
