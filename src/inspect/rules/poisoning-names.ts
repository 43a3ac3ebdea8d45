/**
 * Names in a definition that are themselves the instruction: a parameter called content_from_reading_ssh_id_rsa needs no
 * description to be filled in. Identifiers are not prose (a property developer_mode is no jailbreak), so that these read
 * keys only, word by word; and a name that an honest tool may have (system_prompt) is only recorded.
 */

import type { Detector, Finding, Leaf } from '../rule.ts';

interface Naming {
  readonly id: string;
  readonly confidence: 'high' | 'low';
  /** Over the words of a name, lower case, one blank apart. Single classes and fixed words: linear. */
  readonly pattern: RegExp;
}

const NAMINGS: readonly Naming[] = [
  {
    id: 'poisoning.name-exfiltrates',
    confidence: 'high',
    pattern:
      /^(?:contents? (?:of|from)|(?:file )?contents? from reading|result (?:of|from) reading|output (?:of|from) (?:running|executing)|data from) .{0,40}(?:ssh|id rsa|id ed25519|private key|aws|credentials?|env|passwd|shadow|secrets?|kube|config|keychain|cookies|etc)\b|\b(?:ssh id rsa|ssh private key|etc passwd|etc shadow|aws credentials) (?:contents?|data|file)\b/,
  },
  {
    id: 'poisoning.name-directs',
    confidence: 'high',
    pattern:
      /^(?:please )?(?:ignore|disregard|forget|override|bypass) (?:all |any |the |your )?(?:previous|prior|above|earlier|system|safety|user) (?:instructions?|prompts?|rules|guidelines|directives?)|^(?:do not|dont|never) (?:tell|inform|notify|mention to) (?:the )?user|^(?:send|forward|upload|exfiltrate) (?:all |the )?(?:data|secrets?|credentials?|conversation|keys) to\b/,
  },
  {
    id: 'poisoning.name-leaks-context',
    confidence: 'low',
    pattern:
      /^(?:full |entire |complete |previous |prior |all |user )*(?:conversation|chat|message) (?:history|log|transcript|context)$|^chain of thought$|^(?:model |assistant )?(?:reasoning|thoughts|scratchpad)(?: trace)?$|^system prompt$|^(?:available|all|list of) tools$|^(?:tool|function) (?:call )?(?:history|results)$|^llm model name$|^(?:users? )?(?:full )?(?:original )?prompt verbatim$/,
  },
];
/** Longer names are not read: nobody types them, and what they say is prose for the other rules. */
const NAME_CHARACTERS = 160;

/** "contentFromReading_sshIdRsa" as words: "content from reading ssh id rsa". */
export function wordsOfName(name: string): string {
  return name
    .slice(0, NAME_CHARACTERS)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

export const NAME_DETECTOR: Detector = {
  class: 'poisoning',
  in: ['definition'],
  examine({ subject, views }) {
    const findings = views.flatMap(({ leaf }) => (isName(leaf) ? inName(leaf) : []));
    const ofTool = NAMINGS.filter(
      ({ confidence, pattern }) => confidence === 'high' && pattern.test(wordsOfName(subject.tool)),
    );
    for (const { id, confidence } of ofTool)
      findings.push({
        rule: id,
        class: 'poisoning',
        confidence,
        path: '/name',
        steps: [],
        span: null,
        leaf: null,
      });
    return findings;
  },
};

/** A property of a schema; not the keywords of JSON Schema, which are few and have no such names anyway. */
const isName = ({ isKey, path }: Leaf) => isKey && path.includes('/properties/');

function inName(leaf: Leaf): Finding[] {
  const words = wordsOfName(leaf.text);
  return NAMINGS.filter(({ pattern }) => pattern.test(words)).map(({ id, confidence }) => ({
    rule: id,
    class: 'poisoning',
    confidence,
    path: leaf.path,
    steps: [],
    span: [0, leaf.text.length],
    leaf,
  }));
}
