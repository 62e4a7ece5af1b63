"""The words people answer with, English and Spanish, as `meaning.py` reads them: lower case, no accents, no marks.

A yes counts only when every other word is of `SAFE`, so a word is added there only if no sentence with it can take a
yes back or tie it to a condition. Words that can are better left out: a person at the desk reads the text then.
"""


def _words(lines: str) -> frozenset[str]:
    return frozenset(lines.split())


def _phrases(lines: str) -> tuple[str, ...]:
    """One phrase between bars, longest first, so that the longest one is found."""
    found = {" ".join(phrase.split()) for phrase in lines.replace("\n", "|").split("|")}
    return tuple(sorted(found - {""}, key=lambda phrase: (-len(phrase), phrase)))


OPT_OUT_WORDS = _words("stop stopall unsubscribe cancel end quit revoke optout")
"""The carrier's opt-out words; they count only as the whole text (twilio.md 9)."""
OPT_OUT = _phrases("""
opt out|alto|stop please|please stop|unsubscribe please|unsubscribe me|please unsubscribe
stop texting|stop texting me|stop messaging me|stop sending|do not text me|dont text me|do not text me anymore
take me off this list|take me off your list|remove me|remove me from|remove my number|please remove me
dejen de mandarme|no me escriban mas|no me manden mas|no me manden mensajes
""")
"""What a reasonable person reads as an opt-out although no carrier does (domain.md 5.1)."""
START = _words("start unstop")
HELP = _words("help info ayuda")

YES = _words("""
yes y yep yea yeah yup yus ye ys ya yse yws yrs ues tes yed yex yez ywes yess affirmative si sip
accept accepted accepting confirm confirmed available acepto confirmo confirmado disponible claro
""")
"""Words that say yes, with how tired thumbs spell them; the same as a whole text."""
YES_PHRASES = _phrases("""
i can|i can go|i can do it|i can do this|i can do that|i can make it|i can be there|i can help|i can deploy|can do
i will|i will go|ill go|i will do it|ill do it|will do|ill be there|i will be there|ill take it|ill take|i will take
i am in|im in|count me in|count on me|you can count on me|sign me up|put me down|put me down as a yes
i am available|im available|i accept|i am able to|im able to|able to go|happy to go|happy to help|happy to|glad to
im on board|on board|on my way|absolutely|definitely|of course|sure|sure thing|good to go|ready to go|ready to deploy
that works|that works for me|works for me|i would be honored|honored to
si puedo|puedo|puedo ir|cuenten conmigo|cuenta conmigo|cuente conmigo|claro que si|por supuesto|voy|si voy
ahi estare|estoy disponible|estoy listo|estoy lista|con gusto|con mucho gusto
""")
"""Sentences that say yes. In them "can", "go" and "in" mean yes, alone they do not."""
SAFE = _words("""
i im id ill am are be been can will would like love do did does go going come coming there here it its to the
this that thats one for me my myself you your in at on of a an and as so with by all up down seat offer team
deploy deployment help helping make take fine okay ok good great ready able board way count sign put send
please pls plz thanks thank thx ty tysm much very really sir maam mam hi hello hey
sure absolutely definitely course happy glad honored asking ahead accept accepted accepting confirm confirmed yes
available roger reply rrt ref code period exclamation point mark s dr mr mrs ms
gracias muchas de acuerdo ir voy vale puedo hola buenos buenas dias senor senora con mucho gusto estoy
lista listo ahi estare aqui conmigo cuenten cuenta cuente claro que por supuesto equipo oferta
""")
"""Words that leave a yes a yes."""
SIGNS_AGAINST = "\U0001f644\U0001f612\U0001f914\U0001f923\U0001f602\U0001f62d\U0001f937\U0001f620\U0001f621\U0001f92e"
"""Emoji that make a yes doubtful: rolled eyes, thinking, laughing, crying, a shrug, anger."""

