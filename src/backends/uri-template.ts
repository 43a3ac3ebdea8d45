/**
 * Whether a URI could have been made from an RFC 6570 template.
 *
 * Used only to find the server that a resource belongs to, so it may say yes too often but must be quick: one pass,
 * literals in order, no regular expression made from a server's text.
 */
export function matchesTemplate(template: string, uri: string): boolean {
  const parts = template.split(/\{([^{}]*)\}/);
  const head = parts[0] ?? '';
  if (!uri.startsWith(head)) return false;
  let at = head.length;
  for (let i = 1; i < parts.length; i += 2) {
    const expression = parts[i] ?? '';
    const literal = parts[i + 1] ?? '';
    const isLast = i + 2 >= parts.length;
    const end = isLast && literal === '' ? uri.length : uri.indexOf(literal, at);
    if (end < 0) return false;
    // `{id}` stays within a path segment; `{+path}`, `{/a}`, `{?q}`, `{&q}`, `{#f}` may hold anything.
    if (/^[\w.,:*%-]+$/.test(expression) && uri.slice(at, end).includes('/')) return false;
    at = end + literal.length;
  }
  return at === uri.length;
}
