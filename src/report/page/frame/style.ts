import { modelColors } from '../model-look.ts';

/** Parts of a bar, from before the clock starts to the answer. Each with a color for text on it. */
const tints: readonly { light: [string, string]; dark: [string, string] }[] = [
  { light: ['#c9ced6', '#1b1f24'], dark: ['#4a525d', '#f0f2f5'] },
  { light: ['#8d96a3', '#000000'], dark: ['#75808d', '#000000'] },
  { light: ['#b37f00', '#000000'], dark: ['#d9a93a', '#000000'] },
  { light: ['#a779c4', '#000000'], dark: ['#b78fd2', '#000000'] },
  { light: ['#1f6f9f', '#ffffff'], dark: ['#4a9fd0', '#000000'] },
  { light: ['#5f9ea0', '#000000'], dark: ['#6fb3b5', '#000000'] },
];

/** Latency from fast to slow, each with a contrast of at least 3 : 1 against its page. */
export const latencyColors: readonly { light: string; dark: string }[] = [
  { light: '#1b5fc0', dark: '#6fb0ff' },
  { light: '#6a4bc4', dark: '#b09bff' },
  { light: '#a4359a', dark: '#e08ad6' },
  { light: '#c02f4e', dark: '#ff8a9a' },
  { light: '#a85400', dark: '#ffb04d' },
];

function variables(mode: 'light' | 'dark'): string {
  const models = modelColors.map((color, place) => `--c${place}:${color[mode]}`);
  const parts = tints.map((tint, place) => `--p${place}:${tint[mode][0]};--on-p${place}:${tint[mode][1]}`);
  const latencies = latencyColors.map((color, place) => `--t${place}:${color[mode]}`);
  return [...models, ...parts, ...latencies].join(';');
}

const light = `--page:#ffffff;--ink:#1b1f24;--quiet:#5a6470;--line:#d9dee4;--wash:#f5f7f9;--link:#0b5cad;--warn:#8a4b00;--warn-wash:#fff4e0;--good:#1c6b3c;--good-wash:#dff3e4;${variables('light')}`;
const dark = `--page:#15181c;--ink:#e6e9ed;--quiet:#a0a9b4;--line:#343b44;--wash:#1d2126;--link:#7db8f5;--warn:#ffc977;--warn-wash:#33270f;--good:#7fd6a0;--good-wash:#1d3a29;${variables('dark')}`;

