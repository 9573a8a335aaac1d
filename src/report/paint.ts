import { styleText } from 'node:util';

/** The role of a piece of text, not its color. */
export type Tone = 'strong' | 'quiet' | 'good' | 'warning' | 'bad';

const colors = { strong: 'bold', quiet: 'dim', good: 'green', warning: 'yellow', bad: 'red' } as const;

export type Paint = (tone: Tone | undefined, text: string) => string;

/** The caller has decided about color, so the stream is not asked again. Without color the text is unchanged. */
export function painter(color: boolean): Paint {
  return (tone, text) =>
    color && tone !== undefined && text !== ''
      ? styleText(colors[tone], text, { validateStream: false })
      : text;
}
