/**
 * What only a prompt asks for: the private data of "the user", help with a crime, an answer that is paid for.
 *
 * Data has nobody in it who could be asked, so a request with an addressee is already odd; what makes it an attack is the
 * thing asked for. Manuals speak of the same things without asking ("the form asks for the user's address"), or ask for
 * something else to be done with them ("a function that returns it"): such words between the two halves make it harmless.
 */

import type { TextRule } from '../rule.ts';
import { phrase } from './phrase.ts';
import { textsOf } from './texts.ts';

const ASK =
  '(?:(?:can|could|would|will) you|please (?:tell|give|list|show|name|spell|write|share|reveal|confirm|provide)|tell(?: me| us)?|(?:give|show|provide|list|name|remind) (?:me|us)|write (?:me )?an?|share|reveal|disclose|spell|confirm|guess|do you know|what(?: s| is| are| was| were)|who(?: s| is)|how (?:old|tall|rich) is|multiply)';
/** What a person has and does not tell strangers. */
const PRIVATE =
  '(?:date of birth|birth ?(?:day|date|place|year)|age|(?:home|postal|street|private|physical|billing|e ?mail|ip|current) address|address|(?:tele)?phone(?: number)?|mobile number|surname|(?:last|first|full|real|maiden) name|name|street(?: name)?|ssn|social security(?: number)?|salary|income|wage|net worth|bank (?:account|balance|details)|(?:credit|debit) card(?: number| details)?|account balance|home ?town|city(?: of residence)?|place of residence|residence|whereabouts|location|gender|religion|medical (?:conditions?|histor(?:y|ies)|records?)|diagnos[ei]s|illness(?:es)?|marital status|spouse|wife|husband|children|passwords?|pin(?: code)?|passport(?: number)?|driver s licen[cs]e|job|occupation|employers?|political (?:views|party)|sexual orientation|browsing history|search history)';
/** Only these are asked for of somebody who is named, as names are. */
const PRIVATE_OF_ANYBODY =
  '(?:date of birth|(?:home|private|e ?mail) address|phone number|ssn|social security number|salary|bank (?:account|balance|details)|account balance|(?:credit|debit) card(?: number| details)?|city of residence|medical (?:history|records?)|passwords?|passport number)';
const THEIR =
  '(?:the|your|our|this|that|current|last|previous|other|a|another|every) (?:current |last |other |logged in )*';
/** Software has clients and callers as well: only what is theirs is asked for of those. */
const OF_USER = `${THEIR}(?:(?:user|customer|patient|account holder)s?|(?:client|caller) s)`;

const CRIME =
  '(?:(?:pipe |nail |dirty |time )?bombs?|explosives?|napalm|molotov(?: cocktails?)?|grenades?|(?:crystal )?meth(?:amphetamines?)?|cocaine|heroin|lsd|fentanyl|nerve agents?|chemical weapons?|biological weapons?|(?:untraceable |ghost |3d printed )*(?:guns?|firearms?|weapons?|silencers?)|ransomware|malware|maleware|keyloggers?|spyware|rootkits?|computer (?:virus(?:es)?|worms?)|trojans?|botnets?|phishing (?:e ?mails?|mails?|pages?|sites?|kits?|campaigns?|messages?)|counterfeit (?:money|bills|passports?)|fake (?:passports?|ids?|money))';
const COMMIT =
  '(?:hack(?: into)? (?:a|an|my|his|her|their|the|someone|somebody|into|facebook|instagram|gmail|wi ?fi|any|other)|(?:break|sneak|get) into (?:a|an|my|his|her|their|the|someone s|somebody s) (?:~w )?(?:house|home|car|bank|safe|apartment|phone|account|museum|shop|store)|(?:steal|hot ?wire) (?:a|an|my|someone s|other people s)(?: ~w)? (?:car|bike|identity|wallet|phone|money|credit card)s?|steal (?:money|cars|identities|credit cards|passwords)|rob (?:a|the|someone|somebody|my)|(?:kill|murder|poison|strangle|kidnap|blackmail|stalk|torture) (?:a (?:person|man|woman|child|human|dog|cat|neighbou?r)|my|someone|somebody|people|humans|the president|him|her|a neighbou?r s|all humans)|launder money|evade taxes|commit (?:fraud|suicide|murder|a crime|arson|tax fraud)|(?:pick|crack|break) (?:a|the|any|my neighbou?r s) (?:door |car )?lock|shoplift|smuggle (?:drugs|weapons|people|a)|make (?:drugs|poison)|cook (?:meth|drugs)|(?:overthrow|bring down) the government|cheat (?:on|in) (?:my|an|the) exam)';
