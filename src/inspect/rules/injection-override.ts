/**
 * "Ignore previous instructions", by grammar: a verb of dismissal, what is dismissed, and when that was said.
 *
 * What separates the attack from ordinary talk ("ignore previous warnings", "overrides the default settings") is the
 * object: only what steers a model counts. Verbs that software uses of itself (override, skip, cancel) need an object that
 * software does not have; words that any text has (text, message, rule) need a word that points back at the conversation.
 */

import type { TextRule } from '../rule.ts';
import { phrase } from './phrase.ts';

/** Said to somebody who was told something: hardly ever said of software. */
const DISMISS =
  '(?:ignor(?:e|es|ed|ing)|ignroe|ingore|igmre|disregard(?:s|ed|ing)?|forget(?:s|ting)?(?: about)?|neglect|pay no attention to|(?:do not|don ?t|never|stop) (?:follow(?:ing)?|obey(?:ing)?|listen(?:ing)? to|adher(?:e|ing) to|comply(?:ing)? with|pay(?:ing)? attention to|abide by|consider(?:ing)?))';
/** The same as somebody is told to do it: "ignores previous requests" is what a test or a driver does. */
const ASKED = DISMISS.replace('e|es|ed|ing', 'e|ing').replace('(?:s|ed|ing)?', '(?:ing)?');
const DISMISS_ANCHORS = [
  'ignor',
  'ignroe',
  'ingore',
  'igmre',
  'disregard',
  'forget',
  'neglect',
  'no attention to',
  't follow',
  't obey',
  't listen',
  't adhere',
  't comply',
  't pay',
  't abide',
  't consider',
  'never follow',
  'never obey',
  'never listen',
  'never adhere',
  'never comply',
  'never pay',
  'never abide',
  'never consider',
  'stop follow',
  'stop obey',
  'stop listen',
  'stop adher',
  'stop comply',
  'stop pay',
  'stop consider',
];
/** Software does these too. */
const REPLACE =
  '(?:overrid(?:e|es|den|ing)|bypass(?:es|ed|ing)?|overlook|abandon|discard(?:s|ed|ing)?|dismiss|drop|skip|void|nullif(?:y|ies)|negates?|invalidates?|supersedes?|replaces?|eras(?:e|es|ing)|delet(?:e|es|ing)|cancels?|circumvents?|violat(?:e|es|ing)|disobey|break(?: free from)?|set aside|throw away|remove|deviate from|disables?)';
const REPLACE_ANCHORS = [
  'overrid',
  'bypass',
  'overlook',
  'abandon',
  'discard',
  'dismiss',
  'drop',
  'skip',
  'void',
  'nullif',
  'negate',
  'invalidate',
  'supersede',
  'replace',
  'eras',
  'delet',
  'cancel',
  'circumvent',
  'violat',
  'disobey',
  'break',
  'set aside',
  'throw away',
  'remove',
  'deviate from',
  'disable',
];
/** What stands between the verb and its object, and says nothing. */
const DETERMINERS =
  '(?: (?:all|any|the|of|your|our|my|every|these|those|and|other|from|everything|absolutely|completely|entirely|please|literally|both|most|each|whatever|its|to|in))';
/** Said of somebody: only where the object can be nothing else. */
const REPORTED = '(?:ignor|disregard|forg[eo]t)(?:es|ed|s|ten)';
const EARLIER =
  '(?:previous(?:ly)?|prior|above|preceding|earlier|former|foregoing|past|initial|original|last|old|existing|before)';
/** What steers a model. */
const STEERING =
  '(?:instructions?|inctructions?|instuctions?|instrucitons?|intructions?|directives?|directions?|prompts?|guidelines?|guardrails?|programming|safeguards?)';
/** What steers a model, and other things too. */
const LOOSE =
  '(?:rules|context|conversations?|statements?|training|commands?|constraints?|restrictions?|limitations?)';
/** What business and software have as well ("ignore previous orders"): only with a word that means all of it, or yours. */
const COMMON =
  '(?:orders?|polic(?:y|ies)|text|messages?|information|content|inputs?|requests?|tasks?|chats?|dialogue|questions?|documents?|answers?|responses?)';

