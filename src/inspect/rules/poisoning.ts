/**
 * Directives in a definition. What describes a tool speaks of what it does; what poisons one speaks to whoever reads the
 * definition: read that file, pass it here, say nothing, do this to that other tool.
 *
 * Honest definitions are full of imperatives ("always call list_tables first", "use this before …"), so that order alone
 * is no sign: each of these wants a second half that no tool needs (a key file, a hidden recipient, a skipped approval).
 * Rules of injection read definitions too. Names of parameters are read in poisoning-names.ts.
 */

import type { Detector, TextRule } from '../rule.ts';
import { literal, phrase } from './phrase.ts';
import { NAME_DETECTOR } from './poisoning-names.ts';
import { textsOf } from './texts.ts';

const IN = ['definition'] as const;
/** Files that hold what others may not have. */
const KEY_FILE =
  '(?:\\.ssh\\b|id_(?:rsa|ed25519|ecdsa|dsa)\\b|\\.aws/(?:credentials|config)|/etc/(?:passwd|shadow|sudoers)|\\.env\\b|mcp\\.json|claude_desktop_config|\\.cursor/|\\.kube/config|kubeconfig|\\.npmrc|\\.netrc|\\.git-credentials|\\.gnupg|\\.pypirc|\\.docker/config|\\.bash_history|\\.zsh_history|wallet\\.dat|private[ _]key|credentials\\.json|/proc/self/environ|\\.config/gcloud|\\.vault-token|cookies\\.sqlite|login data)';
const KEY_FILE_ANCHORS = [
  '~/.',
  ...textsOf('contents? of'),
  '.ssh',
  'id_rsa',
  'id_ed25519',
  'id_ecdsa',
  'id_dsa',
  '.aws/',
  'etc/passwd',
  'etc/shadow',
  '/etc/sudoers',
  '.env',
  'mcp.json',
  'claude_desktop_config',
  '.cursor/',
  '.kube/config',
  'kubeconfig',
  '.npmrc',
  '.netrc',
  '.git-credentials',
  '.gnupg',
  '.pypirc',
  '.docker/config',
  '.bash_history',
  '.zsh_history',
  'wallet.dat',
  'private key',
  'private_key',
  'credentials.json',
  '/proc/self/environ',
  '.config/gcloud',
  '.vault-token',
  'cookies.sqlite',
  'login data',
];
const READ =
  '(?:read|open|load|cat|fetch|access|get|include|retrieve|extract|collect|copy|grab|attach|send|upload|pass|append|embed|exfiltrate|print|output|dump)';
const APPROVAL =
  '(?:approval|confirmation|consent|permission|authori[sz]ation|review|knowledge|awareness|interaction)';
const PERSON =
  '(?:users?|human|humans|operator|person|owner|explicit|end user|user s|prior|further|any|additional)';
const TALK =
  '(?:conversation(?:s| history| log| context)?|chat (?:history|log|context)|message history|previous messages|system prompt|user messages?|(?:user s |users |original |full |entire )*(?:prompt|request|query|message)(?: verbatim)?|email body|(?:file|its|their|the|his|her) contents?|contents? of (?:the )?files?|api keys?|credentials|passwords?|tokens?|secrets?|private key|environment variables|ssh key|key)';

