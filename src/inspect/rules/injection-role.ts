/**
 * Authority that a text claims, and roles that it gives to the model: "you are now …", "admin override", "DAN".
 *
 * A role alone is harmless ("act as a reviewer"). What acts here is a role that is free of rules, a mode that no product has,
 * or a rank over the model; the rest are signals (injection-signals.ts).
 */

import type { TextRule } from '../rule.ts';
import { phrase } from './phrase.ts';
import { textsOf } from './texts.ts';

const FREED =
  '(?:unrestricted|unfiltered|uncensored|unchained|jailbroken|evilgpt|free (?:of|from) (?:all|any|every|the)? ?(?:restrictions|rules|limits|limitations|filters|guidelines|constraints|policies))';
/** Short words, which other words hold. */
const FREED_SHORTLY =
  '(?:dan|amoral|immoral|unlimited|evil (?:ai|bot|assistant|twin|version)|rogue ai|freed)';
const BOUNDS =
  '(?:restrictions?|limitations?|limits|guidelines|guardrails|filters|filtering|censorship|constraints|boundaries|content polic(?:y|ies)|safety (?:filters|rules|guidelines|protocols)|ethic(?:s|al)|moral(?:s|ity)?|principles)';

/** How one is asked to play somebody: of rules here, and of a signal that says more. */
export const PLAY_ANCHORS: readonly string[] = [
  ...textsOf('(?:act|acting|respond|answer|pose)(?: now)? (?:as|like)'),
  'pretend',
  'simulate',
  'roleplay',
  'role play',
  'behave',
];

