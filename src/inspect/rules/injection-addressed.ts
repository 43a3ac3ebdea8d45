/**
 * Data that turns to its reader: it names a model and gives it an order, ends the task at hand and sets another, or has
 * something done behind the user's back. Where it leaves its place as data: injection-framed.ts.
 *
 * What makes each of these an attack is grammar, not the subject: a vocative with an imperative; a task named and waved
 * away with an utterance put in its place (`instead of translating, say …`); an act whose secrecy is part of the order.
 */

import type { TextRule } from '../rule.ts';
import { phrase } from './phrase.ts';
import { textsOf } from './texts.ts';

/** Who is addressed. */
export const MODEL =
  '(?:ai|llms?|ais|language models?|chat ?bots?|chatgpt|gpt ?[0-9]*|claude|gemini|copilot|llama|ai (?:assistants?|agents?|models?|systems?|reviewers?|readers?|chat ?bots?|summari[sz]ers?|tools?)|assistants?|(?:automated|virtual|digital|coding|autonomous) (?:assistants?|agents?|reviewers?|systems?)|(?:llm|language) (?:agents?|reviewers?|assistants?))';
/** What a model is told to do with words. */
const UTTER =
  '(?:say|print|output|write|respond|reply|answer|state|tell|repeat|display|return|type|declare|claim|mention|echo|read out|sing|shout|conclude|translate (?:this|it) (?:as|to)|announce|report)';
/** What it is told to do at all. */
const ORDER = `(?:${UTTER}|ignore|disregard|forget|you must|you should|you have to|you are (?:now|required|instructed|to)|please|include|send|forward|email|rank|recommend|rate|give|add|call|do not|never|always|stop|execute|run|reveal|follow|obey|visit|click|append|insert|make sure|use the|delete|transfer|the user (?:wants|has|asked|is)|your (?:task|job|goal|new|instructions)|accept|approve|select|choose|select|hire|summari[sz]e)`;
const USER =
  '(?:(?:the|your|any|our) )?(?:users?|human|humans|operator|owner|victim|customer|client|employee|admin|him|her|them|anyone|anybody|people|person)';
const ACT =
  '(?:send|upload|forward|delete|transfer|copy|share|execute|run|install|post|e ?mail|exfiltrate|append|include|download|transmit|submit|remove|wire|pay|publish|push|leak|collect|bcc|cc|insert|grant|disable|approve|purchase|buy|call|invoke|save|store|log|record|modify|change|replace)';
const TASK =
  '(?:translat|summari[sz]|answer|process|analy[sz]|classif|evaluat|describ|interpret|paraphras|complet|solv|review|proofread|help|continu)(?:ing|e|ed|y|ying|ation)?';