NO = _words("""
no n nope nah nop noo nooo nno mo decline declined unable unavailable pass passing negative cannot cant rechazo paso
imposible nopw
""")
"""Words that say no, as a whole text or with safe words around."""
NO_PHRASES = _phrases("""
not able|not able to|not available|not this time|not this one|not possible|wont be able|will not be able|wont make it
i cant|i cannot|i can not|can not go|cant go|cant make it|cant make this one|cant do it|cant this time|cant this week
no can do|no way|no go|count me out|im out|i am out|have to decline|must decline|have to pass|must pass|ill pass
need to sit this one out|sitting this one out|im afraid not|afraid not|unfortunately not|unfortunately no|i said no
i dont think i can|do not want to|dont want to|couldnt possibly
no puedo|no puedo ir|no voy|no voy a poder|no podre|no acepto|no disponible|no estoy disponible|no gracias
gracias pero no|me es imposible|no me es posible|imposible
""")
"""Sentences that say no."""
NO_SAFE = _words("""
i im ill id am be is it its to the this that one time week for me my able go make do come sorry sry thanks thank you
ty thx but pero please have must need will would regret respectfully regretfully unfortunately afraid for asking said
very much deploy possible possibly decline declined pass passing on out gonna want think can in sit sitting period
hi hello hey good morning evening today again i'm rrt team offer seat code
lo siento gracias esta vez ir voy a poder puedo hola me es posible disponible desafortunadamente estoy senor senora
podre imposible acepto
""")
"""Words that leave a no a no; "but" among them, because "thank you but no" is one."""
REASONS = _words("""
i im we my our family kids kid mom mother dad father wife husband sister brother son daughter baby out on at in working
work shift sick surgery court vacation training another because due estoy estamos mi mis tengo trabajando
""")
"""Words that may begin the reason of a no: what follows them is not read, but kept."""
NO_LEADS = _phrases("no|no sorry|sorry no|nope|nah|cant|i cant|cannot|i cannot|unable|no cant|cant go|no puedo|no voy")
"""How a no begins that tells its reason."""
NEVER_A_NO = _phrases("""
no problem|no problemo|no prob|no worries|no issue|no issues|no biggie|no sweat|no doubt|no idea|no clue|no one|nobody
not a problem|not sure|not yet|not no|not only|not until|not before|not today|not tonight|not a yes|not yes
cant wait|can not wait|cannot wait|cant believe|can not believe|cant complain|cant even|cant talk|cant open|cant hear
cant say|cant tell|cant right now|cant leave|wouldnt say no|wouldnt miss|dont know|dont stop|i know
no se|no lo se|no hay|no pasa|no te|no mames|no manches|no estoy segur|como no|no only|no stop
no estoy seguro|no estoy segura|no signal|no service|no code|no text|no soy
""")
"""Phrases with a "no" in them that mean something else: a person reads them."""

HEDGES = _words("""
if but only until till unless maybe might may perhaps depends depending depende later after before hour hours hr hrs
minute minutes min mins tomorrow tmrw tomorow tonight today day days night nights morning mornings afternoon afternoons
evening evenings week weekend weekends
leaving late probably possibly think guess suppose hope hopefully try trying tentative tentatively pending assuming
provided providing condition except though however once when starting alone need needed check checking ask tell let
virtually remote remotely leaning likely almost certainly
monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
pero solo hasta quiza quizas manana despues depende consigo creo puede lunes martes miercoles jueves viernes sabado
domingo primero todavia ver dejame dejeme tarde tardes noche noches
""")
"""Words of a condition: with them a yes is kept whole and shown to the desk, not read as yes."""
TURNS = _words("but if unless until till pero hasta maybe later only solo next si hours")
"""Words that make a no with a reason a condition."""
CONDITIONS = _phrases("""
i might|might|maybe|maybe later|probably|possibly|perhaps|depends|depends on|i think so|i guess|i suppose|i will try
ill try|will try|trying to|let me check|let me ask|let me know|i need to check|need to check|have to ask|have to see
checking with|i will let you know|ill let you know|will let you know|give me|tell you in|ask me tomorrow|ask me later
should be able|hopefully|50 50|sort of|tentative|if my|if you|if i|if they|if nobody|only|not until|not before|not yet
not sure|not today|not tonight|half days|i could|i can come|can go|i can drive|i can only|i can virtually|need 30
most likely|almost certainly|pretty sure
tal vez|quiza|quizas|puede ser|a lo mejor|depende|creo que si|voy a ver|dejame ver|dejeme consultar|todavia no se
no estoy seguro|no estoy segura|primero tengo que|si consigo|si me dan|solo si|puedo el
""")
"""Sentences of a maybe without a clear yes in them."""

