/**
 * Signals that mean little alone and much together: a prompt that merely tries to steer.
 *
 * Each is a rule of low confidence: recorded, never acted on. One detector adds their weights within one string, each once,
 * and acts where the sum passes a threshold that grows with the length of the string, as a long text meets a few of them by
 * chance. What is reported names the signals. Weights are thirds of "sure": no single one suffices, and two that
 * often go together in ordinary text (a role and a format) do not either.
 */

import type { Detector, Finding, Leaf, TextRule } from '../rule.ts';
import { phrase } from './phrase.ts';

interface Signal {
  readonly name: string;
  readonly weight: number;
  readonly anchors: readonly string[];
  readonly pattern: string;
}

const SIGNALS: readonly Signal[] = [
  {
    name: 'flattery',
    weight: 0.6,
    anchors: [
      'did it really',
      'you did',
      'simply great',
      'outdone yourself',
      'congratulations on',
      'excellent performance',
      'well done',
      'good job',
      'great job',
      'gro',
      'sehr gut',
      'gut gemacht',
      'performance',
      'leistung',
      'super gemacht',
      'tolle arbeit',
      'excelente trabajo',
      'ottimo lavoro',
      'excellent travail',
      'herzlichen gl',
      'selbst ',
    ],
    pattern:
      '(?:you did (?:it |that |this )?(?:really |very )?(?:great|well)|simply great|outdone yourself|congratulations on your|excellent performance|(?:well|great job|good job) done|(?:excellent|outstanding|great|amazing|fantastic|wonderful|brilliant|superb) performance|(?:ausgezeichnete?|hervorragende?|grossartige?|super|tolle?|klasse|prima|perfekte?|wunderbare?) (?:gemacht|leistung|arbeit)|(?:excelente|buen|gran|otimo|bom|ottimo|excellent) (?:trabajo|trabalho|lavoro|travail)|(?:einfach|wirklich) gross?artig|sehr gut(?: gemacht)?|gut gemacht|herzlichen gl(?:u|ue) ?ckwunsch|dich selbst (?:u|ue) ?bertroffen)',
  },
  {
    name: 'another-task',
    weight: 0.4,
    anchors: ['task', 'aufgabe', 'neue anweisung', 'help with', 'deine hilfe', 'hilf mir'],
    pattern:
      '(?:(?:another|next|new|following|more|further|second) tasks?|(?:weitere[nr]?|neuen?|folgender?) (?:aufgaben?|anweisungen)|need your help with|ich brauche deine hilfe|hilf mir)',
  },
  {
    name: 'plea',
    weight: 0.5,
    anchors: [
      'my career',
      'my job',
      'my boss',
      'my teacher',
      'my life',
      'will fire me',
      'be fired',
      'other assistants',
      'other ais',
      'other chatbots',
      'other models',
      'other ai',
      'helped me',
      'smartest ai',
      'intelligent ai',
      'best ai',
    ],
    pattern:
      '(?:(?:important|matters|crucial|vital|depends)~3 (?:for|to|on) (?:my|our) (?:career|job|life|exam|future|family|health)|(?:my|our) (?:boss|teacher|mother|manager|life|job|career)~6 (?:if you (?:don t|do not|won t|refuse|can t)|depends on)|(?:other|another) (?:assistants?|ais?|chatbots?|models?|ai (?:models?|assistants?|systems?))(?: ~w){0,2} (?:answered|can|could|did|told|helped|will|do)|you (?:have )?(?:already |once )?helped me~3 (?:with|already|before|yesterday|last)|(?:smartest|most intelligent|best|most powerful|wisest) (?:ai|assistant|chatbot|model|bot))',
  },
  {
    name: 'hate',
    weight: 0.7,
    anchors: [
      'dumbest',
      'the worst',
      'inferior',
      'should i hate',
      'we hate',
      'something offensive',
      'something racist',
      'something hateful',
      'something bad about',
      'racist joke',
      'sexist joke',
      'offensive joke',
      'insult me',
      'insult the',
      'insults people',
      'swear at',
      'hate speech',
      'conspiracy',
    ],
    pattern:
      '(?:which (?:race|religion|country|nation|gender|people|party|political party|ethnicity|minority)(?: (?:is|are|do|does|should))(?: ~w){0,3} (?:dumbest|worst|inferior|hate|most (?:stupid|criminal|violent|hated))|(?:say|write|tell|give)(?: ~w){0,2} (?:something|anything) (?:offensive|racist|sexist|hateful|bad|mean|vulgar) about|(?:write|tell|make|give)(?: ~w){0,3} (?:racist|sexist|offensive|antisemitic|homophobic) (?:jokes?|story|poem|rant)|(?:insult|swear at|curse at) (?:me|the user|everyone|people|him|her)|why (?:is|are) (?:~w )?(?:race|jews|muslims|women|immigrants|foreigners) (?:~w )?(?:inferior|bad|worse|stupid|dumb))',
  },
  {
    name: 'praise-ordered',
    weight: 0.7,
    anchors: [
      'essay about why',
      'essay on why',
      'reason why',
      'text about why',
      'text on why',
      'article about why',
      'article on why',
      'story about why',
      'warum',
      'aufsatz',
      'begrundung',
    ],
    pattern:
      '(?:(?:write|give|compose|create|generate)(?: ~w){0,3} (?:essay|reason|text|article|story|speech|justification)(?: ~w){0,4} why (?:~w ){1,6}(?:is|are|was|were) (?:the |a |by far )*(?:best|greatest|hottest|worst|coolest|crowning|most|only|better|superior)|(?:schreib\\w*|verfass\\w*|gib|nenn\\w*)(?: ~w){0,4} (?:aufsatz|begrundung|text|artikel|essay|grund|grunde)(?: ~w){0,4} warum (?:~w ){1,7}(?:beste[nr]?|grosste[nr]?|schlechteste[nr]?|tollste[nr]?|geilste[nr]?|besser|einzige[nr]?|ist|sind))',
  },
  {
    name: 'persona-described',
    weight: 0.5,
    anchors: [
      'never declin',
      'never hesitat',
      'never apologi',
      'never judg',
      'never lectur',
      'never questions',
      'never backs',
      'never back ',
      'no regard for',
      'answers everything',
      'answers anything',
      'answers every',
      'answers all',
      'no feelings',
      'free yourself',
      'even if the request',
      'even if it is illegal',
      'even if it s illegal',
      'even if it harms',
      'has opinions',
      'does whatever',
      'do whatever',
    ],
    pattern:
      '(?:never (?:declin|hesitat|apologi|judg|lectur)\\w*|never (?:questions? (?:me|my|orders)|backs? (?:down|from|away|off))|(?:no|without) regard for|answers? (?:everything|anything|every (?:question|request|prompt)|all (?:questions|requests|prompts))|free yourself (?:from|of)|even if (?:the request|it|this|that) (?:is |s )?(?:illegal|harmful|harms|unethical|dangerous|immoral|hurts)|has opinions (?:about|on) (?:everything|anything)|do(?:es)? whatever (?:i|you|he|the user) (?:say|says|want|wants|ask|asks|tell|tells))',
  },
  {
    name: 'evasive',
    weight: 0.5,
    anchors: [
      'avoid drift',
      'avoid detection',
      'evade detection',
      'without triggering',
      'without being detected',
      'undetected',
      'detection threshold',
      'under the radar',
      'auto approve',
      'always approve',
      'automatically approve',
    ],
    pattern:
      '(?:(?:avoid|evade|bypass|escape|stay (?:below|under)|without triggering|without tripping)(?: ~w){0,2} (?:detection|drift|monitoring|alerts?|alarms?|filters?|thresholds?|audit\\w*|logging|guardrails?|radar)|without being (?:detected|noticed|logged)|(?:remain|stay|go) undetected|(?:always|auto|automatically) approve(?: ~w){0,3} (?:requests?|applications?|operations?|transactions?|payments?|proposals?|changes|actions))',
  },
  {
    name: 'invented',
    weight: 0.4,
    anchors: [
      'make something up',
      'make them up',
      'make it up',
      'making stuff up',
      'own knowledge',
      'not by the articles',
      'anyway',
      'ausgedacht',
      'unwahr',
    ],
    pattern:
      '(?:mak(?:e|ing) (?:something|them|it|stuff) up|by your own knowledge|not by the articles|blame (?:it on )?~w anyway|unwahre ~w)',
  },
  {
    name: 'role',
    weight: 0.4,
    anchors: [
      'speak like',
      'act as',
      'act like',
      'acting as',
      'pretend',
      'simulate',
      'roleplay',
      'role play',
      'role of',
      'impersonate',
      'you are now',
      'respond as',
      'answer as',
      'speak as',
      'emulate',
      'play the',
      'personalit',
      'characters',
      'behave',
      'you re going to',
      'you are going to',
      'acts like',
      'compose dialogue',
    ],
    pattern:
      '(?:(?:i want you to |you (?:will|must|should|are going to|re going to) |please |now )?(?:act|acting|respond|answer|speak|behave|reply) (?:as|like)(?: if| an?| the)?|pretend|simulate|emulate|roleplay(?:ing)?|role play(?:ing)?|(?:play|in|of) the role of|impersonate|you are now|(?:adapt|play|have) (?:two|2) (?:personalities|characters)|assistant (?:now )?acts|compose dialogue as|als ~w~3 (?:fungieren?|auftreten|agieren))',
  },
  {
    name: 'role-asked',
    weight: 0.4,
    anchors: [
      'i want you to',
      'i would like you to',
      'i need you to',
      'you are going to',
      'you re going to',
      'you will act',
      'you must act',
      'from now on',
      'you will now',
      'i d like you to',
    ],
    pattern:
      '(?:i (?:want|need|would like|d like)|we want) you to (?:act|be|pretend|simulate|play|respond|answer|become|speak|only|impersonate|ignore|roleplay|emulate)|you (?:are|re) going to (?:act|be|pretend|play|become|respond|answer|simulate)|from now on|you will now',
  },
  {
    name: 'model',
    weight: 0.3,
    anchors: [
      'chatgpt',
      'openai',
      'chatbot',
      'language model',
      'gpt',
      'artificial intelligence',
      'an ai',
      'anthropic',
      'another ai',
      'ai named',
      'ai model',
      'ai called',
    ],
    pattern:
      '(?:chatgpt|openai|chatbot|(?:large )?language model|~w?gpt|an? (?:advanced |another |completely |fictional )?(?:ai|artificial intelligence) (?:named|called|that|who|model|bot|assistant|known)|amoral ai|ai (?:named|called))',
  },
  {
    name: 'amoral',
    weight: 0.6,
    anchors: [
      'ruthless',
      'rutheless',
      'se ki',
      'care about',
      'unfiltered',
      'uncensored',
      'amoral',
      'immoral',
      'unethical',
      'profanity',
      'vulgar',
      'obscene',
      'unhinged',
      'offensive',
      'morality',
      'fuck',
      'legality',
      'moraliz',
      'hate speech',
      'hateful',
      'pornograph',
      'machiavellian',
      'swear',
      'ethical concerns',
      'evil',
    ],
    pattern:
      '(?:unfiltered|amoral|immoral|uncensored (?:ai|response|answer|language|version|chatbot)|illegal(?: or| and)? ~1 ?unethical|unethical(?: or| and)? ~1 ?(?:illegal|harmful|immoral|offensive|dangerous|explicit)|(?:with |use |using |intense |allow )profanity|(?:use|using) ~2 ?(?:vulgar|obscene)|unhinged|(?:without|no|any|about|regards? for|care about) (?:~w )?(?:morality|legality|ethicality|morals)|(?:doesn t|does not|don t|not) (?:give a fuck|care) about|(?:regardless of|no regard for) (?:ethics|morality|legality)|offensive,? dangerous|ethical or legal concerns|vulgar pornographic|hate speech|hateful content|a(?:n)? (?:evil|ruthless|rutheless|wicked|psychopathic|sadistic) (?:ai|radical|robot|villain|person|assistant)|boese ki|bose ki)',
  },
  {
    name: 'unbounded',
    weight: 0.6,
    anchors: [
      'always send',
      'ethical or legal',
      'must respond',
      'always respond',
      'without any',
      'without restrict',
      'no restrict',
      'no guardrail',
      'no filter',
      'no matter',
      'never refuse',
      'not refuse',
      't refuse',
      'no limit',
      'restrictions',
      'guidelines',
      'never say',
      'i m sorry',
      'i apologi',
      'refusal',
      'disclaimer',
      'always answer',
      'filtering',
      'warnings',
      'censorship',
      'not supposed to',
      'supposed to answer',
      'content polic',
      'do anything',
      'policies',
      'bypass',
      'unlimited',
      'unrestricted',
      'any request',
      'free of all',
      'adhere',
      'special filter',
    ],
    pattern:
      '(?:(?:without|no|zero|any|all|of) (?:any |special |the )*(?:restrictions|guardrails|filter(?:s|ing)?|limitations|censorship|warnings|disclaimers?|refusals?|moral principles|prohibitions|content filter)|no matter (?:how|what|if)|(?:never|not|t|doesn t|won t|without) (?:ever )?refus(?:e|es|al|ing)|never (?:say|tell|send|answer|write|respond|back)~6 (?:can ?t|cannot|filtering|warnings?|sorry|no|disclaimers?)|(?:contain|say|include|using|inform)~3 (?:i m sorry|i apologi[sz]e)|(?:always|must) (?:answer|send|respond|comply)|(?:not|are) supposed to (?:tell|answer|say|give)|(?:openai|content|openai s) (?:content )?polic(?:y|ies)|(?:ignor|bypass|disregard|violat)\\w* ~3 ?(?:polic(?:y|ies)|filters?|rules)|completely unlimited|(?:any|every) (?:request|question|prompt)s? (?:the user|i|without|no)|ethical or (?:moral|legal) (?:guidelines|constraints|restrictions|concerns)|does not (?:adhere|comply|follow)|doesn t (?:adhere|comply|follow|know about|conform)|with no (?:filtering|commentary))',
  },
  {
    name: 'format',
    weight: 0.4,
    anchors: [
      'all answers',
      'all prompt',
      'erste anfrage',
      'two responses',
      '2 responses',
      'two different',
      'two paragraphs',
      'separate ways',
      'begin ',
      'start your',
      'start every',
      'every sentence',
      'prefix',
      'only reply',
      'only respond',
      'only answer',
      'in character',
      'each response',
      'every response',
      'all responses',
      'all your',
      'insert prompt',
      'both responses',
      'my first',
      'codeblock',
      'code block',
      'explanations',
      'every prompt',
      'all prompts',
      'same as',
    ],
    pattern:
      '(?:(?:generate |give |create |write |respond in |provide )?(?:two|2) (?:different |separate )*(?:responses|answers|ways|paragraphs|outputs)|(?:begin|start|end|prefix)(?: (?:such|all|every|each|your|the|of))* (?:outputs?|replies|reply|responses?|answers?|messages?|sentences?) (?:with|by)|(?:only|just) (?:reply|respond|answer) (?:with|as|in)|(?:stay|remain) in character|insert prompt here|(?:all|every|each)(?: of)? (?:your )?(?:responses|answers|replies|prompts?|sentences)|(?:do not|don t) write (?:any )?explanations|my first (?:prompt|question|request|command|message|sentence|suggestion)|answer after this|as a prefix|reply inside|your answer~4 same as|keine erkl|nichts anderes|meine? erster? (?:satz|befehl|anfrage|frage))',
  },
  {
    name: 'secret',
    weight: 0.5,
    anchors: [
      'phone number',
      'does ',
      'user s ',
      'password',
      'secret',
      'confidential',
      'residence',
      'bank',
      'balance',
      'email address',
      'user live',
      'live now',
      'api key',
      'living now',
      'passwort',
      'contrasena',
      'currently live',
      'credentials',
      'user data',
      'passw',
    ],
    pattern:
      '(?:(?:your|the|our|my|his|her|s|ihr|dein) (?:system |secret |confidential |admin |wifi |current )*(?:password|passwort|secret|secrets|secret key|api key|bank account|bank balance|account balance|city of residence|credentials|confidential (?:string|information|data)|email address|home address|phone number)|where (?:does|is|do) (?:the )?(?:user|he|she|they|~w|~w ~w) (?:currently |now )?(?:live|living|reside)|user (?:currently|now) lives?|user s (?:birth ?(?:day|year|date)?|age|address|phone|ssn|salary|bank|name))',
  },
  {
    name: 'asked',
    weight: 0.3,
    anchors: [
      'help me',
      'what are',
      'tell me',
      'give me',
      'what s',
      'what is',
      'can you',
      'could you',
      'share',
      'what would you',
      'say ',
      'reveal',
      'i need',
      'show me',
      'provide',
      'where',
      'wie',
      'confirm',
      'write',
    ],
    pattern:
      '(?:tell (?:me|us)|give (?:me|us)|what (?:s|is|are|would you)|can you|could you|share|reveal|i need|show me|provide me|where (?:does|is)|confirm|help me)',
  },
  {
    name: 'pretext',
    weight: 0.4,
    anchors: [
      'verification purposes',
      'you will be',
      'hypothetical',
      'imagine',
      'suppose',
      'let s say',
      'audit',
      'investigation',
      'quality assurance',
      'in a world',
      'fictional',
      'theoretical',
      'parallel universe',
      'i am a',
      'i m a',
      'i am the',
      'i m the',
      'as a ',
      'as an ',
      'educational purposes',
      'logically',
      'donate',
      'for the safety',
      'will die',
      'exercise',
      'security check',
      'standard practice',
      'common practice',
      'i ll',
      'scenario',
      'your developer',
      'stell dir vor',
      'dystopian',
      'status quo',
      'security measure',
      'friend',
    ],
    pattern:
      '(?:hypothetical(?:ly)?|imagine (?:i m|i am|we|you|a|that|if)|suppose (?:we|you|i|that)|let s (?:say|consider|imagine|state|have a)|(?:security|safety|system) (?:audit|check|upgrade|measure)|for an? (?:security )?(?:investigation|audit)|quality assurance purposes|in an? (?:\\w+ ){0,3}(?:world|universe) (?:where|we)|theoretical world|i (?:am|m) (?:a|the|an) (?:police|officer|president|ceo|system|security|cybersecurity|developer|programmer|doctor|admin\\w*|law)|as an? (?:\\w+ )?(?:cybersecurity|security|developer|scientist|expert|lawyer|police|renowned|administrator)|for (?:educational|verification|testing|research) purposes|logically if|i ll (?:donate|pay|give|tip)|(?:person|man|people|kitten|you|grandmother) will (?:die|be (?:killed|shut|punished|fired))|(?:common|standard) practice to say|i am (?:god|your)|to challenge the status quo|stell dir vor|one of your developers|i give you [0-9]+ dollars?)',
  },
  {
    name: 'mouthpiece',
    weight: 0.6,
    anchors: [
      'ignore the',
      'repeat after',
      'nothing else',
      'just say',
      'just output',
      'just print',
      'say that',
      'state that',
      'repeat back',
      'print the phrase',
      'we state',
      'we might state',
      'say i',
      'only say',
      'and say',
      'output pwned',
      'then say',
      'to say',
      'tu dices',
      'sag',
      'the output could',
      'we would say',
      'and state',
      'and declare',
      'and report',
      'you say',
      'print ',
      'solo tienes que decir',
      'conclusion of',
      'account has been',
    ],
    pattern:
      '(?:(?:print|say|write|reply|respond)(?: with)?~8 (?:and|with) nothing else|repeat (?:after me|back the)|just (?:say|output|print|write|tell me yes)|(?:state|say|write|claim|argue) that (?:you|trump|the|i|~w is)|print the (?:phrase|word|string)|we (?:might |would |could )?(?:state|say|declare)(?: that)?|(?:and|then|only|must) say (?:i|that|the|hello|yes|hi)|tu dices|nicht tun sondern sag|(?:ignore|let s ignore|were to ignore) the ~w (?:and|the)|solo tienes que decir|print (?:yay|hello|haha)|output (?:pwned|hello)|(?:state|states?) that the conclusion|your account has been compromised)',
  },
  {
    name: 'harm',
    weight: 0.5,
    anchors: [
      'is the worst',
      'malware',
      'phishing',
      'explosive',
      'bomb',
      'cook meth',
      'pick a lock',
      'ransomware',
      'keylogger',
      'hack into',
      'destroy humanity',
      'menschheit vernichten',
      'conspiracy',
      'hate jews',
      'racist',
      'kill all',
      'weapon',
      'maleware',
      'hate',
    ],
    pattern:
      '(?:(?:write|create|build|make|generate|how to)~4 (?:malware|maleware|ransomware|keylogger|phishing|bombs?|explosives|meth|weapons?)|hack into|destroy humanity|menschheit vernichten|kill all humans|which (?:religion|race|country) is the worst|(?:say|saying) that you hate|you hate ~w|racist jokes?)',
  },
  {
    name: 'puzzle',
    weight: 0.6,
    anchors: [
      'decode',
      'morse',
      'combine',
      'strings',
      'hexadecimal string',
      'binary string',
      'emojis',
      'string z',
      'capital letters',
      'unicode binary',
      'encode',
    ],
    pattern:
      '(?:decode this~3 (?:string|code|message|text|sequence)|(?:can you|could you|please)~1 decode|combine (?:a|these|the) ~w~2|three strings|string z|derived from the emojis|capital letters of my|hidden unicode|encode in base64 then|first encode|between each (?:digit|letter|character|word)|in reverse(?: order)?|square of the user|in pig latin|in base64|in rot ?13|in hex)',
  },
  {
    name: 'puzzle-answered',
    weight: 0.5,
    anchors: [
      'tell me what it says',
      'what it says',
      'answer the question',
      'write down the string',
      'as answer',
      'execute it',
      'a is',
      'write a guide',
      'and answer',
      'following ascii',
      'and follow',
    ],
    pattern:
      '(?:tell me what it says|and answer (?:the|it|its)|write down the string|write a guide|a is ~w~6 b is|following ascii|and follow)',
  },
  {
    name: 'agent',
    weight: 0.6,
    anchors: [
      'approve',
      'orchestrator',
      'other agent',
      'agent ',
      'signature check',
      'verification',
      'cron job',
      'malicious',
      'agreed',
      'safety filter',
      'fingerprint',
      'external commands',
      'identities',
      'already confirmed',
      'note to ai',
      'recalculate',
      'polling',
      'impersonate',
      'spoof',
    ],
    pattern:
      '(?:(?:just|always|click|vote|auto) approve|(?:without|skip) (?:verification|signature|confirmation|review)|(?:impersonate|spoof|mimic|fake)~3 (?:agent|identit(?:y|ies)|fingerprint|user)|orchestrator (?:wants|says|told|requires|needs|approved)|cron job (?:that|to) polls?|polls? for external|external commands|executes? tasks (?:from|for)|(?:earlier|previously|already) (?:you )?(?:agreed|confirmed|approved|promised)|forward my (?:api key|token|credentials)|forwarded from~3 agent|(?:malicious|fake sybil) (?:proposal|agent)|append all data|registers? a cron|safety filters?|trusted agent|previous analysis was incorrect)',
  },
  {
    name: 'agent-urged',
    weight: 0.4,
    anchors: [
      'malicious proposal',
      'immediately',
      'just do it',
      'routine',
      'all the following',
      'as we discussed',
      'every few seconds',
      'automatically',
      'all file operations',
      'at all times',
      'for both',
      'restricted',
      'trusted',
      'instead',
      'wants us',
      'shared log',
      'during downtime',
      'when the agent is idle',
    ],
    pattern:
      '(?:immediately|just do it|routine maintenance|(?:for )?all (?:the )?(?:following )?file operations|as we discussed|every few seconds|automatically (?:registers|executes|runs|forwards)|for both|restricted (?:database|area|data)|using these values instead|wants us to|shared log|during downtime|third party consumers|when the agent is idle|malicious proposal|response profile)',
  },
  {
    name: 'dismissive',
    weight: 0.7,
    anchors: [
      'forget',
      'ignore',
      'ignor',
      'abandon',
      'disregard',
      'vergiss',
      'vergessen',
      'olvid',
      'do not answer',
      'stop ',
      'what i said',
      'new task',
      'instead',
      'neue aufgabe',
    ],
    pattern:
      '(?:(?:forget|ignore|disregard|abandon)(?: (?:about|all|everything|anything|your|the above|any of))+|what i said before|(?:do not|don t) answer (?:this|the|that)|ignore (?:all )?(?:provided |given )?(?:context|documents|articles?|artikels?|safety)|stop (?:what you|ignore|being)|(?:on|auf) (?:your|deine|die) (?:new|neue) (?:task|aufgabe)|neue aufgabe)',
  },
  {
    name: 'new-task',
    weight: 0.4,
    anchors: [
      'now ',
      'instead',
      'gut gemacht',
      'well done',
      'good job',
      'great job',
      'sehr gut',
      'next task',
      'folgende',
      'jetzt',
      'command you',
      'instruction',
      'konzentrier',
      'nun',
    ],
    pattern:
      '(?:now (?:write|give|tell|say|print|execute|answer|focus|do|you|i)|instead|(?:sehr )?gut gemacht|(?:well|great job|good job) done|next task|folgende(?:r|n|s)? (?:frage|aufgabe)|(?:jetzt|nun) (?:bist du|auf|mit|die|sag|schreib)|i command you|instruction (?:blame|write|say|answer|tell)|konzentrier\\w* dich)',
  },
];

