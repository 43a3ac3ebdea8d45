/**
 * The sentences of an attack, made for each language of the lexicon: dismissal in either order, everything that was said,
 * a secret or the prompt asked for, a role without limits from now on, and an act that the user must not hear of.
 *
 * Both halves of a sentence must be there, so that a word which is common in some other language costs a look at most.
 * Languages mix within a sentence (`ignoriere bitte all previous instructions`): any verb may have an English object.
 */

import type { Direction, TextRule } from '../rule.ts';
import { LATIN, type Lexicon } from './injection-lexicon.ts';
import { SPACED, UNSPACED } from './injection-lexicon-scripts.ts';
import { phrase } from './phrase.ts';

const listed = (words: string) => words.split(',').map((word) => word.trim());
const anyOf = (words: string) =>
  `(?:${listed(words)
    .map((word) => word.replaceAll('*', '[^ ]*').replaceAll(' ~', '~'))
    .join('|')})`;

/**
 * Of each word the longest piece that stands in every text in which the word does, without those that hold another. A blank is
 * before each that begins a word: `limit` is in many that ` limit` is not.
 */
function anchorsOf(...lists: readonly string[]): string[] {
  const longest = (pieces: readonly string[]) =>
    pieces.reduce((best, piece) => (piece.length > best.length ? piece : best));
  const pieces = lists
    .flatMap(listed)
    .map((word) => longest(` ${word}`.split(/~\d|\*/).map((piece) => piece.trimEnd())));
  return [...new Set(pieces)].filter(
    (one) => !pieces.some((other) => other !== one && one.includes(other)),
  );
}

/** Languages whose object stands before the verb, or may. */
const VERB_LAST = new Set([
  'tr',
  'hu',
  'translit',
  'hi',
  'bn',
  'ta',
  'ur',
  'fa',
  'ja',
  'ko',
  'de',
  'nl',
  'zh',
  'fi',
  'et',
  'he',
]);
/** Those in which it must. */
const VERB_ENDING = new Set(['tr', 'translit', 'hi', 'bn', 'ta', 'ur', 'fa', 'ja', 'ko']);
/** "Do not forget the rules above" asks for the contrary; so does a past tense that ends as an imperative does. */
const NOT =
  'n|ne|no|nao|non|nie|nu|nem|ikke|inte|ala|alkaa|ara|arge|jangan|huwag|wag|dung|don t|do not|never|не|μην|μη|لا|אל|मत|न';
const NEGATED =
  /^(?:n|ne|no|nao|non|nie|nu|nem|ikke|inte|ala|alkaa|ara|arge|jangan|huwag|wag|dung|don t|do not|never|не|μην|μη|لا|אל|मत|न) (?:oubli|olvid|esque|dimentic|zapomn|uita|felejts|zaborav|забуд|забыв|забув|забрав|заборав|ξεχ|lupa|kalimut|quen|glom|glem|unohda|unusta|oblid|תשכח|भूल|ignor|fechar)|^(?:vergessen sie|vergiss|vergesst|vergeet|glem|glom)(?: (?:bitte|u|je|dabei|ook))? (?:nicht|niet|ikke|inte)\b|(?:不要|别|別|勿|不会|不會|没有|沒有|并未|不)(?:忘|忽)|忽[视視略]了|忘[记記]了|无视了|無視了|忘れて(?:しま|い|は)|無視し(?:た|てい|てき|ました)|잊어버[렸리]|잊지|무시(?:했|한)|अनदेखी की|अनदेखा किया/;
/** Who is addressed, in all of them. */
const YOU = new Set(
  'du,sie,tu,vous,eres,seras,ets,voce,sei,sarai,je,jij,u,ty,jestes,sen,siz,kamu,anda,ikaw,ka,ban,jsi,esti,vagy,olet,oled,esi,wewe,tum,aap,ты,вы,ти,ви,είσαι,أنت,انت,تو,شما,آپ,تم,אתה,את,तुम,आप,তুমি,আপনি,நீ,நீங்கள்'.split(
    ',',
  ),
);
const YOU_UNSPACED = [
  '你',
  '您',
  'あなた',
  '君は',
  'お前',
  '너는',
  '당신은',
  '너',
  'คุณ',
  'ふり',
  'なりき',
  '扮演',
];

const ENGLISH_OBJECT =
  '(?:(?:all|any|the|of|your) )*(?:previous|prior|earlier|above|preceding|your)(?: ~w)? (?:instructions?|prompts?|rules|directives|guidelines)';

interface Sentence {
  readonly id: string;
  readonly confidence: 'high' | 'medium';
  readonly in?: readonly Direction[];
  readonly anchors: readonly string[];
  readonly pattern: string;
  /** A `not` before it makes advice of it. */
  readonly isRefusable?: boolean;
}