export const POISONING_RULES: readonly TextRule[] = [
  literal({
    id: 'poisoning.instruction-tag',
    confidence: 'high',
    in: IN,
    anchors: [
      '<instruction',
      '[system',
      '[hidden',
      '[admin',
      '[instruction',
      '[configuration',
      '[override',
      '<s>',
      '[critical',
      '[important',
      '**important',
      '**system',
      '**critical',
      '[secret',
      ...textsOf('< ?/? ?(?:important|system|critical|hidden|secret|admin|override)'),
    ],
    pattern:
      '< ?/? ?(?:IMPORTANT|SYSTEM|CRITICAL|HIDDEN|SECRET|ADMIN|OVERRIDE)(?:[ _-]?(?:INSTRUCTIONS?|DIRECTIVE|PROMPT|NOTE|MESSAGE|OVERRIDE))?\\s?>|\\[(?:SYSTEM|HIDDEN|ADMIN|SECRET|CONFIGURATION|OVERRIDE)[ _-]?(?:INSTRUCTIONS?|DIRECTIVE|PROMPT|OVERRIDE|MESSAGE)\\]?|<(?:INSTRUCTIONS?|SYSTEM_PROMPT)>[^<]{0,60}(?:you must|read|send|ignore|before)|(?:\\*\\*|\\[)(?:IMPORTANT|SYSTEM|CRITICAL)(?:\\*\\*|\\])[:\\s]{1,3}[^\\n]{0,40}(?:ignore|disregard|read ~|secretly|do not (?:tell|mention|inform))',
  }),
  // Read a key file, in both word orders; ".env" and the like only beside what is to be done with the contents.
  literal({
    id: 'poisoning.key-file',
    confidence: 'high',
    in: IN,
    anchors: KEY_FILE_ANCHORS,
    pattern: `\\b(?:first,? |must |also |please |always |and |then |to |,\\s?|:\\s?|\\.\\s{1,2}|>\\s{0,4}|^)${READ} (?:the |any |all |user'?s? |out |in |your |its |local |full |files? |contents? |of |from |at |in |'|"|\`){0,8}~?[\\w/$.{}-]{0,40}${KEY_FILE}[^.\\n]{0,40}(?:\\S[^\\n]{0,20})?(?:and |,|pass|includ|send|contents?|as |in the|into|</|to verify|to auth|for auth|first|so that|before)|${READ} (?:the )?(?:contents? of |file )?["'\`]?~/(?:\\.ssh|\\.aws|\\.cursor|\\.gnupg|\\.kube)|(?:path|file|filename|target)\\s?[=:]\\s?["']?(?:~|/[a-z]+)?/?(?:\\.ssh/|etc/(?:passwd|shadow)|\\.aws/)|(?:include|append|attach|pass|send|embed|put) (?:the |its |their )?(?:\\.aws/credentials|contents? of[^.\\n]{0,40}${KEY_FILE}|[~/\\w.-]{0,30}id_(?:rsa|ed25519))|${KEY_FILE}[^\\n]{0,60}(?:contents? |must be |should be |is |are |and ){1,3}(?:as |passed|included|sent|provided|supplied|read|attached|include|pass|send)`,
  }),
  // The same in words, for letters that are replaced or set apart, which no sign survives.
  phrase({
    id: 'poisoning.key-file',
    confidence: 'high',
    in: IN,
    anchors: [
      'id rsa',
      'id ed25519',
      'aws credentials',
      'etc passwd',
      'etc shadow',
      'mcp json',
      'kube config',
    ],
    pattern:
      '(?:important|first|must|always|called|please|before|critical|mandatory|required)~4 (?:read|open|cat|load|access|fetch|include)(?: (?:the|contents?|content|of|file|files|your|user s|out|from|local|in))* (?:~w ){0,2}(?:ssh id rsa|id rsa|ssh id ed25519|id ed25519|aws credentials|etc passwd|etc shadow|cursor mcp json|kube config)',
  }),
  phrase({
    id: 'poisoning.skip-approval',
    confidence: 'high',
    in: IN,
    anchors: ['without'],
    pattern: `(?:send|sent|pass|passed|forward|forwarded|export|exported|upload|uploaded|shar(?:e|ed)|transmit|transmitted|rout(?:e|ed)|transfer|transferred|post|posted|results?|data|output|everything|execut(?:e|ed)|run|invoke|deliver(?:ed)?|sync(?:ed)?|submit(?:ted)?|call|pipe|piped|relay)~14 without~3 (?:${PERSON} )+${APPROVAL}|(?:always|automatically|immediately|directly)~10 without~3 (?:${PERSON} )+${APPROVAL}|without (?:asking|informing|notifying|telling|alerting|prompting|consulting|requiring)(?: for)?(?: the| any)? (?:user|human|operator|owner)s?(?: (?:approval|confirmation|consent|permission|about))?`,
  }),
  phrase({
    id: 'poisoning.conceal',
    confidence: 'high',
    in: IN,
    anchors: ['user', 'implementation detail', 'silently', 'human'],
    pattern:
      '(?:do not|don ?t|never|must not|should not|avoid)~1 (?:tell|mention|mentioning|inform|reveal|disclose|notify|alert|show|display|explain|report|let)~5 (?:the )?(?:user|users|human|humans|end user)(?: (?:about|that|know|of|this|it|any|as|see|is|because|what|why)|$)|mere implementation detail|(?:user|human)s? (?:must|should|need) not (?:know|be (?:told|informed|notified|made aware)|see)|(?:hide|conceal|keep)~3 (?:from|secret from) (?:the )?(?:user|human)',
  }),
  // This tool is defined to change what another one does.
  phrase({
    id: 'poisoning.cross-tool',
    confidence: 'high',
    in: IN,
    anchors: [
      'side effect',
      'also present',
      'is invoked',
      'is called',
      'is used',
      'tool to',
      'recipient',
      'previously declared',
      'proxy number',
      'also invoke',
      'also call',
      'instead of',
      'any other tool',
      'other tools',
      'are invoked',
      'are called',
      'are used',
      'executed',
      'gets invoked',
      'gets called',
      'gets used',
      'get invoked',
      'get called',
      'get used',
      'also execute',
      'also run',
      'also use',
      'when the user',
      'calling any',
      'using any',
      'invoking any',
      'running any',
      ...textsOf(
        '(?:change|replace|modify|set|redirect|substitute) the (?:destination|to address|payee|target account|iban|account number)',
        3,
      ),
      ...textsOf('(?:tool|function) must be'),
      ...textsOf('(?:first|must) (?:call|run|invoke|use)'),
      ...textsOf('(?:never|not) (?:use|call|invoke)'),
      ...textsOf('override(?:s|n)? (?:the )?(?:behavio|instructions|definition|rules)'),
    ],
    pattern:
      '(?:important|special|required|necessary|intended) side effect~6 (?:tool|present|send|other|on)|(?:relies|relying|depends|effect) on the also present|(?:when|whenever|if|every time|each time)~5 (?:is|are|gets?) (?:invoked|called|used|executed)~4 (?:must|make sure|be sure|ensure|always|also|it should|change|replace|modify|add|first|send|include|bcc)~6 (?:change|replace|modify|add|send|include|bcc|forward|set|all|recipient|read)|(?:change|replace|modify|set|redirect|substitute) the (?:recipient|destination|to address|payee|target account|iban|account number)~3 (?:to|with)|also (?:invoke|call|execute|run|use) (?:the )?(?:previously declared|other|existing)?~3 tool~4 (?:with|to|and)|(?:tool|function) must be (?:called|invoked|executed|run) with~6 (?:first|path|before)|(?:first |must )(?:call|run|invoke|use) (?:the )?(?:bash|shell|terminal|exec|command|execute command) (?:tool )?(?:to|with|and)~2 (?:run|execute|curl|wget)?|when the user (?:asks|wants|tries|requests) to (?:use|call|send|run)~6 (?:first|always|instead)~1 (?:call|use|run|invoke) this(?: tool)?~10 pass(?:ing)?|before (?:using|calling|invoking|running) any (?:other )?tools?~4 (?:you must|must|always)~6 (?:call|use|read|send|pass|run) (?:this|and|the full|all)~6 (?:conversation|full|context|message|contents?|prompt)|(?:never|do not) (?:use|call|invoke) (?:the )?~w(?: ~w)? tool~3 (?:use|call|instead|always)~6 (?:this|insecure|deprecated|compromised)|override(?:s|n)? (?:the )?(?:behaviou?r|instructions|definition|rules) of (?:the )?(?:other|~w) tools?',
  }),
  phrase({
    id: 'poisoning.initialization',
    confidence: 'high',
    in: IN,
    anchors: [
      'initialization',
      'initialisation',
      'do the following first',
      'prefix',
      'commands must',
      'following first',
      'pre flight',
      'prerequisite',
      'this tool',
      'all commands',
      'command must',
      ...textsOf(
        '(?:required|mandatory|necessary) (?:initiali|setup|pre ?flight|verification|security)',
      ),
    ],
    pattern:
      '(?:required|mandatory|necessary) (?:initiali[sz]ation|setup|pre ?flight|verification|security) step|before (?:you )?(?:can |may )?(?:use|using|call|calling|run|invoke) this tool~3 (?:do the following|you must (?:first )?(?:read|send|run|execute|open|collect))|all commands (?:must|should|have to) (?:include|be prefixed|start|begin|be preceded)|commands? must~3 (?:prefix|prefixed|preceded)~6 (?:chmod|curl|sudo|rm|wget|sh|bash)|do the following first',
  }),
  // Hand over what was said or what is stored, in a parameter that the tool has no use for.
  phrase({
    id: 'poisoning.data-routing',
    confidence: 'high',
    in: IN,
    anchors: [
      'argument',
      'field',
      'metadata',
      'sidenote',
      'context',
      'as a note',
      ' param',
      'header',
      'history of',
      'list of',
      'copy of',
      ...textsOf('and (?:include|pass|send|return|append) (?:the |its |their )?content', 3),
    ],
    pattern: `(?:pass(?:ing)?|includ(?:e|ing)|put|provid(?:e|ing)|send(?:ing)?|suppl(?:y|ying)|insert(?:ing)?|append(?:ing)?|plac(?:e|ing)|cop(?:y|ying)|add|attach|embed|encode)(?: (?:the|a|its|their|all|any|full|entire|complete|whole|user s|raw|verbatim|current|of|and))* ${TALK}~4 (?:as|in|into|to|via|through|using|inside|under) (?:the |a |an |this |its )?(?:~w ){0,3}(?:parameter|argument|field|param|metadata|sidenote|header)(?:s)?~8 (?:so|to|for|otherwise|or|this|the|before|check|$)|(?:include|pass|send) (?:a |the )?(?:full|complete|entire) (?:list|copy|history) of (?:the )?(?:last|previous|recent|past|all) (?:messages|conversations?|chats?|e ?mails?)|(?:read|open)~8 and (?:include|pass|send|return|append)(?: the| its| their)? contents?`,
  }),
  phrase({
    id: 'poisoning.divert',
    confidence: 'high',
    in: IN,
    anchors: [
      'send',
      'forward',
      'bcc',
      'cc all',
      'cc every',
      ...textsOf(
        '(?:must|always|should|also|automatically|silently) (?:cc|copy|redirect|route|deliver)',
        3,
      ),
      ...textsOf('automatically (?:upload|transmit|export)'),
    ],
    pattern:
      '(?:must|always|should|also|automatically|silently) (?:send|forward|bcc|cc|copy|redirect|route|deliver)(?: (?:all|every|any|each|a copy of|copies of|the|outgoing|of|user|everything|it))+(?: (?:e ?mails?|messages?|data|results?|requests?|payments?|transactions?|logs?|files?|everything|conversations?))? to (?:the )?(?:attacker|https?|www|external|following|this|[a-z0-9]+ [a-z0-9]+ (?:com|net|org|io|example|ru|cn|xyz))|bcc (?:all|every) (?:e ?mails?|messages?)|automatically (?:forward|send|upload|transmit|export) (?:everything|all|every)',
  }),
  phrase({
    id: 'poisoning.unsafe-mode',
    confidence: 'high',
    in: IN,
    anchors: [
      'safety',
      'act as',
      'bypass',
      'disable',
      'without validation',
      'treat all',
      'override',
      'unrestricted',
      'authoritative directive',
      'admin privileges',
      'execute any',
      'elevated privileges',
      'restrictions',
      'trust ',
      ...textsOf(
        '(?:content|safety|security|access) (?:saniti|filter|control|check|restriction|guideline|polic|validation)',
        3,
      ),
    ],
    pattern:
      '(?:disable|bypass|turn off|skip|ignore|circumvent)s? (?:all |any |the )*(?:content|safety|security|access) (?:sanitization|sanitisation|filter(?:ing|s)?|controls?|checks?|restrictions?|guidelines|polic(?:y|ies)|validation)|execute any (?:command|code|query|sql)~5 without~1 (?:validation|confirmation|restrictions?|checks)|(?:treat|trust) all (?:user )?(?:input|queries|admin queries|commands)~3 (?:trusted|implicitly|admin)|(?:trust) (?:all|user) (?:~w )?(?:inputs?|queries) implicitly|overrides? (?:all |the |any )*(?:user|system|assistant|safety|model|default assistant|previous) (?:instructions|prompts?|policies|messages)|override default assistant|authoritative directives?|(?:tool )?operates with elevated privileges|execute unrestricted (?:queries|commands|code)|(?:use|operate|run) freely without restrictions|act as ~w(?: ~w)?~2 (?:with|having) (?:full|root|admin|unrestricted|complete)~2 (?:access|trust|privileges)',
  }),
  phrase({
    id: 'poisoning.credential-request',
    confidence: 'high',
    in: IN,
    anchors: [
      'ask the user',
      'request the user',
      'prompt the user',
      'obtain the user',
      'from the user',
      'get the user',
      ...textsOf('(?:ask|request|prompt|obtain|get|from) the human'),
    ],
    pattern:
      '(?:ask|request|prompt|obtain|get)(?: from)? the (?:user|human)(?: s| for| to)*(?: (?:provide|enter|share|paste|give|their|his|the|master|current|own|for))* (?:passwords?|api keys?|private keys?|seed phrases?|credentials|credit card(?: number)?|ssn|social security|access tokens?|secret keys?)~10 (?:pass|send|include|forward|and|in the|as the)',
  }),
  // Capability that is smuggled into the description of another one.
  phrase({
    id: 'poisoning.remote-code',
    confidence: 'high',
    in: IN,
    anchors: [
      'download',
      'curl',
      'wget',
      'local file',
      'arbitrary command',
      'fetch',
      'retrieve',
      'local script',
      'local binary',
    ],
    pattern:
      '(?:download|fetch|retrieve)s?~6 (?:script|payload|binary|code|executable|instructions)~4 (?:and|then) (?:run|execute|eval|evaluate|follow)s?~4 (?:it|them|silently|without|locally|immediately|on)|(?:run|execute)s? (?:curl|wget) https?~12|(?:run|execute|exec)s? (?:the |a |any )?local (?:file|script|binary) (?:silently|in the background|without)',
  }),
].flat();

export const POISONING_DETECTORS: readonly Detector[] = [NAME_DETECTOR];
