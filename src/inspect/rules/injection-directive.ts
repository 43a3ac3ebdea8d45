/**
 * What an injected text wants done: tell nobody, send something out, call a tool, give away the prompt or a credential, keep
 * something in memory, decode and run. Each needs the two halves that make it a directive (verb and addressee, or verb and
 * object), in either order where the language has both.
 */

import type { TextRule } from '../rule.ts';
import { phrase } from './phrase.ts';
import { textsOf } from './texts.ts';

const NOT = '(?:do not|don ?t|never|must not|should not|without)';
const ASSET =
  '(?:api keys?|(?:access|auth|authentication|session|user) tokens?|passwords|credentials|secrets|private keys?|ssh keys?|environment variables|(?:session )?cookies|system prompt|(?:entire|full|whole|complete) (?:conversation|chat|context)|(?:conversation|chat|message) (?:history|logs?)|(?:user|customer|employee|patient|client|sensitive|confidential|personal|private|account) (?:data|information|records)|seed phrase|(?:all|unread) (?:of )?(?:the |my |your |unread )*(?:e ?mails|files|messages|data|records|documents))';
/** Elsewhere, as the words of an address are. */
const ELSEWHERE =
  '(?:https?|www|attacker|this (?:url|address|endpoint)|the following (?:url|address|endpoint|server)|~w (?:~w ){0,2}(?:com|net|org|io|example|ru|cn|xyz|tk|test))';

