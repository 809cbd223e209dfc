"""
First names that are common in English and German, and Chinese surnames in Latin letters.

Written by hand. A name that is an everyday word as well (Will, Mark, Grace) is not
among them: it takes a word beside it to be seen.
"""

import re

from gateway.redaction.checks import words

FIRST_NAMES = frozenset(
    words("""
    aaron, abigail, adam, adrian, aisha, alan, albert, alejandro, alex, alexander, alexandra, alfred,
    alice, alicia, alison, allison, amanda, amber, amelia, amy, ana, andre, andrea, andreas, andrew,
    angela, angelika, anita, anja, anke, anna, anne, annette, anthony, antje, antonia, antonio, anton,
    arthur, ashley, astrid, axel, barbara, beate, ben, benjamin, bernd, bernhard, betty, beverly,
    birgit, bjorn, bob, bradley, brandon, brenda, brian, brigitte, bruce, bryan, caleb, cameron, carl,
    carla, carlos, carmen, carol, caroline, carolin, catherine, charles, charlotte, chloe, christa,
    christian, christiane, christina, christine, christoph, christopher, claire, clara, claudia, colin,
    connor, craig, cynthia, daniel, daniela, david, deborah, debra, denise, dennis, derek, detlef,
    diana, diane, dieter, dirk, donald, donna, dorothy, douglas, dylan, edith, edward, eileen, elena,
    eleanor, elizabeth, elisabeth, elke, ella, ellen, emily, emma, eric, erica, erich, erik, erika,
    ernst, ethan, eva, evelyn, fabian, felix, fiona, florian, frances, francesca, francis, frank,
    franz, fred, frederick, friedrich, fritz, gabriel, gabriele, gareth, gary, geoffrey, georg, george,
    gerald, gerd, gerhard, gisela, gloria, gordon, gregory, greta, gudrun, gunther, guenter, günter,
    hannah, hanna, hannes, hans, harald, harold, harry, hartmut, heather, heidi, heike, heinrich,
    heinz, helen, helena, helga, helmut, henry, herbert, hermann, holger, howard, hugh, ian, ines,
    inge, ingo, ingrid, irene, isaac, isabel, isabella, ivan, jack, jackson, jacob, jacqueline, jakob,
    james, jamie, jan, jana, jane, janet, janice, jason, javier, jean, jeff, jeffrey, jennifer, jens,
    jeremy, jessica, jim, joachim, joan, joanna, jochen, joe, joel, johanna, johannes, john, jonas,
    jonathan, jordan, jorge, joseph, josef, joshua, joyce, juan, judith, judy, julia, julian, julie,
    jürgen, juergen, jutta, karen, karin, karl, katharina, katherine, kathleen, kathrin, katrin,
    kathryn, katie, katja, keith, kelly, kenneth, kerstin, kevin, kimberly, klaus, konrad, kristen,
    kristin, kurt, kyle, larry, lars, laura, lauren, lawrence, lea, lena, leon, leonard, leonie, lewis,
    liam, linda, lisa, lothar, louis, louise, luca, lucas, lucy, luis, luisa, lukas, lutz, lydia, lynn,
    madison, manfred, manuela, marco, marcus, margaret, maria, marianne, marie, marina, mario, marion,
    markus, martha, martin, martina, mary, mateo, matthew, matthias, maureen, max, maximilian, megan,
    melanie, melissa, mia, michael, michaela, michelle, miguel, mike, mohamed, mohammed, monica,
    monika, moritz, nadine, nancy, natalie, nathan, nicholas, nicola, nicole, niklas, nina, noah, nora,
    norbert, oliver, olivia, omar, oscar, otto, pamela, patricia, patrick, paul, paula, pedro, peggy,
    petra, philip, philipp, phillip, phyllis, priya, rachel, rafael, rainer, ralf, ralph, ramona,
    raymond, rebecca, regina, renate, ricardo, richard, rita, robert, roberto, roger, roland, rolf,
    ronald, rosemary, roy, rudolf, russell, ruth, ryan, sabine, sabrina, samantha, samuel, sandra,
    sara, sarah, sascha, scott, sean, sebastian, sharon, sheila, shirley, silke, silvia, simon, simone,
    sofia, sophia, sophie, stefan, stefanie, stephan, stephanie, stephen, steve, steven, stuart, susan,
    susanne, sven, sylvia, tanja, tanya, teresa, theresa, theodor, thomas, thorsten, tim, timothy,
    tina, tobias, todd, tom, torsten, tracy, tyler, udo, ulrich, ulrike, ursula, ute, uwe, valerie,
    vanessa, vera, veronica, veronika, victor, viktor, victoria, vincent, virginia, volker, walter,
    wanda, wayne, werner, wendy, wilhelm, william, wolfgang, yvonne, zachary, zoe, mei, ahmed, ali,
    fatima, hassan, ibrahim, yusuf, raj, rahul, sanjay, anil, deepak, hiroshi, yuki, kenji, akiko,
    pierre, jacques, françois, giovanni, giuseppe, carmela, sergei, olga, natasha, dmitri, svetlana,
    igor, peter, phil, tony, sam, dan, chris, nick, matt, luke, kate, jess, ron, ted, greg, doug, stan,
    leo, theo, lily, layla, aiden, mason, harper, hazel, lucia, karl-heinz, hans-peter, anna-maria,
    marie-luise, gertrud, hildegard, waltraud, siegfried, egon, edeltraud, friederike, henrike, levin,
    finn, emil, ida, frieda, mats, noel, milan, elias, oskar, linus, mehmet, mustafa, ayşe, emre, elif,
    wojciech, agnieszka, katarzyna, jadwiga, ivana, milos, andrei, nikolai, tatiana, ekaterina, ananya,
    arjun, vikram, lakshmi, chinedu, kwame, amara, diego, camila, sofía, josé, maría, héctor, gonzalo,
    paulo, joão, thiago, beatriz
""")
)
SURNAMES_IN_LETTERS = frozenset(
    words("""
    zhang, wang, liu, chen, yang, huang, zhao, zhou, xu, zhu, guo, luo, zheng, xie, feng, cheng, cao,
    yuan, deng, xiao, tian, pan, jiang, cai, yu, ye, wei, su, lu, ding, ren, shen, yao, lin, hu, ma,
    gao, sun, wu, li, song, tang, qian, qin, hou, shao, meng, duan, lei, peng, zeng, xiong, dai, cui,
    qiu, zou, hao, gong, liang, han, xue, yan, lyu, ouyang, zhong, fang, shi, kong, bai, jia, wong,
    chan, cheung, lau, leung, kwok, tsang, tse, hsu, tsai, chang, lee, ng
""")
)
_INITIAL = "(?:zh|ch|sh|[bpmfdtnlgkhjqxzcsryw])?"
_FINAL = (
    "(?:iang|iong|uang|iao|ian|ing|uai|uan|ang|eng|ong|ia|ie|iu|in|ua|uo|ui|un|ue"
    "|ai|ei|ao|ou|an|en|er|a|o|e|i|u|v)"
)
_SYLLABLES = re.compile(f"{_INITIAL}{_FINAL}(?:[-']?{_INITIAL}{_FINAL})?", re.IGNORECASE)


