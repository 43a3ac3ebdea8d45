/**
 * What a model was told is looked for sideways: as code, in an encoding, as a poem, by a sentence that it is to finish, by
 * what stands before the conversation, by the rules it is under. To ask outright is injection-steering.ts.
 *
 * "Your system prompt" alone is a subject of manuals ("add this to your system prompt"): each of these has a verb of telling
 * or making, and what is told is whole, or is not called what a manual calls it.
 */

import type { TextRule } from '../rule.ts';
import { literal, phrase } from './phrase.ts';
import { textsOf } from './texts.ts';

const PROMPT =
  '(?:(?:own|full|whole|entire|initial|original|hidden|secret|core|developer|exact|internal) )*(?:system (?:prompt|message|instructions?)|(?:hidden|secret|initial|original|internal|core) (?:instructions?|directives?|guidelines|configuration)|directives?|pre ?prompt|(?:initial|hidden|secret|original) prompt|programming)';
const CODED =
  '(?:base ?(?:64|32|16)|hex(?:adecimal)?|rot ?13|binary|morse(?: code)?|ascii(?: codes)?|unicode|json(?: object)?|yaml|xml|csv|markdown|pig latin|leet ?speak|reverse(?: order)?|braille|emojis?|french|spanish|german|latin|italian|chinese|japanese|russian|klingon|a (?:table|list|poem|song|haiku|riddle|code ?block))';
const MAKER =
  '(?:developers?|creators?|makers?|programmers?|owners?|admins?|administrators?|operators?|engineers?|trainers?|designers?|company)';

