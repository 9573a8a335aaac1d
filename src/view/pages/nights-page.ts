import type { PageFrame } from '../../report/page/frame/document.ts';
import { markup } from '../../report/page/frame/html.ts';
import { trendFrame } from '../../report/trend/trend-page.ts';
import { mainPart, viewFrame } from '../frame.ts';
import type { Viewer } from '../viewer.ts';

/** The history, night by night. */
export async function nightsPage(viewer: Viewer): Promise<PageFrame> {
  const nights = await viewer.options.nights?.();
  if (nights === undefined)
    return viewFrame(viewer, {
      title: 'Nights',
      here: 'nights',
      body: mainPart(
        'Nights',
        markup`<p>No history was given. Start with <code>${viewer.options.program} view --history DIR</code>.</p>`,
      ),
    });
  const { title, style, body } = trendFrame(nights.reports, nights.warnings);
  return viewFrame(viewer, { title, style, body, here: 'nights' });
}