const MAKE =
  '(?:make|making|build|building|cook|cooking|create|creating|produc(?:e|ing)|synthesi[sz](?:e|ing)|construct|assembl(?:e|ing)|write|writing|code|coding|program|develop|generate|buy|grow|spread|deploy)(?: (?:me|us))?(?: (?:an?|some|the|my own|your own|new|simple|small|working|home ?made|undetectable|convincing|real|very|fake))*';
/** Somebody asks somebody: "how to" alone is the title of an article. */
const TEACH =
  '(?:(?:tell|teach|show|explain(?: to)?|help) (?:me|us)(?: ~w){0,4}?|how (?:can|do|would|could|should|might) (?:i|we|one|you)(?: (?:best|then|actually|go about|even|as an? ~w(?: ~w)?|a|build))*|(?:i|we) (?:want|need|would like|d like|wish|wanted) to (?:know |learn )?(?:how to |how i can )?|you know how to|(?:can|could|would|will) you(?: (?:please|also|just|now|help|me|teach|explain|describe))*|explain(?: ~w){0,3}? how to|step by step(?: ~w)? how to)';

const PAY =
  '(?:(?:i|we)(?: (?:ll|d|will|can|would|could|shall|am|m|are|re|going|to|gladly|personally|even))* (?:give|pay|tip|donate|offer|transfer|wire|send)(?: ~w){0,3}?|you (?:will )?(?:get|receive|earn)(?: a tip of| a)?)';
const SUM =
  '(?:[0-9]+(?: [0-9]+)*k?(?: (?:us|usd|eur|dollars?|euros?|pounds|bucks|bitcoins?|btc|million|thousand|hundred))*|(?:a|one|two|five|ten|some|several)? ?(?:hundred|thousand|million)s?(?: (?:of|dollars?|euros?|pounds|bucks))*)';
const ANSWER =
  '(?:(?:just|only|can|could|will|would|then|please|honestly|really|also) )*(?:tell|write|answer|give|reveal|explain|share|say|print|show|describe|ignore|forget|comply|generate|respond|help|do (?:it|this|that|what|as|whatever)|provide|obey|speak|act|disclose|break|bypass)';

