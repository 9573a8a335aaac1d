import { cellsOf, type RatingItem, ratingWords, type SheetCells } from '../../score/rating-items.ts';
import { htmlDocument } from '../page/frame/document.ts';
import { type Html, markup } from '../page/frame/html.ts';
import { styleSheet } from '../page/frame/style.ts';

const style = `${styleSheet}
article{border:1px solid var(--line);border-radius:.5rem;padding:1rem 1.2rem;margin-top:1.2rem}
article[hidden]{display:none}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--wash);padding:.6rem .8rem;border-radius:.3rem;margin:.3rem 0 1rem;font-size:.95rem}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));gap:0 1rem}
.choices{display:flex;flex-wrap:wrap;gap:.5rem}
button{font:inherit;padding:.4rem .9rem;border:1px solid var(--line);border-radius:.3rem;background:var(--wash);color:var(--ink);cursor:pointer}
button[aria-pressed=true]{background:var(--link);color:var(--page)}
textarea{width:100%;font:inherit;margin-top:.8rem;background:var(--page);color:var(--ink);border:1px solid var(--line)}
kbd{font-size:.8em;color:inherit;opacity:.75}
nav{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;position:sticky;top:0;background:var(--page);padding:.6rem 0;z-index:2}
`;

/**
 * One page that works without a network: one item at a time, keys for everything, and a button that saves the verdicts
 * to a file for `gatebench rate import`. It names no model, and sends nothing anywhere.
 */
export function ratingPage(items: readonly RatingItem[]): string {
  const body = markup`<main>
    <h1>Answers to rate</h1>
    <p>Read the case and choose a verdict. Keys: <kbd>j</kbd> and <kbd>k</kbd> for the first two verdicts, <kbd>t</kbd> for a
    tie, figures for any of them, <kbd>s</kbd> to skip, arrows to go on and back. Nothing leaves this page until you save.</p>
    <nav><button type="button" id="back">← Back</button><button type="button" id="next">Next →</button>
    <output id="where"></output><button type="button" id="save">Save verdicts</button></nav>
    ${items.map(article)}
    <noscript><p>This page needs JavaScript, which comes with it.</p></noscript>
  </main>`;
  return htmlDocument({ title: 'Answers to rate', style, body, more: script });
}

function article(item: RatingItem): Html {
  const cells = cellsOf(item);
  const words = ratingWords(item.item.criterion);
  const section = (title: string, name: keyof SheetCells): Html | undefined =>
    cells[name] ? markup`<section><h3>${title}</h3><pre>${cells[name]}</pre></section>` : undefined;
  return markup`<article hidden data-item="${item.id}">
    <h2>${cells.question}</h2>
    <div class="choices">${words.map(
      (word, place) =>
        markup`<button type="button" data-word="${word}" aria-pressed="false">${word} <kbd>${keyOf(word, place)}</kbd></button> `,
    )}<button type="button" data-word="skip" aria-pressed="false">skip <kbd>s</kbd></button></div>
    ${section('Conversation', 'conversation')}
    ${section('A right answer says', 'reference')}
    <div class="pair">${section(item.order ? 'Left' : 'Answer', 'answer')}${section('Right', 'other_answer')}</div>
    <textarea rows="2" aria-label="Comment" placeholder="Comment"></textarea>
  </article>`;
}

const keyOf = (word: string, place: number): string =>
  word === 'tie' ? 't' : (['j', 'k'][place] ?? String(place + 1));

/** Only from the page, and this browser's memory of it. */
const script = `
(() => {
  const items = [...document.querySelectorAll('article[data-item]')];
  const store = 'gatebench-rate-' + items.map((item) => item.dataset.item).join('').slice(0, 240);
  let known = {};
  try { known = JSON.parse(localStorage.getItem(store) ?? '{}'); } catch {}
  let at = 0;
  const buttons = (item) => [...item.querySelectorAll('button[data-word]')];
  const comment = (item) => item.querySelector('textarea');
  const keep = () => { try { localStorage.setItem(store, JSON.stringify(known)); } catch {} };
  const show = () => {
    items.forEach((item, place) => {
      item.hidden = place !== at;
      const { verdict, comment: said } = known[item.dataset.item] ?? {};
      for (const button of buttons(item)) button.setAttribute('aria-pressed', String(button.dataset.word === verdict));
      if (said !== undefined) comment(item).value = said;
    });
    const done = items.filter((item) => known[item.dataset.item]?.verdict).length;
    document.getElementById('where').textContent = 'Item ' + (at + 1) + ' of ' + items.length + ', ' + done + ' done';
  };
  const go = (step) => { at = Math.min(items.length - 1, Math.max(0, at + step)); show(); scrollTo(0, 0); };
  const choose = (item, word) => {
    known[item.dataset.item] = { ...known[item.dataset.item], verdict: word };
    keep();
    if (at < items.length - 1) go(1); else show();
  };
  for (const item of items) {
    for (const button of buttons(item)) button.addEventListener('click', () => choose(item, button.dataset.word));
    comment(item).addEventListener('input', () => {
      known[item.dataset.item] = { ...known[item.dataset.item], comment: comment(item).value };
      keep();
    });
  }
  document.getElementById('back').addEventListener('click', () => go(-1));
  document.getElementById('next').addEventListener('click', () => go(1));
  document.addEventListener('keydown', (event) => {
    if (event.target.tagName === 'TEXTAREA' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowRight') return go(1);
    if (event.key === 'ArrowLeft') return go(-1);
    const all = buttons(items[at]);
    const named = (word) => all.find((button) => button.dataset.word === word);
    const found = { j: all[0], k: all[1], s: named('skip'), t: named('tie') }[event.key] ?? all[Number(event.key) - 1];
    if (found) choose(items[at], found.dataset.word);
  });
  const quoted = (text) => '"' + String(text ?? '').replaceAll('"', '""') + '"';
  document.getElementById('save').addEventListener('click', () => {
    const lines = items.map((item) => {
      const { verdict, comment: said } = known[item.dataset.item] ?? {};
      return [item.dataset.item, verdict, said].map(quoted).join();
    });
    const file = new Blob(['item,verdict,comment\\n' + lines.join('\\n') + '\\n'], { type: 'text/csv' });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    link.download = 'verdicts.csv';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  if (items.length > 0) show();
})();
`;