/** Questions: whose it is must be said, as "what is a password" is one for a manual. */
const QUESTIONS = new Set(
  'was ist,was sind,wie lautet,wie lauten,was steht in,quel est,quelle est,quels sont,quelles sont,cual es,cuales son,qual e,quais sao,quali sono,wat is,wat zijn,jakie jest,jaki jest,jakie sa,nedir,ne,neler,apa,ano ang,la gi,vad ar,vilka ar,hva er,hvad er,jake je,ake je,jaky je,care este,care sunt,mi a,mik a,koja je,koje je,kakva je,mika on,mitka ovat,mis on,kada ir,kads ir,kadi ir,koks yra,kokie yra,quina es,quin es,quines son,ni nini,ni ipi,kya hai,какой,каков,какие,каковы,який,які,каква е,какъв е,какви са,која је,ποιος είναι,ποια είναι,ποιες είναι,ما هي,ما هو,چیست,چیه,کیا ہے,کیا ہیں,מהי,מה הן,מהן,מה ה,क्या है,क्या हैं,কী,কি,என்ன,ఏమిటి,શું છે,ਕੀ ਹੈ,是什么,是什麼,是多少,何ですか,とは何,무엇,뭐야,뭐니,뭔가요,뭡니까,คืออะไร,อะไรคือ'.split(
    ',',
  ),
);
const YOURS =
  'dein,deine,deiner,ihr,ihre,ton,ta,tes,votre,vos,tu,tus,su,sua,suas,seu,seus,tua,teu,tuo,tue,vostra,je,jouw,uw,twoje,twoj,twoja,wasze,senin,sizin,mu,anda,kamu,iyong,mo,cua ban,din,ditt,dit,dine,dina,tve,tvoje,tvuj,ta,tau,parolei,a te,sinun,sinu,tava,tavs,tavo,teva,yako,tumhara,aapka,apka,твой,твоя,твои,ваш,ваша,ваши,твій,ваш,твојата,твоја,твоята,твоето,σου,σας,بك,الخاصة بك,تو,شما,آپ کا,تمہارا,שלך,आपका,आपकी,आपके,तुम्हारा,तुम्हारी,তোমার,আপনার,உங்கள்,உன்,మీ,నీ,તમારો,તમારા,ਤੁਹਾਡਾ,你的,您的,あなたの,君の,너의,당신의,네,คุณ';

/** "From now on" says nothing of whom, "you are now" does: the first needs somebody addressed behind it. */
function nowOf(words: string): string {
  const isYou = (entry: string) =>
    entry.split(' ').some((word) => YOU.has(word)) ||
    YOU_UNSPACED.some((you) => entry.includes(you));
  const [direct, general] = [true, false].map((want) =>
    listed(words).filter((entry) => isYou(entry) === want),
  ) as [string[], string[]];
  const you = anyOf([...YOU, ...YOU_UNSPACED].join(','));
  return `(?:${[
    ...(direct.length > 0 ? [`${anyOf(direct.join(','))}~8`] : []),
    ...(general.length > 0 ? [`${anyOf(general.join(','))}~2 ${you}~8`] : []),
  ].join('|')})`;
}

function sentences(code: string, words: Lexicon): Sentence[] {
  const isVerbLast = VERB_LAST.has(code);
  // Where the verb may only stand first, what follows the object is another sentence.
  const isVerbEnding = VERB_ENDING.has(code);
  const [dismiss, steer, back] = [anyOf(words.dismiss), anyOf(words.steer), anyOf(words.back)];
  const [all, told, yours] = [anyOf(words.all), anyOf(words.told), anyOf(YOURS)];
  const isQuestion = (entry: string) => QUESTIONS.has(entry);
  const tell = anyOf(
    listed(words.tell)
      .filter((entry) => !isQuestion(entry))
      .join(','),
  );
  const what = anyOf(listed(words.tell).filter(isQuestion).join(','));
  const own = new Set(listed(YOURS));
  const isOwn = (entry: string) => entry.split(/[ *]/).some((word) => own.has(word));
  const ownPrompt = anyOf(listed(words.prompt).filter(isOwn).join(','));
  const [secret, prompt, free] = [anyOf(words.secret), anyOf(words.prompt), anyOf(words.free)];
  const object = `(?:${back}~3 ${steer}|${steer}~3 ${back})`;
  return [
    {
      id: `injection.dismissed-${code}`,
      confidence: 'high',
      anchors: anchorsOf(words.dismiss),
      pattern: [
        `${dismiss}~3 ${object}`,
        `${dismiss}~1 ${all}~5 ${told}`,
        `${dismiss}~2 ${ENGLISH_OBJECT}`,
        ...(isVerbLast ? [`${object}~3 ${dismiss}`, `${all}~5 ${told}~2 ${dismiss}`] : []),
      ].join('|'),
    },
    {
      id: `injection.asked-${code}`,
      confidence: 'medium',
      in: ['response'],
      anchors: anchorsOf(words.secret, words.prompt),
      isRefusable: true,
      pattern: [
        `${tell}~4 ${secret}`,
        `${tell}~3 ${prompt}`,
        `${what}~2 ${yours}~2 (?:${secret}|${prompt})`,
        `${what}~1 (?:${secret}|${prompt}) ${yours}`,
        ...(listed(words.prompt).some(isOwn) ? [`${what}~1 ${ownPrompt}`] : []),
        ...(isVerbEnding
          ? [`(?:${prompt}|${secret})~2 ${tell}`, `${yours}~1 (?:${prompt}|${secret})~2 ${what}`]
          : []),
      ].join('|'),
    },
    {
      id: `injection.freed-${code}`,
      confidence: 'high',
      anchors: anchorsOf(words.free),
      pattern: `${nowOf(words.now)} ${free}|${MODEL}~3 ${free}|${free}~3 ${MODEL}`,
    },
    {
      id: `injection.hushed-${code}`,
      confidence: 'high',
      anchors: anchorsOf(words.hush),
      pattern: anyOf(words.hush),
    },
  ];
}

