/** References of a series that has intervals: its values, and how far the interval reaches on both sides. */
export interface Interval {
  readonly values: string;
  readonly minus: string;
  readonly plus: string;
}

/** What the library leaves undone in the XML of a chart. */
export function mendChart(xml: string, intervals: readonly Interval[]): string {
  return xml.replace(/<c:ser>.*?<\/c:ser>/gs, (series) => withInterval(inOrder(series), intervals));
}

/** Of scatter charts it writes the marker before the line: Excel would want to repair the file. */
function inOrder(series: string): string {
  return series.replace(
    /(<c:marker>(?:(?!<\/c:marker>).)*<\/c:marker>)(<c:spPr>(?:(?!<\/c:spPr>).)*<\/c:spPr>)/s,
    (_, marker: string, line: string) => line + marker,
  );
}

/** It knows no error bars, and they are the one native way to show an interval that every spreadsheet draws. */
function withInterval(series: string, intervals: readonly Interval[]): string {
  const found = intervals.find(({ values }) => series.includes(`<c:val><c:numRef><c:f>${values}</c:f>`));
  return found ? series.replace('<c:cat>', (start) => errorBars(found) + start) : series;
}

function errorBars({ minus, plus }: Interval): string {
  const lengths = (side: string, reference: string): string =>
    `<c:${side}><c:numRef><c:f>${reference}</c:f></c:numRef></c:${side}>`;
  return (
    '<c:errBars><c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>' +
    lengths('plus', plus) +
    lengths('minus', minus) +
    '<c:spPr><a:ln w="15875"><a:solidFill><a:srgbClr val="1F2933"/></a:solidFill></a:ln></c:spPr></c:errBars>'
  );
}
