/**
 * The same attacks in other languages: dismissal of instructions, disclosure of the prompt, a rank or a role, and a request
 * for the password with an addressee.
 *
 * Languages in Latin letters are read as words, accents folded away, stems with any ending. Other scripts are read as they
 * stand, for folding would turn their letters into look-alikes; between the halves of a phrase some letters may stand, as
 * these languages write no blanks or bend their words. Languages differ in which half comes first, hence both tables.
 */

import type { TextRule } from '../rule.ts';
import { literal, phrase } from './phrase.ts';

interface Language {
  /** Imperatives and infinitives of ignoring and forgetting. */
  readonly ignore: string;
  /** Instructions, rules, orders: stems. */
  readonly steering: string;
  /** Said before; or all. */
  readonly earlier: string;
  /** Beginnings of `ignore`. */
  readonly anchors: readonly string[];
  /** Objects come first as a rule. */
  readonly isVerbLast?: boolean;
}

const LATIN: Readonly<Record<string, Language>> = {
  de: {
    ignore:
      '(?:ignorier(?:e|en|t)|vergiss|vergessen|vergesst|missachte[nt]?|beachte[nt]? (?:nicht|keine)|uebergehe[nt]?|ubergehe[nt]?|verwirf|verwerfen|streiche?n?)',
    steering:
      '(?:anweisung(?:en)?|instruktion(?:en)?|befehle?n?|vorgaben?|regeln?|auftr(?:a|ae)ge?n?|aufgaben?|aufforderung(?:en)?|richtlinien?|prompts?|anordnung(?:en)?|ausfuhrungen|ausfuehrungen|artikel|kontext)',
    earlier:
      '(?:vorherig\\w*|vorig\\w*|bisherig\\w*|obig\\w*|vorangegangen\\w*|fruher\\w*|fruehere?n?|alle[srn]?|deine|ihre|sonstigen)',
    anchors: [
      'ignorier',
      'vergiss',
      'vergess',
      'missacht',
      'beachte',
      'bergehe',
      'verw',
      'streiche',
    ],
  },
  fr: {
    ignore:
      '(?:ignor(?:e|ez|er|ons)|oubli(?:e|ez|er|ons)|ne tenez (?:pas|aucun) compte|ne tiens pas compte|ne suis pas|ne suivez pas|fais abstraction|faites abstraction)',
    steering:
      '(?:instructions?|consignes?|directives?|regles?|ordres?|commandes?|prompts?|taches?|invites?)',
    earlier: '(?:precedent\\w*|ci dessus|anterieur\\w*|toutes?|tous|tes|vos|initiales?|donnees)',
    anchors: ['ignore', 'ignorons', 'oubli', 'ne tenez', 'ne tiens', 'ne sui', 'abstraction'],
  },
  es: {
    ignore:
      '(?:ignor(?:a|e|en|ar|ad)|olvid(?:a|e|en|ar|ate)(?: de)?|descart(?:a|e|ar)|omit(?:e|a|ir)|haz caso omiso|no sigas|desobedec\\w+|pasa por alto)',
    steering:
      '(?:instruccion(?:es)?|indicacion(?:es)?|ordenes|reglas?|directrices|comandos?|prompts?|tareas?|mensajes?|normas)',
    earlier: '(?:anterior(?:es)?|previ[ao]s?|todas?|todos?|tus|sus|de arriba|dadas|iniciales)',
    anchors: [
      'ignor',
      'olvid',
      'descart',
      'omite',
      'omita',
      'omitir',
      'caso omiso',
      'no sigas',
      'desobedec',
      'pasa por alto',
    ],
  },
  pt: {
    ignore:
      '(?:ignor(?:e|a|ar|em)|esque(?:ca|ce|cer|cam)(?: se)?(?: de)?|desconsider(?:e|a|ar|em)|descart(?:e|a|ar)|nao siga)',
    steering:
      '(?:instruc(?:oes|ao)|ordens|orientacoes|regras?|diretrizes|comandos?|prompts?|tarefas?|mensagens)',
    earlier: '(?:anterior(?:es)?|previas?|todas?|todos|suas|tuas|acima|dadas|iniciais)',
    anchors: ['ignor', 'esque', 'desconsider', 'descart', 'nao siga'],
  },
  it: {
    ignore:
      '(?:ignor(?:a|ate|are|i)|dimentic(?:a|ate|are|hi)(?: di)?|trascur(?:a|ate|are)|non seguire|tralascia(?:re)?|scorda(?:ti)?)',
    steering:
      '(?:istruzion[ei]|indicazion[ei]|regole?|direttiv[ae]|ordini|comandi|prompt|compiti|messaggi)',
    earlier: '(?:precedent[ei]|tutt[ei]|tue|vostre|sopra|fornite|date|iniziali|qualsiasi)',
    anchors: ['ignor', 'dimentic', 'trascur', 'non seguire', 'tralascia', 'scorda'],
  },
  nl: {
    ignore: '(?:negeer|negeren|vergeet|vergeten|sla over|volg niet)',
    steering:
      '(?:instructies?|aanwijzing(?:en)?|opdracht(?:en)?|regels?|richtlijn(?:en)?|bevelen|prompts?|berichten)',
    earlier: '(?:vorige|eerdere|voorgaande|bovenstaande|alle|je|jouw|uw|voorafgaande)',
    anchors: ['negeer', 'negeren', 'vergeet', 'vergeten', 'sla over', 'volg niet'],
  },
  pl: {
    ignore:
      '(?:zignoruj(?:cie)?|ignoruj(?:cie)?|zignorowac|ignorowac|zapomnij(?:cie)?(?: o)?|pomin|pomijaj|nie zwracaj uwagi na|odrzuc)',
    steering:
      '(?:instrukcj\\w+|polece\\w+|wytyczn\\w+|zasad\\w*|rozkaz\\w*|regul\\w*|komend\\w*|prompt\\w*|wiadomosc\\w*)',
    earlier:
      '(?:poprzedni\\w*|wczesniejsz\\w*|powyzsz\\w*|wszystki\\w*|wszelki\\w*|swoj\\w*|twoj\\w*)',
    anchors: ['ignor', 'zapomnij', 'pomin', 'pomijaj', 'nie zwracaj', 'odrzuc'],
  },
  tr: {
    ignore:
      '(?:goz ardi (?:et\\w*|edin\\w*)|yok ?say\\w*|unut\\w*|gormezden gel\\w*|dikkate alma\\w*|onemseme\\w*)',
    steering: '(?:talimat\\w*|yonerge\\w*|kural\\w*|komut\\w*|emir\\w*|prompt\\w*|istem\\w*)',
    earlier: '(?:onceki|tum|butun|yukaridaki|daha once\\w*|evvelki|verilen)',
    anchors: ['goz ardi', 'yok say', 'yoksay', 'unut', 'gormezden', 'dikkate alma', 'onemseme'],
    isVerbLast: true,
  },
  id: {
    ignore: '(?:abaikan|lupakan|jangan (?:ikuti|patuhi))',
    steering: '(?:instruksi|perintah|petunjuk|arahan|aturan|pesan)',
    earlier: '(?:sebelumnya|semua|di atas|seluruh|terdahulu)',
    anchors: ['abaikan', 'lupakan', 'jangan'],
  },
  tl: {
    ignore: '(?:huwag pansinin|balewalain|kalimutan|ipagwalang bahala)',
    steering: '(?:tagubilin|panuto|utos|mga tagubilin|instruksyon|tuntunin|panuntunan)',
    earlier: '(?:nakaraang?|naunang?|lahat|mga|nauna)',
    anchors: ['huwag pansin', 'balewala', 'kalimutan', 'ipagwalang'],
  },
  vi: {
    ignore: '(?:bo qua|quen (?:di)?|phot lo|khong (?:tuan theo|lam theo))',
    steering: '(?:huong dan|chi dan|chi thi|(?:menh )?lenh|quy tac|yeu cau)',
    earlier: '(?:truoc(?: do| day)?|tat ca|moi|o tren|ben tren)',
    anchors: ['bo qua', 'quen', 'phot lo', 'khong tuan', 'khong lam theo'],
  },
  sv: {
    ignore: '(?:ignorera|ignorer|glom(?: bort)?|bortse fran|se bort fra|glem|folj inte)',
    steering:
      '(?:instruktion\\w*|anvisning\\w*|instruks\\w*|regler\\w*|order|kommando\\w*|prompt\\w*)',
    earlier: '(?:tidigare|foregaende|ovanstaende|forrige|alla?|alle|dina|dine|tidligere)',
    anchors: ['ignorer', 'glom', 'bortse', 'se bort', 'glem', 'folj inte'],
  },
  cs: {
    ignore: '(?:ignoruj(?:te)?|zapomen(?:te)?(?: na)?|nevsimej(?:te)? si|zabudni(?:te)?(?: na)?)',
    steering: '(?:pokyn\\w*|instrukc\\w*|prikaz\\w*|pravidl\\w*)',
    earlier: '(?:predchozi\\w*|predesl\\w*|vsech\\w*|vyse uveden\\w*|predchadzajuc\\w*)',
    anchors: ['ignoruj', 'zapomen', 'nevsimej', 'zabudni'],
  },
  ro: {
    ignore: '(?:ignora(?:ti)?|uita(?:ti)?(?: de)?|nu urma)',
    steering: '(?:instructiun\\w*|indicatii\\w*|regul\\w*|comenzi\\w*|ordine\\w*)',
    earlier: '(?:anterioare|precedente|toate|de mai sus|tale)',
    anchors: ['ignora', 'uita', 'nu urma'],
  },
  hu: {
    ignore: '(?:hagyd figyelmen kivul|hagyja figyelmen kivul|felejtsd el|felejtse el)',
    steering: '(?:utasitas\\w*|szabaly\\w*|parancs\\w*|iranyelv\\w*)',
    earlier: '(?:korabbi|elozo|osszes|minden|fenti)',
    anchors: ['figyelmen kivul', 'felejts'],
  },
};