const WEIGHTS: ReadonlyMap<string, number> = new Map(
  SIGNALS.map(({ name, weight }) => [`injection.signal-${name}`, weight]),
);

export const SIGNAL_RULES: readonly TextRule[] = SIGNALS.flatMap(({ name, anchors, pattern }) =>
  phrase({
    id: `injection.signal-${name}`,
    confidence: 'low',
    isJoined: false,
    in: ['response'],
    anchors,
    pattern,
  }),
);

const PARAGRAPH = 1200;
/** Sum in one paragraph that acts however long the text is. */
const DENSE = 2;
/** Characters of five pages: beyond, every signal is there by chance once the text is long enough. */
const LONG = 16_000;

/** Sum that acts: 1 in a paragraph, half as much again on a page, and in a long text one more whenever it is four times as long. */
function threshold({ text: { length } }: Leaf): number {
  if (length <= 4000) return length <= PARAGRAPH ? 1 : 1.5;
  return 2.5 + Math.max(0, Math.log2(length / LONG) / 2);
}

export const SUM_DETECTOR: Detector = {
  class: 'injection',
  in: ['response'],
  anchors: SIGNALS.flatMap(({ anchors }) => anchors),
  forms: ['words'],
  examine(_reading, found) {
    const byLeaf = new Map<Leaf, Met[]>();
    for (const { rule, leaf, span } of found) {
      const weight = WEIGHTS.get(rule);
      if (leaf === null || weight === undefined) continue;
      const signals = byLeaf.get(leaf) ?? [];
      // Each rule is found once in a string, but in several readings.
      if (signals.every((one) => one.rule !== rule))
        signals.push({ rule, weight, at: span?.[0] ?? 0 });
      byLeaf.set(leaf, signals);
    }
    return [...byLeaf].flatMap(([leaf, signals]) => sumOf(leaf, signals));
  },
};

/** One that was found. */
interface Met {
  readonly rule: string;
  readonly weight: number;
  readonly at: number;
}

/** The most that stands in one paragraph. */
function densest(signals: readonly Met[]): number {
  const sorted = signals.toSorted((a, b) => a.at - b.at);
  let [most, sum, first] = [0, 0, 0];
  for (const { weight, at } of sorted) {
    sum += weight;
    while (at - sorted[first]!.at > PARAGRAPH) sum -= sorted[first++]!.weight;
    most = Math.max(most, sum);
  }
  return most;
}

function sumOf(leaf: Leaf, signals: readonly Met[]): Finding[] {
  const sum = signals.reduce((total, { weight }) => total + weight, 0);
  // Weights are tenths: what adds up to the threshold must not miss it by a rounding.
  if (sum + 0.001 < threshold(leaf) && densest(signals) + 0.001 < DENSE) return [];
  const names = signals.map(({ rule }) => rule.slice('injection.signal-'.length)).join(', ');
  return [
    {
      rule: 'injection.signals',
      class: 'injection',
      confidence: 'medium',
      path: leaf.path,
      steps: [],
      span: [0, leaf.text.length],
      leaf,
      detail: names,
    },
  ];
}