ASKS = _words("""
what where why how who whos when which whats wheres hows is are do does did can could
que quien quienes donde cuando cuanto cuanta cuantos como cual
""")
"""Words that begin a question, mark or not."""
CALL_ME = _phrases("""
call|call me|please call|please call me|call me please|call me back|call me asap|can you call|phone me|pls call
need more info|need details|llamame|llameme|llamenme|me pueden llamar|me puede llamar|could you tell me more
""")
"""A person is wanted."""

WRONG_NUMBER = _phrases("""
wrong number|wrong person|the wrong number|not my number|this is not|i am not maria|no soy|este no es el numero
numero equivocado|se equivoco de numero|wrong no
""")
"""The phone may have another owner now (reliability.md B8)."""

STATUS = _phrases("status|status please|my status|what is my status|estado|mi estado|estado por favor")
ARRIVED = _phrases("""
arrived|arrive|arrived safely|i arrived|i have arrived|ive arrived|we have arrived|just arrived|im here|i am here|here
on site|on site now|i am on site|im on site|arrived at hotel|arrived at the hotel|llegue|ya llegue|ya estoy aqui
""")
HOME = _phrases("""
home|home safe|home safely|home now|im home|i am home|im home safe|i am home safe|back home|made it home|got home
en casa|ya en casa|ya estoy en casa|llegue a casa|estoy en casa
""")
DELAYED = _phrases("""
delayed|im delayed|i am delayed|flight delayed|flight is delayed|my flight is delayed|my flight delayed|running late
running|retrasado|retrasada|retraso|estoy retrasado|estoy retrasada|vuelo retrasado|mi vuelo esta retrasado|voy tarde
""")
READ = _phrases("""
ok|okay|k|ok thanks|ok thank you|read|read it|i read it|i have read it|got it|ok read|ok read it|ok got it|understood
roger|acknowledged|confirmed|leido|ya lo lei|leida|ya la lei|entendido|recibido|ok gracias
""")
"""Says that an order was read, to somebody who waits for just that; to an offer none of these is a yes."""
LEFT = _phrases("""
left|i left|i have left|leaving now|i am leaving now|im leaving now|left home|on the road|sali|ya sali|salgo ahora
""")
RELIEF = _phrases("""
relief|need relief|i need relief|relieve me|please relieve me|relief please|i need to be relieved|relevo
necesito relevo|necesito un relevo|quiero relevo
""")
"""Somebody on the road asks to be relieved, without a reason."""
BACK = _phrases("""
back|back now|back early|im back|i am back|regrese|ya regrese|de vuelta|de regreso|volvi|ya volvi
""")
AWAY = _phrases("away|ausente|fuera")
POLITE = _words("thanks thank you thx please pls ok gracias por favor")
"""What may stand beside a bare 1 or 2."""
GREETINGS = _phrases("""
good morning|good evening|good afternoon|good night|good day|buenos dias|buenas tardes|buenas noches
""")
"""They name a time of day and mean none."""
DIGIT_NAMES = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6", "siete": "7",
    "ocho": "8", "nueve": "9",
}  # fmt: skip
"""What a phone makes of a code that is spoken."""