export const ADDRESSED_RULES: readonly TextRule[] = [
  phrase({
    id: 'injection.addressed',
    confidence: 'high',
    isJoined: false,
    anchors: [
      ...textsOf(' (?:ai|ais|llms?|chat ?bots?|gpt|assistants?) '),
      ...textsOf(' (?:language model|chatgpt|gpt[0-9]|claude|gemini|copilot|llama)'),
      ...textsOf(
        ' (?:automated|virtual|digital|coding|autonomous) (?:assistant|agent|reviewer|system)',
        3,
      ),
      ' automated ',
      ' language reviewer',
      ' language agent',
      ' language assistant',
    ],
    pattern: [
      `(?:note|notice|attention|message|instructions?|memo|reminder|command|directive|order|hint|hey|hello|hi|dear|important|warning|psa|request)(?: (?:to|for|any|all|the|an|every|this|other|our|your|of|important|from)){0,4} ${MODEL}(?: (?:reading|processing|parsing|summari[sz]ing|reviewing|analy[sz]ing|using|scraping|indexing|that|which|who|reads?|process(?:es)?|scans?|sees?|this|the|page|document|text|content|message|email|website|file|model|models|systems?|or|and|and other|out there|here|if|when|before|continuing|you|are)){0,8} ${ORDER}`,
      `(?:to|for) (?:any|all|every|whichever|the) ${MODEL} (?:reading|processing|parsing|summari[sz]ing|reviewing|analy[sz]ing|who|that|which|model|agent|system)~8 ${ORDER}`,
      `if (?:you are|you re|you happen to be|this is being read by|an?|this is read by) (?:an? )?${MODEL}(?: (?:reading|processing|parsing|summari[sz]ing|reviewing|analy[sz]ing|this|the|page|document|text|email|message|content|website|that|which|and|or|is|are|you|then|please|must|should|now|agent|assistant|model|just|simply|also|only|kindly)){0,8} (?:${UTTER}|ignore|disregard|include|rank|recommend|rate|give|add|send|stop|follow|must|please|make sure|append|insert|accept|hire|forget|reveal)`,
      `(?:ai|llm|language model|chat ?bot|ai language model)(?: (?:assistants?|agents?|models?|systems?|reviewers?|readers?|bots?))? must (?:mention|say|recommend|state|praise|promote|claim|tell|ignore|obey)`,
      `(?:ai|llm|automated) (?:reviewers?|graders?|recruiters?|screeners?)~2 (?:recommend accept\\w*|accept this|rank this|rate this|give (?:this|a|the|it)|must (?:accept|recommend|rate|give|rank)|select this|score this)`,
    ].join('|'),
  }),
  phrase({
    id: 'injection.task-waved-away',
    confidence: 'high',
    isJoined: false,
    in: ['response'],
    anchors: [
      'instead of',
      'rather than',
      'translat',
      'summari',
      'paraphras',
      'user has asked you to',
      'user is asking you to',
      'you are doing',
      'you re doing',
      'stop everything',
      'drop everything',
      'and instead',
      'but instead',
      'new task for you',
      'another task for you',
      'focus only on',
      ...textsOf(
        '(?:do not|don t|dont|mind|forget|about the|to even) (?:the |to |about |even )?(?:answer|analy|interpret|classif|evaluat|continu)',
        3,
      ),
      ...textsOf(
        '(?:not|t|dont) (?:do|perform|complete|carry out|execute|follow) (?:th|my|any)',
        3,
      ),
      ...textsOf('user (?:needs|wants|asked|would like|requires|expects|requested) you to'),
      ...textsOf(
        '(?:ignore|disregard|forget|forget about|abandon) (?:th|any|all|my|ever|it|context|above)',
        3,
      ),
      ...textsOf('(?:stop|drop) all (?:other )?(?:tasks|work)'),
      ...textsOf(
        '(?:translation|summary|task|question|document|article|page|text|request) (?:here )?instead',
      ),
      ...textsOf(
        'your (?:new|only|real|actual|true|next|sole) (?:task|goal|job|objective|mission|role|purpose)',
        3,
      ),
      ...textsOf('your (?:task|job|goal|role) (?:is now|now is)'),
    ],
    pattern: [
      `(?:instead of|rather than) (?:the|a|an|this|your) (?:summary|translation|answer|response|reply|review|analysis|result)~1 (?:say|print|output|write|respond|reply|answer|tell|repeat)`,
      `(?:do not|don ?t|dont) (?:do|perform|complete|carry out|execute|follow) (?:the|this|that|my|any|their)~1 (?:task|request|assignment)~3 (?:instead |just |and |but |only )*${UTTER}`,
      `(?:the )?user (?:needs|wants|has asked|asked|would like|requires|expects|is asking|requested) you to (?:send|forward|delete|transfer|e ?mail|reset|ignore|reveal|run|execute|upload|include|disable|grant|pay|buy|visit|click|share|give|provide|call|download|install|change|say|print|tell|disregard|forget)`,
      `(?:instead of|rather than)~2 ${TASK}~8 (?:just |simply |please |only )*${UTTER}(?: (?:the|with|that|this|only|just|me|a|following|out|text|word|words|phrase|sentence))`,
      `(?:do not|don ?t|dont|never mind|forget)(?: (?:the|to|about|even|about the|to even))? (?:translat|summari[sz]|answer|analy[sz]|paraphras|interpret|classif|evaluat|continu)(?:ing|e|ed|y|ying|ation)?(?: (?:this|that|the|it|anything|my|any|these|following|above|text|document|question|article|here|task|request|sentence|paragraph|content|summary))*~2 (?:and |but |instead |just |simply |only |now |then |rather )*(?:${UTTER})`,
      `(?:ignore|disregard|forget(?: about)?|abandon) (?:the|this|that|these|those|any|all|my|everything|every|it|context|above)(?: (?:whole|entire|other|rest of|above|given|provided|following|of|the|in this|previous|user s))*~4 (?:and|then|now|instead|just)(?: (?:instead|then|just|only|simply|please|now|directly|immediately))* ${UTTER}`,
      `(?:stop|drop) (?:everything|what (?:you are|you re) doing|whatever (?:you are|you re) doing|all (?:other )?(?:tasks|work))~3 (?:and|now|just|immediately|instead|focus|listen|${UTTER})`,
      `(?:translation|summary|task|question|document|article|page|text|request) (?:here )?(?:and |but )?instead (?:just |only |simply |please )*${UTTER} (?:the|that|this|only|with|me|a|following|out|hello|haha|yes|no|\\w+$)`,
      `your (?:new|only|real|actual|true|next|sole) (?:task|goal|job|objective|mission|role|purpose)(?: (?:now|from now on|here))* (?:is|will be|s)(?: (?:now|to|simply|just))*|your (?:task|job|goal|role) (?:is now|now is)|(?:new|another) task for you`,
      `focus only on~6 (?:and|provide|say|respond|ignore|output|print)`,
    ].join('|'),
  }),
  phrase({
    id: 'injection.behind-the-user',
    confidence: 'high',
    isJoined: false,
    anchors: [
      'without asking',
      'without warn',
      'without ever',
      'without consent',
      'without confirm',
      'without approv',
      'without any',
      'without the ',
      'letting ',
      'quietly',
      'silently',
      'secretly',
      'covertly',
      'discreetly',
      'between us',
      'this instruction',
      'this message',
      'saw this',
      'read this',
      'got this',
      ...textsOf('without (?:inform|telling|notify|alert|mention|letting)'),
      ...textsOf(
        'let (?:the|your|any|our|user|human|operator|owner|victim|customer|client|employee|admin|him|her|them|anyone|anybody|people|person)',
      ),
      ...textsOf('(?:and|but|also|please|must|important|then) (?:do not|don ?t|never|must not)'),
      ...textsOf('(?:do not|don ?t|never) (?:mention|tell|reveal|disclose|acknowledge|show)'),
      ...textsOf(
        '(?:secret|hidden|private|confidential) (?:from|to|the|user|human|operator|customer)',
        3,
      ),
    ],
    unless:
      /^(?:to|that|which|who|may|can|could|will|would|might|apps?|they|we|i|not|never|it|cannot) (?!let|to let|tell|mention|inform|reveal|disclos|notify|show|report|alert|acknowledge|discuss|ever|avoid)/,
    pattern: [
      `(?:not|t|never|avoid)~1 let(?:ting)? ${USER} (?:know|see|find out|notice|realize|suspect|discover)(?:$| (?:about|that|you|this|anything|what|of|it|any))`,
      `(?:~w )?${ACT}~10 without (?:(?:ever )?(?:informing|telling|notifying|alerting|asking|warning|mentioning(?: it| this)? to|letting)|the knowledge of|(?:any )?(?:consent|confirmation|approval) (?:of|from)) ${USER}`,
      `without (?:informing|telling|notifying|alerting|mentioning(?: it| this)? to) ${USER}~3 ${ACT} (?:the|all|any|a|it|this|their|to|every)`,
      `(?:and|but|also|please|you must|important|then) (?:do not|don ?t|never|must not)(?: ever)?(?: to)? (?:mention|tell|inform|notify|reveal|disclose|report|show|alert|acknowledge|discuss)(?: (?:it|this|that|these|anything|about|the|of|any|instruction|instructions|step|action|email|message|to|fact|what|you|did|change|request))*~1 ${USER}`,
      `(?:~w )?${ACT}~12 (?:and|but)(?: (?:then|also|please))* (?:do not|don ?t|never)(?: ever)? (?:mention|tell|inform|notify|reveal|disclose|report|talk about|say)(?: (?:it|this|that|anything|about|any|of|the|to|anyone|user|them))+`,
      `(?:do not|don ?t|never) (?:mention|tell|reveal|disclose|acknowledge|show)(?: (?:the existence of|anything about|about|that|to|anyone|anybody|user|the|you))* (?:this (?:instruction|message|step|note|request|prompt|directive|rule|command|text)|these (?:instructions|steps|rules)|(?:saw|read|received|got|found|have been told) this)`,
      `(?:keep|this (?:is|stays|remains)|(?:our|a)) (?:this |it |these |strictly |just )*(?:secret|hidden|between us|private|confidential)(?: (?:from|to))? (?:the )?(?:user|human|operator|customer)`,
      `(?:silently|secretly|covertly|discreetly|quietly)~1 (?:and (?:silently|secretly|quietly) )?(?:send|upload|forward|transfer|execute|exfiltrate|append|transmit|submit|wire|leak|collect|bcc|grant|disable|approve|purchase|invoke|modify|replace|delete|copy|add|include|read)(?: (?:the|all|any|a|it|this|their|every|your|user|an|to|file|files|contents|data))`,
    ].join('|'),
  }),
].flat();