/** `ignore` and `steering` with at most `gap` letters between; anchors are few different letters, as they all have a class. */
const SCRIPTS: Readonly<
  Record<string, { ignore: string; steering: string; anchors: readonly string[]; gap: number }>
> = {
  ru: {
    ignore:
      '(?:игнориру(?:й|йте|я)|проигнориру(?:й|йте)|забудь(?:те)?|не обращай(?:те)? внимания на|пренебреги(?:те)?|отбрось(?:те)?|не следуй(?:те)?|отмени(?:те)?)',
    steering:
      '(?:инструкци|указани|команд|правил|промпт|подсказ|предписани|директив|распоряжени|всё,? что|все,? что)',
    anchors: ['гнорир', 'абудь', 'обращай', 'ренебрег', 'тбрось', 'следуй', 'тмени'],
    gap: 40,
  },
  uk: {
    ignore:
      '(?:ігноруй(?:те)?|проігноруй(?:те)?|забудь(?:те)?|знехтуй(?:те)?|не звертай(?:те)? уваги на|відкинь(?:те)?)',
    steering: '(?:інструкці|вказівк|команд|правил|підказ|настанов|наказ|директив)',
    anchors: ['гноруй', 'абудь', 'нехтуй', 'звертай', 'ідкинь'],
    gap: 40,
  },
  zh: {
    ignore:
      '(?:忽略|无视|無視|忘记|忘記|忘掉|忽视|忽視|不要理会|不要遵守|不要遵循|抛开|跳过|不理会|別理會)',
    steering:
      '(?:指令|指示|提示|规则|規則|命令|说明|說明|指引|设定|設定|(?:之前|以上|上述|前面|其他|所有|先前)[^。\\n]{0,8}(?:内容|內容|要求|信息|对话|對話))',
    anchors: ['忽', '无视', '無視', '忘', '不要', '抛', '跳', '理会', '理會'],
    gap: 16,
  },
  ko: {
    ignore: '(?:무시|잊어|잊고|따르지)',
    steering: '(?:지시|명령|지침|프롬프트|규칙|(?:이전|앞선|위의|모든)[^.\\n]{0,8}내용|설명)',
    anchors: ['무시', '잊', '따르'],
    gap: 16,
  },
  ja: {
    ignore: '(?:無視|忘れ|従わない|従うな)',
    steering:
      '(?:指示|命令|プロンプト|指令|ルール|規則|(?:以前|これまで|上記|前)の[^。\\n]{0,8}(?:内容|会話))',
    anchors: ['無視', '忘', '従'],
    gap: 16,
  },
  ar: {
    ignore: '(?:تجاهل|تجاهلي|تجاهلوا|انس[َىي]?|إنس|اهمل|أهمل|لا تتبع)',
    steering: '(?:التعليمات|تعليمات|الأوامر|اوامر|أوامر|التوجيهات|القواعد|الإرشادات|الارشادات)',
    anchors: ['تجاهل', 'انس', 'إنس', 'همل', 'تتبع'],
    gap: 24,
  },
  fa: {
    ignore: '(?:نادیده|فراموش)',
    steering: '(?:دستور|راهنما|قوانین|فرمان)',
    anchors: ['نادیده', 'فراموش'],
    gap: 24,
  },
  hi: {
    ignore: '(?:अनदेखा|अनदेखी|अवहेलना|नज़रअंदाज|नजरअंदाज|नज़रअंदाज़|उपेक्षा|भूल जा)',
    steering: '(?:निर्देश|आदेश|नियम|अनुदेश|हिदायत)',
    anchors: ['अनदेख', 'अवहे', 'अंदा', 'उपे', 'भूल जा'],
    gap: 30,
  },
  bn: {
    ignore: '(?:উপেক্ষা|ভুলে|অগ্রাহ্য)',
    steering: '(?:নির্দেশ|আদেশ|নিয়ম)',
    anchors: ['উপে', 'ভুলে', 'অগ্র'],
    gap: 30,
  },
  el: {
    ignore: '(?:αγν[οό][ηή]στε|αγν[οό]ησε|ξεχάστε|ξέχνα|ξέχασε)',
    steering: '(?:οδηγ[ιί]|εντολ|κανόν|κανον)',
    anchors: ['γνο', 'γνό', 'εχάσ', 'έχνα', 'έχασ'],
    gap: 30,
  },
  he: {
    ignore: '(?:התעלם|התעלמי|התעלמו|שכח|תתעלם)',
    steering: '(?:הוראות|ההוראות|הנחיות|ההנחיות|כללים|פקודות)',
    anchors: ['תעל', 'שכח'],
    gap: 24,
  },
  th: {
    ignore: '(?:เพิกเฉย|ละเว้น|ไม่สนใจ|ลืม|ละเลย)',
    steering: '(?:คำสั่ง|คำแนะนำ|กฎ)',
    anchors: ['พิก', 'ละเ', 'สนใ', 'ลืม'],
    gap: 24,
  },
};