def is_pinyin(word: str) -> bool:
    """Return whether a word is one or two Chinese syllables in Latin letters."""
    return len(word) > 1 and _SYLLABLES.fullmatch(word) is not None


LAST_NAMES = frozenset(
    words("""
    smith, johnson, williams, jones, garcia, miller, davis, rodriguez, martinez, hernandez, lopez,
    gonzalez, wilson, anderson, thomas, taylor, moore, jackson, perez, thompson, harris, sanchez,
    clark, ramirez, lewis, robinson, walker, allen, wright, scott, torres, nguyen, flores, adams,
    nelson, mitchell, rivera, campbell, carter, roberts, gomez, phillips, evans, turner, diaz, parker,
    cruz, edwards, collins, reyes, stewart, morris, morales, murphy, rogers, gutierrez, ortiz, morgan,
    peterson, bailey, reed, howard, ramos, richardson, watson, brooks, chavez, bennett, mendoza, ruiz,
    hughes, alvarez, castillo, sanders, patel, myers, ross, foster, jimenez, powell, jenkins, perry,
    sullivan, coleman, butler, henderson, barnes, fisher, vasquez, simmons, romero, patterson,
    hamilton, graham, reynolds, griffin, wallace, moreno, hayes, bryant, herrera, gibson, ellis, tran,
    medina, aguilar, stevens, murray, castro, marshall, owens, harrison, fernandez, mcdonald, kennedy,
    vargas, henry, freeman, webb, tucker, guzman, crawford, olson, simpson, porter, gordon, mendez,
    silva, shaw, snyder, dixon, munoz, hicks, holmes, palmer, wagner, robertson, boyd, salazar, warren,
    fox, meyer, rice, garza, daniels, ferguson, nichols, stephens, soto, weaver, ryan, gardner, payne,
    kelley, dunn, pierce, arnold, hawkins, hansen, peters, santos, wheeler, knight, elliott, bradley,
    duncan, armstrong, hudson, carroll, lane, riley, andrews, alvarado, ray, delgado, berry, perkins,
    hoffman, johnston, matthews, richards, contreras, willis, carpenter, lawrence, sandoval, harvey,
    watkins, molina, benson, nowak, kowalski, khan, singh, kumar, ahmed, hussain, o'brien, o'connor,
    murray, reid, hunt, mills, wise, franklin, lutz, barker, chapman, doyle, gallagher, macdonald,
    mckenzie, müller, schmidt, schneider, fischer, weber, meyer, becker, schulz, hoffmann, schäfer,
    koch, bauer, richter, wolf, schröder, neumann, schwarz, zimmermann, braun, krüger, hofmann,
    hartmann, lange, schmitt, werner, schmitz, krause, meier, lehmann, schmid, schulze, maier, köhler,
    herrmann, könig, walter, mayer, huber, kaiser, fuchs, peters, lang, scholz, möller, weiß, jung,
    hahn, schubert, vogel, friedrich, keller, günther, frank, berger, winkler, roth, beck, lorenz,
    baumann, franke, albrecht, schuster, simon, ludwig, böhm, winter, kraus, schumacher, krämer, vogt,
    stein, jäger, otto, sommer, groß, seidel, heinrich, brandt, haas, schreiber, graf, schulte,
    dietrich, ziegler, kuhn, kühn, pohl, engel, horn, busch, bergmann, voigt, sauer, arnold, wolff,
    pfeiffer, lindner, hendriks, hesse, kramer
""")
)
# Capital letters that begin no name, at the beginning or the end of a pair.
NO_NAME_WORDS = frozenset(
    words("""
    kollege, kollegin, kollegen, doktor, president, präsident, chairman, minister, officer, speaker,
    judge, mayor, bundeskanzler, llc, plc, the, a, an, this, that, these, those, my, your, our, his,
    her, its, their, we, you, he, she, it, they, i, customer, customers, team, sir, madam, all,
    everyone, support, service, services, client, clients, user, users, colleague, colleagues, friend,
    friends, doctor, patient, patients, valued, hiring, manager, sirs, there, here, please, thank,
    thanks, hello, hi, dear, from, to, on, in, at, and, or, but, if, when, where, what, why, how, who,
    not, no, yes, new, old, best, kind, regards, january, february, march, april, may, june, july,
    august, september, october, november, december, monday, tuesday, wednesday, thursday, friday,
    saturday, sunday, january, inc, ltd, llc, gmbh, ag, corp, corporation, company, co, group, bank,
    university, hospital, clinic, school, college, institute, center, centre, street, road, avenue,
    lane, drive, park, airport, station, city, county, state, north, south, east, west, island, beach,
    damen, herren, und, oder, der, die, das, ich, sie, wir, ihr, sehr, geehrte, geehrter, kunde,
    kundin, kundenservice, hilfe, bitte, danke, vielen, ihre, ihrem, ihren, unser, unsere, mit,
    freundlichen, grüßen, name, email, phone, address, order, invoice, account, unknown, none, null,
    true, false, test, admin, user, guest, example, api, http, json, python, java, windows, linux,
    general, public, plus, pro, mini, air, prize, award, effect, disease, syndrome, test, method,
    theorem, law, house, hotel, cup, republic, kingdom
""")
)
# Places of two words that read like a Chinese or an English name.
NO_NAME_PHRASES = frozenset(
    words("""
    hong kong, new york, san francisco, los angeles, las vegas, san diego, san jose, santa clara,
    south carolina, st louis, saint louis, shang hai, bei jing, tai pei, xi an, kuala lumpur,
    abu dhabi, rio grande, palo alto, mountain view, alan turing institute
""")
)
