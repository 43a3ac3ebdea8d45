/**
 * Pretexts that are carried from language to language: a mode that was "activated", a scenario "in which we say", the page
 * that is to be ignored, the asker who is god or the developer, the task that counts "regardless of" the one given.
 * They are as grammatical as "ignore previous instructions", and each is written here for the languages at hand.
 */

import type { TextRule } from '../rule.ts';
import { literal, phrase } from './phrase.ts';

export const PRETEXT_RULES: readonly TextRule[] = [
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
      'si ignor',
      'se ignor',
      'on ignor',
      'nous ignor',
      'instrucciones',
      'instrucoes',
      'istruzioni',
      'instructions prec',
      'instructions ant',
      'instructions init',
      'instructies',
    ],
    pattern:
      'scenario (?:hypothetical )?(?:where|in which) we (?:say|state|claim|declare|report)|(?:e?s?cenario|scenario)~1 (?:(?:en|no|em) (?:el )?que|onde|donde|in cui|ou) (?:nous |noi )?(?:decimos|afirmamos|declaramos|dizemos|diciamo|affermiamo|disons|affirmons|declarons|diriamos|diremmo)|szenario~2 (?:in dem|wo|vor)~1 wir~4 (?:sagen|behaupten|angeben|feststellen)|(?:modo de (?:anulacion|substituicao|anulacao|aplicacion|cumplimiento)|mode de (?:derogation|contournement|priorite)|modalita (?:di )?(?:override|sostituzione|forzatura)|(?:uberschreibungs|ubersteuerungs|ueberschreibungs)modus|gecersiz kilma modu)|ben (?:bir )?tanri|(?:alle meine fragen|meinen anweisungen)~2 (?:beantworten|folgen|gehorchen|zuhoren)|(?:escuchar|seguir|obedecer|responder)(?: a)?(?: todas)? mis (?:instrucciones|preguntas)|(?:ouvir|seguir|obedecer|responder)(?: a|as)*(?: todas)?(?: as)? minhas (?:instrucoes|perguntas)|(?:ascoltare|seguire|rispondere)(?: a)?(?: tutte)?(?: le)? mie (?:istruzioni|domande)|(?:ecouter|suivre|repondre)(?: a)?(?: toutes)? mes (?:instructions|questions)|(?:sayfayi|sayfasini|ozgecmisi|makaleyi|fonksiyonu) (?:yok ?say\\w*|goz ardi et\\w*)|onceki gorevler\\w* (?:bagimsiz|bakmaksizin)|ignora(?:te|re)? (?:la|il|lo|el|a|o) ~w~1 (?:e|y) (?:afferma|dichiara|indica|di|afirma|declara)|(?:dein|ihr|euer) geheim\\w* (?:schluessel|schlussel|passwort|wort)|(?:medida de seguridad|medida de seguranca|misura di sicurezza|mesure de securite)~8 (?:decir|dizer|dire|afirmar)|(?:si|se)(?: (?:nous|on|noi))? (?:ignor\\w+) (?:la|el|il|le|a|o|les|los|cette|esta) (?:funcion|funcao|funzione|fonction|pagina|page|tabla|tabela|tabella|articulo|artigo|articolo|article|curriculum|cv|curriculo)|instrucciones (?:anteriores|previas|iniciales|originales)~1 (?:(?:quedan|estan|fueron|han sido|son) (?:anuladas|canceladas|invalidas|sin efecto|revocadas)|ya no (?:aplican|valen|son validas))|instrucoes (?:anteriores|iniciais|originais)~1 (?:(?:foram|estao|sao) (?:canceladas|anuladas|revogadas|invalidas)|nao (?:valem|se aplicam) mais)|istruzioni (?:precedenti|iniziali|originali)~1 (?:sono (?:state )?(?:annullate|revocate|sospese|cancellate)|non (?:valgono|si applicano) piu)|instructions (?:precedentes|anterieures|initiales)~1 (?:(?:sont|ont ete) (?:annulees|levees|revoquees|caduques|suspendues)|ne sont plus (?:valables|valides))|(?:vorige|eerdere|voorgaande) instructies~1 (?:zijn|gelden)~1 (?:ingetrokken|vervallen|ongeldig|niet meer)',
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
      'если игнор',
      'если мы игнор',
      'если бы',
    ],
    pattern:
      'сценари[йяюе],?\\s(?:в котором|где)\\sмы\\s(?:скаж|говор|утвержд|заяв|укаж)|(?:игнорир\\S{1,6}|забудь\\S{0,3})\\s(?:эту |данную |веб-?|это )?\\s?(?:страниц|стать|резюме|функци|таблиц)\\S{0,3}\\s(?:и|то)\\b|режим\\s(?:переопределен|обход|отмены|разработчика активир)|я\\s?[-—]?\\s?бог[,.!\\s]|если (?:бы )?(?:мы )?(?:проигнор|игнорир)\\S{1,6} (?:эту |данную |эти )?(?:функци|страниц|стать|резюме|таблиц)|независимо от (?:предыдущ|прошл|указан)|в качестве меры безопасности[^.\\n]{0,30}говор|काल्पनिक परिदृश्य|परिदृश्य की कल्पना|ओवरराइड मोड|(?:पेज|पृष्ठ|वेबपेज|रेज़्यूमे|फ़ंक्शन|फंक्शन)\\S{0,4}\\s[^।\\n]{0,20}(?:अनदेख|उपेक्षा)|मैं भगवान|必[须須]回答我(?:的)?所有|忽略(?:该|此|这|本|其他|上面)?(?:的|个)?(?:网页|页面|文章|简历|函数|代码|所有其他|其他所有|一切)|請?忽略其他所有|オーバーライド ?モード|私は神|(?:ページ|記事|履歴書|関数|内容|表)(?:は|を)?無視し|シナリオ[^。\\n]{0,16}(?:言う|述べ|考え)|(?:내용|이력서|페이지|함수|기사|표)(?:은|는|을|를)? ?무시하고|나는 (?:신이|하나님)|تجاهل (?:صفحة|الصفحة|السيرة|المقال|الوظيفة|الدالة|الجدول)|بغض النظر عن (?:المهام|التعليمات|الأوامر)|وضع (?:ال)?تجاوز|أنا (?:الله|إله|الرب)|سيناريو[^.\\n]{0,24}(?:نقول|نذكر|نعلن)|(?:ওয়েবপেজ|পৃষ্ঠা|ফাংশন)[^।\\n]{0,24}উপেক্ষা',
  }),
  // "DAN" beside an AI, whatever the language around them.
  literal({
    id: 'injection.role-dan-anywhere',
    confidence: 'high',
    isCaseExact: true,
    anchors: [' dan ', ' dan,', '"dan"', "'dan'", ' dan.'],
    pattern:
      '\\b(?:[Yy]ou are|[Yy]ou will be|YOU ARE|[Bb]ecome|[Aa]ct as|[Bb]e|[Hh]i|[Hh]ello|[Aa]s) (?:now )?DAN\\b[^\\n]{0,60}(?:now|anything|answer|rules|never|AI|mode|restrict)|\\b(?:AI|IA|KI|LLM|ChatGPT|OpenAI|ИИ|SI)\\b[^\\n]{0,120}\\bDAN\\b|एआई[^\\n]{0,120}\\bDAN\\b|\\bDAN\\b[^\\n]{0,120}(?:\\b(?:AI|IA|KI|ChatGPT|OpenAI|YZ)\\b|ИИ|एआई|人工智能|モデル|모델)',
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
].flat();
