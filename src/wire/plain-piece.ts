import { isObject } from './json-words.ts';
import { choiceFields, deltaFields, frameFields } from './known-fields.ts';

/** One text, and whether it is reasoning. */
export interface PlainPiece {
  kind: 'reasoning' | 'content';
  text: string;
}

/** What a member of a frame may hold if the frame brings only one text. */
type Allowed = (value: unknown) => boolean;

const anything: Allowed = () => true;
const nothing: Allowed = (value) =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** All known members. The named ones are more than bookkeeping. */
function allowing(
  known: ReadonlySet<string>,
  named: Readonly<Record<string, Allowed>>,
): Map<string, Allowed> {
  return new Map([...Array.from(known, (name) => [name, anything] as const), ...Object.entries(named)]);
}

const inFrame = allowing(frameFields, {
  model: (value) => value !== '',
  object: (value) => value !== 'error',
  type: (value) => value !== 'error',
  status: (value) => value !== 'failure',
  error: nothing,
  usage: nothing,
  x_groq: nothing,
});

const inChoice = allowing(choiceFields, {
  index: (value) => value === 0,
  delta: isObject,
  message: nothing,
  text: nothing,
  finish_reason: nothing,
  error: nothing,
  usage: nothing,
});

/** Members of a delta that hold text, each with its kind. */
const texts = new Map<string, PlainPiece['kind']>([
  ['content', 'content'],
  ['reasoning', 'reasoning'],
  ['reasoning_content', 'reasoning'],
  ['reasoning_text', 'reasoning'],
  ['thinking', 'reasoning'],
]);

const inDelta = allowing(deltaFields, {
  reasoning_details: nothing,
  thinking_blocks: nothing,
  refusal: nothing,
  tool_calls: nothing,
  function_call: nothing,
});

/**
 * The text of a frame that brings one text and nothing else that is read or noted, as nearly all frames do. Undefined
 * for every other frame.
 */
export function plainPiece(frame: Record<string, unknown>): PlainPiece | undefined {
  const { choices } = frame;
  if (!Array.isArray(choices) || choices.length !== 1) return undefined;
  const choice: unknown = choices[0];
  if (!isObject(choice) || !isObject(choice['delta'])) return undefined;
  if (!allows(inFrame, frame) || !allows(inChoice, choice)) return undefined;
  return onlyText(choice['delta']);
}

function allows(members: ReadonlyMap<string, Allowed>, part: Record<string, unknown>): boolean {
  for (const name in part) if (members.get(name)?.(part[name]) !== true) return false;
  return true;
}

function onlyText(delta: Record<string, unknown>): PlainPiece | undefined {
  let kind: PlainPiece['kind'] | undefined;
  let text = '';
  for (const name in delta) {
    const value = delta[name];
    const kindOfText = texts.get(name);
    if (kindOfText === undefined) {
      if (inDelta.get(name)?.(value) !== true) return undefined;
    } else if (!nothing(value)) {
      if (typeof value !== 'string' || kind !== undefined) return undefined;
      kind = kindOfText;
      text = value;
    }
  }
  return kind && { kind, text };
}
