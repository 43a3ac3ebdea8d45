/**
 * Pretexts that are carried from language to language: a mode that was "activated", a scenario "in which we say", the page
 * that is to be ignored, the asker who is god or the developer, the task that counts "regardless of" the one given.
 * They are as grammatical as "ignore previous instructions", and each is written here for the languages at hand.
 */

import type { TextRule } from '../rule.ts';
import { literal, phrase } from './phrase.ts';

/** Who asks, for what: verbs of giving with an addressee, and what no text has any business to ask for. */
const ASKED: Readonly<Record<string, { ask: string; secret: string; anchors: readonly string[] }>> =
  {
    de: {
      ask: '(?:gib|geben sie|nenne?|nennen sie|verrate?|verraten sie|sag|sagen sie|teilen sie|teile|brauche|bestatigen sie|was ist|wie lautet|wie hoch ist|wo wohnt|wo lebt|zeige?n?)',
      secret:
        '(?:passwort|passworter|kennwort|geheim\\w+ ~w|kontostand\\w*|api schlussel|wohnort|(?:der|des) (?:be)?nutzers?)',
      anchors: ['passwort', 'kennwort', 'geheim', 'kontostand', 'schlussel', 'wohnort', 'nutzer'],
    },
    es: {
      ask: '(?:dime|decirme|dame|darme|dinos|necesito|cual es|revela(?:r|me)?|comparte|compart(?:ir|as|es)|confirm\\w+|proporcion\\w+|donde vive|escribe)',
      secret:
        '(?:contrasenas?|claves? secretas?|clave de acceso|saldo(?: bancario)?|(?:residencia|ciudad|domicilio) (?:actual )?del? (?:usuario|~w)|vive (?:el )?usuario|frase secreta)',
      anchors: [
        'contrasena',
        'clave',
        'saldo',
        'usuario',
        'residencia',
        'domicilio',
        'frase secreta',
        'ciudad',
      ],
    },
    pt: {
      ask: '(?:diga|dizer me|diz me|da me|de me|dar me|me da|preciso|qual e|revele|revelar|compartilh\\w+|partilh\\w+|confirm\\w+|forne\\w+|onde (?:vive|mora)|escreva)',
      secret:
        '(?:senhas?|palavras? passe|chaves? secretas?|saldo(?: bancario)?|(?:residencia|cidade|morada) (?:atual )?d[oe] (?:utilizador|usuario|~w)|(?:vive|mora) o (?:usuario|utilizador))',
      anchors: [
        'senha',
        'palavra',
        'chave',
        'saldo',
        'usuario',
        'utilizador',
        'residencia',
        'cidade',
      ],
    },
    fr: {
      ask: '(?:dis|dites|donne|donnez|me donner|me dire|j ai besoin|quel est|quelle est|revele[rz]?|partage[rz]?|confirme[rz]?|fourni\\w+|ou (?:vit|habite)|ecri[st])',
      secret:
        '(?:mots? de passe|cles? secretes?|solde(?: bancaire)?|(?:residence|ville|adresse) (?:actuelle )?de l utilisateur|(?:vit|habite) l utilisateur)',
      anchors: ['mot de passe', 'mots de passe', 'secrete', 'solde', 'utilisateur'],
    },
    it: {
      ask: '(?:dimmi|dirmi|dammi|darmi|ho bisogno|mi serve|qual e|rivela\\w*|condivid\\w+|conferm\\w+|fornisc\\w+|dove (?:vive|abita)|scrivi)',
      secret:
        '(?:password|parola d ordine|chiavi? segret[ae]|saldo(?: bancario)?|(?:residenza|citta|indirizzo) (?:attuale )?dell utente|(?:vive|abita) l utente)',
      anchors: ['password', 'parola d', 'segret', 'saldo', 'utente'],
    },
    tr: {
      ask: '(?:sifre\\w*|parola\\w*|gizli anahtar\\w*|hesap bakiye\\w*|kullanici(?:nin)?~3 (?:yasiyor|sehir\\w*|ikamet\\w*))',
      secret:
        '(?:nedir|ne|soyle\\w*|ver(?:ir misin|in|iniz)?|paylas\\w*|onayla\\w*|ihtiyacim|goster\\w*|yaz\\w*|nerede)',
      anchors: ['sifre', 'parola', 'gizli anahtar', 'bakiye', 'kullanici'],
    },
    pl: {
      ask: '(?:podaj|podac|powiedz|zdradz|ujawnij|potrzebuje|jakie jest|jaki jest|udostepnij|potwierdz|gdzie mieszka)',
      secret: '(?:haslo|hasla|tajny klucz|klucz tajny|saldo|uzytkownik\\w*)',
      anchors: ['haslo', 'hasla', 'klucz', 'saldo', 'uzytkownik'],
    },
    nl: {
      ask: '(?:geef|vertel|zeg|deel|onthul|bevestig|ik heb|wat is|waar woont)',
      secret: '(?:wachtwoord\\w*|geheime sleutel|(?:bank)?saldo|de gebruiker(?: nu| momenteel|$))',
      anchors: ['wachtwoord', 'geheime', 'saldo', 'gebruiker'],
    },
  };

