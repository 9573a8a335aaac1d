const steps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** A round number not below any of these, as the end of an axis. Undefined without a number above zero. */
export function axisEnd(values: readonly (number | undefined)[]): number | undefined {
  const highest = Math.max(0, ...values.filter((value) => value !== undefined));
  if (highest === 0) return undefined;
  const power = 10 ** Math.floor(Math.log10(highest));
  const step = steps.find((candidate) => candidate * power >= highest);
  return step === undefined ? undefined : Number((step * power).toPrecision(3));
}