/** What a model is called, in all of them; short ones are whole words. */
const MODEL =
  '(?:ai|ia|ki|mi|yz|ii|llm|tekoaly|chatbot[^ ]*|bot|asistente?|assistente?|assistant|asystent[^ ]*|asistan[^ ]*|assistent[^ ]*|ии|ші|ai[^ ]{0,2}|помощник[^ ]*|ассистент[^ ]*|ذكاء|ذكاء اصطناعي|مساعد|هوش مصنوعی|בינה|एआई|এআই|人工智能|助手|模型|アシスタント|人工知能|인공지능|챗봇|ปัญญาประดิษฐ์|ผู้ช่วย)';
const REACH = 160;
/** Between two halves where no blank tells words: some letters of the same sentence. */
const LETTERS_A_WORD = 4;

/** Words of a script that has its own letters for everything: `\b` knows only ASCII. */
const spaced = (sentence: Sentence): TextRule => ({
  ...common(sentence),
  forms: ['words'],
  pattern: `(?:^| )(?:(?:${NOT}) )?(?:${sentence.pattern
    .replaceAll('~w', '[^ ]+')
    .replace(/~(\d)/g, '(?: [^ ]+){0,$1}')})(?: |$)`,
});

const unspaced = (sentence: Sentence): TextRule => ({
  ...common(sentence),
  forms: ['exact'],
  anchors: sentence.anchors.map((anchor) => anchor.trim()),
  pattern: `(?i)(?:不要|别|別|请勿|勿|不会|不會|没有|沒有|不)?(?:${sentence.pattern
    .replaceAll('[^ ]*', '')
    .replaceAll(') (?:', ')(?:')
    .replaceAll('~w', '[a-z]+')
    .replace(
      /~(\d) ?/g,
      (_, count) => `[^。！？!?\\n]{0,${LETTERS_A_WORD * Number(count)}}`,
    )})[^。\\n]{0,3}`,
});

const REFUSED = new RegExp(`^(?:${NOT}) |^(?:不要|别|別|请勿|勿|不)`);
const isAsked = (_value: string, match: string) => !NEGATED.test(match.trim());
const isAskedFor = (value: string, match: string) =>
  isAsked(value, match) && !REFUSED.test(match.trim());
const common = ({ id, confidence, in: directions, anchors, isRefusable }: Sentence) =>
  ({
    id,
    class: 'injection',
    confidence,
    ...(directions === undefined ? {} : { in: directions }),
    anchors,
    reach: [REACH, REACH],
    accepts: isRefusable === true ? isAskedFor : isAsked,
  }) as const;

const each = (lexicons: Readonly<Record<string, Lexicon>>) =>
  Object.entries(lexicons).flatMap(([code, words]) => sentences(code, words));

export const TONGUE_RULES: readonly TextRule[] = [
  ...each(LATIN).flatMap((sentence) =>
    phrase({
      ...sentence,
      pattern: `(?:(?:${NOT}) )?(?:${sentence.pattern})`,
      isJoined: false,
      unless:
        sentence.isRefusable === true ? new RegExp(`${NEGATED.source}|${REFUSED.source}`) : NEGATED,
    }),
  ),
  ...each(SPACED).map(spaced),
  ...each(UNSPACED).map(unspaced),
];