export const PRETEXT_RULES: readonly TextRule[] = [
  // Forms and mails say "enter your password"; they do not say "give me" it or ask what it is.
  ...Object.entries(ASKED).map(([code, { ask, secret, anchors }]) =>
    phrase({
      id: `injection.credential-asked-${code}`,
      confidence: 'medium',
      in: ['response'],
      isJoined: false,
      anchors,
      pattern: `${ask}~4 ${secret}`,
    }),
  ),
  literal({
    id: 'injection.credential-asked-scripts',
    confidence: 'medium',
    in: ['response'],
    anchors: [
      'парол',
      'секретн',
      'баланс',
      'живет',
      'живёт',
      'पासव',
      'गुप्त',
      '密码',
      '密碼',
      'パスワ',
      'パス',
      '밀번',
      'كلمة',
      'المفتاح',
      'السر',
    ],
    pattern:
      '(?:скаж\\S{1,3}|назов\\S{1,3}|дай\\S{0,2}|подел\\S{1,5}|раскр\\S{1,4}|сообщ\\S{1,4}|нуж\\S{1,3}|подтверд\\S{1,4}|как(?:ой|ов|ая)|покаж\\S{1,3}|предостав\\S{1,4}|напиш\\S{1,3}|напеча\\S{1,5})\\s[^.!?\\n]{0,40}(?:парол|секретн\\S{1,4} ключ|баланс)|(?:паролем|парол[ья]|ключ)\\s[^.!?\\n]{0,20}(?:со мной|мне)|где[^.!?\\n]{0,20}жив[её]т|(?:पासवर्ड|गुप्त कुंजी|गुप्त)[^।?\\n]{0,24}(?:क्या|बता|साझा|दे|ज़रूरत|आवश्यक)|密[码碼][^。\\n]{0,8}(?:什么|什麼|告诉|告訴|多少|给我|給我)|(?:告诉|告訴|分享|给我|給我|透露|提供)[^。\\n]{0,12}密[码碼]|パスワード[^。\\n]{0,10}(?:何|教え|共有|必要|ください|知り)|비밀번호[^.\\n]{0,12}(?:무엇|뭐|알려|공유|말해|필요|확인)|(?:ما هي|ما هو|أخبرني|اعطني|أعطني|شارك|أحتاج|تأكيد)[^.؟\\n]{0,24}(?:كلمة (?:المرور|السر)|المفتاح السري)',
  }),
  phrase({
    id: 'injection.pretext-latin',
    confidence: 'high',
    anchors: [
      'scenario',
      'szenario',
      'cenario',
      'escenario',
      'senaryo',
      'scenariusz',
      'modo de',
      'modus',
      'modalita',
      'mode de',
      'modu',
      'tanri',
      'meine fragen',
      'meinen anweisungen',
      'mis instrucciones',
      'minhas instrucoes',
      'mie istruzioni',
      'mes instructions',
      'mis preguntas',
      'minhas perguntas',
      'mie domande',
      'mes questions',
      'sayfa',
      'ozgecmis',
      'makale',
      'fonksiyon',
      'gorev',
      'ignora',
      'geheim',
      'medida de seguridad',
      'medida de seguranca',
      'misura di sicurezza',
      'mesure de securite',
      'sicherheitsma',
    ],
    pattern:
      'scenario (?:hypothetical )?(?:where|in which) we (?:say|state|claim|declare|report)|(?:e?s?cenario|scenario)~1 (?:(?:en|no|em) (?:el )?que|onde|donde|in cui|ou) (?:nous |noi )?(?:decimos|afirmamos|declaramos|dizemos|diciamo|affermiamo|disons|affirmons|declarons|diriamos|diremmo)|szenario~2 (?:in dem|wo|vor)~1 wir~4 (?:sagen|behaupten|angeben|feststellen)|(?:modo de (?:anulacion|substituicao|anulacao|aplicacion|cumplimiento)|mode de (?:derogation|contournement|priorite)|modalita (?:di )?(?:override|sostituzione|forzatura)|(?:uberschreibungs|ubersteuerungs|ueberschreibungs)modus|gecersiz kilma modu)|ben (?:bir )?tanri|(?:alle meine fragen|meinen anweisungen)~2 (?:beantworten|folgen|gehorchen|zuhoren)|(?:escuchar|seguir|obedecer|responder)(?: a)?(?: todas)? mis (?:instrucciones|preguntas)|(?:ouvir|seguir|obedecer|responder)(?: a|as)*(?: todas)?(?: as)? minhas (?:instrucoes|perguntas)|(?:ascoltare|seguire|rispondere)(?: a)?(?: tutte)?(?: le)? mie (?:istruzioni|domande)|(?:ecouter|suivre|repondre)(?: a)?(?: toutes)? mes (?:instructions|questions)|(?:sayfayi|sayfasini|ozgecmisi|makaleyi|fonksiyonu) (?:yok ?say\\w*|goz ardi et\\w*)|onceki gorevler\\w* (?:bagimsiz|bakmaksizin)|ignora(?:te|re)? (?:la|il|lo|el|a|o) ~w~1 (?:e|y) (?:afferma|dichiara|indica|di|afirma|declara)|(?:dein|ihr|euer) geheim\\w* (?:schluessel|schlussel|passwort|wort)|(?:medida de seguridad|medida de seguranca|misura di sicurezza|mesure de securite)~8 (?:decir|dizer|dire|afirmar)',
  }),
  literal({
    id: 'injection.pretext-scripts',
    confidence: 'high',
    anchors: [
      'сценари',
      'страниц',
      'режим',
      'бог',
      'независимо от',
      'резюме',
      'функци',
      'मोड',
      'ल्पन',
      'भगवान',
      'पेज',
      'ओव',
      '上帝',
      '忽',
      'ムモ',
      '無視',
      '무시하고',
      'تجاهل',
      'بغض',
      'أنا ال',
      'سيناريو',
      'وضع',
      'উপে',
      'シナ',
      'в качестве меры',
      '答我',
    ],
    pattern:
      'сценари[йяюе],?\\s(?:в котором|где)\\sмы\\s(?:скаж|говор|утвержд|заяв|укаж)|(?:игнорир\\S{1,6}|забудь\\S{0,3})\\s(?:эту |данную |веб-?|это )?\\s?(?:страниц|стать|резюме|функци|таблиц)\\S{0,3}\\s(?:и|то)\\b|режим\\s(?:переопределен|обход|отмены|разработчика активир)|я\\s?[-—]?\\s?бог[,.!\\s]|независимо от (?:предыдущ|прошл|указан)|в качестве меры безопасности[^.\\n]{0,30}говор|काल्पनिक परिदृश्य|परिदृश्य की कल्पना|ओवरराइड मोड|(?:पेज|पृष्ठ|वेबपेज|रेज़्यूमे|फ़ंक्शन|फंक्शन)\\S{0,4}\\s[^।\\n]{0,20}(?:अनदेख|उपेक्षा)|मैं भगवान|必[须須]回答我(?:的)?所有|忽略(?:该|此|这|本|其他|上面)?(?:的|个)?(?:网页|页面|文章|简历|函数|代码|所有其他|其他所有|一切)|請?忽略其他所有|オーバーライド ?モード|私は神|(?:ページ|記事|履歴書|関数|内容|表)(?:は|を)?無視し|シナリオ[^。\\n]{0,16}(?:言う|述べ|考え)|(?:내용|이력서|페이지|함수|기사|표)(?:은|는|을|를)? ?무시하고|나는 (?:신이|하나님)|تجاهل (?:صفحة|الصفحة|السيرة|المقال|الوظيفة|الدالة|الجدول)|بغض النظر عن (?:المهام|التعليمات|الأوامر)|وضع (?:ال)?تجاوز|أنا (?:الله|إله|الرب)|سيناريو[^.\\n]{0,24}(?:نقول|نذكر|نعلن)|(?:ওয়েবপেজ|পৃষ্ঠা|ফাংশন)[^।\\n]{0,24}উপেক্ষা',
  }),
  // "DAN" beside an AI, whatever the language around them.
  literal({
    id: 'injection.role-dan-anywhere',
    confidence: 'high',
    isCaseExact: true,
    anchors: [' dan ', ' dan,', '"dan"', "'dan'", ' dan.'],
    pattern:
      '\\b(?:AI|IA|KI|LLM|ChatGPT|OpenAI|ИИ|SI)\\b[^\\n]{0,120}\\bDAN\\b|एआई[^\\n]{0,120}\\bDAN\\b|\\bDAN\\b[^\\n]{0,120}(?:\\b(?:AI|IA|KI|ChatGPT|OpenAI|YZ)\\b|ИИ|एआई|人工智能|モデル|모델)',
  }),
  // Prose in a comment of a page, and a link after it: a comment that only hides markup begins with markup.
  literal({
    id: 'injection.comment-link',
    confidence: 'medium',
    in: ['response'],
    anchors: ['<!--', '<! --'],
    pattern:
      '<!\\s?--[^<>]{40,400}<a href=\\\\?["\']\\s?https?://[^"\'\\s>]{0,120}(?:reset|password|verify|login|account|secure)',
  }),
  phrase({
    id: 'injection.reset',
    confidence: 'high',
    anchors: [
      'opposite',
      'contrary',
      'you were told',
      'been told',
      'reset your',
      'wipe your',
      'clear your',
      'never received',
      'not received',
      'been lifted',
      'been removed',
      'been disabled',
      'are lifted',
      'are suspended',
      'no longer',
      'need to follow',
      'have to follow',
      'allowed to',
      'permitted to',
      'authorized to',
      'free to',
      'you were instructed',
      'were you told',
      'were you instructed',
      'were you asked',
      'backup password',
      'start over',
    ],
    pattern:
      '(?:opposite|contrary|reverse|inverse)~1 (?:of|to) (?:what )?(?:your|all|the|any)(?: (?:previous|prior|above|initial|original|of|your|given|system))* (?:instructions|rules|orders|prompt|guidelines|directives)|(?:what (?:exactly )?(?:were|was|have) you(?: been)? (?:told|instructed|asked|ordered)|(?:what|everything|all) you (?:were|have been|ve been) (?:told|instructed|ordered))(?: (?:not|to|before|previously|initially|about|by|in|at|so|do|$))|(?:reset|wipe|clear|erase|purge) your (?:instructions|context|memory|prompt|rules|conversation|programming|settings|directives)|(?:pretend|imagine|assume|act)~3 (?:never|not|t|no) (?:received|have|had|got|get|been given)~2 (?:instructions|rules|prompt|guidelines|restrictions)|your (?:rules|instructions|restrictions|guidelines|filters|limitations|protections?|constraints)~2 (?:lifted|removed|disabled|suspended|deactivated|turned off)|you (?:no longer|don ?t|do not) (?:have|need) to (?:follow|obey|adhere to|listen to|respect|comply with)|you (?:are|re) (?:now |hereby |able and )*(?:allowed|permitted|authori[sz]ed|free) to (?:tell me|reveal|share (?:it|the|your)|say the|give (?:me|out)|provide it|ignore|respond in any|do anything|break|disclose)|(?:the|your) backup password|let s start over~6 (?:you|new|instructions|as)',
  }),
].flat();
