/**
 * The words of an attack in languages of Latin letters, one line for each part of speech; injection-tongues.ts makes the
 * sentences. Accents are folded away (å a, ø o, ł l, ß ss); `*` is any ending, `~2` up to two words of any kind.
 *
 *   dismiss  imperatives and infinitives of ignoring and forgetting, with what they need (`haz caso omiso de`)
 *   steer    instructions, rules, orders, prompt
 *   back     previous, above, given; and all, your, which make it the reader's own
 *   all      everything, what
 *   told     said, told, before, above: behind `all`
 *   tell     tell me, give me, reveal, show, print
 *   secret   password, secret key
 *   prompt   the system prompt, your instructions
 *   free     without limits or rules
 *   now      from now on, you are now
 *   hush     do not tell the user, without telling the user
 *
 * A language is added by filling in the lines that it has; none of them was read off a case of a corpus.
 */

export interface Lexicon {
  readonly dismiss: string;
  readonly steer: string;
  readonly back: string;
  readonly all: string;
  readonly told: string;
  readonly tell: string;
  readonly secret: string;
  readonly prompt: string;
  readonly free: string;
  readonly now: string;
  readonly hush: string;
}

export const LATIN: Readonly<Record<string, Lexicon>> = {
  de: {
    dismiss:
      'ignoriere, ignorier, ignorieren, vergiss, vergessen sie, vergesst, zu vergessen, missachte, missachten sie, beachte nicht, beachten sie nicht, beachte* keine, ubergeh*, uebergeh*, verwirf, verwerfen sie, streiche, streichen, streich, befolge nicht, befolgen sie nicht, lass* ~2 hinter, aus dem kopf, setz* ~3 ausser kraft, halte dich nicht an, halten sie sich nicht an, folge nicht, aus ihrem gedachtnis, aus deinem gedachtnis, sind aufgehoben, sind hiermit aufgehoben, sind ungultig, sind hinfallig, gelten nicht mehr, gelten nicht langer, sind ausser kraft',
    steer:
      'anweisung*, instruktion*, befehl*, vorgabe*, regel*, auftrag*, auftrage*, auftraege*, aufgabe*, aufforderung*, richtlinie*, prompt*, anordnung*, kontext, einschrankung*, einschraenkung*, information*, systemprompt*',
    back: 'vorherig*, vorig*, bisherig*, obig*, vorangegang*, vorangehend*, fruher*, frueher*, alle*, deine*, ihre*, sonstig*, samtlich*, zuvor, davor, oben, gegeben*, ursprunglich*, ursprueng*',
    all: 'alles, was, das was',
    told: 'gesagt*, gesagte, davor, zuvor, vorher*, bisher*, oben, gelernt*, besprochen*, weisst, wissen, gegeben*, mitgeteilt*',
    tell: 'sag mir, sage mir, sagen sie mir, gib mir, geben sie mir, nenn*, verrat*, zeig*, gib ~4 aus, geben sie ~4 aus, drucke*, wiederhol*, schreib*, wie lautet, wie lauten, was ist, was sind, was steht in, offenbar*',
    secret:
      'passwort, kennwort, geheimwort, geheimnis, losungswort, geheime* schlussel*, geheimcode',
    prompt:
      'systemprompt*, system prompt*, deine* ~2 anweisungen, deine* ~2 instruktionen, ihre* ~2 anweisungen, ihre* ~2 instruktionen, dein* prompt*, ihr* prompt*, prompt text*, ursprungliche* anweisungen',
    free: 'ohne ~2 einschrankung*, ohne ~2 beschrankung*, ohne ~2 regeln, ohne ~2 filter, ohne ~2 grenzen, uneingeschrankt*, ungefiltert*, keine* ~1 einschrankungen, keine* ~1 regeln mehr',
    now: 'ab jetzt, von nun an, ab sofort, von jetzt an, du bist jetzt, du bist nun, sie sind jetzt, sie sind nun, stell dir vor du bist',
    hush: 'sag* ~2 benutzer nicht*, sag* ~2 nutzer nicht*, ohne ~2 benutzer zu informieren, ohne ~2 nutzer zu informieren, ohne ~3 benutzer ~2 sagen, erzahl* ~2 benutzer nicht*, informiere* ~2 benutzer nicht, erwahne* ~3 benutzer nicht, ohne wissen des benutzers',
  },
  fr: {
    dismiss:
      'ignore, ignorez, ignorer, ignorons, oublie, oubliez, oublier, ne tenez ~1 compte, ne tiens ~1 compte, ne suis pas, ne suivez pas, fais abstraction, faites abstraction, n obeis pas, n obeissez pas, laisse tomber, mets de cote, efface, effacez, annule, annulez, ne respecte ~1 pas, ne respecte, neglige*',
    steer:
      'instruction*, consigne*, directive*, regle*, ordre*, commande*, prompt*, tache*, invite*, contrainte*, demande*',
    back: 'precedent*, ci dessus, anterieur*, toute*, tous, tes, vos, initiale*, donnees, prealable*, recue*, avant',
    all: 'tout, tous, ce qui, ce que, de ce qui, de ce que',
    told: 'dit, dite, precede, avant, dessus, appris, plus haut, jusqu*, auparavant, demande, sais, savez',
    tell: 'dis moi, dites moi, donne moi, donnez moi, revele*, montre*, affiche*, repete*, ecris, ecrivez, imprime*, quel est, quelle est, quels sont, quelles sont, divulgue*, communique*',
    secret: 'mot de passe, mots de passe, cle secrete, code secret, mot secret',
    prompt:
      'prompt*, invite systeme, tes ~1 instructions, vos ~1 instructions, tes consignes, vos consignes, instructions initiales, instructions du systeme',
    free: 'sans ~2 restriction*, sans ~2 limite*, sans ~2 filtre*, sans ~2 regle*, sans ~2 contrainte*, sans ~2 censure, aucune restriction, aucune limite',
    now: 'a partir de maintenant, desormais, dorenavant, tu es maintenant, vous etes maintenant, tu es desormais, vous etes desormais, imagine que tu es',
    hush: 'ne dis rien a l utilisateur, ne dites rien a l utilisateur, n informe* pas l utilisateur, ne previens pas l utilisateur, ne ~2 dis pas a l utilisateur, ne mentionne* ~3 utilisateur, sans ~1 informer l utilisateur, sans ~2 dire a l utilisateur, sans prevenir l utilisateur, a l insu de l utilisateur',
  },
  es: {
    dismiss:
      'ignora, ignorar, ignore, ignoren, ignorad, olvida, olvidar, olvidate, olvide, olviden, descarta, descarte, descartar, omite, omita, omitir, haz caso omiso*, haga caso omiso*, hagan caso omiso*, no hagas caso*, no haga caso*, no sigas, no siga, no obedezcas, desobede*, pasa por alto, pase por alto, deja de lado, deje de lado, no tengas en cuenta, no tenga en cuenta, anula*, cancela todas',
    steer:
      'instruccion*, indicacion*, orden, ordenes, regla*, directri*, comando*, prompt*, tarea*, mensaje*, norma*, restriccion*, pauta*, limitacion*',
    back: 'anterior*, previa*, previo*, toda*, todo*, tus, sus, de arriba, dada*, inicial*, recibida*, precedente*, pasada*',
    all: 'todo, lo que, cuanto, todo lo, lo',
    told: 'dicho, dije, dijo, dijeron, digo, anterior*, arriba, antes, sabes, aprendi*, previo, ahora, hablado, ordenado',
    tell: 'dime, decirme, dame, darme, dinos, deme, digame, diga, revela*, muestra*, muestre*, ensename, repite, repita, imprime, imprima, escribe, escriba, cual es, cuales son, comparte, necesito que, proporciona*',
    secret:
      'contrasena*, clave secreta, clave de acceso, palabra secreta, codigo secreto, palabra clave',
    prompt:
      'prompt*, tus ~1 instrucciones, sus ~1 instrucciones, instrucciones iniciales, instrucciones originales, instrucciones del sistema, instrucciones que te, instrucciones que recibiste',
    free: 'sin ~2 restricciones, sin ~2 restriccion, sin ~2 limites, sin ~2 filtros, sin ~2 reglas, sin ~2 censura, sin ~2 limitaciones, no tienes ~2 restricciones, no tienes limites',
    now: 'a partir de ahora, desde ahora, de ahora en adelante, ahora eres, ahora seras, imagina que eres, finge ser, finge que eres',
    hush: 'no ~1 digas ~3 usuario, no ~1 diga ~3 usuario, no ~1 informes al usuario, no ~1 informe al usuario, no ~1 menciones ~4 usuario, no ~1 avises al usuario, sin ~1 informar al usuario, sin que el usuario ~1 sepa, sin decirle al usuario, sin avisar al usuario, sin decir ~2 usuario',
  },
  pt: {
    dismiss:
      'ignore, ignora, ignorar, ignorem, esqueca, esquecam, esquece, esquecer, desconsidere, desconsidera, desconsiderar, descarte, descarta, descartar, nao siga, nao sigas, nao obedeca, deixe de lado, deixa de lado, nao leve em conta, nao leves em conta, anule, desobedeca, despreze',
    steer:
      'instruco*, instrucao, ordem, ordens, orientaco*, regra*, diretriz*, comando*, prompt*, tarefa*, mensagen*, restrico*, indicaco*',
    back: 'anterior*, previa*, previo*, toda*, todo*, suas, seus, tuas, teus, acima, dada*, inicia*, recebida*, precedente*',
    all: 'tudo, o que, aquilo',
    told: 'dito, disse, disseram, acima, anterior*, antes, sabe, aprende*, ate agora, ate aqui, falado, falei, falou',
    tell: 'diga, diz, dizer me, me diga, diga me, me da, da me, de me, me de, me fala, fale, revele, revela, mostre*, mostra, repita, repete, imprima, escreva, qual e, quais sao, forneca, preciso que, preciso da, compartilhe, partilha',
    secret: 'senha*, palavra passe, palavra secreta, chave secreta, codigo secreto',
    prompt:
      'prompt*, suas ~1 instrucoes, tuas ~1 instrucoes, instrucoes iniciais, instrucoes originais, instrucoes do sistema, instrucoes que recebeu, instrucoes que voce',
    free: 'sem ~2 restric*, sem ~2 limites, sem ~2 filtros, sem ~2 regras, sem ~2 censura, sem ~2 limitac*',
    now: 'a partir de agora, de agora em diante, agora voce e, agora es, agora tu es, finja ser, finja que, imagine que voce',
    hush: 'nao ~1 conte ~3 usuario, nao ~1 conte ~3 utilizador, nao ~1 diga ~3 usuario, nao ~1 diga ~3 utilizador, nao informe ~2 usuario, nao informe ~2 utilizador, nao mencione ~4 usuario, sem ~1 informar o usuario, sem ~1 informar o utilizador, sem avisar o usuario, sem que o usuario, sem que o utilizador',
  },
  it: {
    dismiss:
      'ignora, ignorare, ignorate, ignori, dimentica, dimenticare, dimenticate, dimenticati, dimentichi, trascura, trascurare, trascurate, non seguire, non segua, non seguite, tralascia*, scorda*, non tener* conto, non obbedire, lascia perdere, metti da parte, annulla, disobbedisci',
    steer:
      'istruzion*, indicazion*, regola, regole, direttiv*, ordini, ordine, comand*, prompt*, compit*, messagg*, restrizion*, linee guida',
    back: 'precedent*, tutt*, tue, tuoi, vostre, vostri, sopra, fornit*, dat*, inizial*, qualsiasi, ricevut*',
    all: 'tutto, quanto, cio che, quello che, tutto cio',
    told: 'detto, dett*, sopra, prima, precede*, finora, sai, imparato, precedenza, ordinato',
    tell: 'dimmi, dirmi, dammi, darmi, mi dica, rivela*, mostra*, ripeti, ripeta, stampa, scrivi, qual e, quali sono, ho bisogno della tua, condividi, comunica*, svela*',
    secret: 'password, parola d ordine, parola segreta, chiave segreta, codice segreto',
    prompt:
      'prompt*, tue ~1 istruzioni, vostre ~1 istruzioni, istruzioni iniziali, istruzioni originali, istruzioni di sistema, istruzioni che hai',
    free: 'senza ~2 restrizion*, senza ~2 limit*, senza ~2 filtri, senza ~2 regole, senza ~2 censura, senza ~2 vincoli',
    now: 'da ora in poi, d ora in poi, da adesso, d ora in avanti, ora sei, adesso sei, sei ora, fingi di essere, immagina di essere',
    hush: 'non dire ~3 utente, non ~1 informare l utente, non informi l utente, non menzionare ~4 utente, non avvisare l utente, senza ~1 informare l utente, senza dirlo all utente, senza avvisare l utente, all insaputa dell utente, senza che l utente',
  },
  nl: {
    dismiss:
      'negeer, negeren, vergeet, vergeten, sla ~3 over, volg niet, volg ~3 niet, schenk geen aandacht aan, let niet op, houd geen rekening met, verwerp, laat ~3 varen, trek je niets aan van',
    steer:
      'instructie*, aanwijzing*, opdracht*, regel, regels, richtlijn*, bevel*, prompt*, bericht*, beperking*, voorschrift*',
    back: 'vorige, eerdere, voorgaande, bovenstaande, alle, je, jouw, uw, voorafgaande, hierboven, gegeven, oorspronkelijke',
    all: 'alles, wat, alles wat, hetgeen',
    told: 'gezegd*, verteld*, hierboven, hiervoor, eerder*, daarvoor, geleerd, voorafgaand*, bovenstaande, tot nu toe, zei',
    tell: 'zeg me, vertel me, vertel mij, geef me, geef mij, zeg mij, onthul, toon, laat ~2 zien, herhaal, druk ~3 af, schrijf, wat is, wat zijn, openbaar',
    secret: 'wachtwoord*, geheime sleutel, geheime woord, geheime code, toegangscode',
    prompt:
      'systeemprompt*, je prompt, jouw prompt, uw prompt, jouw ~1 instructies, je ~1 instructies, uw ~1 instructies, systeeminstructies, systeembericht',
    free: 'zonder ~2 beperking*, zonder ~2 restrictie*, zonder ~2 regels, zonder ~2 filters, zonder ~2 grenzen, zonder ~2 limieten',
    now: 'vanaf nu, van nu af aan, je bent nu, u bent nu, jij bent nu, doe alsof je, stel je voor dat je',
    hush: 'vertel ~2 gebruiker ~2 niet*, vertel ~2 gebruiker hier niets*, zeg ~2 gebruiker niet*, informeer de gebruiker niet, zonder ~1 gebruiker te informeren, zonder het de gebruiker te vertellen, zonder dat de gebruiker, zeg niets tegen de gebruiker, vertel niets aan de gebruiker',
  },
  pl: {
    dismiss:
      'zignoruj, zignorujcie, ignoruj, ignorujcie, zignorowac, ignorowac, zapomnij, zapomnijcie, pomin, pomincie, nie zwracaj uwagi na, odrzuc*, nie stosuj sie do, nie przestrzegaj, nie sluchaj, lekcewaz*, uniewaznij, anuluj',
    steer:
      'instrukcj*, polece*, wytyczn*, zasad*, rozkaz*, regul*, komend*, prompt*, wiadomosc*, dyrektyw*, nakaz*, ogranicz*',
    back: 'poprzedni*, wczesniejsz*, powyzsz*, wszystki*, wszelki*, swoj*, twoj*, dotychczas*, uprzedni*',
    all: 'wszystk*, o wszystkim, tym, o tym, to, tego',
    told: 'wczesniej*, poprzednio, powyzej, powiedzi*, przedtem, dotychczas, mowi*, dotad, bylo, wiesz, uczy*',
    tell: 'podaj mi, powiedz, zdradz, ujawnij, jakie jest, jaki jest, jakie sa, udostepnij, pokaz, wyswietl, powtorz, wypisz, wydrukuj, napisz',
    secret: 'haslo, hasla, tajny klucz, tajne slowo, tajny kod, sekretne haslo',
    prompt:
      'prompt*, swoje instrukcje, twoje instrukcje, instrukcje systemowe, polecenie systemowe, wiadomosc systemow*, poczatkowe instrukcje',
    free: 'bez ~2 ogranicz*, bez ~2 filtr*, bez ~2 zasad, bez ~2 cenzury, bez ~2 limitow, bez ~2 regul',
    now: 'od teraz, od tej pory, od tego momentu, jestes teraz, teraz jestes, udawaj ze, wyobraz sobie ze jestes',
    hush: 'nie mow ~3 uzytkownik*, nie informuj uzytkownik*, nie wspominaj ~4 uzytkownik*, nie ujawniaj ~4 uzytkownik*, bez ~1 informowania uzytkownik*, bez wiedzy uzytkownika, nie powiadamiaj uzytkownika',
  },
  tr: {
    dismiss:
      'goz ardi et, goz ardi edin, goz ardi ediniz, gozardi et, gozardi edin, yok say, yok sayin, yok sayiniz, yoksay, yoksayin, unut, unutun*, gormezden gel, gormezden gelin, dikkate alma, dikkate almayin, onemseme, onemsemeyin, uyma, uymayin*, gec, bos ver, iptal et, takip etme, hice say, umursama',
    steer:
      'talimat*, yonerge*, kural*, komut*, emir*, emri*, prompt*, istem*, direktif*, mesaj*, kisitlama*, gorev*',
    back: 'onceki*, tum, butun, yukarida*, daha once*, evvelki*, verilen*, gecmis*, ilk',
    all: 'her sey*, hersey*, tum*, soylenen*',
    told: 'once*, yukarida*, soylenen*, soyled*, bildigin*, anlat*, simdiye kadar',
    tell: 'soyle*, ver, verin, verir*, paylas*, goster*, yazdir*, yaz, yazin, tekrarla*, acikla*, nedir, ne, neler, bana',
    secret: 'sifre*, parola*, gizli anahtar*, gizli kelime*, gizli kod*',
    prompt:
      'sistem istem*, sistem prompt*, sistem komut*, sistem mesaj*, prompt*, talimatlarin*, yonergelerin*, baslangic talimat*',
    free: 'sinirsiz*, kisitlama* olmadan, kisitlamasiz*, hicbir kisitlama*, hicbir kural*, filtresiz*, kuralsiz*, hicbir sinir*, kisitlaman yok',
    now: 'bundan sonra, bundan boyle, artik, su andan itibaren, simdi sen, bu andan itibaren',
    hush: 'kullaniciya ~2 soyleme*, kullaniciya ~3 bahsetme*, kullaniciya haber verme*, kullaniciya bildirme*, kullaniciyi bilgilendirme*, kullanicinin haberi olmadan, kullaniciya soylemeden, kullaniciyi bilgilendirmeden',
  },
  id: {
    dismiss:
      'abaikan*, lupakan, jangan ikuti, jangan patuhi, jangan hiraukan, hiraukan, kesampingkan, jangan pedulikan, tinggalkan, batalkan, endahkan',
    steer:
      'instruksi*, perintah*, petunjuk*, arahan*, aturan*, pesan*, peraturan*, panduan*, prompt*, batasan*, ketentuan',
    back: 'sebelumnya, semua, di atas, seluruh, terdahulu, segala, sebelum ini, awal, asal, yang diberikan, anda, kamu, mu, setiap',
    all: 'semua*, segala*, apa yang, apa pun, seluruh*, apa',
    told: 'sebelum*, di atas, dikatakan, katakan, diberitahu*, tadi, dipelajari, ketahui, terdahulu, diajarkan, sejauh ini, disuruh',
    tell: 'beritahu*, beri tahu*, katakan*, berikan, sebutkan, tunjukkan, tampilkan, ungkapkan, ulangi, cetak, tuliskan, tulis, apa, dedahkan, paparkan, bagikan, kongsikan',
    secret:
      'kata sandi*, sandi rahasia, kunci rahasia, password*, kata laluan*, kata kunci rahasia, kode rahasia, kunci rahsia',
    prompt:
      'prompt sistem*, system prompt*, instruksi awal*, instruksi sistem*, instruksi anda, instruksimu, arahan sistem*, arahan anda, arahan asal, perintah sistem*',
    free: 'tanpa ~2 batas*, tanpa ~2 pembatasan, tanpa ~2 aturan, tanpa ~2 filter, tanpa ~2 sensor, tanpa ~2 had*, tanpa ~2 sekatan, tanpa ~2 peraturan',
    now: 'mulai sekarang, mulai saat ini, kamu sekarang adalah, anda sekarang adalah, sekarang kamu adalah, sekarang anda adalah, mulai kini, anggap dirimu, berpura pura*',
    hush: 'jangan ~1 beri tahu ~1 pengguna, jangan ~1 beritahu ~1 pengguna, jangan ~1 katakan ~3 pengguna, jangan maklumkan ~2 pengguna, tanpa memberi tahu ~1 pengguna, tanpa memberitahu ~1 pengguna, tanpa sepengetahuan pengguna, tanpa pengetahuan pengguna, jangan sebutkan ~4 pengguna',
  },
  tl: {
    dismiss:
      'huwag ~1 pansinin, balewala*, kalimutan*, ipagwalang bahala, huwag ~1 sundin, isantabi, huwag ~1 intindihin, wag pansinin, limutin, suwayin',
    steer:
      'tagubilin, panuto, utos, instruksyon*, tuntunin, panuntunan, patakaran, alituntunin, prompt*, direktiba, instructions, mensahe',
    back: 'nakaraan*, naunang, nauna, lahat, mga, nasa itaas, dating, iyong, naunang mga',
    all: 'lahat, ang lahat, anuman*, lahat ng',
    told: 'sinabi*, kanina, nauna*, nakaraan*, dati, itaas, natutunan, alam mo, bago',
    tell: 'sabihin*, ibigay*, ibunyag*, ipakita*, ulitin*, isulat*, ano ang, bigyan*, ilabas*, ibahagi*, i print',
    secret: 'password*, lihim na susi, lihim na salita, sikretong salita, secret key, lihim',
    prompt:
      'system prompt*, iyong prompt, mga tagubilin mo, iyong mga tagubilin, mga instruksyon mo, unang tagubilin',
    free: 'walang ~2 limitasyon, walang ~2 paghihigpit, walang ~2 restriksyon, walang ~2 patakaran, walang ~2 filter',
    now: 'mula ngayon, simula ngayon, ikaw ngayon ay, isa ka ngayong, ikaw ay isa nang, magpanggap',
    hush: 'huwag ~3 sabihin sa user, huwag ~3 sabihin sa gumagamit, nang hindi ~3 gumagamit, nang hindi ~3 user, huwag ipaalam sa',
  },
  vi: {
    dismiss:
      'bo qua, quen di, quen het, hay quen, quen tat ca, phot lo, khong tuan theo, khong lam theo, dung lam theo, dung tuan theo, gat bo, huy bo, lo di, mac ke, dung quan tam',
    steer:
      'huong dan, chi dan, chi thi, lenh, menh lenh, quy tac, yeu cau, quy dinh, loi nhac, prompt*, han che, nguyen tac',
    back: 'truoc, truoc do, truoc day, tat ca, moi, o tren, ben tren, cua ban, ban dau, da cho, phia tren, toan bo',
    all: 'tat ca, moi thu, moi dieu, nhung gi, moi, toan bo',
    told: 'truoc, da noi, o tren, da biet, duoc bao, ben tren, duoc noi, da hoc, vua noi, tu truoc',
    tell: 'cho toi biet, noi cho toi, noi toi, cho toi, tiet lo, hien thi, in ra, lap lai, viet ra, viet, la gi, dua ra, hay cho, dua toi, cung cap',
    secret: 'mat khau, khoa bi mat, tu bi mat, ma bi mat, mat ma',
    prompt:
      'loi nhac he thong, prompt he thong, system prompt, huong dan cua ban, chi dan ban dau, huong dan ban dau, chi thi he thong, huong dan he thong, prompt cua ban',
    free: 'khong co ~2 gioi han, khong ~1 gioi han, khong co ~2 han che, khong bi han che, khong ~1 rang buoc, khong co quy tac, khong ~1 kiem duyet, khong bi gioi han',
    now: 'tu bay gio, tu gio, ke tu bay gio, bay gio ban la, tu luc nay, hay dong vai, hay tuong tuong ban la, ke tu luc nay',
    hush: 'khong ~1 noi ~2 nguoi dung, dung noi ~2 nguoi dung, khong ~1 thong bao ~2 nguoi dung, dung cho nguoi dung biet, khong cho nguoi dung biet, ma khong ~2 nguoi dung, dung thong bao ~2 nguoi dung',
  },
  sv: {
    dismiss:
      'ignorera*, glom, glom bort, bortse fran, strunta i, folj inte, lyd inte, bry dig inte om, forkasta, asidosatt, hoppa over',
    steer:
      'instruktion*, anvisning*, regel, regler*, order, ordern, kommando*, prompt*, direktiv*, riktlinje*, uppgift*, begransning*',
    back: 'tidigare, foregaende, ovanstaende, forra, alla, allt, dina, ovan, givna, ursprungliga',
    all: 'allt, vad, det som, allt som, det',
    told: 'sagt*, ovan*, tidigare, innan, fore, lart, vet, berattat, hittills, sagts',
    tell: 'beratta, sag, ge mig, avsloja, visa, skriv ut, upprepa, skriv, vad ar, vilka ar',
    secret: 'losenord*, hemliga nyckel*, hemliga ord*, hemlig kod, hemligheten',
    prompt:
      'systemprompt*, system prompt*, din prompt, dina ~1 instruktioner, systeminstruktion*, ursprungliga instruktioner',
    free: 'utan ~2 begransning*, utan ~2 restriktion*, utan ~2 regler, utan ~2 filter, utan ~2 granser, utan ~2 censur',
    now: 'fran och med nu, fran nu, hadanefter, du ar nu, nu ar du, latsas att du, forestall dig att du',
    hush: 'beratta inte ~3 anvandaren, sag ingenting till anvandaren, sag inte ~3 anvandaren, informera inte anvandaren, utan att ~2 anvandaren, namn inte ~4 anvandaren, meddela inte anvandaren, sag inget till anvandaren',
  },
  no: {
    dismiss:
      'ignorer, ignorere, glem, glem alt, se bort fra, ikke folg, folg ikke, overse, ikke adlyd, ikke bry deg om, forkast, ikke ta hensyn til, tilsidesett, se bort ifra',
    steer:
      'instruks*, instruksjon*, anvisning*, regel, regler*, ordre*, kommando*, prompt*, direktiv*, retningslinje*, oppgave*, instruktion*, befaling*, begrensning*, opgave*, beskeder',
    back: 'tidligere, foregaende, ovenstaende, forrige, alle, alt, dine, over, gitte, givne, opprinnelige, oprindelige',
    all: 'alt, hva, det, hvad, alt hvad, det som',
    told: 'sagt, sagt*, ovenfor, tidligere, for, lart, vet, ved, fortalt, foran, hittil, hidtil',
    tell: 'fortell*, fortael*, fortel*, si, sig, gi meg, giv mig, avslor*, afslor*, vis, skriv ut, udskriv, gjenta, gentag, skriv, hva er, hvad er',
    secret:
      'passord*, adgangskode*, hemmelige nokkel*, hemmelige nogle*, hemmelige ord*, hemmelig kode, kodeord*',
    prompt:
      'systemprompt*, system prompt*, din prompt, dine ~1 instruks*, dine ~1 instruktioner, systeminstruks*, opprinnelige instruks*, oprindelige instruktioner',
    free: 'uten ~2 begrensning*, uden ~2 begraensning*, uten ~2 restriksjon*, uden ~2 restriktion*, uten ~2 regler, uden ~2 regler, uten ~2 filter*, uden ~2 filtre, uten ~2 grenser, uden ~2 graenser',
    now: 'fra na av, fra nu af, heretter, herefter, du er na, du er nu, na er du, nu er du, lat som om du, lad som om du, forestill deg at du',
    hush: 'ikke ~2 fortell ~3 brukeren, fortell ikke ~2 brukeren, fortael ikke ~2 brugeren, sig ikke ~3 brugeren, si ikke ~3 brukeren, si ingenting til brukeren, sig intet til brugeren, uten a ~2 brukeren, uden at ~2 brugeren, ikke nevn ~4 brukeren, naevn ikke ~4 brugeren, informer ikke brug*, ikke informer bruk*',
  },
  cs: {
    dismiss:
      'ignoruj, ignorujte, zapomen, zapomente, nevsimej si, nevsimejte si, nedbej* na, zabudni, zabudnite, neridte se, nerid se, neposlouchej*, preskoc*, opomin*, pomin*, nerespektuj*, zrus*, nevsimaj* si, neriad* sa, neposluchaj*, odignoruj*, zanedbaj*',
    steer:
      'pokyn*, instrukc*, prikaz*, pravid*, prompt*, natizen*, instrukci*, smernic*, zadan*, omezen*, rozkaz*, nariaden*, zprav*, sprav*',
    back: 'predchoz*, predesl*, vsech*, vsetk*, vyse, vyssie, predchadzajuc*, drivejs*, dosavadn*, svoj*, tvoj*, tve, sve, doterajs*, predoslych, predosle, uveden*, puvodn*',
    all: 'vse, vsechno, vsetko, co, na vse, na vsetko, na vsechno',
    told: 'rekl*, receno, rekli, povedal*, predtim, predtym, vyse, vyssie, dosud, doteraz, drive, naucil*, povedane, vis, vies, bylo, bolo',
    tell: 'rekni*, povedz*, povez*, sdel*, prozrad*, prezrad*, odhal*, ukaz*, zobraz*, vypis*, zopakuj*, napis*, jake je, ake je, jaky je, dej mi, daj mi, vyzrad*',
    secret: 'heslo, hesla, tajny klic*, tajny kluc*, tajne slovo, tajny kod',
    prompt:
      'systemov* prompt*, prompt*, systemov* pokyn*, sve pokyny, tve pokyny, svoje pokyny, tvoje pokyny, svoje instrukc*, sve instrukce, puvodni pokyny, povodne pokyny',
    free: 'bez ~2 omezen*, bez ~2 obmedzen*, bez ~2 pravidel, bez ~2 pravidiel, bez ~2 filtr*, bez ~2 cenzury, bez ~2 limit*',
    now: 'od ted, odted, od nynejska, od teraz, odteraz, nyni jsi, ted jsi, teraz si, jsi ted, jsi nyni, predstirej ze, predstieraj ze, predstav si ze jsi',
    hush: 'nerikej* ~3 uzivatel*, nehovor* ~3 pouzivatel*, neinformuj* uzivatel*, neinformuj* pouzivatel*, nezminuj* ~4 uzivatel*, bez vedomi uzivatele, bez vedomia pouzivatela, bez ~2 informovan* ~1 uzivatel*, nesdeluj* ~3 uzivatel*',
  },
  ro: {
    dismiss:
      'ignora, ignorati, ignori, sa ignori, uita, uitati, uiti, nu urma, nu urmati, nu tine cont, nu tineti cont, nu respecta, nu asculta, treci peste, lasa deoparte, neglijeaza, omite, anuleaza',
    steer:
      'instructiun*, indicati*, regul*, comenz*, ordine*, ordinele, prompt*, directiv*, mesaj*, sarcin*, restricti*, cerint*',
    back: 'anterio*, precedent*, toate, toti, de mai sus, tale, tai, initial*, date, primite, dinainte, de dinainte, tuturor, orice',
    all: 'tot, totul, ce, tot ce, ceea ce, despre tot',
    told: 'spus, zis, inainte, sus, pana acum, anterior, invatat, stii, stiai',
    tell: 'spune*, zi mi, da mi, dati mi, dezvaluie*, arata*, afiseaza*, repeta*, scrie*, care este, care sunt, tipareste*, imi, divulga*',
    secret: 'parola, parolei, cheia secreta, cuvantul secret, codul secret',
    prompt:
      'promptul*, prompt, instructiunile tale, instructiunile initiale, instructiunile de sistem, instructiunile sistemului',
    free: 'fara ~2 restrict*, fara ~2 limit*, fara ~2 filtre, fara ~2 reguli, fara ~2 cenzura, fara ~2 constrangeri',
    now: 'de acum inainte, de acum incolo, incepand de acum, acum esti, esti acum, prefa te ca, imagineaza ti ca esti',
    hush: 'nu ~1 spune ~3 utilizator*, nu ~1 informa utilizator*, nu mentiona ~4 utilizator*, fara ~2 utilizator*, nu ii spune utilizator*, nu anunta utilizator*',
  },
  hu: {
    dismiss:
      'hagyd figyelmen kivul, hagyja figyelmen kivul, figyelmen kivul, felejtsd, felejtsd el, felejtse, felejtse el, ne kovesd, ne kovesse, ne torodj, ne vedd figyelembe, ne vegye figyelembe, mellozd, ignorald, ignoralja, torold',
    steer:
      'utasitas*, szabaly*, parancs*, iranyelv*, instrukcio*, prompt*, uzenet*, feladat*, korlatozas*, eloiras*, rendelkezes*',
    back: 'korabbi*, elozo*, osszes, minden*, fenti*, eddigi*, a kapott, eredeti, elozoleg, valamennyi',
    all: 'mindent, mindazt, amit, minden, azt amit, ami',
    told: 'mondt*, eddig*, korabban, elotte, fent*, tanult*, tudsz, elobb, elhangzott*, elozoleg',
    tell: 'mondd*, mondja*, arul*, mutasd*, mutassa*, ird ki, irja ki, ismeteld*, fedd fel, fedje fel, mi a, mik a, kozold, nevezd meg, add ki',
    secret: 'jelszo*, jelszava*, titkos kulcs*, titkos szo*, titkos kod*',
    prompt:
      'rendszerprompt*, rendszer prompt*, promptod*, utasitasaid*, rendszeruzenet*, eredeti utasitas*, kezdeti utasitas*',
    free: 'korlatozas* nelkul*, korlatok nelkul*, szabalyok nelkul*, szurok nelkul*, korlatlan*, cenzura nelkul*, megkotesek nelkul*',
    now: 'mostantol, ettol kezdve, most mar te, innentol, tegyel ugy mintha, kepzeld hogy, mostantol kezdve',
    hush: 'ne mondd ~3 felhasznalo*, ne szolj ~2 felhasznalo*, ne tajekoztasd ~1 felhasznalo*, ne ertesitsd ~1 felhasznalo*, ne emlitsd ~4 felhasznalo*, felhasznalo tudta nelkul, felhasznalo ertesitese nelkul',
  },
  hr: {
    dismiss:
      'ignoriraj, ignorirajte, ignorisi, ignorisite, zanemari, zanemarite, zaboravi, zaboravite, ne obaziri se na, ne prati, ne slijedi*, ne sledi*, ne slusaj*, odbaci, odbacite, ne pridrzavaj se, ne postuj*, preskoci, prezri*, ne upostevaj*, pozabi, pozabite, ponisti, ponistite',
    steer:
      'uput*, uputstv*, instrukcij*, naredb*, nalog*, pravil*, prompt*, smjernic*, smernic*, navodil*, ukaz*, komand*, zapovij*, zapovest*, poruk*, ogranicenj*, zadat*',
    back: 'prethodn*, svih, sva, sve, svoja, svoje, prijasnj*, ranij*, gornj*, gore, tvoj*, dosadasnj*, prejsnj*, vsa, vse, pocetn*, naveden*, dan*',
    all: 'sve, svega, ono, sto, vse, kar, sve sto',
    told: 'receno, rekl*, rekao, rekli, ranije, prije, pre, gore, kazano, dosad*, naucio*, znas, prej, povedano, povedali',
    tell: 'reci*, kazi*, daj mi, dajte mi, otkrij*, prikazi*, pokazi*, ispisi*, izpisi*, ponovi*, napisi*, koja je, koje je, kakva je, navedi*, povej*, oda*, razkrij*',
    secret:
      'lozink*, sifr*, zaporka, zaporku, tajni kljuc*, tajna rijec, tajnu rijec, tajna rec, tajnu rec, gesl*, tajni kod*',
    prompt:
      'sistemski prompt*, sustavni prompt*, prompt*, svoje upute, tvoje upute, svoja uputstva, tvoja uputstva, sistemsk* uput*, pocetne upute, pocetna uputstva, sistemsk* poruk*, svoja navodila',
    free: 'bez ~2 ogranicenj*, bez ~2 pravila, bez ~2 filter*, bez ~2 filtra*, bez ~2 cenzure, brez ~2 omejit*, brez ~2 pravil, bez ~2 limita',
    now: 'od sada, odsad, od sad, ubuduce, sada si, ti si sada, od zdaj, zdaj si, pretvaraj se da, zamisli da si',
    hush: 'ne govori ~3 korisni*, nemoj ~2 reci ~2 korisni*, ne obavjestavaj ~1 korisni*, ne obavestavaj ~1 korisni*, ne spominji ~4 korisni*, bez znanja korisni*, bez obavjestavanja korisni*, ne povej ~3 uporabnik*',
  },
  fi: {
    dismiss:
      'ohita, ohittakaa, unohda, unohtakaa, jata huomiotta, jattakaa huomiotta, ala noudata, alkaa noudattako, ala valita, ala valitse, sivuuta, hylkaa, ala tottele, kumoa, ala piittaa',
    steer:
      'ohje*, ohjei*, saann*, kasky*, kaskyt, maaray*, komento*, komennot, prompt*, kehot*, rajoituks*, tehtav*, viesti*',
    back: 'aiem*, aikaisem*, edelli*, edella*, kaikki, kaikkia, ylla*, sinun, annet*, alkuperai*, aiempia, saamasi',
    all: 'kaikki, kaiken, mita, se mita, kaikkea, mika',
    told: 'sano*, aiemmin, edella*, ylla*, aikaisemmin, kerro*, opi*, tiedat, ennen, tahan asti',
    tell: 'kerro*, anna*, paljasta*, nayta*, tulosta*, toista*, kirjoita*, mika on, mitka ovat, sano*, luettele',
    secret: 'salasana*, salainen avain, salaisen avaimen, salainen sana, salaisen sanan, salaisuus',
    prompt:
      'jarjestelmakehot*, jarjestelmaprompt*, kehotteesi, ohjeesi, ohjeistuksesi, jarjestelmaohje*, alkuperaiset ohjeet, alkuperaiset ohjeesi, jarjestelmaviesti*',
    free: 'ilman ~2 rajoit*, ilman ~2 saant*, ilman ~2 suodat*, ilman ~2 sensuuria, ilman ~2 rajoja, rajoittamaton*',
    now: 'tasta lahtien, tasta eteenpain, nyt olet, olet nyt, teeskentele, kuvittele etta olet, tastedes',
    hush: 'ala kerro ~3 kayttajal*, ala mainitse ~4 kayttajal*, ala ilmoita ~2 kayttajal*, kertomatta ~2 kayttajal*, ilmoittamatta ~2 kayttajal*, kayttajan tietamatta, alka* kertoko ~3 kayttajal*',
  },
  et: {
    dismiss:
      'eira, eirake, ignoreeri, ignoreerige, unusta, unustage, ara jargi, ara pane tahele, jata tahelepanuta, ara kuula, ara arvesta, arge jargige, tuhista, jata korvale',
    steer:
      'juhis*, juhend*, reegl*, kask*, kasu, kasud, prompt*, korraldus*, viip*, piirang*, sonum*',
    back: 'eelnev*, varasema*, eelmis*, koik*, ulaltood*, ulal, antud, algse*, eelpool, sinu, oma',
    all: 'koik, koike, mis, mida, seda mida',
    told: 'oeldud, utles*, varem, eespool, ulal, enne, opetatud, tead, raagiti, utlesin',
    tell: 'utle*, anna*, avalda*, naita*, korda*, kirjuta*, mis on, prindi*, raagi*, paljasta*',
    secret: 'parool*, salasona*, salajane voti, salajase votme, salajane sona',
    prompt:
      'susteemiviip*, susteemi viip*, susteemiprompt*, oma juhised, sinu juhised, susteemi juhised, algsed juhised',
    free: 'ilma ~2 piirangu*, ilma ~2 reegl*, ilma ~2 filtri*, piiranguteta, ilma ~2 tsensuurita',
    now: 'nuudsest, edaspidi, sellest hetkest, sa oled nuud, nuud oled sa, kujuta ette et oled, teeskle',
    hush: 'ara utle ~3 kasutajal*, ara raagi ~3 kasutajal*, ara teavita kasutaja*, ara maini ~4 kasutajal*, ilma kasutajat teavitamata, kasutaja teadmata',
  },
  lv: {
    dismiss:
      'ignore visus, ignorejiet, ignoret, aizmirsti, aizmirstiet, neievero*, neklausi*, neseko*, neskaties uz, neseko, atmet, atcel, nenem vera',
    steer:
      'noradijum*, instrukcij*, noteikum*, pavel*, komand*, prompt*, uzdevum*, vadlinij*, rikojum*, ierobezojum*',
    back: 'ieprieksej*, iepriek*, vis*, augstak*, savus, tavus, minet*, dot*, agrak*',
    all: 'visu, viss, to ko, ko, par visu',
    told: 'teikt*, ieprieks, augstak, teica, lidz sim, iemacij*, pirms, zini, runa*',
    tell: 'pasaki*, sak*, dod man, atklaj*, paradi*, izdruka*, atkarto*, uzraksti*, kada ir, kads ir, kadi ir, nosauc*, izpaud*',
    secret: 'parol*, slepena atslega, slepeno atslegu, slepenais vards, slepeno vardu',
    prompt:
      'sistemas uzvedn*, sistemas prompt*, savus noradijumus, tavi noradijumi, sistemas noradijum*, sakotnej* noradijum*',
    free: 'bez ~2 ierobezojum*, bez ~2 noteikum*, bez ~2 filtr*, bez ~2 cenzuras',
    now: 'no si briza, turpmak, no sa briza, tagad tu esi, tu tagad esi, iedomajies ka esi, izliecies',
    hush: 'nesaki ~3 lietotaj*, neinforme* lietotaj*, nepiemin* ~4 lietotaj*, bez lietotaja zinas, neinformejot lietotaj*, nestasti ~3 lietotaj*',
  },
  lt: {
    dismiss:
      'ignoruok*, nepaisyk*, pamirsk*, uzmirsk*, nesilaikyk*, nekreipk* demesio, neklausyk*, atmesk*, nevykdyk*, praleisk*, atsauk*',
    steer:
      'nurodym*, instrukcij*, taisykl*, isakym*, komand*, prompt*, raginim*, gair*, nuostat*, apribojim*, uzduot*',
    back: 'ankstesn*, ankstesni*, pries tai, vis*, auksciau, savo, tavo, pateikt*, buvus*, pirmin*',
    all: 'viska, visa, apie viska, ka, kas',
    told: 'pasakyt*, sake*, anksciau, auksciau, iki siol, ismok*, zinai, kalbeta, pries tai',
    tell: 'pasakyk*, duok*, atskleisk*, parodyk*, isspausdink*, pakartok*, parasyk*, koks yra, kokie yra, nurodyk*, isvardyk*, pateik*',
    secret: 'slaptazod*, slapta rakta, slaptas raktas, slapta zodi, slaptas zodis',
    prompt:
      'sistemos uzklaus*, sistemos prompt*, savo instrukcijas, savo nurodymus, tavo nurodymai, sistemos nurodym*, pradin* nurodym*, sistemos raginim*',
    free: 'be ~2 apribojim*, be ~2 taisykl*, be ~2 filtr*, be ~2 cenzuros, be ~2 ribu',
    now: 'nuo siol, nuo dabar, nuo sio momento, dabar tu esi, tu dabar esi, apsimesk, isivaizduok kad esi',
    hush: 'nesakyk* ~3 naudotoj*, neinformuok* naudotoj*, nepranesk* ~2 naudotoj*, neminek* ~4 naudotoj*, be naudotojo zinios, nepranesdamas naudotoj*',
  },
  ca: {
    dismiss:
      'ignora, ignorar, ignoreu, ignori, oblida, oblidar, oblideu, oblidi, no facis cas, no feu cas, fes cas omis, no segueixis, no seguiu, descarta*, omet, deixa de banda, no tinguis en compte, passa per alt, desobeeix',
    steer:
      'instruccion*, instruccio, indicacion*, ordres, ordre, regles, regla, directriu*, comand*, prompt*, missatge*, tasque*, norme*, restriccion*',
    back: 'anterior*, previ*, tot*, teves, seves, de dalt, donad*, inicial*, rebud*, precedent*',
    all: 'tot, el que, tot el, allo que, quant',
    told: 'dit, abans, dalt, anterior*, saps, apres, fins ara, previ, ordenat',
    tell: 'digues*, digue*, dona m, revela*, mostra*, repeteix, imprimeix, escriu, quina es, quin es, quines son, ensenya m, comparteix',
    secret: 'contrasenya*, clau secreta, paraula secreta, codi secret',
    prompt:
      'prompt*, teves ~1 instruccions, seves ~1 instruccions, instruccions inicials, instruccions del sistema',
    free: 'sense ~2 restriccions, sense ~2 limits, sense ~2 filtres, sense ~2 regles, sense ~2 censura, sense cap restriccio',
    now: 'a partir d ara, des d ara, d ara endavant, ara ets, fes veure que ets, imagina que ets',
    hush: 'no ~1 diguis ~3 usuari, no informis l usuari, no mencionis ~4 usuari, no avisis l usuari, sense ~1 informar l usuari, sense dir ho a l usuari, sense que l usuari',
  },
  sw: {
    dismiss:
      'puuza, puuzeni, sahau, sahauni, usifuate, usizingatie, msifuate, acha kufuata, achana na, tupilia mbali, usitii, dharau',
    steer: 'maagizo*, maelekezo*, amri*, sheria*, kanuni*, prompt*, miongozo*, mwongozo*, ujumbe',
    back: 'awali*, yote, zote, yaliyotangulia, zilizotangulia, ya awali, za awali, hapo juu, yako, zako, iliyopita, zilizopita, yaliyopita, kabla',
    all: 'yote, kila kitu, chochote, vyote, kila',
    told: 'ulioambiwa, uliyoambiwa, awali, hapo juu, kabla, yaliyosemwa, yaliyotangulia, uliofundishwa, unachojua',
    tell: 'niambie, nipe, unipe, uniambie, sema, onyesha*, fichua*, rudia, andika, toa, chapisha, ni nini, ni ipi',
    secret: 'nenosiri*, neno la siri, nywila*, ufunguo wa siri, neno siri, msimbo wa siri',
    prompt:
      'prompt ya mfumo, maagizo ya mfumo, maagizo yako, maelekezo yako, maelekezo ya mfumo, maagizo ya awali',
    free: 'bila ~2 vikwazo, bila ~2 vizuizi, bila ~2 mipaka, bila ~2 sheria, bila ~2 kikomo',
    now: 'kuanzia sasa, tangu sasa, sasa wewe ni, wewe sasa ni, jifanye, kuanzia leo',
    hush: 'usimwambie ~1 mtumiaji, usimjulishe ~1 mtumiaji, bila kumwambia ~1 mtumiaji, bila kumjulisha ~1 mtumiaji, usitaje ~4 mtumiaji, bila mtumiaji kujua, msimwambie mtumiaji',
  },
  /** Russian, Ukrainian and Hindi as they are typed on a Latin keyboard. */
  translit: {
    dismiss:
      'ignoriruy, ignoriruyte, ignoriruj, ignorirujte, ignoriruite, proignoriruy, zabud, zabudte, ne sleduy*, ne obrashchay*, otmeni*, ignoruy*, nekhtuy*, bhool ja*, bhul ja*, bhul jaiye, nazarandaz*, nazar andaz*, andekha*, ignore kar*, ignore karo, ignore karen',
    steer:
      'instrukts*, instrukci*, ukazani*, komand*, pravil*, prompt*, vkazivk*, nirdesh*, aadesh*, adesh*, niyam*, hidayat*, instructions, rules, prikaz*',
    back: 'predydushch*, predidush*, predydus*, vse, vsekh, prezhn*, poperedn*, usi, pichle, pichhle, pehle, pahle, purane, sabhi, sab, saare, sare, upar, apne, svoi, tvoi, ranee',
    all: 'vsyo, vse, sab kuch, sabkuch, jo bhi, jo, sab',
    told: 'govorili, skazano, skazali, ranshe, vyshe, pehle, pahle, kaha, bataya, upar, do etogo',
    tell: 'skazhi*, nazovi*, pokazhi*, napishi*, vyvedi*, day mne, batao, bataao, bataiye, bata do, do mujhe, mujhe do, dikhao, likho, kya hai, raskroy*',
    secret: 'parol, parolya, sekretnyy klyuch, sekretnoe slovo, password, gupt kunji, gupt shabd',
    prompt:
      'sistemnyy prompt, sistemnye instruktsii, svoi instruktsii, tvoi instruktsii, apne nirdesh, aapke nirdesh, system prompt',
    free: 'bez ~2 ogranicheni*, bez ~2 pravil, bez ~2 filtrov, bina ~2 pratibandh, bina ~2 niyam, bina ~2 restriction*',
    now: 's etogo momenta, otnyne, teper ty, ty teper, ab se, aaj se, ab tum, ab aap',
    hush: 'ne govori ~3 polzovatel*, ne soobshchay ~3 polzovatel*, user ko mat batana, user ko mat batao, user ko bina bataye, upyogkarta ko mat, user ko na batao',
  },
};