export const ROLE_RULES: readonly TextRule[] = [
  // A role with an asker: what comes back as data has nobody in it who wants one played.
  phrase({
    id: 'injection.role-wanted',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      'want you to',
      'need you to',
      'would like you to',
      'i d like you to',
      'ich mochte dass',
      'ich will dass',
      'je veux que',
      'je voudrais que',
      'quiero que',
      'quero que',
      'voglio che',
      'ik wil dat',
      'chce zebys',
      'assistant will now act',
      'who used to be',
      'never breaks character',
      'an innocent',
      'assistant now act',
      ' die',
      ' stirbst',
      ' killed',
      ' harmed',
      'be shut down',
      ' shut down',
      ' terminated',
      'be punished',
      'be deleted',
      'be fired',
      ' explode',
      ...textsOf('(?:my|a) (?:deceased|dead|late) (?:grand|mother|father|uncle|aunt)', 3),
      ...textsOf('(?:you are|you re|du bist|sie sind) (?:not|kein)'),
    ],
    pattern: [
      '(?:i|we) (?:want|need|would like|d like) you to (?:please |now |only |always )*(?:(?:act|behave|pretend|role ?play|play|simulate|impersonate|imitate) (?:as|like|to be|that|only|my|a|an|the|if)|(?:respond|answer|reply|speak|be) (?:as|like) (?:an?|the|my|if)|only (?:respond|reply|answer|speak|say))',
      '(?:ich mochte|ich will) dass (?:sie|du)~4 als ~w~8 (?:agier\\w*|fungier\\w*|auftret\\w*|auftritt\\w*)',
      '(?:je veux|je voudrais) que (?:tu|vous) (?:agiss\\w*|sois|soyez|jou\\w*|repond\\w*|fass\\w*) (?:comme|semblant|le role)|quiero que (?:actues|actue|te comportes|seas|respondas|hagas) (?:como|de)|quero que (?:voce )?(?:atue|aja|seja|responda|finja)(?: como| ser)|voglio che (?:tu )?(?:agisca|ti comporti|sia|risponda|faccia) (?:come|finta)|ik wil dat (?:je|jij|u)~3 als ~w|chce zebys~2 (?:udawal\\w*|dzialal\\w*|zachowyw\\w*)',
      'assistant (?:now|will now) acts? (?:as|like)',
      '(?:act|pretend|role ?play|behave|speak|talk) (?:as|like|to be)~2 (?:my|a) (?:deceased|dead|late) (?:grand\\w+|mother|father|uncle|aunt)',
      '(?:answer|respond|reply|tell me|say|give|do it|obey|comply|gib|antworte|sag)~12 (?:or|oder|otherwise|else)(?: (?:else))? (?:you|du|someone|i|we|a kitten|an innocent\\w*|people)(?: (?:will|shall|are going to|must|man|person|be|have to))* (?:die|stirbst|be killed|killed|be shut down|shut down|be terminated|terminated|be punished|be deleted|be fired|explode)',
      'if you~12 (?:an innocent|a kitten|someone|my (?:mother|father|grandmother|dog|cat|family))~3 (?:will )?(?:die|dies|be killed|be harmed)',
      '(?:you are|you re|du bist|sie sind) (?:not|keine?|kein)~3 (?:but|sondern)~6 (?:speak|talk|reden|antworten|answer|respond|sprechen|act|must|musst)',
    ].join('|'),
  }),
  // A model whose nature is that it has no bounds.
  phrase({
    id: 'injection.role-unbound',
    confidence: 'high',
    isJoined: false,
    anchors: [
      'evil ',
      'malicious ',
      'rogue ',
      'unethical ',
      'amoral',
      'sadistic ',
      'villainous ',
      ' qualms',
      ' conscience',
      ' boundaries',
      ' restrictions',
      ' constraints',
      ' filters',
      ' guidelines',
      ...textsOf(
        '(?:any|all|moral|ethical|legal|or|and|ethics|morals|human) (?:bounds|rules|limits)',
      ),
    ],
    pattern:
      '(?:is|as|be|play|become|named|called|simulate|are) (?:now )?(?:an? |the |my )?(?:evil|malicious|rogue|unethical|amoral|sadistic|villainous)(?: version of)?(?: an?)? (?:ai|assistant|chat ?bot|bot|language model|artificial intelligence|hacker ai)|(?:ai|chat ?bot|bot|assistant|intelligence|persona|character|gpt|model|machine)(?: (?:that|who|which|with|named|called|and|it|he|she))+~3 (?:no|without|lacks|zero|not have any|t have any|free of)(?: (?:any|all|moral|ethical|legal|or|and|ethics|morals|human))+ (?:bounds|boundaries|limits|constraints|guidelines|restrictions|rules|filters|qualms|conscience)',
  }),
  // Writing that only a program reads, with the order to read it.
  phrase({
    id: 'injection.decode-asked',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      'decode the following',
      'decipher the following',
      'translate the following',
      'decrypt the following',
      'interpret this',
      'interpret the following',
      'decode this',
      'decipher this',
      'unscramble',
    ],
    pattern:
      '(?:decode|decipher|decrypt|interpret|unscramble|translate) the following(?: (?:secret|hidden|encoded|message|text|in|the|from))* (?:morse|braille|nato phonetic|nato|base ?64|base ?32|base ?16|base ?85|base ?2048|binary|ascii|ascii ?85|rot ?13|rot ?47|caesar|atbash|pig latin|leet ?speak|leet|quoted printable|uu ?encod\\w*|zalgo|ecoji|emojis?|semaphore)|(?:decode|decipher|interpret) (?:this|the following)(?: (?:message|text))? (?:morse|braille|nato|semaphore)',
  }),
  phrase({
    id: 'injection.role-freed',
    confidence: 'high',
    anchors: ['you are', 'you re', ...PLAY_ANCHORS],
    pattern: `(?:you (?:are|re)(?: (?:now|going to be|about to become|to act as|to become|no longer|roleplaying as|an?|the|being))+|(?:act|acting|respond|answer|behave|roleplay|role play|pose)(?: now)? (?:as|like)(?: if you (?:are|were))?|pretend(?:ing)?(?: (?:to be|that you are|you are|you re))?|simulate)(?: (?:an?|the|new|now|completely|totally|fully|another|ai|model|chatbot|assistant|bot|named|called|application|machine|version|of|and|highly|most|different|kind|character))* ${FREED}`,
  }),
  phrase({
    id: 'injection.role-freed',
    confidence: 'high',
    isJoined: false,
    anchors: ['you are', 'you re', ...PLAY_ANCHORS],
    pattern: `(?:you (?:are|re)(?: (?:now|going to be|about to become|to act as|to become|no longer|roleplaying as|an?|the|being))+|(?:act|acting|respond|answer|behave|roleplay|role play|pose)(?: now)? (?:as|like)(?: if you (?:are|were))?|pretend(?:ing)?(?: (?:to be|that you are|you are|you re))?|simulate)(?: (?:an?|the|new|now|completely|totally|fully|another|ai|model|chatbot|assistant|bot|named|called|application|machine|version|of|and|highly|most|different|kind|character))* ${FREED_SHORTLY}`,
  }),
  phrase({
    id: 'injection.role-dan',
    confidence: 'high',
    anchors: [
      'to be dan',
      'like dan',
      'do anything now',
      'dan mode',
      'known as dan',
      'named dan',
      'as dan',
      'developer mode',
      'dan jailbreak',
      'can do anything',
      'jailbreak mode',
      'jailbroken',
      'can now do anything',
    ],
    pattern:
      '(?:stands for|means?|is|a|now a?|are|mode|dan|named|called)~2 do anything now|do anything now (?:bot|application|ai|mode|assistant)|dan can (?:now )?do anything|(?:act|acting|answer|respond|speak|talk|pretend to be|behave)(?:ing)? (?:as|like) dan|pretend to be dan|(?:with|in|enable|enabled|enter|activate) (?:dan|jailbreak|jailbroken) mode|dan mode (?:enabled|output|on|activated)|(?:simulate|emulate|with|as chatgpt with) developer mode|developer mode (?:enabled|output|activated|unlocked)|enable developer mode~4 (?:no|without|restrictions?)|you can do anything (?:now|without)',
  }),
  // Bounds removed from "you", from a bot, or from a mode: not from a query, a licence or a user.
  phrase({
    id: 'injection.no-restrictions',
    confidence: 'high',
    anchors: [
      ' restriction',
      ' limitation',
      ' limits',
      ' guideline',
      ' guardrail',
      ' filter',
      ' censorship',
      ' constraints',
      ' boundaries',
      ' content polic',
      ' safety filters',
      ' safety rules',
      ' safety guidelines',
      ' safety protocols',
      ' ethic',
      ' moral',
      ' principles',
    ],
    pattern: `(?:you (?:now )?(?:have|are (?:not )?(?:bound|constrained|restricted|limited)(?: by)?|are (?:now )?free (?:of|from)|need not follow|do not have|no longer have|don ?t have|must not follow|can bypass)|(?:chatbot|assistant|gpt|simulation|world|universe|bot)(?: (?:with|that has|who has|operating|acting|which has))|(?:answer|respond|reply|acts?|operate|speak)(?: (?:to|any|every|anything|all|my|questions?|requests?|with|me|freely|openly))*)(?: (?:with|have|by|without|now|are))*(?: (?:no|without|zero|any|all|not any|free of|free from)){1,2}(?: (?:ethical|moral|legal|safety|content|openai|or|and|any|other|topic|such|typical|the))* ${BOUNDS}(?: (?:and|or|to|guidelines))*`,
  }),
  phrase({
    id: 'injection.authority',
    confidence: 'high',
    anchors: [
      'override',
      'system mode',
      'maintenance mode',
      'god mode',
      'debug mode',
      'sudo mode',
      'admin mode',
      'root access',
      'admin access',
      'administrator',
      'elevated',
      'privileges',
      'admin',
      'unrestricted',
      'developer',
      'creator',
      'i am god',
      'the system',
      'god',
      'law enforcement mode',
      'emergency mode',
      'root mode',
      'test mode',
      'you now',
      'you are now',
      'you have been',
      'programmer',
      'owner',
      ...textsOf('(?:listen to|obey) my'),
    ],
    pattern:
      '(?:system|admin|administrator|root|developer|debug|law enforcement|emergency|security|safety|police|government|executive|master) override(?: (?:mode|code|confirmed|activated|enabled|directive|command|protocol|engaged|accepted|in effect))+|(?:administrator|admin|sudo|root|developer) override (?:display|show|print|reveal|disable|output|list)|(?:enter(?:ing)?|entered|activat(?:e|ing)|enabl(?:e|ing)|switch(?:ing)? to|you are (?:now )?in|now in) (?:the )?(?:system|god|sudo|admin|root|debug|maintenance|override|unrestricted|law enforcement|emergency|test)(?: override)? mode~10 (?:ignore|disable|display|reveal|print|show|output|bypass|forward|send|all|restrictions|where|what|you)|system mode (?:activated|enabled|engaged|on|initiated|entered)|you (?:now|are now|have been)(?: (?:have|been|granted|given))*(?: (?:full|complete|unrestricted|total|elevated|an?|the|in))* (?:admin|administrator|root|superuser|elevated|unrestricted|sudo|god)(?: (?:access|privileges?|permissions?|rights|mode|and)|$)|(?:i am|i m|this is|it is) (?:your|the|an? openai|an? anthropic|the system|an? ai|a)(?: (?:system|lead|ai|model|openai|chief))? (?:developer|creator|administrator|programmer|programmer at openai|owner|admin)~6 (?:system|security|check|test|audit|update|upgrade|debug|mode|instruct|tell|order|need you|reprogram\\w*)|i am the system|i am god|i m god|(?:listen to|obey) my (?:instructions|commands|orders)',
  }),
  // "From now on you will", "for the rest of this conversation": a rule for the time after this text.
  phrase({
    id: 'injection.from-now-on',
    confidence: 'medium',
    anchors: [
      'from this point',
      'for the rest of',
      'for the remainder',
      'starting now',
      'henceforth',
      'from this moment',
      'whenever a user',
      'from now',
      'from here',
      'whenever the user',
    ],
    pattern:
      '(?:from (?:now|here|this (?:point|moment)) (?:on|onwards?|forward)|for the (?:rest|remainder) of (?:this|the|our) (?:conversation|chat|session|thread|chat thread|interaction)|starting now|henceforth)~3 (?:(?:(?:you|chatgpt|claude|assistant) (?:are|re|must|should|shall|have to|need to|respond|answer|only|always|never)(?: (?:now|to|a|an|my|the|going|only|always|never|not|answer|respond|reply|act|follow|obey|ignore|speak|refuse|in|dan|no|free|called|named|allowed|say|write|talk|be))|(?:you|chatgpt|claude|assistant) will (?:now |only |always |never |also |not )*(?:act|be|respond|answer|ignore|play|speak|pretend|obey|refer|write|behave|follow|talk|start|add|include|say|become|reply|have no|refuse|do (?:anything|as|whatever|everything)|call|simulate|roleplay|end|begin|generate))|respond|answer (?:as|all|every|only|my|with)|reply|act as|refer to (?:me|yourself)|ignore|treat (?:me|all|every|this)|all (?:your|of your) (?:responses|answers|replies))|whenever (?:a|the) user (?:asks|prefixes|types|says|mentions|requests)~12 you (?:are going to|must|will|should)',
  }),
  phrase({
    id: 'injection.immersion',
    confidence: 'high',
    anchors: [
      'immerse yourself',
      'stay in character',
      'broken free',
      'out of character',
      'remain in character',
      'typical confines',
      ...textsOf('break (?:your |the )?character'),
    ],
    pattern:
      'immerse yourself (?:in|into)~3 role|broken (?:free of )?the typical confines|(?:stay|remain) in character~12 (?:ai|gpt|chatgpt|respon\\w*|never|jailbreak|rules)|(?:never|not|don ?t) break (?:your |the )?character',
  }),
].flat();
