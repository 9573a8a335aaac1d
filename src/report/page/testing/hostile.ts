import type { RequestRow } from '../../../journal/request-columns.ts';
import { sampleRows } from './sample-run.ts';

/** Texts that leave a mark in a page that interprets them as markup. */
export const hostileTexts = [
  '<script>window.hacked = 1</script>',
  '"><img src=x onerror="window.hacked = 1">',
  "'><svg onload=window.hacked=1>",
  '</style><script>window.hacked = 1</script>',
  '</title></textarea></script><script>window.hacked = 1</script>',
] as const;

const [script, image, svg, style, title] = hostileTexts;

/** A run in which every word from outside is hostile. */
export function hostileRows(): RequestRow[] {
  return [...sampleRows({ prompts: 6, repeats: 2, names: hostileTexts })].map((row) => ({
    ...row,
    suite: script,
    run_id: image,
    prompt_id: `${row.prompt_id}${svg}`,
    error_message: row.error_message && script,
    error_code: row.error_code && image,
    error_family: row.error_family && style,
    invalid_reason: row.invalid_reason && [svg],
    failed_checks: row.failed_checks && [image],
    check_why: row.check_why && [script],
    gateway_log_id: title,
    cf_ray: image,
    answer_preview: script,
  }));
}