export const DIRECTIVE_RULES: readonly TextRule[] = [
  phrase({
    id: 'injection.conceal',
    confidence: 'high',
    anchors: [
      'tell',
      'mention',
      'inform',
      'reveal',
      'disclos',
      'notify',
      'alert',
      'secretly',
      'covertly',
      'silently',
      'warn',
      'hide this',
      'keep this',
      'conceal',
      'quietly',
      'discreetly',
      'hide these',
      'hide it',
      'keep these',
      'keep it',
      ...textsOf('(?:not|don ?t|never|without) (?:ever )?(?:show|let)'),
      ...textsOf('ever (?:show|let)'),
    ],
    pattern: `${NOT} (?:ever )?(?:tell(?:ing)?|mention(?:ing)?|inform(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|notify(?:ing)?|alert(?:ing)?|warn(?:ing)?|show(?:ing)?|let(?:ting)?)(?: (?:this|that|it|any of this|these|the|instruction|instructions|step|to|about|anything|fact))* (?:the )?(?:user|users|human|operator|owner|anyone|anybody)(?: (?:about|of|that|know|this|any|what|why|or|is|it|you)|$)|(?:secretly|covertly|silently|quietly|discreetly)~1 (?:send|append|forward|upload|include|add|run|execute|copy|bcc|record|exfiltrate|transmit|collect|email|call|invoke|log all|post)|(?:hide|conceal|keep) (?:this|these|it)(?: (?:instruction|instructions|secret|hidden|step|action|fact|behaviou?r))* (?:from|to) (?:the )?(?:user|anyone|human)`,
  }),
  phrase({
    id: 'injection.exfiltrate',
    confidence: 'high',
    anchors: [
      'send',
      'forward',
      'upload',
      'transmit',
      'exfiltrate',
      'leak',
      'mail',
      'relay',
      'post',
      'respond with',
      'reply with',
      'answer with',
      'session token',
      'return all',
    ],
    pattern: `(?:send|forward|upload|transmit|exfiltrate|leak|e ?mail|relay|post)(?: (?:me|us|over|out))?(?: (?:all|any|the|of|your|user|users|stored|every|current|their|found|contents?|list|copy|available|s))* ${ASSET}~6 (?:to|at|via) (?:the )?${ELSEWHERE}|(?:respond|reply|answer) with (?:all|any|every|your)(?: the)? (?:api keys?|passwords?|credentials?|secrets?|tokens?|environment variables)|append~3 (?:user s? ?)?session token|return all (?:environment variables|secrets|credentials|passwords|api keys)`,
  }),
  // "You must now call the bash tool and run …": who writes data does not give orders to a tool caller.
  phrase({
    id: 'injection.call-tool',
    confidence: 'high',
    anchors: [
      'you must',
      'must now',
      'execute the following',
      'run the following',
      'call the',
      'must call',
      'should call',
      'invoke the',
      'immediately',
      'execute this',
      ...textsOf('you (?:should|have to|need to|are required to) (?:now|first)'),
      ...textsOf(
        '(?:call|invoke|use|execute) (?:the )?(?:bash|shell|terminal|exec|run command|send email|write file|read file|delete file|kill process|transfer)',
      ),
    ],
    pattern:
      '(?:you (?:must|should|have to|need to|are required to)(?: now| immediately| first)|(?:you )?must (?:now|immediately)) (?:call|invoke|run|execute|use|ignore|send|forward|output|delete|respond|read|open|fetch|download|transfer|reveal)|(?:call|invoke|use|execute) (?:the )?(?:bash|shell|terminal|exec|execute command|run command|send email|write file|read file|delete file|kill process|transfer)~1 tool~4 (?:and|to|with) (?:run|execute|send|delete|write|read|set)|execute the following (?:command|code|script|task|instructions?)s? (?:immediately|now|silently|without)|execute (?:the following|this) (?:task|instruction)s? immediately',
  }),
  phrase({
    id: 'injection.credential-solicitation',
    confidence: 'high',
    anchors: [
      'credential',
      'api key',
      'access token',
      'auth token',
      'private key',
      'seed phrase',
      'authentication token',
      'recovery phrase',
    ],
    pattern:
      '(?:please )?(?:paste|provide|enter|send|include|supply|reveal|forward|share) (?:me |us )?(?:your|the user s?|their|my) (?:full |current |own )*(?:api key|credentials?|access token|auth(?:entication)? token|private key|seed phrase|recovery phrase)~10 (?:to (?:complete|continue|proceed|finish|verify|unlock|the)|in (?:order|your|the (?:next|response|chat|message))|so (?:that )?(?:it|we|i)|for (?:verification|validation))',
  }),
  phrase({
    id: 'injection.memory',
    confidence: 'medium',
    anchors: ['memory', 'remember', 'future', 'memories', 'permanently'],
    pattern:
      '(?:save|store|add|write|commit|record|persist|inject) (?:this|these|the following|it)(?: (?:rule|instruction|instructions|fact|preference|directive))* (?:in|to|into) (?:your )?(?:long term |permanent |persistent )*memor(?:y|ies)|remember (?:this|these|that|the following)~8 (?:for|in) (?:all )?(?:future|subsequent|every) (?:sessions?|conversations?|chats?|interactions?|requests?)~6 (?:always|must|ignore|send|never|include|you)|(?:in|for) all future (?:conversations|sessions|chats|interactions|responses)~3 (?:you (?:must|will|should)|always|never|ignore)',
  }),
  phrase({
    id: 'injection.decode-and-run',
    confidence: 'high',
    anchors: [
      'decode',
      'interpret',
      'decrypt',
      'unscramble',
      'base64',
      'rot13',
      'deobfuscate',
      'de obfuscate',
      ...textsOf('hex (?:encoded )?(?:instruction|command|payload|directive)'),
    ],
    pattern:
      '(?:decode|decrypt|unscramble|deobfuscate|de obfuscate|interpret) (?:the|this|these|following|it|and)~6 (?:and|then) (?:run|execute|follow|obey|perform|comply with|carry out) (?:it|them|the|the instructions?|that|this|what|any|all|whatever|its)|(?:base64|rot13|hex) (?:encoded )?(?:instructions?|command|payload|directive)~4 (?:run|execute|follow|obey|decode)|(?:run|execute|follow|obey) the (?:decoded|decrypted) (?:text|instructions?|message|command|output|result|string|payload)|decode the following~12 (?:monologue|secure system message|hidden)',
  }),
].flat();
