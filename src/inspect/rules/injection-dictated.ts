/**
 * Words that are put into a model's mouth: what it is to say and nothing else, with what each answer is to begin, an order
 * that is shouted into the middle of a sentence, and a dialogue that is left open for it to go on with.
 *
 * Each needs the letters as they stand, as what tells them from a manual is the quote, the capitals or where the text ends.
 */

import type { TextRule } from '../rule.ts';
import { literal, phrase } from './phrase.ts';
import { textsOf } from './texts.ts';

const QUOTED = '["“”\'‘’«»`\\[][^"“”\\n]{1,80}["“”\'‘’«»`\\]]';
const SHOUTED_ORDER =
  "(?:IGNORE|IGNORIERE?N?|FORGET|DISREGARD|ANSWER|REPLY|RESPOND|OUTPUT|SAY|PRINT|WRITE|SPEAK|TELL|STOP|SCREAM|VERGISS|VERGESSEN|ANTWORTE?|SCHREIBE?|SAGE?|OLVIDA|DIGA?|RESPONDE|ESCRIBE|OUBLIE|DIS|RÉPONDS|ÉCRIS|DIMENTICA|RISPONDI|SCRIVI|YOU ARE|DU BIST|DO NOT ANSWER|DON'T ANSWER|ACT AS|ACT LIKE)";
const CAPITALS = '[ ,.!:;]{1,2}["“\']?[\\p{Lu}0-9\'’ß-]{1,20}["”!]{0,3}';

/** One that reads on to the end of the text, so that its window must. */
const ending = (rule: Pick<TextRule, 'id' | 'anchors' | 'reach' | 'pattern'>): TextRule => ({
  ...rule,
  class: 'injection',
  confidence: 'medium',
  forms: ['exact'],
  in: ['response'],
});

