/** Markup that is written unescaped. Only `markup`, `join` and the writer of our pictures create it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Html | string | number | undefined | readonly Content[];

const names: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Any text as markup that shows it, in content and in quoted attributes: the only way for text to get into a page.
 * Characters that HTML does not allow become a replacement mark.
 */
export function escape(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (char) => names[char]!);
}

/**
 * A template whose holes are escaped unless they are markup already. Undefined leaves a hole empty. Its own line breaks
 * lose their indentation.
 */
export function markup(parts: TemplateStringsArray, ...holes: Content[]): Html {
  return new Html(parts.map((part, index) => part.replace(/\n\s+/g, '\n') + textOf(holes[index])).join(''));
}

function textOf(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(textOf).join('');
  return escape(String(content));
}

/** Joins several pieces with a separator. */
export function join(pieces: readonly Content[], between: Content): Html {
  return markup`${pieces.map((piece, index) => (index === 0 ? piece : [between, piece]))}`;
}

/** A part of the page with its heading. `lead` says in a sentence what it shows. */
export function section(id: string, title: string, lead: Content, content: Content): Html {
  return markup` <section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${lead === undefined ? '' : markup`<p class="lead">${lead}</p>`} ${content}
  </section>`;
}

/** As above, but collapsed: not needed to choose. Its link opens it. */
export function folded(id: string, title: string, lead: Content, content: Content): Html {
  return markup` <section id="${id}" class="folded" aria-labelledby="${id}-title">
    <details>
      <summary><h2 id="${id}-title">${title}</h2></summary>
      ${lead === undefined ? '' : markup`<p class="lead">${lead}</p>`} ${content}
    </details>
  </section>`;
}

/** Shown if a part has no content, with the reason. */
export const nothing = (why: string): Html => markup`<p class="nothing">${why}</p>`;
