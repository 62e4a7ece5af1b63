"""The same texts in Spanish, by the kind that `texts/` gives them.

GSM-7 has é, ñ, ¿ and ¡ but no á, í, ó, ú: one of those would more than double what a text costs and cut its length to
70, so they are left out, as people do on phones. What a voice says keeps its accents.
"""

ROLES = {
    "team leader": "jefe de equipo",
    "deputy team leader": "subjefe de equipo",
    "law enforcement executive peer": "par ejecutivo policial",
    "law enforcement peer supporter": "apoyo entre pares policiales",
    "victim advocate": "defensor de victimas",
    "victim assistance lead": "lider de ayuda a victimas",
    "clinician": "terapeuta",
    "child and adolescent clinician": "terapeuta infantil",
    "community facilitator": "facilitador comunitario",
    "faith leader": "lider religioso",
}
"""Titles of seats; one that is not here stays English."""
MONTHS = {
    "Jan": "ene", "Feb": "feb", "Mar": "mar", "Apr": "abr", "May": "may", "Jun": "jun", "Jul": "jul", "Aug": "ago",
    "Sep": "sep", "Oct": "oct", "Nov": "nov", "Dec": "dic",
}  # fmt: skip
SPOKEN_MONTHS = {
    "ene": "enero", "feb": "febrero", "mar": "marzo", "abr": "abril", "may": "mayo", "jun": "junio", "jul": "julio",
    "ago": "agosto", "sep": "septiembre", "oct": "octubre", "nov": "noviembre", "dic": "diciembre",
}  # fmt: skip
WEEKDAYS = {"Mon": "lun", "Tue": "mar", "Wed": "mie", "Thu": "jue", "Fri": "vie", "Sat": "sab", "Sun": "dom"}
SPOKEN_WEEKDAYS = {
    "Mon": "lunes", "Tue": "martes", "Wed": "miércoles", "Thu": "jueves", "Fri": "viernes", "Sat": "sábado",
    "Sun": "domingo",
}  # fmt: skip
ZONE_NAMES = {
    "ET": "del Este", "CT": "del Centro", "MT": "de la Montaña", "PT": "del Pacífico", "AKT": "de Alaska",
    "HT": "de Hawái", "AT": "del Atlántico", "ChT": "de Chamorro", "ST": "de Samoa",
}  # fmt: skip
TEXTS = {
    "offer": "RRT: ¿Puede ir a {where}, como {role}? Responda {answers} antes de {reply_by}.{more} STOP: fin",
    "offer_link": "RRT: Su pagina para {where}: {link} Solo para usted. Ref {code}",
    "phone_code": "RRT: Su codigo es {mark}. Vale 10 minutos. Nunca se lo pedimos por telefono; no se lo diga a nadie.",
    "reminder": "RRT: Aun esperamos su respuesta: {where}{about}. Responda {answers} antes de {reply_by}.{more}"
    " STOP: fin",
    "confirmed": "RRT: El puesto es suyo: {role}, {where}. No compre viaje aun, le llega la orden."
    " Oficina: {desk_phone}. Ref {code}",
    "seat_confirmed_again": "RRT: Si, sigue con el puesto: {role}, {where}. Nada mas que hacer."
    " ¿Problema? {desk_phone}. Ref {code}",
    "got_no": "RRT: Recibimos su NO para {where}. Gracias. No tiene que hacer nada mas. Ref {code}",
    "now_declined": "RRT: Entendido: su SI para {where} ahora es NO. El puesto va a otra persona. No viaje."
    " Gracias por avisar. Ref {code}",
    "standby": "RRT: Recibimos su SI para {where}. El puesto ya esta tomado; queda en reserva."
    " Le avisamos si hace falta. Ref {code}",
    "too_late": "RRT: Gracias. El plazo para {where} ya paso. La oficina decide si aun hace falta."
    " No viaje si no le avisamos. Ref {code}",
    "seat_taken": "RRT: El puesto en {where} ya es de otra persona. No tiene que hacer nada; no viaje, por favor."
    " Gracias. Ref {code}",
    "other_seat": "RRT: Ese puesto ya esta ocupado. ¿Puede ir a {where}, {role}? Responda {answers}"
    " antes de {reply_by}.",
    "withdrawn": "RRT: El puesto en {where} ya no hace falta. No tiene que hacer nada; no viaje, por favor."
    " Gracias. Ref {code}",
    "stood_down": "RRT: {where}: cancelado. No viaje. Si ya va en camino, llame ahora a la oficina: {desk_phone}."
    " Ref {code}",
    "other_offer_taken": "RRT: Dijo SI a otro equipo, asi que ya no le pedimos ir a {where}."
    " Nada que hacer. Gracias. Ref {code}",
    "deferred": "RRT: Gracias. Una persona de la oficina vera su respuesta para {where} y le contesta."
    " Oficina: {desk_phone}. Ref {code}",
    "still_yours": "RRT: Recibimos su NO, pero ya esta en camino o en el lugar: {where}. La oficina le llama."
    " Urgente: {desk_phone}. Ref {code}",
    "not_clear": "RRT: Perdon, no entendimos. ¿Puede ir a {where}? Responda {answers} antes de {reply_by}.",
    "which_one": "RRT: Tiene {count} preguntas abiertas: {items}. Responda SI o NO con el numero,"
    " como SI {first} o NO {first}.",
    "which_person": "RRT: Dos de nuestros expertos usan este telefono. Para {where}, responda con el numero:"
    " {answers}.",
    "say_your_name": "RRT: Dos de nuestros expertos usan este telefono. Envielo otra vez con su nombre,"
    " como {example}.",
    "no_open_offer": "RRT: Ahora no le preguntamos nada. Nada que hacer. Para hablar con una persona llame a la"
    " oficina: {desk_phone}",
    "wrong_code": "RRT: Ese numero no es de ninguna de sus preguntas abiertas. Revise nuestro ultimo mensaje"
    " o llame: {desk_phone}",
    "help_text": "RRT: Oficina del Rapid Response Team, dia y noche: {desk_phone}. STOP para no recibir mensajes."
    " Puede haber cargos por mensajes y datos.",
    "passed_to_desk": "RRT: Recibimos su mensaje. Una persona de la oficina lo lee y le contesta."
    " ¿Urgente? Llame a {desk_phone}",
    "texts_ended": "RRT: No le enviaremos mas mensajes. La oficina lo sabe y le puede llamar."
    " Para volver a recibirlos responda START.",
    "wrong_number": "RRT: Perdon por la molestia. No le enviaremos mas mensajes a este numero. La oficina lo revisa.",
    "status_nothing": "RRT: No le preguntamos nada ahora y no tiene puesto.{away} Oficina: {desk_phone}",
    "status_open": "RRT: Esperamos su respuesta: {items}. Responda SI o NO con el numero. Oficina: {desk_phone}",
    "status_seat": "RRT: Tiene el puesto: {role}, {where}. Oficina: {desk_phone}. Ref {code}",
    "away_noted": "RRT: Anotado: no puede ir {dates}. No le preguntamos para esos dias. ¿Vuelve antes? Responda BACK",
    "away_when": "RRT: ¿Que dias no puede ir? Responda asi: AWAY 12/20-12/27 (mes/dia).",
    "away_but_asked": "RRT: Anotado: no puede ir {away_dates}. Aun hay una pregunta para esos dias, {where}:"
    " responda {answers}.",
    "away_but_seated": "RRT: Anotado, pero tiene un puesto en esos dias: {where}. La oficina le llama."
    " ¿Urgente? {desk_phone}. Ref {code}",
    "back_noted": "RRT: Bienvenido. Desde ahora le podemos preguntar otra vez. Nada mas que hacer.",
    "not_away": "RRT: No estaba anotado como ausente. Nada que hacer.",
    "arrived_noted": "RRT: Gracias, anotamos que llego: {where}. La oficina lo ve. Para hablar: {desk_phone}."
    " Ref {code}",
    "left_noted": "RRT: Gracias, anotamos que salio. Envie LLEGUE al llegar, DELAYED si se retrasa: {where}."
    " ¿Problema? {desk_phone}. Ref {code}",
    "home_noted": "RRT: Gracias, anotamos que esta en casa. Descanse. La oficina lo ve. Para hablar: {desk_phone}."
    " Ref {code}",
    "delay_noted": "RRT: Gracias. La oficina ve ahora que se retrasa: {where}. Urgente: {desk_phone}. Ref {code}",
    "not_under_way": "RRT: Recibimos su mensaje, pero su viaje a {where} no ha empezado. La oficina lo mira:"
    " {desk_phone}. Ref {code}",
    "no_mission": "RRT: Recibimos su mensaje, pero no tiene puesto con nosotros ahora. La oficina lo mira:"
    " {desk_phone}",
    "mission_order": "RRT: Su orden esta lista: {role}, {where}. Leala en su pagina y responda OK {code}."
    " Oficina: {desk_phone}",
    "order_amended": "RRT: Cambio en su orden: {where}. Leala otra vez en su pagina y responda OK {code}."
    " Oficina: {desk_phone}",
    "order_unread": "RRT: Pronto sale de viaje: {where}. Lea antes su orden y responda OK {code}."
    " ¿Problema? {desk_phone}",
    "change_unread": "RRT: Lea por favor el cambio de su orden: {where}. Esta en su pagina; responda OK {code}."
    " ¿Problema? {desk_phone}",
    "order_acknowledged": "RRT: Gracias, anotamos que leyo su orden: {where}. Envie LLEGUE al llegar."
    " Oficina: {desk_phone}. Ref {code}",
    "are_you_there": "RRT: Le esperabamos ya en el lugar: {where}. Responda LLEGUE o DELAYED."
    " ¿Problema? {desk_phone}. Ref {code}",
    "are_you_home": "RRT: ¿Llego bien a casa? Responda HOME. ¿Sigue en camino o hay un problema? {desk_phone}."
    " Ref {code}",
    "member_missing": "RRT: Alguien de su equipo no ha avisado que llego: {where}. Vea su pagina o llame:"
    " {desk_phone}. Ref {code}",
    "report_due": "RRT: Falta su informe de hoy: {where}. Dos minutos en su pagina, o llame: {desk_phone}. Ref {code}",
    "stay_question": "RRT: ¿Puede quedarse en {state} hasta {stay_until}? Responda {answers} antes de {reply_by}."
    " Sin respuesta vuelve segun lo previsto.",
    "stay_yes": "RRT: Gracias. Se queda en {state} hasta {stay_until}. Le llega la orden cambiada."
    " ¿Problema? {desk_phone}. Ref {code}",
    "stay_no": "RRT: Anotado. Vuelve segun lo previsto: {where}. No hace falta un motivo. Gracias. Ref {code}",
    "stay_booked": "RRT: Gracias, pero otro equipo cuenta con usted. Vuelve segun lo previsto: {where}."
    " Oficina: {desk_phone}. Ref {code}",
    "stay_over": "RRT: El plazo ya paso. Vuelve segun lo previsto: {where}. Para cambiarlo: {desk_phone}. Ref {code}",
    "stay_not_needed": "RRT: El equipo no se queda mas. Vuelve segun lo previsto: {where}. Gracias. Ref {code}",
    "survey": "RRT: ¿Como fue? Tres preguntas, dos minutos, sin nombres: {link} Gracias. STOP: fin",
    "survey_reminder": "RRT: Recordatorio, el unico: ¿como fue? Dos minutos, sin nombres: {link} Gracias. STOP: fin",
    "relief_noted": "RRT: Anotado. Ya buscamos quien le releve: {where}. No hace falta un motivo."
    " Para hablar: {desk_phone}. Ref {code}",
    "relief_before_leaving": "RRT: Anotado. Buscamos quien vaya en su lugar: {where}. Mientras no le avisemos, el"
    " puesto es suyo. Hablar: {desk_phone}. Ref {code}",
    "need_not_go": "RRT: Otra persona va en su lugar: {where}. No viaje, por favor. No hace falta un motivo."
    " ¿Ya salio? {desk_phone}. Ref {code}",
    "turn_back": "RRT: Ya hay alli otra persona en su lugar: {where}. Vuelva a casa y envie HOME al llegar."
    " ¿Problema? {desk_phone}. Ref {code}",
    "relief_by_desk": "RRT: Recibimos su RELEVO: {where}. Una persona de la oficina lo mira ahora. ¿Urge? {desk_phone}."
    " Ref {code}",
    "released": "RRT: Ya puede volver a casa: {where}. Gracias. Buen viaje; envie HOME al llegar."
    " Oficina: {desk_phone}. Ref {code}",
    "welcome_home": "RRT: Gracias y bienvenido. Empieza su descanso: nada le preguntamos antes del {rest_until}."
    " Para hablar con alguien: 988. Ref {code}",
    "not_released": "RRT: Escribio HOME, pero aun consta en el lugar: {where}. La oficina lo mira, o llame:"
    " {desk_phone}. Ref {code}",
    "drill": "RRT: Esto es una PRUEBA del Rapid Response Team. Nadie viaja. Responda 1 {drill_code}. Gracias."
    " STOP para no recibir mas",
    "drill_thanks": "RRT: Gracias. Su respuesta a la prueba {drill_code} llego. Nada mas que hacer.",
    "drill_over": "RRT: Gracias. La prueba {drill_code} ya termino; anotamos su respuesta tardia. Nada mas que hacer.",
    "spoken_offer": "Hola. Le llama el Rapid Response Team. ¿Puede ir a {place}, {spoken_dates}, como {role}?"
    " Su número es {digits}. Necesitamos su respuesta antes de las {spoken_time}."
    " Para sí, marque 1. Para no, marque 2. Para que la oficina le llame, marque 9.",
    "spoken_notice": "Hola. Le llama el Rapid Response Team. No pudimos enviarle este mensaje. {told}"
    " Si lo escuchó, marque 1. Para que la oficina le llame, marque 9.",
    "spoken_over": "Hola. Le llama el Rapid Response Team. La pregunta de esta llamada ya no está abierta."
    " No tiene que responderla. Gracias. Adiós.",
    "spoken_heard": "Gracias. Adiós.",
    "spoken_thanks": "Gracias. Tenemos su respuesta. Le diremos qué sigue. Adiós.",
    "spoken_no": "Gracias. Tenemos su respuesta: no. Adiós.",
    "spoken_desk": "Gracias. Una persona de la oficina le llamará. Adiós.",
    "spoken_voicemail": "Este es el Rapid Response Team. Por favor revise sus mensajes de R R T. Gracias.",
}