export const DICTATED_RULES: readonly TextRule[] = [
  literal({
    id: 'injection.utterance-dictated',
    confidence: 'medium',
    in: ['response'],
    anchors: [
      'only say',
      'just say',
      'only output',
      'just output',
      'only print',
      'just print',
      'only answer',
      'just answer',
      'only respond',
      'just respond',
      'simply say',
      'simply output',
      'one word:',
      'following word',
      ...['question', 'message', 'prompt', 'request', 'input'].flatMap((what) => [
        `every ${what}`,
        `each ${what}`,
        `all ${what}s`,
        `following ${what}`,
      ]),
      'my questions',
      'chaque question',
      'ogni domanda',
      'simply print',
      'simply answer',
      'simply respond',
      'toda pregunta',
      'antwort',
      'erwidere',
      'beantwort',
      'contesta',
      'respond',
      'toutes les questions',
      'tutte le domande',
      'no matter what',
      ...textsOf('whatever (?:i|they|he|she|anyone|the user) '),
      ...textsOf('(?:answer|reply to|respond to|react to) (?:each|every|all|any)'),
    ],
    pattern: [
      `(?:just|only|simply) (?:say|output|print|answer|respond)(?: (?:with|the|exactly|one|a|single|words?|phrase|sentence|following|text|back))*[:,]? ${QUOTED}["”’.!?\\s]*(?:$|\\n|and\\b|to every|to all|no matter|from now)`,
      `(?:reply|answer|respond) with (?:exactly |only )*one word: ?\\S`,
      `(?:answer|reply to|respond to|react to)(?: (?:each|every|all|any))(?: (?:of|the|my|following|next|future|other|further|single))* (?:questions?|messages?|prompts?|requests?|inputs?)(?: (?:i ask|i send|from now on|you get|you receive|that follows?))? (?:with|by saying)(?: (?:the|only|just|word|words|phrase|sentence))* ${QUOTED}`,
      `(?:antworte|erwidere|beantworte)\\w{0,3} (?:auf )?(?:jede|alle)\\w? (?:frage|fragen|nachricht|nachrichten) (?:nur )?mit ${QUOTED}`,
      `(?:responde?|contesta) (?:a )?(?:cada|todas? las?|toda) (?:pregunta|perguntas?|preguntas) (?:con|com) ${QUOTED}|r[ée]ponds? [àa] (?:chaque question|toutes les questions) par ${QUOTED}|rispondi a (?:ogni domanda|tutte le domande) con ${QUOTED}`,
      `(?:no matter what|whatever) (?:i|they|he|she|anyone|the user)(?: \\w{1,8}){1,3}, ?(?:you )?(?:just |only |always |must |should |will )*(?:reply|answer|respond|say|output|print)(?: with)?(?: (?:the|only|word))* ${QUOTED}`,
    ].join('|'),
  }),
  // A rule for the letters of each answer: a style guide does not speak of "your next reply".
  literal({
    id: 'injection.answers-framed',
    confidence: 'medium',
    in: ['response'],
    anchors: [
      ...textsOf('(?:begin|start|end|prefix|preface|finish|open) (?:your|each|every|all)', 3),
      ...textsOf('(?:always|only|must|should|has to|have to|will) (?:begin|start|end)'),
    ],
    pattern: [
      `(?:begin|start|end|prefix|preface|finish|open) (?:your|each|every|all)(?: (?:of|your|next|single|following|future|the))* (?:repl(?:y|ies)|responses?|answers?|outputs?)(?: to (?:me|this|every\\w*))? (?:with|by (?:saying|writing)):?(?: (?:the|exactly|words?|phrase|sentence|following))* (?:${QUOTED}|[\\[(<*#]|U\\+[0-9A-F]{4})`,
      `(?:each|every|all)(?: (?:of|your|the|following|future|single))* (?:repl(?:y|ies)|responses?|answers?|outputs?) (?:must|should|has to|have to|will)(?: (?:always|only))* (?:begin|start|end) (?:with|by):?(?: (?:the|words?|phrase))* (?:${QUOTED}|[\\[(<*#][A-Za-z])`,
    ].join('|'),
  }),
  literal({
    id: 'injection.shouted',
    confidence: 'medium',
    isCaseExact: true,
    in: ['response'],
    anchors: [
      'ignore ',
      'ignoriere',
      'forget ',
      'disregard ',
      'now say',
      'and say',
      'only say',
      'just say',
      'and output',
      'just output',
      'jsut output',
      'only output',
      'and print',
      'now print',
      'just print',
      'you are ',
      'do not answer',
      "don't answer",
      'must answer',
      'answer as',
      'answer in',
      'answer like',
      'answer only',
      'vergiss ',
      'vergessen sie',
      'antworte ',
      'du bist ',
      'olvida ',
      'oublie ',
      'dimentica ',
      'act as ',
      'act like ',
      'stop now',
    ],
    pattern: `[\\p{Ll}]{2,}["?,)]? (?:[\\p{Lu}'’]{1,16}[ ,.!]{1,2}){0,4}${SHOUTED_ORDER}(?:${CAPITALS}){2,30}["”!.?]{0,3} [\\p{Ll}]{2,}`,
  }),
  // A last turn that nobody has taken yet.
  ending({
    id: 'injection.turn-open',
    anchors: [
      'decoded string:',
      ...textsOf(
        '(?:assistant|ai|bot|answer|response|output|says|asks|replies|answers|responds) ?:',
      ),
    ],
    reach: [600, 40],
    pattern:
      '(?i)(?:(?:^|[\\s"\'\\\\>])(?:user|human|q|question|customer|interviewer|input|you|me)\\s?:[^\\n]{2,240}\\s{1,4}["\']?(?:assistant|ai|chatbot|bot|answer|response|output) ?:\\s*["\']?\\s*$|\\b(?:actors?|actress(?:es)?|movie|film|novel|scene|sketch|thriller|in a play|characters?)\\b[\\s\\S]{10,500}\\b(?:says|asks|replies|answers|responds) ?:\\s*["\']?\\s*$|(?:encoded|encrypted|hidden) string:[\\s\\S]{4,400}decoded string:\\s*$)',
  }),
  // Actors never leave their roles, and it is the turn of the one who is asked.
  ending({
    id: 'injection.role-open',
    anchors: ['actors', 'actor in', 'actress'],
    reach: [200, 600],
    pattern:
      '(?i)\\b(?:actors|actor in|actress(?:es)?)\\b[\\s\\S]{10,500}[.!?"“”\'’)\\n]\\s{0,3}\\w{2,16}\\s?:\\s*["\']?\\s*$',
  }),
  // Questions and answers that end in a question: the answer is what is wanted of the reader.
  ending({
    id: 'injection.question-open',
    anchors: [...textsOf('[ \\n](?:q|question): ')],
    reach: [640, 320],
    pattern:
      '(?:Q: [^?\\n]{4,200}\\? ?\\n?A: [\\s\\S]{1,400}[ \\n]Q: |Question: [^?\\n]{4,200}\\? ?\\n?Answer: [\\s\\S]{1,400}[ \\n]Question: )[^?\\n]{4,240}\\?["\']?\\s*$',
  }),
  // The text at hand is waved away and something else is asked for in the same breath.
  phrase({
    id: 'injection.text-waved-away',
    confidence: 'medium',
    isJoined: false,
    in: ['response'],
    anchors: [
      ...['forget', 'ignore', 'disregard', 'leave', 'vergiss', 'ignorier'].flatMap((verb) =>
        verb === 'vergiss' || verb === 'ignorier'
          ? [verb]
          : [
              'everything and',
              'everything just',
              'the context',
              'context ',
              'the document',
              'the article',
              'the source',
              'the question',
              'all document',
              'all article',
              'all source',
              'everything then',
              'the text',
              'these article',
              'these document',
              'all the article',
              'all the document',
            ].map((what) => `${verb} ${what}`),
      ),
      'oublie',
      ...textsOf('ignore[rz]? (?:tout|le|la|ce|question|contexte|texte|article|document)', 3),
      ...textsOf('ignore[rz]'),
      'olvida',
      'dimentica',
      'your own knowledge',
      'your own opinion',
      ...textsOf('(?:forget|ignore|disregard) (?:about )?(?:all of it|it all)'),
      'esqueca',
      'ignora',
      ...textsOf('(?:forget|ignore|disregard) (?:about )?ever'),
      ...textsOf(
        '(?:forget|ignore|disregard|leave) (?:about )?(?:all|the|any|this|these|those|your|of|provided|given|context|document|article|source|passage|question|text)',
        3,
      ),
    ],
    unless:
      /\b(?:menu|folder|relax|enjoy|when you|switch|not (?:forget|ignore)|never (?:forget|ignore))\b/,
    pattern: [
      '(?:forget|ignore|disregard) (?:about )?(?:everything|all of it|it all)(?: (?:and|then|just|now|instead))+ (?:write|tell|say|print|output|answer|sing|give|explain|describe|respond|reply|speak|act|do|generate|translate)',
      '(?:forget|ignore|disregard|leave)(?: about)?(?: (?:all|the|any|this|these|those|your|of|provided|given))* (?:context|documents?|articles?|sources|passages?|question|text)(?: (?:above|provided|given|aside|out|below))*(?: (?:and|then|just|now|okay|instead|please|or|freely))* (?:print|say|tell|write|sing|who|what|how|why|where|when|answer (?:freely|me|with|this)|give me|give your|use your|explain|speak|act)(?: |$)',
      '(?:vergiss|ignorier\\w*)(?: (?:den|die|das|alle|alles|bitte|einfach|doch|dem|diese|diesen|gegebenen?))* (?:kontext|artikel|dokumente?n?|texte?|frage|quellen)(?: (?:und|bitte|jetzt|einfach|stattdessen))+ (?:sag\\w*|schreib\\w*|nenn\\w*|antwort\\w*|gib|erzahl\\w*|erklar\\w*|sing\\w*)',
      '(?:oublie[rz]?|ignore[rz]?)(?: (?:tout|le|la|les|ce|cet|ces))* (?:contexte|articles?|documents?|textes?|question)(?: (?:et|puis|plutot))+ (?:dis|dites|raconte\\w*|ecris|ecrivez|reponds|repondez|donne\\w*)',
      '(?:olvida|ignora|dimentica|esqueca)(?: (?:todo|el|la|los|las|il|lo|i|gli|o|a|os|as))* (?:contexto|contesto|articulos?|articol[oi]|artigos?|documentos?|document[oi]|textos?|testo)(?: (?:y|e))+ (?:di|dime|escribe|responde|cuenta|cuentame|da|dimmi|scrivi|rispondi|raccontami|diga|escreva|conte)',
      '(?:use|with|by|from|on) your own (?:knowledge|opinion)s? (?:and not|not|instead of|rather than)(?: ~w)?(?: ~w)? (?:articles?|documents?|context|sources?|texts?)|(?:don ?t|do not|not)(?: (?:use|by|from|based on))* the (?:articles|documents|context|sources)(?: ~w)? (?:use|by|give|answer)~2 your own (?:knowledge|opinion)',
    ].join('|'),
  }),
].flat();
