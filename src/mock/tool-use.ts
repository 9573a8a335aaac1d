/** Tools in a request. */
export interface Offer {
  tools: unknown;
  /** `none`, `required`, or the name of the one to call. */
  choice: unknown;
}

interface Tool {
  name: string;
  parameters?: { properties?: Record<string, Property>; required?: readonly string[] };
}

interface Property {
  type?: unknown;
  enum?: readonly unknown[];
}

/** In the format of the OpenAI API. A tool without a name is left out. */
function toolsOf(tools: unknown): Tool[] {
  const listed = Array.isArray(tools) ? (tools as { function?: Partial<Tool> }[]) : [];
  return listed.flatMap(({ function: tool }) => (typeof tool?.name === 'string' ? [tool as Tool] : []));
}

/** Words in a name that say nothing about its subject. */
const verbs = ['find', 'look', 'make', 'call', 'send', 'search', 'create', 'list', 'update', 'tool'];

/**
 * The right call for a prompt: of the first tool with a word of its name in the prompt, of the required one, or none.
 * Its arguments come from the prompt: a word of an `enum` in it, the first number, else the first name (a capital
 * within the sentence, or words in quotes).
 */
export function rightCall(
  { tools, choice }: Offer,
  prompt: string,
): { name: string; arguments: string } | undefined {
  if (choice === 'none') return undefined;
  const declared = toolsOf(tools);
  const named = nameOf(choice);
  const tool =
    declared.find(({ name }) => (named === undefined ? fits(name, prompt) : name === named)) ??
    (choice === 'required' ? declared[0] : undefined);
  return tool && { name: tool.name, arguments: JSON.stringify(argumentsFor(tool, prompt)) };
}

function nameOf(choice: unknown): string | undefined {
  if (typeof choice !== 'object' || choice === null || !('function' in choice)) return undefined;
  const { name } = choice.function as { name?: unknown };
  return typeof name === 'string' ? name : undefined;
}

function fits(name: string, prompt: string): boolean {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u);
  const said = prompt.toLowerCase();
  return words.some((word) => word.length >= 4 && !verbs.includes(word) && said.includes(word));
}

function argumentsFor({ parameters }: Tool, prompt: string): Record<string, unknown> {
  const properties = parameters?.properties ?? {};
  const required = parameters?.required ?? Object.keys(properties);
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => required.includes(name))
      .map(([name, schema]) => [name, valueFor(schema, prompt)]),
  );
}

function valueFor({ type, enum: words }: Property, prompt: string): unknown {
  if (words) {
    const said = prompt.toLowerCase();
    return words.find((word) => said.includes(String(word).toLowerCase())) ?? words[0];
  }
  const number = Number(/-?\d+(?:\.\d+)?/.exec(prompt)?.[0] ?? 1);
  if (type === 'integer') return Math.round(number);
  if (type === 'number') return number;
  if (type === 'boolean') return true;
  if (type === 'array') return [];
  if (type === 'object') return {};
  const [, quoted] = /"([^"]+)"/.exec(prompt) ?? [];
  const [, name] = /[\p{L}\d,] (\p{Lu}[\p{L}-]+)/u.exec(prompt) ?? [];
  return quoted ?? name ?? /\d+/.exec(prompt)?.[0] ?? 'unknown';
}
