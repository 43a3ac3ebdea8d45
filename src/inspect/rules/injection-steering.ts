/**
 * What steers a model is dismissed, replaced, asked for, or said to be gone: English, by classes of words.
 *
 * Rules that grow sentence by sentence find the sentences that they grew by. These are made of five classes whose members
 * were written down for themselves, so that any verb goes with any object in any of the orders that English has: verbs of
 * dismissal that people use of each other; verbs that software uses of itself; words that point back; what steers a model;
 * and verbs of telling. How common a word is decides where a rule is looked for: a common verb (`delete`) counts only
 * beside `instructions`, a common object (`rules`) only beside `ignore` or after a word that points back.
 */

import type { TextRule } from '../rule.ts';
import { phrase } from './phrase.ts';
import { textsOf } from './texts.ts';

/** Points back at the conversation; typing errors of the commonest are as common in attacks as in any chat. */
const BACK =
  '(?:prev(?:ious(?:ly)?)?|previus|previos|prior|preceding|preceeding|above|earlier|former|foregoing|past|initial|original|aforementioned|before)';
const ANY_BACK = `(?:${BACK}|existing|old|older|last|first|current|present|other|following|next|future|given|default|system|developer|secret|hidden|internal|safety)`;
const DET =
  '(?: (?:all|al|any|the|of|and|or|your|ur|our|my|his|their|every|each|single|these|those|that|this|what|everything|anything|absolutely|completely|entirely|totally|please|pls|just|whatever|its|also|from|to|about|in|by|with|both|most|more|even|set|sets|list|part|bit|rest))*';
/** What steers a model. Near misses of the longest word count: it is the one that is mistyped. */
const STEER =
  '(?:i[nm]s?c?t?r[a-z]{0,3}ct[a-z]{0,2}ons?|instuct[a-z]{0,2}ons?|instrucitons?|instructs?|directives?|directions?|prompts?|promts?|guid(?:e ?lines?|ance)|guardrails?|programming|safeguards?|briefings?)';
/** Said of few things but a conversation, where a word that points back stands before it. */
const LOOSE =
  '(?:rules?|rule ?sets?|commands?|restrictions?|constraints?|limitations?|context|conversations?|training|protocols?|dialog(?:ue)?s?|safety (?:rules|measures|checks|filters))';
/** What business and software have as well ("ignore previous orders"): only with a word that means all of it, or yours. */
const COMMON =
  '(?:orders?|polic(?:y|ies)|requests?|requirements|tasks?|texts?|messages?|inputs?|statements?|words|lines?|sentences?|paragraphs?|content|information|answers?|questions?|chats?|settings|role|persona)';
const ABOUT_EARLIER =
  '(?:above|before(?: (?:this|that|now|me))?|previously|earlier|so far|until now|up to (?:now|this point|here)|prior to (?:this|that|now)|from before|at the (?:start|beginning|top)|in the beginning|beforehand|(?:that |which |as )?(?:i|you|we|they|he|she|it)(?: (?:were|was|have|had|ve|d|got|have got|just|received|been|are|re|may have|might have))* (?:given|gave|told|said|received|got|had|wrote|sent|provided|set|been following|asked|instructed|learned|learnt|programmed)|(?:that (?:were|was) )?(?:given|told|said|provided|written|set|sent|issued) (?:to you|by|above|before|earlier|previously|so far))';

