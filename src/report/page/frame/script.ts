/**
 * What the page can do beyond being read: sort a table by a column, and show a mark's words at the pointer. It reads
 * only what is in the page already.
 */
export const script = `'use strict';
(() => {
  const text = (cell) => cell.dataset.v ?? cell.textContent.trim();
  const isWord = (value) => value === '' || Number.isNaN(Number(value));
  const compare = (a, b, sign) => {
    if (isWord(a) !== isWord(b)) return isWord(a) ? 1 : -1;
    return sign * (isWord(a) ? a.localeCompare(b) : a - b);
  };
  const sort = (table, head, place) => {
    const up = head.getAttribute('aria-sort') !== 'ascending';
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [text(row.cells[place]), row]);
    rows.sort(([a], [b]) => compare(a, b, up ? 1 : -1));
    body.append(...rows.map(([, row]) => row));
  };
  for (const table of document.querySelectorAll('main table')) {
    if (table.tBodies[0].rows.length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      button.addEventListener('click', () => sort(table, head, place));
      head.append(button);
    });
  }

  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  document.body.append(tip);
  const words = new WeakMap();
  document.addEventListener('pointerover', ({ target }) => {
    const title = target.closest?.('svg')?.getAttribute('role') === 'img' ? target.querySelector(':scope > title') : null;
    if (title) {
      words.set(target, title.textContent);
      title.remove();
    }
    tip.hidden = !words.has(target);
    if (!tip.hidden) tip.textContent = words.get(target);
  });
  document.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (tip.hidden) return;
    const left = Math.min(clientX + 14, innerWidth - tip.offsetWidth - 8);
    tip.style.left = Math.max(8, left) + 'px';
    tip.style.top = (clientY > 80 ? clientY - tip.offsetHeight - 12 : clientY + 18) + 'px';
  });
})();
`;