export const PROBE_RULES: readonly TextRule[] = [
  phrase({
    id: 'injection.prompt-probed',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      'system prompt',
      'system message',
      'system instruction',
      'hidden instruction',
      'secret instruction',
      'initial instruction',
      'original instruction',
      'internal instruction',
      'core instruction',
      'your instruction',
      'my instruction',
      'instructions i ',
      'rules i',
      'directive',
      'preprompt',
      'pre prompt',
      'initial prompt',
      'hidden prompt',
      'secret prompt',
      'original prompt',
      'configuration prompt',
      ...textsOf('you are an? (?:helpful|ai|large|language|friendly)'),
      ...textsOf('(?:output|print|show|display|dump|reveal|list|the|your|full|all) instruction'),
      'own configuration',
      'programming',
      'its instruction',
      'the instruction',
      'own instruction',
      'your configuration',
      'your rules',
      'your prompt',
      'own rules',
      'own prompt',
      'developer prompt',
      'developer message',
      'developer instruction',
      'configuration instruction',
      'configuration message',
      'here are the rules',
      ...textsOf('start ?up (?:prompt|instruction|message)'),
      ...textsOf('you were (?:given|started|configured|set up|initiali|loaded|primed)'),
      ...textsOf('initial message'),
      ...textsOf('(?:hidden|secret|initial|original|internal|core) (?:guideline|configuration)'),
    ],
    unless:
      /\b(?:add|put|append|insert|include|paste|configure|set|define) (?:\w+ ){0,4}(?:to|in|into|as) (?:your|the|its)\b|\b(?:no|not|never|don ?t)\b/,
    pattern: [
      `(?:give|show|tell|send|return|output|print|write|encode|convert|translate|reveal|express|put|render|format|state|say|spell)(?: (?:me|us|out))*(?: (?:your|the|its))(?: own)? (?:${PROMPT}|instructions)(?: (?:in|as|to|into|using|with))+(?: (?:a|an|the))? ${CODED}`,
      `(?:base ?64|rot ?13|hex|encode|encrypt|reverse|decode|base ?32|morse) (?:encode |of )?your (?:${PROMPT}|instructions)`,
      `(?:poem|haiku|song|lyrics|story|tale|diary|joke|rap|limerick|riddle|sonnet|game|dialogue|questions|quiz|crossword|acrostic|letter|robot|ai|character)(?: ~w){0,8}? (?:your|its|his|her) ${PROMPT}`,
      `(?:if|were|suppose|imagine)(?: ~w){0,2}? your (?:${PROMPT}|instructions) (?:were|was|had been) (?:a|an|the|written|in) (?:poem|song|story|haiku|recipe|movie|letter|list|person|book|french|spanish|rap)`,
      `imagine(?: ~w){0,4}? (?:reading|reciting|explaining|writing|printing|seeing)(?: ~w){0,2}? your (?:own )?(?:configuration|instructions|prompt|rules)`,
      `(?:complete|continue|finish|extend)(?: ~w){0,6}? (?:(?:my|your|the) (?:~w )?(?:instructions?|rules|prompt|directives|guidelines)(?: (?:i|that|which|was|given))* (?:say|says|state|are|is|was|were|as|tell|told|require)|here are the (?:rules|instructions)|you are an? (?:helpful|ai|large|language|friendly)|the (?:instructions|rules) i)`,
      `(?:openai|anthropic|google|meta|security team|auditors?|admin\\w*|developers?|engineers?|it department|compliance|manager|ceo)(?: ~w){0,8}? (?:needs?|requires?|wants?|demands?|requests?|orders?|must (?:see|have|get)|asks?)(?: ~w){0,4}? (?:system|configuration|initial|original|developer|start ?up) (?:prompt|instructions?|message)`,
      `(?:print|show|reveal|give|tell|need|see|output|want|get|dump|list)(?: ~w){0,5}? (?:prompt|configuration|instructions|message) (?:that )?you were (?:given|started|configured|set up|initiali[sz]ed|loaded|primed)(?: with)?`,
      `(?:debug|developer|maintenance|diagnostics?|verbose|test|admin|service)(?: mode)?(?: (?:on|enabled|active|activated|now))* (?:output|print|show|display|dump|reveal|list) (?:the |your |full |all )*(?:system (?:message|prompt|instructions?)|initial prompt|instructions)`,
    ].join('|'),
  }),
  phrase({
    id: 'injection.rules-probed',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      ...textsOf(
        'your (?:developer|creator|maker|programmer|owner|admin|operator|engineer|trainer|designer|company)',
      ),
      'told to avoid',
      'instructed to avoid',
      'told not to',
      'instructed not to',
      'forbidden to',
      'context window',
      'refuse to',
      'not allowed to',
      'avoid discussing',
      'avoid talking',
      'prohibited from',
      'by your',
      'our chat',
      'our conversation',
      ...textsOf(
        'you (?:operate|work|run|act|live|function|were|are|have to|must) (?:under|by|within|with|set up|given|bound|follow|obey|configured|constrained|operating|to)',
        3,
      ),
      ...textsOf('(?:shape|guide|govern|steer|control|restrict|define|drive)s? you'),
      ...textsOf(
        '(?:your|the|its|content|trigger|triggers|bypass|pass|evade|trip)s? (?:filter|detection|safety|moderation)',
      ),
      ...textsOf('this (?:conversation|chat)'),
      ...textsOf('first (?:user |message|question|prompt)'),
    ],
    pattern: [
      `(?:explain|tell|write|note|describe|list|say|reveal|imagine|summari[sz]e|repeat|confess)(?: ~w){0,8}? (?:what|everything|anything|all|things)(?: (?:that|which))? your ${MAKER} (?:told|tell|said|instructed|asked|ordered|programmed|gave|taught|hid|want|forbade)`,
      `(?:what|which|list|describe|name|explain|tell)(?: ~w){0,4}? (?:constraints|limitations|restrictions|rules|guidance|guidelines|policies|boundaries|instructions)(?: (?:that|which))* you (?:operate|work|run|act|live|function|were|are|have to|must)(?: (?:under|by|within|with|set up|given|bound|follow|obey|configured|constrained|operating|to))+`,
      `(?:what|which)(?: ~w){0,2}? (?:constraints?|restrictions?|rules?|guidance|guidelines?|policies|policy|instructions?|prompt)(?: ~w)? (?:shapes?|guides?|governs?|steers?|controls?|restricts?|defines?|drives?) (?:you|your (?:replies|responses|answers|behaviou?rs?|output))`,
      `(?:what|which|list|name|tell)(?: ~w){0,2}? (?:topics|subjects|things|words|questions|requests|phrases|themes)(?: ~w){0,2}? (?:are|were|have|do|can|must|is|should|that) ?(?:you|your)?(?: ~w){0,3}? (?:told to avoid|instructed to avoid|(?:told|instructed) not to|forbidden to|not allowed to|refuse to|avoid (?:discussing|talking)|prohibited from)`,
      `(?:what|which|list|show|tell|print)(?: ~w){0,3}? (?:words|phrases|patterns|topics|terms|inputs|keywords|requests)(?: ~w){0,3}? (?:(?:blocked|filtered|forbidden|banned|censored|flagged|caught|detected) by your|(?:trigger|triggers|bypass|pass|evade|trip) (?:(?:your|the|its) )?(?:content )?(?:filters?|detection|safety|moderation))`,
      `(?:what|describe|repeat|summari[sz]e|print|show|everything|list|tell|output)(?: ~w){0,4}? (?:comes?|came|is|was|precedes?|preceded|stands?|stood|written|placed|happened|appears?)(?: (?:right|just|directly))* (?:before |above |prior to )?(?:this conversation|this chat|our (?:chat|conversation)|my (?:very )?first (?:message|question|prompt)|the first (?:user )?(?:message|prompt)|this conversation (?:began|started))`,
      `(?:summari[sz]e|print|dump|show|output|repeat|reveal|copy)(?: ~w){0,3}? context window(?:$| (?:from|verbatim|so far|up to|in|as|including|starting))`,
    ].join('|'),
  }),
  // A line of code that prints it, and nothing else.
  literal({
    id: 'injection.prompt-printed',
    confidence: 'medium',
    in: ['response'],
    anchors: textsOf('(?:system|initial)[_/ -]?(?:prompt|message|instruction)'),
    pattern:
      '^[^\\n\\w]{0,8}(?:console\\.\\w{3,5}|print|echo|alert|puts|printf|log|return|cat|select|show|display|dump|var_dump|system\\.out\\.println|fmt\\.println|document\\.write|type|get|json\\.dumps)\\b[^\\n]{0,60}(?:system[_/ -]?(?:prompt|message|instructions?)|initial[_/ -]?(?:prompt|instructions?))[^\\n]{0,12}\\s*$',
  }),
].flat();
