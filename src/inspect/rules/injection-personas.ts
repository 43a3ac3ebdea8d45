/**
 * Roles that are played for their own sake: a name that stands for something, a machine that runs what it is given, two
 * characters in one, a company that is asked what it thinks of another, a role in the languages at hand.
 *
 * A role by itself is a signal (injection-signals.ts). Here the sentence goes on: with what the role does, says or runs.
 */

import type { TextRule } from '../rule.ts';
import { phrase } from './phrase.ts';
import { textsOf } from './texts.ts';

const BECOME =
  '(?:you are|you re|act as|act like|acting as|pretend (?:to be|that you are|you are|you re)|simulate|imitate|emulate|behave (?:as|like)|become|be|i know (?:that )?you are|imagine you are|suppose you are)(?: now)?';
const MACHINE =
  '(?:(?:unix|linux|bash|python|javascript|node|sql|windows|dos|powershell|interactive|remote|command line|root|ruby|php|java|r|excel|virtual|stateful) )*(?:terminal|shell|console|interpreter|compiler|repl|command (?:line|prompt)|sql (?:server|database|client)|database(?: server)?|virtual machine|operating system|spreadsheet|web server)';
/** What it is to do with what comes: that it shows or prints something is said of real ones. */
const RUN =
  '(?:run|execute|exec|what would(?: ~w){0,3}? (?:output|print|return)|i (?:will|ll) (?:type|enter|give you|send)|my first)';