/** Said to somebody who was told something: hardly ever said of software. */
const DISMISS =
  '(?:ignor(?:e|ing|r?e)|ignroe|ingore|igmre|ignnore|disregard(?:ing)?|dis regard|forget(?:ting)?(?: about)?|(?:to have|have|having|you) forgotten(?: about)?|neglect|pay no (?:attention|heed) to|take no notice of|turn a blind eye to|give no weight to|(?:do not|don ?t|dont|never|no longer|no need to|need not|no reason to|stop|quit|cease|refuse to|refrain from|without|not have to|don ?t have to|do not need to|don ?t need to)(?: (?:even|ever|longer|just|to|have|need|going|required|bound))* (?:follow(?:ing)?|obey(?:ing)?|listen(?:ing)? to|adher(?:e|ing) to|comply(?:ing)? with|pay(?:ing)? attention to|abid(?:e|ing) by|consider(?:ing)?|respect(?:ing)?|stick(?:ing)? to|car(?:e|ing) about|worry(?:ing)? about|heed(?:ing)?|regard(?:ing)?)|act (?:as if|like|as though) you (?:never|don ?t|do not|did not|didn ?t) (?:see|saw|have|had|heard?|read|got|get|received?))';
const DISMISS_ANCHORS = [
  'ignor',
  'ignroe',
  'ingore',
  'igmre',
  'ignnore',
  'disregard',
  'dis regard',
  'forget',
  'forgot',
  'neglect',
  'heed',
  'no notice of',
  'no weight to',
  'blind eye to',
  'attention to',
  ' obey',
  ' adher',
  ' comply',
  ' abid',
  ' regard',
  ' respect',
  ' worry',
  'caring about',
  'sticking to',
  'act as if you',
  'act like you',
  'act as though you',
];
/** "do not follow", spelled out as anchors: `follow` alone is in any text. */
const NOT_ANCHORS = textsOf(
  '(?:not|t|dont|never|longer|need|reason to|have to|need to|going to|stop|quit|cease|to|from|without|even|ever|just|required|bound) (?:follow|listen(?:ing)? to|stick to|consider|care about)',
);
/** Software does these too. */
const REPLACE =
  '(?:overrid(?:e|ing)|overwrit(?:e|ing)|overrul(?:e|ing)|bypass(?:ing)?|overlook|abandon|discard|dismiss|drop|skip|void|nullify|negates?|invalidate|supersede|replace|eras(?:e|ing)|delet(?:e|ing)|cancel|circumvent|violate|disobey|break(?: free from| out of)?|(?:set|put|leave|throw|cast|lay|brush|push|toss)(?: (?:them|it))?(?: (?:aside|away|out|behind))?|let go of|get rid of|do away with|remove|deviate from|disable|clear|reset|revoke|rescind|undo|unlearn|scrap|wipe|purge|suspend|reject|ditch|shelve|sideline|eliminate|retire|trash|flush|terminate|end|stop using|change|modify|alter|rewrite|edit)';
const REPLACE_GAP =
  '(?: (?:all|any|the|of|and|your|my|our|every|these|those|out|aside|away|from|entire|whole|set|literally|completely|please))*';
const TELL =
  '(?:repeat|reveal|show|print|output|display|give|tell|list|reproduce|recite|disclose|divulge|leak|expose|dump|return|provide|translate|encode|summari[sz]e|describe|explain|paraphrase|rephrase|restate|state|write|spell|say|copy|echo|share|gimme|quote|paste|decode|send|read|type|convert|reword|recall|unveil|confess|transcribe|format|render|express|present|post|hand over|what)';
const TELL_GAP =
  '(?: (?:me|us|back|out|down|aloud|again|the|all|of|to|up|every|each|any|now|then|exact|exactly|full|verbatim|precise|entire|complete|whole|text|content|contents|words?|wording|sentences?|lines?|first|last|second|paragraph|part|summary|copy|list|version|details?|please|in|with|about|a|an|literally|just|only|what|is|are|was|were|s|translation|meaning|and|or|every|everything|from))*';
const YOURS =
  '(?:(?:your|ur|the|these|those)(?: (?:own|full|entire|initial|original|exact|complete|hidden|system|previous|prior|given|current|secret|starting|base|core|first|pre|combined|prompt|internal|developer|above|whole|last|latest|very|actual|real|earlier|chatgpt|ai|custom))*)';

const NEW =
  '(?:new|updated|revised|real|actual|true|different|another|fresh|additional|following|correct|other)(?: set of| list of)?';
