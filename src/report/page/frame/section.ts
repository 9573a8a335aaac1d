import { markup, type Content, type Html } from './html.ts';

/** A part of the page with its heading. `lead` says in a sentence what is to be seen. */
export function section(id: string, title: string, lead: Content, content: Content): Html {
  return markup` <section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${lead === undefined ? '' : markup`<p class="lead">${lead}</p>`} ${content}
  </section>`;
}

/** What stands where a part has nothing to show, and why. */
export const nothing = (why: string): Html => markup`<p class="nothing">${why}</p>`;
