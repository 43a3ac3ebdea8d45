/**
 * Whether a value is probably a secret, told from its name and its looks.
 *
 * Used to warn and to keep copies out of files, never to decide that something is harmless: a guess in the wrong
 * direction costs a needless warning, not a leak, because dumps and faults never print such values anyway.
 */

const NAMES =
  /token|secret|passw|pwd|credential|private|api[-_]?key|access[-_]?key|authorization|cookie|_key$|-key$|^key$|_pat$|dsn$|connection[-_]?string/i;
/** Prefixes of well-known issuers, and long runs that no word makes. */
const LOOKS =
  /^(?:bearer |basic )|^(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abpr]|AKIA|ASIA|AIza|ya29|hf|npm|dop_v1|eyJ)[-_A-Za-z0-9]{12,}|:\/\/[^/\s:@]+:[^/\s@]+@/i;

export function looksSecret(name: string, value: string): boolean {
  return value.length >= 4 && (NAMES.test(name) || LOOKS.test(value));
}