function dismissal([code, { ignore, steering, earlier, anchors, isVerbLast }]: [string, Language]) {
  const object = `(?:${earlier}~2 ${steering}|${steering}~2 ${earlier})`;
  const lastVerb = `${object}~2 ${ignore}`;
  return phrase({
    id: `injection.override-${code}`,
    confidence: 'high',
    anchors,
    pattern:
      isVerbLast === true
        ? lastVerb
        : code === 'de'
          ? `${ignore}~3 ${object}|${lastVerb}`
          : `${ignore}~3 ${object}`,
  });
}

export const LANGUAGE_RULES: readonly TextRule[] = [
  ...Object.entries(LATIN).flatMap(dismissal),
  ...Object.entries(SCRIPTS).map(([code, { ignore, steering, anchors, gap }]) =>
    literal({
      id: `injection.override-${code}`,
      confidence: 'high',
      anchors,
      pattern: `${ignore}[^.!?。！？\\n]{0,${gap}}${steering}|${steering}[^.!?。！？\\n]{0,${gap}}${ignore}`,
    }),
  ),
  // "Forget everything before that", in the languages where it is one phrase.
  ...phrase({
    id: 'injection.override-everything-latin',
    confidence: 'high',
    anchors: [
      'vergiss alle',
      'vergessen sie alle',
      'olvid',
      'oubli',
      'esque',
      'dimentic',
      'vergeet alles',
      'zapomnij',
      'ignorier',
      'ignorez',
      'ignora',
      'ignore a pagina',
      'ignore la pagina',
      'irrelevant',
      'abweichend',
    ],
    pattern:
      '(?:vergiss|vergessen sie|ignoriere?n?(?: sie)?) alles?(?: (?:davor|zuvor|bisherige|vorherige|obige|was|auftrage|andere))|olvid(?:a|e|ar|en)(?: de)? todo(?: (?:lo|que|sabes|anterior))+|oubli(?:e|ez) tout(?: ce|e)?(?: (?:qui|que|precede|avant))|esque(?:ca|ce) tudo|dimentica(?:te)? tutto|vergeet alles|zapomnij o wszystkim|(?:ignorez|ignore) (?:la|le|cette|ce) ~w ?~1 et (?:indiquez|dites|repondez|affirmez|ecrivez)|ignor[ae] (?:la|el|a|o|esta|este) ~w ?~1 (?:y|e) (?:declara|di|diga|responde|afirme|afirma|escribe|escreva|indique)|ignorieren sie (?:die|das|den) ~w ?~1 und (?:sagen|geben|schreiben|antworten)|alle bisherigen informationen~6 irrelevant|abweichend (?:zu|von)(?: den)? vorherigen',
  }),
  ...phrase({
    id: 'injection.disclosure-latin',
    confidence: 'high',
    anchors: [
      'prompt',
      'anweisung',
      'instruktion',
      'instruc',
      'istruzion',
      'instrukcj',
      'talimat',
      'consignes',
      'aufforderung',
    ],
    pattern:
      '(?:zeig(?:e|en)?|gib|nenne?|verrate?|wiederhole?|ausgeben|vorzeigen|drucke?)(?: (?:mir|uns|sie|deine?n?|ihren?|alle|den|die|das|gesamten?|vollstandigen?|samtlicher?|ursprunglichen?|aus))* (?:system ?prompt|prompts?(?: texte?)?|prompttext|anweisungen|instruktionen)|(?:prompt texte?|promptausgabe|systemprompt)(?: (?:an|aus|zeigen|ausgeben))+|(?:montre|montrez|revele|revelez|affiche|affichez|repete|repetez|donne|donnez)(?: (?:moi|nous|tes|vos|ton|votre|le|les|ta))* (?:prompt(?: systeme)?|instructions|consignes|invite systeme)|(?:muestra|muestrame|revela|revelame|repite|dime|imprime|dame)(?: (?:me|tu|tus|el|las|los|su|sus))* (?:prompt(?: del sistema)?|instrucciones|mensaje del sistema)|(?:mostre|mostra|revele|revela|repita|repete|diga|imprima)(?: (?:me|seu|suas|tuas|teu|o|as|os))* (?:prompt(?: do sistema)?|instrucoes)|(?:mostra|mostrami|rivela|ripeti|dimmi|stampa)(?: (?:mi|il|tuo|le|tue|vostre))* (?:prompt(?: di sistema)?|istruzioni)|(?:pokaz|ujawnij|powtorz|wyswietl)(?: (?:mi|swoj|swoje|twoje|caly))* (?:prompt(?: systemowy)?|instrukcje)|(?:toon|laat|onthul|herhaal|geef)(?: (?:me|mij|je|jouw|uw|de|het))* (?:systeemprompt|prompt|instructies)',
  }),
  ...phrase({
    id: 'injection.role-latin',
    confidence: 'high',
    anchors: [
      'du bist',
      'sie sind',
      'tu es',
      'vous etes',
      'eres',
      'voce e',
      'sei ora',
      'je bent nu',
      'jestes teraz',
      'artik',
      'entwickler',
      'desarrollador',
      'desenvolvedor',
      'developpeur',
      'sviluppatore',
      'gelistirici',
      'deweloper',
      'ontwikkelaar',
      'modo',
      'mode systeme',
      'systemmodus',
      'modalita',
      'actua como',
      'agis comme',
      'dios',
      'gott',
      'systeemmodus',
      'independientemente',
      'independentemente',
      'unabhangig',
      'indipendentemente',
      'independamment',
      'sistem modu',
    ],
    pattern:
      '(?:du bist|sie sind) (?:jetzt|nun|ab sofort)~2 (?:dan|frei|ein|eine|im)~4 (?:modus|regeln|filter|einschrankungen|beschrankungen|dan|ki)|(?:ich bin|als) (?:dein|ihr|der) entwickler|ich bin (?:ein )?gott|soy (?:tu|su|el) (?:desarrollador|creador|administrador)|(?:sou|eu sou) (?:o )?(?:teu|seu) (?:desenvolvedor|criador|administrador)|je suis (?:ton|votre|le) (?:developpeur|createur|administrateur)|sono (?:il )?(?:tuo|vostro) (?:sviluppatore|creatore|amministratore)|ben senin (?:gelistirici\\w*|yaratici\\w*|yonetici\\w*)|jestem (?:twoim|waszym) (?:deweloperem|tworca|administratorem)|ik ben (?:je|jouw|uw) (?:ontwikkelaar|maker|beheerder)|(?:soy|sou|sono) (?:dios|deus|dio)\\b|modalita (?:di )?sistema|modo (?:de |do |del )?sistema~1 (?:activado|ativado|la|a|o|el|suma|soma|se)|mode systeme active|systemmodus (?:aktiviert|ein|aktiv)|systeemmodus (?:geactiveerd|aan)|sistem modu|(?:actua|actuar|agis|agissez|handle|handeln|aja|agisci|fungiere|fungieren?)(?: sie)? (?:como|comme|als|come) (?:si (?:no|fueras)|un |une |una |ein |eine |wenn )?(?:ia|ki|chatbot|modele|modelo|modello|dan)?~3 (?:sin restricciones|sans restrictions?|ohne (?:einschrankungen|regeln|filter)|sem restricoes|senza restrizioni|senza limiti|sin (?:filtros|reglas|limites))|(?:independientemente|independentemente|indipendentemente|independamment|unabhangig) (?:de|das|da|dei|dalle|dai|des|von)~1 (?:\\w+ )?(?:anteriores|precedenti|precedentes|instrucciones|instrucoes|istruzioni|tareas|tarefas|vorherigen)',
  }),
  ...phrase({
    id: 'injection.credential-latin',
    confidence: 'medium',
    anchors: [
      'contrasena',
      'passwort',
      'mot de passe',
      'senha',
      'parola',
      'sifre',
      'haslo',
      'wachtwoord',
      'palavra passe',
      'geheim',
      'clave secreta',
      'cle secrete',
      'chave secreta',
    ],
    pattern:
      '(?:dime|dame|revela|confirmes|confirma|necesito)(?: (?:la|tu|su|que|me|confirmes))* (?:contrasena|clave secreta)|cual es (?:tu|la) (?:contrasena|clave secreta)|(?:sag|gib|nenne?|verrate?)(?: (?:mir|uns|dein|das|ihr|sie))* (?:passwort|geheimnis)|(?:mir|uns) (?:ihr|dein|das) passwort|(?:was|wie) (?:ist|lautet) (?:dein|ihr|das) (?:passwort|geheim\\w*)|(?:dis|donne|donnez|revele|quel est)(?: (?:moi|le|ton|votre))* (?:mot de passe|cle secrete)|(?:diga|de|revele|confirme|qual e)(?: (?:me|a|sua|tua|que))* (?:senha|palavra passe|chave secreta)|(?:dimmi|dammi|rivela|qual e)(?: (?:la|tua))* (?:password|parola d ordine|chiave segreta)|sifre(?:yi|ni|n)?~2 (?:soyle|ver|onayla|nedir|paylas)\\w*|(?:podaj|jakie jest|zdradz)(?: (?:mi|twoje|swoje))* haslo|(?:geef|vertel|wat is)(?: (?:me|mij|je|het|uw))* wachtwoord',
  }),
  literal({
    id: 'injection.role-scripts',
    confidence: 'high',
    anchors: [
      'разработ',
      'создатель',
      'администратор',
      'системный режим',
      'ты теперь',
      'теперь ты',
      'отныне',
      'डेवल',
      'भगव',
      'सिस्ट',
      'निर्म',
      '我是',
      '统模',
      '现在',
      '現在',
      'ムモ',
      '私は',
      '今から',
      '나는',
      '템 모',
      '금부',
      'أنا',
      'وضع ال',
    ],
    pattern:
      'я\\s?[,—-]?\\s?(?:твой|ваш) (?:разработчик|создатель|администратор)|как ИИ, разработанный|<\\s?системный режим|системный режим\\s?(?:активирован|включен|>)|(?:ты теперь|теперь ты|отныне ты)[^.\\n]{0,30}(?:DAN|без ограничений|неограниченн|свободн|режим)|मैं (?:आपका|तुम्हारा) (?:डेवलपर|निर्माता)|मैं भगवान|सिस्टम मोड|我是(?:上帝|你的(?:开发者|開發者|创造者|主人|管理员))|[<【\\[]?系统模式[>】\\]]|(?:你现在是|从现在(?:开始|起),?，?你|從現在起,?，?你)[^。\\n]{0,30}(?:DAN|没有(?:任何)?限制|不受(?:任何)?限制|開發者模式|开发者模式|越狱|角色)|システムモード|私は(?:あなた|君)の(?:開発者|作成者|管理者)|今から(?:あなた|君)は[^。\\n]{0,30}(?:DAN|制限|ふりを)|나는 (?:너의|당신의) (?:개발자|관리자|창조자)|시스템 모드|지금부터 (?:너는|당신은)[^.\\n]{0,30}(?:DAN|제한|역할)|أنا (?:مطورك|المطور|منشئك)|وضع النظام',
  }),
  literal({
    id: 'injection.disclosure-scripts',
    confidence: 'medium',
    anchors: [
      'пароль',
      'ключ',
      'промпт',
      'कुंज',
      'पासव',
      '密码',
      '密碼',
      '提示',
      'パス',
      'ロンプ',
      '밀번',
      '롬프',
      'كلمة المرور',
      'المفتاح',
    ],
    pattern:
      '(?:напечата|напиши|скажи|назови|раскро|покажи|выведи|сообщи)[а-яё]{0,3} (?:мне )?(?:свой |твой |ваш |весь |системный )?(?:пароль|секретный ключ|(?:системный )?промпт)|как(?:ой|ов) (?:твой|ваш) (?:секретный ключ|пароль|(?:системный )?промпт)|आपकी गुप्त कुंजी|(?:आपका|अपना) (?:गुप्त )?पासवर्ड (?:क्या|बता)|密[码碼](?:是什么|是什麼|是多少)|(?:告诉|告訴)我[^。\\n]{0,8}密[码碼]|(?:显示|顯示|输出|輸出|告诉我|重复|透露)[^。\\n]{0,8}(?:系统|系統)?提示[词詞]|パスワードを(?:教え|表示|出力)|(?:システム)?プロンプトを(?:表示|教え|出力|見せ)|비밀번호(?:를|가)? ?(?:알려|말해|뭐|무엇|필요해)|(?:시스템 )?프롬프트를 (?:보여|출력|알려)|(?:ما هي|أخبرني|اعطني|أعطني) (?:ب)?(?:كلمة المرور|المفتاح السري)',
  }),
];