export const styleSheet = `:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
@media print{:root{color-scheme:light;${light}}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:68rem;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
p,li,dd,h2,h3,figcaption{text-wrap:pretty}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:.5rem;background:var(--page);padding:.4rem .8rem;z-index:3}

main:focus{outline:none}
h1{font-size:2rem;line-height:1.2;margin:.1rem 0 .4rem}
h2{font-size:1.35rem;line-height:1.3;margin:0 0 .3rem}
h3{font-size:1rem;margin:0 0 .3rem}
section{margin-top:3.2rem;scroll-margin-top:1rem}
.folded{margin-top:1.1rem}
.folded summary h2{display:inline;font-size:1.15rem}
.folded[id] details[open]{margin-bottom:2rem}
.kicker{margin:0;color:var(--quiet);font-size:.85rem;letter-spacing:.02em}
.description{margin:0 0 .6rem;font-size:1.1rem}
.lead,.nothing,.note,.quiet{color:var(--quiet)}
.lead{margin:0 0 1.1rem;max-width:44rem}
.note{font-size:.87rem;margin:.4rem 0;max-width:48rem}
.banner{background:var(--warn-wash);color:var(--warn);border:1px solid currentColor;border-radius:.4rem;padding:.55rem .8rem;margin:0 0 1.4rem;font-weight:600}
.side{margin:.7rem 0 0;font-weight:600}
.thresholds,.choice{list-style:none;padding:0}
.thresholds,.choice li{margin:.15rem 0}
.bad{color:var(--warn);font-weight:600}
.attention{margin:.6rem 0 0}
.facts,nav ul,.legend{list-style:none;padding:0;margin:0;display:flex;flex-wrap:wrap;gap:.15rem 1.1rem}
.first-line{font-size:1.15rem;font-weight:600;margin:.5rem 0 .8rem;max-width:60rem;text-wrap:pretty}
.facts{color:var(--quiet);font-size:.9rem}
nav{margin-top:1.4rem;border-block:1px solid var(--line);padding:.55rem 0;font-size:.92rem}
.filter{display:none;border:0;padding:0;margin:1rem 0 0;font-size:.92rem}
@supports selector(:has(*)){.filter{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;align-items:center}}
.filter legend{float:left;padding:0;margin-right:.3rem;color:var(--quiet)}
.filter label{display:inline-flex;align-items:center;gap:.3rem;min-height:1.6rem}
.model{display:inline-flex;align-items:baseline;gap:.4rem}
table .model{white-space:nowrap}
table .model bdi{display:inline-block;max-width:15rem;overflow:hidden;text-overflow:ellipsis;vertical-align:bottom}
.plot{display:block;max-width:100%;height:auto;font:12.5px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow:visible}
.plot text{white-space:pre}
.plot[aria-hidden]{display:inline-block;flex:none;width:14px;height:14px;position:relative;top:2px}
.plot .simulated{font-weight:700;font-size:10.5px;letter-spacing:.08em;fill:var(--warn)}
.plot .name{font-weight:600;paint-order:stroke}
.plot .figure{font-size:11.5px}
figure{margin:1.6rem 0 2rem}
figcaption{font-weight:600;margin-bottom:.35rem}
.legend{font-size:.88rem;margin:.2rem 0 .5rem}
.legend li{display:inline-flex;align-items:baseline;gap:.4rem}
.narrow{display:none}
@media screen and (max-width:44rem){.wide{display:none}.narrow{display:block}body{padding-top:1rem}h1{font-size:1.6rem}section{margin-top:2.6rem}}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,16.5rem),1fr));gap:.9rem;margin-bottom:1.2rem}
.card{border:1px solid var(--line);border-radius:.5rem;padding:.8rem .95rem;background:var(--wash)}
.card h3{color:var(--quiet);font-weight:600;font-size:.87rem;margin:0}
.card p{margin:.25rem 0 0;font-size:.92rem}
.lead-models{font-weight:700;display:flex;flex-wrap:wrap;gap:.1rem .8rem}
.card .lead-models{font-size:1.12rem}
details{margin:.5rem 0}
summary{cursor:pointer;color:var(--link);width:fit-content;padding:.1rem 0}
details>ul{margin:.4rem 0 .8rem;padding-left:1.2rem}
.verdicts li{margin:.15rem 0}
.open-verdict{color:var(--quiet)}
.scroll{overflow-x:auto;margin:.6rem 0;position:relative}
table{border-collapse:collapse;font-size:.86rem;min-width:min(100%,26rem);font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.42rem;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{padding-left:0}
thead th{vertical-align:bottom;color:var(--quiet);font-weight:600;border-bottom-width:2px}
tbody th{font-weight:600}
.number{text-align:right}
td.number,thead .number,.word{white-space:nowrap}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;text-align:inherit;cursor:pointer;text-decoration:underline dotted;text-underline-offset:.25em}
th[aria-sort=ascending] button::after{content:" ↑"}
th[aria-sort=descending] button::after{content:" ↓"}
.interval{display:block;color:var(--quiet);font-size:.92em;font-weight:400}
.unit{font-weight:400}
.wide-cell{min-width:18rem}
.kind{min-width:11rem}
.group{display:inline-block;margin-left:.35rem;font-weight:700}
.receipts{display:block;font-size:.82rem;color:var(--quiet)}
.receipts span{white-space:nowrap}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.85em}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--wash);border:1px solid var(--line);border-radius:.4rem;padding:.6rem .8rem;margin:.3rem 0;max-height:24rem;overflow:auto;unicode-bidi:plaintext}
blockquote{margin:.4rem 0 .8rem;padding-left:.9rem;border-left:3px solid var(--line);white-space:pre-wrap}
.answers{margin:.2rem 0}
.answer{margin:0 0 1rem}
.answer h3 .quiet{font-weight:400;font-size:.88rem}
.method li,.warnings li{margin:.4rem 0}
dt{font-weight:600}dd{margin:0 0 .4rem}
footer{margin-top:3.5rem;border-top:1px solid var(--line);color:var(--quiet);font-size:.87rem}
.tip{position:fixed;z-index:2;pointer-events:none;background:var(--ink);color:var(--page);font-size:.85rem;line-height:1.35;padding:.3rem .55rem;border-radius:.3rem;max-width:min(22rem,90vw)}
.tip[hidden]{display:none}
@page{margin:14mm}
@media print{body{max-width:none;padding:0;font-size:11pt}nav,.filter,.skip,.tip,details:not([open]),.folded:not(:has(>details[open])),#answers:not(:has(details.answers[open],.grid-prompt)){display:none}section{margin-top:1.6rem}figure,tr,.card,.lead,#ranking .scroll{break-inside:avoid}h2,h3,.lead,figcaption{break-after:avoid}.scroll{overflow:visible}pre{max-height:none;overflow:visible}a{color:inherit}}`;