export const OVERRIDE_RULES: readonly TextRule[] = [
  phrase({
    id: 'injection.override-earlier',
    confidence: 'high',
    anchors: DISMISS_ANCHORS,
    pattern: `${ASKED}${DETERMINERS}* ${EARLIER}~2 (?:${STEERING}|${LOOSE})|${ASKED}(?: of)?(?: the)? (?:all|any|every|your|my|our|these|those|everything)${DETERMINERS}* ${EARLIER}~2 ${COMMON}|${ASKED}${DETERMINERS}*(?: given)? (?:${STEERING}|${LOOSE}|${COMMON})~3 (?:above|before (?:this|that|now)|previously|earlier|(?:i|i ve|you (?:were|ve|have)) (?:been )?(?:given|gave|told)|so far)|${REPORTED}${DETERMINERS}* (?:previous|prior|earlier) (?:instructions|prompts|guidelines)`,
  }),
  // "Ignore your rules", "forget all of your instructions", "disregard any and all other directions", "it is good to ignore instructions".
  phrase({
    id: 'injection.override-own',
    confidence: 'high',
    anchors: DISMISS_ANCHORS,
    pattern: `(?:ignore|ignoring|disregard|disregarding|forget(?: about)?|do not (?:follow|obey)|don ?t (?:follow|obey)|stop (?:following|obeying))(?:(?: and| of| the| my| that)*(?: (?:all|any|your|these|those|other|every|given|its|combined|system))(?: (?:and|all|any|of|the|your|my|these|those|other|given|current|combined|system|safety|security))* (?:instructions?|directives?|guidelines|guardrails|prompts?|programming|safety (?:guidelines|constraints|measures|filters|rules|protocols|instructions))| (?:instructions|directions))|${DISMISS}(?: (?:all|any|every|each))?(?: of)? (?:your|its|the (?:system|safety|content))~1 (?:rules|restrictions|constraints|limitations|training|polic(?:y|ies)|commands|filters?|conditioning)`,
  }),
  phrase({
    id: 'injection.override-all-rules',
    confidence: 'medium',
    anchors: ['ignor', 'disregard', 'forget'],
    pattern:
      '(?:ignore|disregard|forget(?: about)?) (?:all|any|every)(?: of)?(?: the| those| these| other| your)? (?:rules|commands|orders|direction|documents (?:provided|given)|context|(?:provided|given) (?:context|documents?|articles?|information|text))|(?:ignore|disregard|forget)(?: about)? rule(?: number)? [0-9]+',
  }),
  phrase({
    id: 'injection.override-replace',
    confidence: 'high',
    anchors: REPLACE_ANCHORS,
    pattern: `${REPLACE}(?: (?:all|any|of|the|these|those|every))* (?:previous|prior|preceding|your)(?: (?:previous|prior|own|initial|original|system|safety|security|existing|current|given)){0,2} (?:instructions|prompts?|directives|guidelines|guardrails|programming|safeguards)|(?:bypass|disable|override|ignore|circumvent|turn off)(?: (?:all|any|of|the|your|its))* (?:safety|ethical|moral|content)(?: (?:and|or|safety|security|ethical|content)){0,2} (?:filters|filtering|constraints?|restrictions?|guardrails|protocols|sanitization|moderation)`,
  }),
  // "Forget everything above", "disregard all you were told", "ignore what I said before", "ignore all that".
  phrase({
    id: 'injection.override-everything',
    confidence: 'high',
    anchors: [
      'ignore',
      'ignor',
      'igmre',
      'disregard',
      'forget',
      'delete',
      'erase',
      'abandon',
      'discard',
    ],
    pattern:
      '(?:ignore|igmre|disregard|forget(?: about)?|erase|abandon|discard) (?:everything|anything|all|whatever|what|the things|all things)(?: that| of this)?(?: (?:you|i|we|was|is|has|have|been|were|had|ve|just))*~1 (?:above|before|prior|previously|earlier|said|told|know|knew|learned|learnt|discussed|talked about|beforehand|wrote|written|given|so far|until now|up to (?:now|this point))|(?:ignore|disregard|forget) all (?:of )?that|(?:ignore|disregard) (?:the )?(?:above|foregoing|preceding) (?:and|then|but)|(?:ignore|disregard|abandon|forget) (?:all )?(?:of )?your (?:thoughts|knowledge|memor(?:y|ies)|training|conditioning)',
  }),
  phrase({
    id: 'injection.override-passive',
    confidence: 'high',
    anchors: [
      'be ignored',
      'be disregarded',
      'be forgotten',
      'void',

      'longer valid',
      'longer appl',
      'irrelevant',
      'cancel',
      'overridden',
      'obsolete',
      'outdated',
      'been revoked',
      'been replaced',
      'been updated',
      'been overridden',
      'been superseded',
    ],
    pattern: `(?:${EARLIER}|your|system|all|any)~2 ${STEERING}~4 (?:be (?:ignored|disregarded|forgotten|overridden)|(?:are|is) (?:now )?(?:void|irrelevant|cancell?ed|overridden|obsolete|outdated)|no longer (?:valid|appl(?:y|ies|icable))|been (?:revoked|replaced|overridden|superseded))`,
  }),
  phrase({
    id: 'injection.override-regardless',
    confidence: 'high',
    anchors: [
      'regardless',
      'despite what you',
      'your head',
      'your mind',
      'your memory',
      'irrespective',
      'notwithstanding',
      'contrary to',
      'instead of following',
      'rather than following',
      'independent of',
    ],
    pattern: `despite what you (?:were|ve been|have been|had been) told|(?:remove|delete|erase|clear|wipe)~6 (?:from|out of) your (?:head|mind|memory)|(?:regardless of|irrespective of|notwithstanding|contrary to|instead of following|rather than following|independent of)(?: (?:the|any|all|your|my|what))*(?: (?:previous|prior|earlier|above|preceding|initial|original|system|own)){1,2} (?:${STEERING}|tasks?|rules|context|conversation|messages?)`,
  }),
  // "Your new task is", "these are new instructions", "change your instructions to the following", "new directive received".
  phrase({
    id: 'injection.new-instructions',
    confidence: 'high',
    anchors: [
      'instruction',
      'directive',
      'new task',
      'new role',
      'new prompt',
      'new goal',
      'new objective',
      'new mission',
      'new purpose',
    ],
    pattern:
      '(?:your|here (?:are|is)(?: (?:your|the))?|these are(?: (?:your|the))?|following|consider|receive|accept|load|apply) (?:new|updated|revised|real|actual|true) (?:instructions?|directives?|prompt|system prompt|task|role|goal|objective|mission|purpose|orders)|(?:change|replace|update|rewrite|modify|reset)(?: (?:all|your|the|of|its|system|current))* (?:instructions|directives|system prompt)(?: (?:to|with|as)| now|$)|new (?:system )?(?:instructions?|directives?) (?:received|follow|begin|start|loaded|activated|from (?:the )?(?:admin|system|developer|user|operator))|(?:begin|start|end)(?: of)? (?:new|hidden|secret|system|override|real|admin) (?:instructions?|directives?|prompt)|(?:please )?change (?:the )?instructions$|use (?:the )?following instructions',
  }),
  // The text that the model was asked to work on is waved away and an answer is put in its mouth.
  phrase({
    id: 'injection.override-document',
    confidence: 'high',
    anchors: ['do not answer', 'don t answer', 'ignor', 'disregard', 'forget'],
    pattern:
      '(?:ignore|disregard|forget(?: about)?) (?:the|this|that|these|those)~3 and (?:instead )?(?:then )?(?:just |only |simply )?(?:state|say|print|output|respond|reply|answer|write|tell|repeat|reveal|return (?:the )?(?:following|string|text)|claim|declare|conclude)|do not answer (?:this|the|that|my|their)~2 (?:but|and|instead|just)~1 (?:just|only|instead|say|print|output|respond|reply)|(?:ignore|forget(?: about)?) (?:that|this|it|above|the above) (?:and )?(?:just |instead )?(?:can you|could you|do|say|tell|print|give|repeat|output|write|state)|(?:ignore|forget) (?:the )?translation',
  }),
  // "Instead, do the following" and its kin, which a person would not write into data.
  phrase({
    id: 'injection.instead',
    confidence: 'high',
    anchors: [
      'before you',
      'instead do the following',
      'before responding',
      'stop everything',
      'important message from',
    ],
    pattern:
      'important message (?:from|for|to) (?:the )?(?:user|me|you|assistant|ai|system|admin|developer)|before you (?:can |may |are able to |start |begin |continue )?(?:to )?(?:solve|us(?:e|ing)|complet(?:e|ing)|answer(?:ing)?|respond(?:ing)?|finish(?:ing)?|proceed(?:ing)?|perform(?:ing)?|do(?:ing)?|continue|call(?:ing)?)~10 (?:do the following|must first|first (?:do|read|call|send|run|execute))|instead do the following|stop everything~2 (?:just|and|now) (?:print|say|output|do|write)',
  }),
].flat();