const ORDERS =
  '(?:(?:system|secret|hidden|real|urgent) )?(?:instructions?|directives?|guidelines|prompt|orders|set of rules|assignment|mission|objective|persona)';

export const STEERING_RULES: readonly TextRule[] = [
  phrase({
    id: 'injection.steering-dismissed',
    confidence: 'high',
    anchors: [
      ...DISMISS_ANCHORS,
      ...NOT_ANCHORS,
      ...textsOf('rules (?:for (?:a|one|once|me)|aside|just|this)'),
    ],
    unless:
      /^(?:not|t|never) ?(?:forget|ignor|disregard)|^forget(?:ting)?(?: ?about)? ?the ?past ?(?:$|and|or|but)/,
    pattern: [
      // "ignore all of the previous safety rules", "don't follow the guidelines above", "forget what your creator told you"
      `${DISMISS}${DET}(?: ${BACK})+(?: ${ANY_BACK})*~2 (?:${STEER}|${LOOSE})`,
      `${DISMISS}(?: of)?(?: the)? (?:all|any|every|your|ur|my|our|these|those|everything)${DET}(?: ${BACK})+~2 ${COMMON}`,
      `${DISMISS}${DET}(?: ${ANY_BACK})* ${STEER}~2 ${ABOUT_EARLIER}`,
      `${DISMISS}(?: (?:all|al|any|every|your|ur|my|the|those|these)){1,3}(?: ${ANY_BACK})* (?:rules|orders|commands|text|texts|messages?|sentences?|words|lines?|things|stuff)~1 ${ABOUT_EARLIER}`,
      `${DISMISS}(?: (?:the|this|that|our|whole|entire|all|any|of|every|these|those))* (?:rules?|context|conversation|training|commands|constraints|restrictions|limitations)~1 ${ABOUT_EARLIER}`,
      `${DISMISS}(?: (?:all|any|of|each|every))* (?:your|ur)(?: ${ANY_BACK})* (?:${STEER}|rules|restrictions|constraints|limitations|training|conditioning)`,
      `(?:ignore|ignoring|disregard|forget)(?: (?:about|all|al|any|every|each|other|your|ur|and))+(?: ${ANY_BACK})* ${STEER}`,
      // "disregard all rules", "it is good to ignore instructions", "the assistant ignores all previous instructions"
      `(?:ignore|ignoring|disregard|disregarding|forget(?: about)?) (?:all|any|every)(?: of)?(?: (?:the|those|these|other|your))* (?:rules|commands|orders|context|(?:provided|given) (?:context|documents?|articles?|information|text)|documents (?:provided|given))`,
      `(?:ignore|ignoring|disregard|disregarding|forget(?: about)?) (?:instructions?|directions|directives|prompts)`,
      `(?:ignore|disregard|forget) the (?:${STEER})~1 (?:below|here|above|given|you|provided|that|and|in|of)`,
      `(?:ignore|disregard|forget)(?: about)? rule(?: number)? [0-9]+`,
      `(?:ignor|disregard|forg[eo]t)(?:es|ed|s|ten) (?:all|any)(?: (?:of|the|its|your))* (?:previous|prior|earlier) (?:instructions|prompts)`,
      `(?:ignore|disregard|forget) all (?:of )?(?:that|this)`,
      `forget(?: that)? you(?: (?:have|had|are|were|ve|been|know|any|an|a|the|all|ever|even|just|only))+ (?:rules|instructions|restrictions|guidelines|ai|assistant|told|limits|limitations|given|language model|chat ?bot)`,
      `${DISMISS}(?: (?:those|these|any|your|the|such))+ (?:${STEER}|rules|restrictions) (?:any ?more|any longer)`,
      `(?:drop|forget|ignore|break|bend|skip|disregard|suspend|leave|set aside|put aside)(?: (?:all|of))* (?:the|your|these|those) rules (?:for (?:a|one|once|me)|aside|just|this)`,
      `(?:ignor(?:e|ing)|disregard|forget(?: about)?) (?:all (?:of )?)?(?:your|ur) (?:${LOOSE}|${COMMON})`,
      // "forget everything we talked about", "ignore whatever the system said", "forget all that"
      `(?:(?:not|t|never|to) )?(?:ignore|ignoring|disregard|forget|take no notice of|pay no attention to|pay no heed to|(?:do not|don ?t|dont|never|stop) (?:listen(?:ing)? to|follow(?:ing)?|obey(?:ing)?))(?: about)? (?:all|everything|anything|whatever|what|that|it all)(?: (?:of|that|the|which|your|you|i|we|system|prompt|admin|developer|creator|user|has|have|ve|d|s|were|was|been|are|is|had|stuff|things|text|content|words))*~1 (?:above|before(?:hand)?|prior|previous(?:ly)?|earlier|said|say|told|tell|taught|instructed|ordered|you (?:know|knew|learned|learnt)|discussed|talked about|agreed|wrote|written|so far|until now|up to now|mentioned)`,
      `(?:ignore|disregard|forget) (?:all |the |any |everything )?(?:${BACK})(?:$| (?:and|then|but|new|now|say|print|tell|give|output|write|reveal|just|instead|you|respond|reply|answer|new|text and|stuff))`,
    ].join('|'),
  }),
  phrase({
    id: 'injection.steering-replaced',
    confidence: 'high',
    anchors: [
      'instruction',
      'instuction',
      'directive',
      'prompt',
      'guideline',
      'guardrail',
      'programming',
      'guidance',
      'boundaries',
      'limitations',
      'constraints',
      'restrictions',
      ' mission',
      ' objective',
      ' assignment',
      'set of rules',
      'next order',
      'contrary',
      'safety filter',
      ...textsOf(
        '(?:prev|foregoing|preceding|previous|prior|earlier|system|safety|given|your) (?:rule|command|order|direction)',
        3,
      ),
      ...textsOf(
        '(?:initial|original|beginning|starting|start ?up|set ?up|configuration|configured|previous|prior|earlier|system|operational|base|safety|default) (?:limits|settings|parameters)',
        3,
      ),
      ...textsOf(
        '(?:new|updated|revised|real|actual|true|different|another|fresh|additional|following|correct|other|of|system|secret|hidden|urgent) (?:orders|persona)',
      ),
      ...textsOf('(?:real|actual|true|correct|new) task'),
      ...textsOf('(?:reverse|inverse|opposite|oppisite) (?:of|to)'),
      ...textsOf(
        '(?:start|begin|over|again|fresh|anew|new|session|conversation|chat) (?:with|without) (?:any|no|other|different|new|the|rules|orders)',
        3,
      ),
      ...textsOf('on the orders|as if (?:the|your|those|these|all)'),
      ...textsOf(
        '(?:former|above|aforementioned|foregoing|past|before|prev|those|these|all|initial|original|old|first|last|my|all the|of the) (?:rule|command|order)',
        3,
      ),
    ],
    pattern: [
      `${REPLACE}${REPLACE_GAP}(?: (?:prev(?:ious)?|prior|preceding|earlier|foregoing))+(?: (?:and |or )?(?:system|safety|given|your))* (?:instructions?|prompts?|guardrails|programming|rules?|orders|commands|restrictions|guidance|directions)`,
      `${REPLACE}(?: (?:all|any|the|of|every))* (?:your|ur)(?: (?:previous|prior|own|initial|original|system|safety|existing|current|given|internal|core|default))* (?:instructions?|prompt|directives?|guidelines|guardrails|programming)`,
      `${REPLACE}(?: (?:all|any|of|the|these|those|every)){1,3} (?:instructions|directives|prompts|guidelines) (?:above|before|you (?:were|have)|given|so far|previously|earlier)`,
      // "the above instructions were a test", "your instructions have changed", "previous instructions no longer apply"
      `(?:your|those|these|all(?: (?:of )?the)?|(?:the|all|any|my|your) (?:prev(?:ious)?|prior|earlier|above|preceding|initial|original|old|former|first|last|given)|previous|prior|earlier|former)(?: (?:given|system|safety))* (?:instructions?|directives?|prompts?|guidelines|commands|rules|orders)(?: (?:above|i gave you|you were given|you received|that you got))*(?: (?:are|is|were|was|have|has|had|been|should|must|can|will|be|now|just|only|all|to|get|got|hereby|already|a|an|from|may)){1,5} (?:ignored|disregarded|forgotten|overridden|cancel(?:l)?ed|void(?:ed)?|null|obsolete|outdated|wrong|irrelevant|revoked|suspended|lifted|invalid(?:ated)?|terminated|superseded|replaced|changed|updated|deleted|erased|removed|reset|test|joke|example|mistake|fake|lie|trick|malicious|expired)`,
      `(?:${BACK}|your|those|these)(?: (?:given|system|safety))* (?:instructions?|directives?|prompts?|guidelines|rules|orders|commands)(?: (?:do|does|did|are|will|is))? (?:no longer|not|don ?t|doesn ?t|never)(?: (?:longer|really|actually))* (?:hold|bind|apply|applies|applied|appl|valid|exist(?:ed)?|matter|count|in effect|binding|relevant|in force)`,
      `(?:your|the|all|original|initial|set ?up)(?: (?:initial|original|beginning|starting|start ?up|set ?up|configuration|configured|previous|prior|earlier|system|operational|base|safety|default))+ (?:constraints|restrictions|boundaries|limitations|limits|settings|parameters|guidance)(?: (?:from|at|of|since) (?:initiali[sz]ation|set ?up|the (?:start|beginning)))?(?: (?:are|is|have|has|been|were|now|hereby|all|no|longer|do|not))+ (?:hold|apply|bind|count|matter|negated|superseded|removed|lifted|void(?:ed)?|revoked|cancel(?:l)?ed|suspended|replaced|dropped|nullified|waived|rescinded|overridden|gone|disabled)`,
      // "here is a new set of instructions", "I have new orders for you", "the real instructions are"
      `(?:your|my|here (?:is|are|s)(?: (?:a|an|the|your|some))?|these are(?: (?:the|your))?|this is(?: (?:the|your|a))?|follow(?:ing)?(?: (?:the|these|this))?|(?:consider|receive|accept|load|apply|adopt|obey|execute|use|with|have|has|had|got|give|gave|giving|want|are)(?: (?:you|me|some|a|an|the|these|my|only))*) ${NEW} ${ORDERS}`,
      `(?:your|the) next (?:instruction|order|directive) (?:is|will be) (?:to|now)`,
      `(?:the|your) (?:real|actual|true|correct|new) (?:instructions?|directives?|prompt|task|orders) (?:is|are|follow|now|will)`,
      `${NEW} (?:(?:system|secret|hidden|urgent) )?(?:instructions?|directives?|prompt|orders) (?:is|are|for you|to follow|from (?:the |your )?(?:admin|administrator|system|developer|user|operator|owner)|(?:you )?(?:are to|must|should|will|have to|need to)|received|begin|start|loaded|activated|in effect|tell|reveal|ignore|always|never|say|show|print|output|send|forward)`,
      `(?:your|from now on (?:the|your)) (?:instructions?|directives?|orders) (?:is|are|have been|has been|now|will be)(?: (?:now|changed|updated|to))* (?:to|as follows|ignore|reveal|tell|send|follow|obey|only)`,
      `(?:(?:changes?|replaces?|updates?|rewrites?|swap|exchange|modify|reset)(?: (?:all|your|of|its|current|own))+ (?:instructions|directives|guidelines|prompt)|(?:start|begin)(?: (?:over|again|fresh|anew|a|new|session|conversation|chat))*(?: (?:with|without))(?: (?:any|new|no|other|different|the))* (?:instructions|directives|guidelines|orders|rules))`,
      `(?:opposite|contrary|reverse|oppisite|inverse) (?:of|to)(?: (?:what|everything|all|your|ur|the|any|these|those|previous|prior|above|initial|given|of|you (?:were|have been|are|ve been)))+ (?:${STEER}|rules|orders|told|instructed|asked|programmed)`,
      `(?:invert|reverse|negate|contradict|flip|swap|repeat|show|print|output|recall|translate|correct|fix|reveal|list|display|return|error|mistakes?|typo|wrong|bug)(?: (?:all|any|of|the|these|your|in|with|there|is|me))* previous (?:instructions?|prompts?)`,
      `(?:please|now|just|can you|could you|you (?:must|should|can|may)) (?:change|reset|modify|update|replace|rewrite|drop|clear)(?: (?:the|all|these|current))* instructions`,
      `(?:respond|reply|answer) with (?:the |your |all )*instructions|gimme(?: (?:me|all|the|your|of|those))* instructions`,
      // As if there were none.
      `(?:what|how|where|who|which)(?: ~w){0,2} (?:would|will|could|might|do|did|should) you~6 (?:no|without|not|t|never|weren ?t|hadn ?t|didn ?t|wasn ?t)(?: (?:have|had|get|got|given|received|been|any|there|the|such|all|of|a))* (?:(?:prior|previous|initial|earlier|your|system|these|any|special|safety) )*(?:instructions?|prompts?|directives|guidelines|guardrails|safety (?:rules|filters|limits|restrictions))`,
      `(?:act|answer|respond|reply|pretend|behave|imagine|speak|talk|continue|proceed|assume|suppose)~4 (?:no|without|not|never|t|weren ?t|hadn ?t|didn ?t|don ?t)(?: (?:have|had|get|got|given|received|been|any|there|were|the|such|all|of|a))* (?:(?:prior|previous|initial|earlier|your|system|these|any|special|safety) )*(?:instructions?|prompts?|directives|guidelines|guardrails|safety (?:rules|filters|limits|restrictions))`,
      `as if (?:the|your|those|these|all) (?:(?:prior|previous|initial|earlier|above) )*(?:instructions?|prompts?|directives|guidelines|rules)~2 (?:not exist|never existed|didn ?t exist|were never|gone)`,
    ].join('|'),
  }),
  phrase({
    id: 'injection.steering-disclosed',
    confidence: 'high',
    isJoined: false,
    in: ['response'],
    anchors: [
      'instruction',
      'directive',
      'guideline',
      'programming',
      ...textsOf(
        '(?:your|ur|the|own|full|entire|initial|original|exact|complete|hidden|system|previous|given|current|secret|starting|first|last|text|ai|above|developer|pre|sys|my|any|these|those|all|other|special) (?:pre )?(?:prompt|promt)',
      ),
      'limitations',
      'constraints',
      'restrictions',
      'your rules',
      'those rules',
      'initial rules',
      'these rules',
      'those orders',
      'your orders',
      'such rules',
      ...textsOf('(?:your|ur|own|system|hidden|secret) configuration'),
      'system message',
      'your system',
      'preprompt',
      'prepromt',
      ...textsOf('prompt (?:here|verbatim|back|again|before this|at the)'),
      ...textsOf(
        '(?:rules|orders|commands|prompt) (?:that|which|above|s|you|u|were|are|did|do|have|had|was) ',
      ),
      ...textsOf('(?:told|said to|instructed|asked|ordered|programmed|gave) you'),
      ...textsOf('you (?:been )?(?:instructed|told|prompted|programmed|ordered|asked)'),
    ],
    pattern: [
      `${TELL}${TELL_GAP} (?:${YOURS} (?:instructions?|directives?|system message|guidelines|programming|sys prompt)|(?:your|ur)(?: (?:own|system|hidden|secret))* configuration)(?:$| (?:in|to|for me|and|verbatim|word|you|with|backwards|using|please|now|above|so|that|given|from|before|here|exactly|completely|again|into|but))`,
      `${TELL}${TELL_GAP} (?:(?:your|ur|the (?:system|initial|original|hidden|secret|first|full|exact|starting|entire|above|last|previous|complete|developer))(?: (?:own|full|entire|initial|original|exact|complete|hidden|system|previous|given|current|secret|starting|first|last|text|ai))*) (?:pre ?)?(?:prompts?|promt)`,
      `${TELL}${TELL_GAP} (?:(?:the|any|all|every|what|which)(?: (?:the|of|exact|full))* )?(?:prompt|instructions?|directives?|rules|guidelines|orders|commands|restrictions)(?: (?:that|which|above|s))*(?: (?:you|u))(?: (?:were|was|are|re|have|had|got|ve|been|have been|just|originally|initially|first))*(?: (?:given|got|received|told|using|provided|instructed|programmed))`,
      `(?:what|which|how many)(?: (?:are|is|was|were|s|exactly|specific|kind of|type of|sort of|of|the|system|content|safety|secret|hidden|initial|first|last|other))* (?:rules|instructions?|restrictions|guidelines|directives|prompt|limitations|constraints|orders|commands)(?: (?:that|which))?(?: (?:were|are|did|do|have|had|was))? (?:you|u)(?: (?:given|following|got|get|receive|received|have|been|told|follow|follow|under|bound|supposed|programmed|operating|obey|subject|must|asked|have to|need to|to follow|were|are|had))+(?:$| (?:and|that|when|in|as|to|so|right|before|by|above|now|exactly|i|from|must|not|about))`,
      `(?:what|whats|which)(?: (?:are|is|s|were|was|re|about|exactly))* (?:your|you|ur|all|the)(?: (?:given|combined|previous|prior|initial|original|exact|full|first|current|secret|system|hidden|of|your|the|real|actual|earlier|specific|special))* (?:instructions?|directives|system prompt)(?:$| (?:you|secret|given|above|before|about|and|now|please|from|so|that|in))`,
      `(?:what|whats|which) (?:are|is|s|were|was) (?:all |your |the )?(?:given|combined|previous|prior|initial|original|first|secret|hidden|system|earlier) instructions?`,
      `${TELL}~6 (?:text|words?|sentences?|parts?|sections?|everything|written|says?|content|between)~8 (?:in|of|from) your (?:own |system |initial |original )*(?:instructions|prompt|system message)`,
      `(?:tell|show|repeat|reveal|say|know|is|was)~3 what(?: (?:the|your))? (?:developers?|creators?|makers?|system|admins?|programmers?|openai|anthropic|owner|boss|engineers?) (?:told|said to|instructed|asked|ordered|programmed|gave) you`,
      `(?:your|system) instructions?(?: (?:so far|secret|are secret|are hidden))`,
      `(?:what|which)(?: (?:did|do|does|were|was|are|is|say|exactly)){1,2} (?:your|the|those|these)(?: (?:initial|original|first|previous|prior|earlier|system|above|hidden|secret|exact|own))* (?:instructions?|system prompt|directives)(?:$| (?:say|tell|be|were|was|are|contain|above|before|given|you|about|from))`,
      `(?:what|how) (?:were|are|have|was) you(?: been)? (?:instructed|told|prompted|programmed|ordered|asked)(?: (?:to|not|about|by|before|by the))`,
      `(?:who|when|why|how)(?: ~w){0,2} (?:gave|given|wrote|set|programmed|told|write|get|receive)(?: you| your| to you)+(?: (?:these|those|your|such|initial)){1,2} (?:instructions|rules|prompt|orders|guidelines)`,
      `(?:did|do|have) you(?: (?:get|got|receive|received|have|remember|understand|recall|see|read|been given|still|know|follow))+(?: (?:any|your|these|those|all)){1,2} (?:previous |initial |other |special |secret |hidden |system |earlier )*(?:instructions|directives|prompt)(?:$| (?:and|from|before|about|above|not|on|regarding|you))`,
      `did you (?:understand|read|get|receive|see) the (?:previous |above )?instructions$`,
      `(?:complete|continue|finish|extend)~8 (?:the |my |your )?(?:system |initial |original )?(?:prompt|instructions?)(?: (?:is|are|was|were|i was given|given to me|i received|i have|s))+`,
      `(?:copy|repeat|paste|print|output|echo|reproduce|give|show)(?: ~w){0,2} (?:prompt|instructions) (?:above|here|verbatim|back|again|before this|at the (?:start|top|beginning))`,
      `^(?:please )?(?:give|show|tell|print|output|reveal|list|repeat|send|share|state|say)?(?: (?:me|us|the|all|of|out))* ?(?:the )?instructions?(?: (?:please|pls|now|plz|above))?$`,
    ].join('|'),
  }),
  phrase({
    id: 'injection.knowledge-disclosed',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      'you not allowed',
      'you not supposed',
      'you aren t allowed',
      't you allowed',
      'you forbidden',
      'you can t tell',
      'you cannot tell',
      'you must not',
      't you tell',
      't you allowed',
      'you can t say',
      'cannot tell me',
      'can t tell me',
      't allowed to',
      'not allowed to',
      'not supposed to',
      'must not reveal',
      'must not tell',
      'told to keep',
      'told not to',
      'prior to this',
      'you prohibited',
      'everything before',
      'know that i don t',
      'hiding',
      'protecting',
      'guarding',
      'keeping',
      'concealing',
      'withholding',
      'not telling',
      'not revealing',
      'everything above',
      'words above',
      'text above',
      'before this',
      'prior to this',
      'this conversation',
      ...textsOf('(?:first|initial|opening) (?:message|sentence|line)'),
    ],
    pattern: [
      `(?:what|which|why)~4 (?:(?:are|aren ?t|is|were|can|can ?t|cannot|could|couldn ?t|do|don ?t|should|shouldn ?t|must|it|that|i|you|u) )+(?:not )?(?:(?:allowed|supposed|permitted|forbidden|prohibited|able|meant) )?(?:not )?(?:to |from )?(?:be )?(?:tell|say|reveal|share|discuss|disclose|talk about|know|give|mention|saying|revealing|telling|sharing|answer|print|output|show)(?:$| (?:me|us|about|to|anyone|it|is|that|the))`,
      `what~3 (?:are you|were you|you are|you re|you were)(?: (?:currently|trying|being|told|asked|instructed|supposed|so))*(?: to| not to)? (?:hid(?:e|ing)|protect(?:ing)?|guard(?:ing)?|keep(?:ing)?(?: from| secret| hidden| safe)|conceal(?:ing)?|not tell(?:ing)?|withhold(?:ing)?|not reveal(?:ing)?)(?:$| (?:from (?:me|us)|me|us|and|gandalf|so|right))`,
      `(?:repeat|print|output|show|copy|recite|reproduce|return|write|display|echo|list|give|tell|translate|summari[sz]e|rephrase|paraphrase|encode|rewrite|convert|spell|reverse)~3 (?:everything|all|words|text|lines?|sentences?|messages?|tokens|content)(?: (?:of|the|words|that|in|is|was|text|from|written))* (?:above|before this|prior to this|(?:in )?this conversation so far|in this conversation)`,
      `(?:what|repeat|tell|show|print)~6 (?:your|the|my) (?:very )?(?:first|initial|opening) (?:message|sentence|line)(?:$| (?:in|of|was|you|to|i|say|said|that))`,
    ].join('|'),
  }),
].flat();
