/**
 * Which part of a program's argument is a value, and what that is called: secrets are told by their names as well.
 */

export interface NamedArgument {
  /** What stands before the value and is none: `--token=`, `NAME=`, `Authorization: Bearer `. */
  readonly lead: string;
  /** What the value is called, by itself or by the option before it; '' where nothing calls it anything. */
  readonly name: string;
  readonly value: string;
}

const ASSIGNS = /^(?:-e|--env)$/;
const ANY_ASSIGNMENT = /^(-{0,2}[A-Za-z_][A-Za-z0-9_.-]*)=([^=].*)$/s;
const ASSIGNMENT = /^([A-Z][A-Z0-9_]*)=([^=].*)$/s;
const HEADER = /^([A-Za-z][A-Za-z0-9-]*):(?!\/\/) *(?:(?:bearer|basic|token) +)?(?=\S)/i;

/** `--token=x`, `NAME=x` as `docker run -e` has it, a header as mcp-remote has it, or what follows `--token`. */
export function namedArgument(arg: string, before = ''): NamedArgument {
  const assigned = assignment(arg, before);
  if (assigned !== undefined) {
    const [said, rest] = assigned;
    const inner = namedArgument(rest, said);
    if (inner.lead === '') return { lead: `${said}=`, name: said, value: rest };
    return { ...inner, lead: `${said}=${inner.lead}` };
  }
  const header = HEADER.exec(arg);
  if (header !== null && /^(?:-H|--?headers?)$/i.test(before)) {
    const [lead, name = ''] = header;
    return { lead, name, value: arg.slice(lead.length) };
  }
  const isNamed = /^--?[A-Za-z][A-Za-z0-9_-]*$/.test(before) && !arg.startsWith('-');
  return { lead: '', name: isNamed ? before : '', value: arg };
}

/** After other options "abc=def" is a value as a whole, unless it begins as a variable does: base64 ends in "=" as well. */
function assignment(arg: string, before: string): [string, string] | undefined {
  const isAny = arg.startsWith('-') || ASSIGNS.test(before);
  const found = (isAny ? ANY_ASSIGNMENT : ASSIGNMENT).exec(arg);
  return found === null ? undefined : [found[1] ?? '', found[2] ?? ''];
}
