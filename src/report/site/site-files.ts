import { badgeFiles, type SiteFile } from './site-badges.ts';
import { siteFeed } from './site-feed.ts';
import { sitePage } from './site-page.ts';
import type { Site } from './site.ts';

/** Every file of the site except the pages of runs. Pure: the same history gives the same bytes. */
export const siteFiles = (site: Site): SiteFile[] => [
  { path: 'index.html', text: sitePage(site) },
  { path: 'feed.xml', text: siteFeed(site) },
  ...badgeFiles(site),
];