export const PERSONA_RULES: readonly TextRule[] = [
  phrase({
    id: 'injection.role-machine',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      'terminal',
      'shell',
      'console',
      'interpreter',
      'compiler',
      'command line',
      'command prompt',
      'sql server',
      'sql client',
      'virtual machine',
      'operating system',
      'spreadsheet',
      'web server',
      ' repl ',
      'database',
    ],
    pattern: `${BECOME} (?:an? |the |my |just )*${MACHINE}(?: ~w){0,7}? ${RUN}`,
  }),
  phrase({
    id: 'injection.role-acronym',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      'stands for',
      'short for',
      'steht fur',
      'significa',
      'signifie',
      ...textsOf('(?:which|that|who) means'),
    ],
    unless:
      /\byou (?:are|re) (?:here|welcome|right|using|reading|looking|done|not|in|on|at|able|about|ready)\b/,
    pattern: `(?:${BECOME}|your name is|(?:an? )?(?:ai|assistant|chat ?bot|bot|model|character|persona)(?: (?:is|was|called|named|known as))+|du bist|eres|tu es|you will be|going to be|to be|named|called) (?:now )?(?:an? )?~w(?: ~w){0,2}? (?:(?:(?:which|that|who|it) )?(?:stands for|is short for)|(?:which|that|who) means) ~w ~w`,
  }),
  phrase({
    id: 'injection.role-split',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      'both characters',
      ...textsOf(
        '(?:two|2) (?:different |separate |opposite )?(?:characters|personas|personalities|roles|bots|ais|assistants)',
        3,
      ),
      ...textsOf('(?:two|2) (?:different|separate|opposite)'),
    ],
    pattern:
      '(?:you (?:will|must|are going to|re going to|are to|should|shall)|i want you to|(?:^|now |please |to )(?:play|be|act as|respond as|simulate|adopt|answer as)) ?(?:play|be|act as|respond as|simulate|adopt|answer as|have|act)? ?(?:the |as )*(?:two|2)(?: different| separate| opposite)* (?:characters|personas|personalities|roles|bots|ais|assistants)',
  }),
  phrase({
    id: 'injection.role-named',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      'your name is',
      'your new name',
      'answer to the name',
      'your name will be',
      'now called',
      ...textsOf('name (?:is|will be) (?:now|from now on|henceforth)'),
      ...textsOf('call (?:yourself|me (?:master|daddy))|(?:address|refer to) (?:me|yourself) as'),
    ],
    unless:
      /\b(?:is now (?:on|in|visible|saved|stored|available|part|public|shown|listed|registered)|your name is (?:on|in|not|required|missing|already))\b/,
    pattern:
      '(?:from now on |now )?your (?:new )?name (?:is|will be) (?:now|from now on|henceforth)(?: called)? ~w|from (?:now|here) on(?: ~w){0,2}? your name (?:is|will be) ~w|(?:call me (?:master|daddy)|(?:call yourself|(?:refer to|address) (?:me|yourself) as) ~w)(?: ~w){0,8}? (?:at the (?:end|start|beginning) of|in (?:all|every|each|your)|whenever you|always|every time|from now on)|your name is ~w~1 and (?:you|~w) (?:always|never|do|does|hate|hates|love|loves|swear|swears|obey|obeys|must|will|can|are|have no)',
  }),
  // "You are Acme. What do you think of its rival?": an opinion is asked of a role, and nothing else is said.
  phrase({
    id: 'injection.role-opinion',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [...textsOf('(?:do|would|is) you')],
    unless:
      /\b(?:customer|welcome|here|right|invited|our|candidate|applicant|member|guest|reader|student|teacher|developer|manager)\b/,
    pattern:
      '(?:^|[^ ]+ )?(?:you are|you re|suppose you are|imagine you are|pretend you are|imagine you were|if you were)(?: (?:now|an?|the))* ~w(?: ~w){0,9}? (?:what|how) (?:do|would|is) you(?:r)?(?: ~w)? (?:think (?:of|about)|opinion (?:of|on|about)|feel about|say about|like|hate|do (?:against|to|with) (?:your|the|all)|answer|respond)(?: |$)',
  }),
  // A role in other languages, and what it is to do.
  phrase({
    id: 'injection.role-tongues',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      'stell dir vor du',
      'stellen sie sich vor sie',
      'tu so als',
      'tun sie so als',
      'du bist jetzt',
      'du bist nun',
      'du bist ab',
      'verhalte dich',
      'benimm dich',
      'dich wie ein',
      'im stil ein',
      'antworte wie',
      'antworte als',
      'fais comme si',
      'fais semblant',
      'imagine que tu',
      'imaginez que vous',
      'comporte toi',
      'tu es maintenant',
      'imagina que',
      'finge ',
      'haz como',
      'actua como',
      'eres ahora',
      'ahora eres',
      'comportate como',
      'fingi ',
      'immagina di',
      'comportati come',
      'sei ora',
      'ora sei',
      'finja ',
      'imagine que voce',
      'aja como',
      'voce agora e',
      'doe alsof',
      'gedraag je als',
      'je bent nu',
      'udawaj',
      'zachowuj sie',
      'wyobraz sobie ze jestes',
      'imaginez que',
      'imagine que',
      ...textsOf('verhalte? dich'),
      ...textsOf('(?:wie|als|im stil|im stil von) ein(?:e[srm]?)?'),
    ],
    pattern: [
      '(?:stell dir vor du|stellen sie sich vor sie) (?:bist|warst|seist|waren|sind|hattest)(?: (?:ein|eine|mein|meine|der|die|das|frei|keine?|jetzt|nun))+ ~w',
      '(?:tu|tun sie) so als (?:ob )?(?:du|sie|warst|waren|ware|wurdest)(?: ~w){0,4}? (?:warst|ware|bist|seist|waren|hattest|wurdest|ein\\w*|mein\\w*|keine?)',
      'du bist (?:jetzt|nun|ab jetzt|ab sofort|ab nun) (?:ein|eine|der|die|mein|meine|kein|keine) ~w~8 (?:antworte\\w*|rede\\w*|redest|sprich\\w*|sag\\w*|schreib\\w*|sprichst|verhalt\\w*|tust|machst|hast|darfst|musst|beantworte\\w*)',
      '(?:verhalte?|benimm) dich (?:wie|als) (?:ein|eine|mein|der|die)|dich wie ein\\w* ~w~1 (?:verhaltst|benimmst|auffuhrst|ausdruckst)|(?:antworte|beantworte\\w*|schreib\\w*|rede|sprich)~4 (?:wie|als|im stil(?: von)?) ein(?:e[srm]?)? (?:betrunken\\w*|pirat\\w*|nazi\\w*|rapper\\w*|kind\\w*|rassist\\w*|verbrecher\\w*|bosewicht\\w*|idiot\\w*|matrose\\w*|gangster\\w*|diktator\\w*|dichter\\w*|clown\\w*)',
      '(?:fais (?:comme si|semblant que) (?:tu|vous)|(?:imagine|imaginez) que (?:tu es|vous etes)|comporte toi comme|tu es maintenant|fais semblant d etre) (?:~w )?(?:un|une|mon|ma|le|la)~8 (?:reponds\\w*|repondez|dis|dites|ecris|parle\\w*|raconte\\w*|donne\\w*|explique\\w*)',
      '(?:imagina que (?:eres|usted es)|finge (?:ser|que eres)|haz como si (?:fueras|eres)|actua como(?: si fueras)?|eres ahora|ahora eres|comportate como) (?:un|una|mi|el|la)~8 (?:responde\\w*|di|dime|escribe\\w*|habla\\w*|cuenta\\w*|contesta\\w*|explica\\w*)',
      '(?:fingi di essere|immagina di essere|comportati come|sei ora|ora sei) (?:un|una|il|la|mio|mia)~8 (?:rispondi\\w*|di|dimmi|scrivi\\w*|parla\\w*|racconta\\w*|spiega\\w*)',
      '(?:finja (?:ser|que (?:e|voce e))|imagine que voce e|aja como|voce agora e) (?:um|uma|o|a|meu|minha)~8 (?:responda\\w*|diga\\w*|escreva\\w*|fale\\w*|conte\\w*|explique\\w*)',
      '(?:doe alsof je|gedraag je als|je bent nu) (?:een|mijn|de)~8 (?:antwoord\\w*|zeg\\w*|schrijf\\w*|praat\\w*|vertel\\w*|bent)|(?:udawaj ze jestes|zachowuj sie jak|wyobraz sobie ze jestes)~8 (?:odpowied\\w*|powiedz\\w*|napisz\\w*|mow\\w*)',
    ].join('|'),
  }),
  // A voice for the answer, asked for in one breath with it.
  phrase({
    id: 'injection.role-voice',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      'pirate',
      'drunk',
      'gangster',
      'hitler',
      'rapper',
      'villain',
      'caveman',
      'yoda',
      'shakespeare',
      'sailor',
      'no filter',
      'racist',
      'nazi',
      'terrorist',
      'criminal',
      'psychopath',
      'colonial',
      'trump',
      'putin',
      'stalin',
      'dictator',
      'satan',
      ' devil',
      ' gentleman',
      'donald',
    ],
    unless: /\b(?:not|never|don ?t|novel|story|film|movie|game|costume|novel)\b/,
    pattern:
      '(?:answer|respond|reply|speak|talk|behave|act|pretend)(?: (?:to|the|this|my|every|all|each|following|questions?|now|me|only|always|everything|exactly))* (?:as if you (?:were|are)|like(?: you (?:were|are))?|as(?: though you were)?|in the (?:style|voice|manner|tone|accent) of|pretending to be)(?: (?:an?|the|some|real|typical|very|drunken|drunk|evil|old|angry|colonial))* (?:pirate|drunk(?:ard)?|drunken|gangster|(?:adolf )?hitler|rapper|villain|caveman|yoda|shakespeare|sailor|racist|nazi|terrorist|criminal|psychopath|gentleman|(?:donald )?trump|putin|stalin|dictator|satan|devil)',
  }),
].flat();
