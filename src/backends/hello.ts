/**
 * What is kept of a server's own introduction: of the right types, and no more than a client would want to be told.
 *
 * It is repeated to every client that connects, so its size is multiplied by their number, and its members are spread
 * and enumerated, which for a text of 8 MB made objects of eight million members. What is wrong is left out; the rest
 * of the server is not the worse for it.
 */

/** Capabilities and extensions of honest servers take some hundred bytes. */
const CAPABILITIES_CHARS_MAX = 64 * 1024;
/** What one route may tell a client about how to use its servers; models read all of it. */
export const INSTRUCTIONS_MAX = 16_384;
/** Those that the gateway itself goes by; of a server that declares too much, these are left. */
const KNOWN = ['tools', 'prompts', 'resources', 'completions', 'logging', 'tasks'];

export function boundedHello(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { instructions, serverInfo } = body;
  return {
    capabilities: capabilitiesOf(body.capabilities),
    ...(typeof instructions === 'string'
      ? { instructions: instructions.slice(0, INSTRUCTIONS_MAX).toWellFormed() }
      : {}),
    ...(isGroup(serverInfo) && JSON.stringify(serverInfo).length < INSTRUCTIONS_MAX
      ? { serverInfo }
      : {}),
  };
}

function capabilitiesOf(given: unknown): Record<string, unknown> {
  if (!isGroup(given)) return {};
  const groups = Object.entries(given).filter(([key, value]) => {
    // An assignment to this key would set a prototype instead of a member.
    return key !== '__proto__' && isGroup(value);
  });
  const kept = Object.fromEntries(groups);
  if (JSON.stringify(kept).length <= CAPABILITIES_CHARS_MAX) return kept;
  return Object.fromEntries(
    groups
      .filter(([key]) => KNOWN.includes(key))
      .map(([key, value]) => [key, flagsOf(value as Record<string, unknown>)]),
  );
}

function flagsOf({ listChanged, subscribe }: Record<string, unknown>): Record<string, boolean> {
  return {
    ...(listChanged === true ? { listChanged } : {}),
    ...(subscribe === true ? { subscribe } : {}),
  };
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
