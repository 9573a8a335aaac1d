/** One claim about the methods, measured. */
export interface Proof {
  readonly group: string;
  /** Its line in the short certificate, which several may share. Absent if it has none. */
  readonly line?: string;
  readonly claim: string;
  /** A share, or what `unit` says. */
  readonly measured: number;
  /** Lowest and highest value for which the claim holds. Absent if it is only reported, not claimed. */
  readonly band?: readonly [low: number, high: number];
  /** It must be outside its band: this shows that the band can tell good from bad. */
  readonly mustLeave?: boolean;
  readonly unit?: 'share' | 'number';
  /** Number of simulated runs, nights or series behind it. */
  readonly runs: number;
}

/** Amount of simulation: 1 is the full proof, 0 next to nothing, for the claims only. */
export type Effort = number;

export function runsFor(full: number, effort: Effort): number {
  return Math.max(effort === 0 ? 1 : 20, Math.round(full * effort));
}

/**
 * Whether it holds. `slack`: standard errors by which a band is widened, to allow for chance in a short proof. The full
 * proof needs none.
 */
export function holds(proof: Proof, slack = 0): boolean {
  const { measured, mustLeave = false } = proof;
  const [low, high] = widened(proof, slack);
  return (measured >= low && measured <= high) !== mustLeave || !proof.band;
}

function widened({ band = [0, 1], runs }: Proof, slack: number): [number, number] {
  const reach = (edge: number): number => slack * Math.sqrt((edge * (1 - edge)) / runs);
  return [band[0] - reach(band[0]), band[1] + reach(band[1])];
}

/**
 * The short certificate for bench/README.md: a Markdown table with one line per claim that several proofs share. If
 * their bands differ, the line counts how many hold.
 */
export function shortCertificate(proofs: readonly Proof[], slack = 0): string {
  const lines = Map.groupBy(
    proofs.filter(({ line }) => line !== undefined),
    ({ line }) => line!,
  );
  const rows = [...lines].map(([line, ours]) => {
    const isOne = new Set(ours.map(bandOf)).size === 1;
    const holding = ours.filter((proof) => holds(proof, slack)).length;
    const runs = ours.reduce((sum, proof) => sum + proof.runs, 0);
    const cells = [
      line,
      isOne ? rangeOf(ours) : `in ${holding} of ${ours.length} cases`,
      isOne ? bandOf(ours[0]!) : 'in all',
      runs.toLocaleString('en-US'),
      ours[0]!.band === undefined ? '' : holding === ours.length ? '✓' : '✗',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| claim | found | must be | simulated | |', '|---|---:|---:|---:|---|', ...rows, ''].join('\n');
}

function rangeOf(proofs: readonly Proof[]): string {
  const found = proofs.map(({ measured }) => measured);
  const text = (value: number): string => write(proofs[0]!, value);
  const [low, high] = [text(Math.min(...found)), text(Math.max(...found))];
  return low === high ? low : `${low} … ${high}`;
}

/** The certificate: a Markdown table with each claim, the measured value, and whether it holds. */
export function certificate(proofs: readonly Proof[], slack = 0): string {
  const lines = proofs.map((proof) => {
    const cells = [
      proof.group,
      proof.claim,
      write(proof, proof.measured),
      bandOf(proof),
      proof.runs.toLocaleString('en-US'),
      mark(proof, slack),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| what | claim | measured | must be | simulated | |',
    '|---|---|---:|---:|---:|---|',
    ...lines,
    '',
  ].join('\n');
}

function write({ unit = 'share' }: Proof, value: number): string {
  return unit === 'share' ? `${(100 * value).toFixed(1)} %` : value.toFixed(2);
}

function bandOf(proof: Proof): string {
  if (!proof.band) return '';
  const [low, high] = proof.band;
  const where = proof.mustLeave === true ? 'outside ' : '';
  if (high === 1) return `${where}≥ ${write(proof, low)}`;
  return low === 0
    ? `${where}≤ ${write(proof, high)}`
    : `${where}${write(proof, low)} … ${write(proof, high)}`;
}

function mark(proof: Proof, slack: number): string {
  if (!proof.band) return '';
  return holds(proof, slack) ? '✓' : '✗';
}
