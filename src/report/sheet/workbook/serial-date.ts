const msPerDay = 86_400_000;
/** Day 1 of Excel's calendar is 1 January 1900; this one is 1 January 1970. */
const epoch = 25_569;

/** An instant as spreadsheets count it: days, with the time as the fraction. Undefined for what is no instant. */
export function serialDate(iso: string): number | undefined {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? undefined : ms / msPerDay + epoch;
}