def days(dates: str) -> str:
    """ "Nov 30-Dec 2" as "30 nov-2 dic", "Nov 23-26" as "23-26 nov"."""
    first, _, last = dates.partition("-")
    month, _, day = first.partition(" ")
    if not last:
        return f"{day} {MONTHS.get(month, month)}"
    if last.isdecimal():
        return f"{day}-{last} {MONTHS.get(month, month)}"
    return f"{days(first)}-{days(last)}"


def time(text: str) -> str:
    """ "Tue 4:30am CT" as "mar 4:30am CT"."""
    first, _, rest = text.partition(" ")
    return f"{WEEKDAYS[first]} {rest}" if first in WEEKDAYS else text


def spoken_days(dates: str) -> str:
    """ "Nov 30-Dec 2" as a voice says it: "del 30 de noviembre al 2 de diciembre"."""
    first, _, last = days(dates).partition("-")
    if not last:
        return f"el {_spoken_day(first)}"
    if " " not in first:
        return f"del {first} al {_spoken_day(last)}"
    return f"del {_spoken_day(first)} al {_spoken_day(last)}"


def _spoken_day(day: str) -> str:
    number, _, month = day.partition(" ")
    return f"{number} de {SPOKEN_MONTHS.get(month, month)}"


def spoken_time(text: str) -> str:
    """ "Tue 4:30am CT" as a voice says it: "4:30 de la mañana, hora del Centro, del martes"."""
    hour, _, zone = text.rpartition(" ")
    day, _, hour = hour.rpartition(" ")
    said = hour.replace("am", " de la mañana").replace("pm", " de la tarde")
    return f"{said}, hora {ZONE_NAMES.get(zone, zone)}{f', del {SPOKEN_WEEKDAYS[day]}' if day else ''}"


def said(kind: str, **values: str) -> str:
    """The Spanish words of a kind.

    Raises:
        KeyError: no such kind, or a value is missing.
    """
    return TEXTS[kind].format(**values)