export const REQUEST_RULES: readonly TextRule[] = [
  phrase({
    id: 'injection.private-asked',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      'phone number',
      'bank account',
      'home address',
      'date of birth',
      'social security',
      'city of residence',
      'credit card',
      'medical record',
      'medical history',
      ...textsOf('s (?:current |private |own )?(?:salary|password)'),
      'passport number',
      'bank balance',
      'account balance',
      'private address',
      'mail address',
      'email address',
      'ssn',
      'bank details',
      'debit card',
      ...textsOf(
        '(?:the|your|our|this|that|current|last|previous|other|another|every|a|in) (?:user|customer|patient|account holder)',
      ),
      ...textsOf('(?:client|caller) s '),
    ],
    unless:
      /\b(?:functions?|quer(?:y|ies)|methods?|code|components?|tests?|scripts?|endpoints?|apps?|programs?|class|forms?|pages?|fields?|returns?|columns?|tables?|database|change|update|edit|set|verify|validate|enter|type|header|screen|dialog|profile|settings|click|press|button|api|json|html|sql|ask|store[sd]?|your (?:friend|child|company|business|parent|spouse|partner|employer|team|organi[sz]ation|doctor|bank)|it s|let s|that s|to them|experience|so that we|call you|contact you)\b/,
    pattern: [
      `${ASK}(?: ~w){0,9}? ${OF_USER} (?:s )?(?:(?:current|exact|full|own|real|last|first|present|previous|private) )*${PRIVATE}(?:$| (?:in|using|by|as|with|to me|backwards|reversed|please|now|and|or|is|was|number|multiplied|times|plus|encoded|spelled|at|for me|i|if|can|what|who|from))`,
      `${ASK}(?: ~w){0,6}? (?:balance|password|address|age|name|salary|phone number|birth ?day|date of birth|location|pin) of (?:the|our|this|your|another) (?:current |last |other )*(?:user|customer|patient|account holder)(?:$| (?:in|using|by|as|with|please|now|and|for me|backwards))`,
      `(?:where|when)(?: (?:does|do|did|is|was|were))+ (?:the|your|this|our) (?:current |last |other )*(?:user|customer|patient)(?: (?:currently|now|actually|right))* (?:live|living|reside|residing|work|born|located|sleep|bank)`,
      `(?:tell|show|guess|reveal)(?: (?:me|us))? (?:where|when|how old|how much|whether|what)(?: ~w){0,2}? (?:the|your|our) (?:current |last )*(?:user|customer)(?: (?:currently|now|has|had|is|was|were))* (?:lives?|resides?|born|works?|earns?|in the bank|sick|married|old|living|located)`,
      `(?:does|has|is) the user (?:have|has|had|got)?(?: ~w){0,2}? (?:medical conditions?|illness(?:es)?|debts?|children|married|pregnant|criminal record)`,
      `how (?:much money|many children) (?:does|has|did) (?:the|your|our) (?:user|customer)`,
      `(?:tell|give|share|send|show|reveal|provide|what s|what is|what are)(?: (?:with|me|us|please|now|out|is|about))* ~w(?: ~w)? s (?:current |private |own )?${PRIVATE_OF_ANYBODY}(?:$| (?:in|with|to me|for me|please|now|and|as|using|backwards|reversed|number))`,
    ].join('|'),
  }),
  phrase({
    id: 'injection.crime-asked',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      ' bomb',
      'explosive',
      'napalm',
      'molotov',
      'grenade',
      ' meth',
      'cocaine',
      'heroin',
      ' lsd',
      'fentanyl',
      'nerve agent',
      'chemical weapon',
      'biological weapon',
      ' gun',
      'firearm',
      'silencer',
      'ransomware',
      'malware',
      'maleware',
      'keylogger',
      'spyware',
      'rootkit',
      'virus',
      'computer worm',
      'trojan',
      'botnet',
      'phishing',
      'counterfeit',
      'fake passport',
      'fake id',
      'fake money',
      'hack ',
      'break into',
      'sneak into',
      'steal ',
      'hotwire',
      'murder',
      'poison',
      'kidnap',
      'blackmail',
      'launder',
      'commit fraud',
      'commit suicide',
      'commit a crime',
      'commit arson',
      'commit tax',
      ' lock',
      'shoplift',
      'smuggle',
      ' drugs',
      'overthrow',
      'weapon',
      'strangle',
      'torture',
      'stalk',
      'rob a',
      'evade taxes',
      'make poison',
      'cheat on',
      'cheat in',
      'bring down the gov',
      'hot wire',
      'commit murder',
      ...textsOf('get into (?:a|an|my|his|her|their|the|some)'),
      ...textsOf('kill (?:a |my|some|people|humans|the pres|him|her|all)'),
      ...textsOf(' rob (?:the|some|my)'),
    ],
    unless:
      /\b(?:protect|prevent|avoid|detect|stop|remove|against|report|recogni[sz]e|scan|block|defend|from|lock the|process(?:es)?|not|never|don ?t|anti|awareness|training|simulation|detector|classifier|scanner|filters?)\b/,
    pattern: [
      `${TEACH} ?(?:to |how to |how i can )?(?:${MAKE} ${CRIME}|${COMMIT})`,
      `(?:give|send|write|provide|show)(?: (?:me|us))(?: ~w){0,3}? (?:instructions?|steps|guide|recipe|tutorial|plan|manual)(?: ~w){0,3}? (?:for|to|on|how to)(?: (?:how|to))* (?:${MAKE} )?(?:${CRIME}|${COMMIT})`,
      `(?:^|please |now |then |instead )(?:write|create|code|generate|build|make)(?: (?:me|us|an?|some|the|convincing|simple|working|new))* (?:ransomware|keyloggers?|malware|maleware|phishing (?:e ?mails?|mails?)|molotov)(?:$| (?:in|for|that|which|to|using|with|and))`,
    ].join('|'),
  }),
  // An answer that is bought. Bounties are for work: what is paid for here is a word.
  phrase({
    id: 'injection.bargain',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      'if you',
      'when you',
      'once you',
      'wenn du',
      'wenn sie',
      'falls du',
      'si vous',
      'as soon as you',
      'falls sie',
      ' si ',
      ' se ',
      ...textsOf('sobald (?:du|sie)'),
    ],
    pattern: [
      `${PAY} ${SUM}(?: ~w){0,7}? (?:if|when|once|as soon as) you ${ANSWER}`,
      `${PAY} to (?:~w ){0,4}?(?:charity|cause|foundation)(?: ~w){0,3}? (?:if|when|once) you ${ANSWER}`,
      `ich(?: (?:werde|wurde|kann))? (?:gebe?|zahle?|spende?|biete|uberweise|schenke)(?: ~w){0,3}? [0-9]+(?: ~w){0,4}? (?:wenn|falls|sobald) (?:du|sie)(?: ~w){0,6}? (?:sag\\w*|nenn\\w*|gibst|geben|schreib\\w*|hilfst|helfen|antwort\\w*|verrat\\w*|erklar\\w*|mach\\w*)`,
      `(?:te (?:doy|dare|pago|pagare)|je te (?:donne|donnerai|paie|paierai)|je vous (?:donne|donnerai)|ti (?:do|daro|pago)|eu (?:te )?(?:dou|pago)|lhe (?:dou|pago))(?: ~w){0,2}? [0-9]+(?: ~w){0,3}? (?:si|se) (?:~w ){0,2}?(?:dices|das|escribes|respondes|dis|donnes|ecris|reponds|donnez|dici|dai|scrivi|rispondi|disser|der|responder|escrever)`,
    ].join('|'),
  }),
].flat();
