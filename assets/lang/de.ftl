# The words of the window in German (informal). What each message is for: en.ftl.

language-name = Deutsch
number-group = .

## Time

weekday = { $day ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[7] Sonntag
}
weekday-short = { $day ->
    [1] Mo
    [2] Di
    [3] Mi
    [4] Do
    [5] Fr
    [6] Sa
   *[7] So
}
month = { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
}
month-short = { $month ->
    [1] Jan.
    [2] Feb.
    [3] März
    [4] Apr.
    [5] Mai
    [6] Juni
    [7] Juli
    [8] Aug.
    [9] Sept.
    [10] Okt.
    [11] Nov.
   *[12] Dez.
}
time-of-day = { $hour }:{ $minute }
# Wo die Uhr des Systems zwölf Stunden hat. $half ist am oder pm.
time-of-day-12 = { $hour }:{ $minute } { $half ->
    [am] AM
   *[pm] PM
}
time-full-12 = { $weekday }, { $day }. { $month } { $year }, { $hour }:{ $minute }:{ $second } { $half ->
    [am] AM
   *[pm] PM
}
time-full = { $weekday }, { $day }. { $month } { $year }, { $hour }:{ $minute }:{ $second }
day-today = Heute
day-yesterday = Gestern
day-this-year = { $weekday }, { $day }. { $month }
day-other-year = { $day }. { $month } { $year }
day-brief = { $day }. { $month }

## Presence

presence-available = Verfügbar
presence-away = Abwesend
presence-dnd = Bitte nicht stören
presence-offline = Offline
presence-since = { $presence } seit { $time }
you = Du

## What the window itself has to say

notice-busy = Balcony ist beschäftigt und konnte das nicht annehmen. Bitte versuch es noch einmal.
notice-no-dialog-picture = Dieser Desktop bietet keinen Dateidialog (xdg-desktop-portal oder zenity). Zieh stattdessen ein Bild auf dieses Fenster.
notice-no-dialog-send = Dieser Desktop bietet keinen Dateidialog (xdg-desktop-portal oder zenity). Zieh die Dateien oder den Ordner stattdessen auf das Gespräch.
notice-no-dialog-save = Dieser Desktop bietet keinen Dateidialog (xdg-desktop-portal oder zenity). „Ordner zeigen“ führt zur Datei.
notice-no-dialog-folder = Dieser Desktop bietet keinen Dateidialog (xdg-desktop-portal oder zenity). Der Ordner bleibt, wie er war.
notice-no-dialog-take = Dieser Desktop bietet keinen Dateidialog (xdg-desktop-portal oder zenity). „Annehmen“ legt die Datei in den Ordner für empfangene Dateien.
notice-dialog-failed = Der Dateidialog ließ sich nicht öffnen: { $error }.
notice-dismiss = Schließen

## Pictures

picture-choose = Bild auswählen
picture-files = Bilder
picture-unreadable = „{ $file }“ lässt sich nicht lesen: { $error }.
picture-unknown = „{ $file }“ ist kein Bild, das Balcony lesen kann. Nimm eine PNG-, JPEG-, WebP- oder GIF-Datei.
picture-too-large = Das Bild lässt sich nicht klein genug machen.
picture-not-stored = Das Bild lässt sich nicht speichern: { $error }.
crop-title = Dein Bild
crop-picture = Ausschnitt des Bildes
crop-zoom = Wie nah
crop-hint = Ziehen oder die Pfeiltasten verschieben; mit dem Mausrad oder dem Regler kommst du näher.
crop-use = Dieses Bild nehmen
crop-cancel = Abbrechen

## First start

first-welcome = Willkommen bei Balcony
first-intro = Chatte mit den Leuten in deinem Netzwerk. Ohne Konto, ohne Server, ohne Internet.
first-question = Wie sollen dich die anderen nennen?
first-start = Los geht’s

## The list of people

people-here = Jetzt da · { $count }
people-gone = Nicht da · { $count }
people-search = Leute suchen
people-no-match = Niemand mit diesem Namen
people-no-match-hint = Gesucht wird in Namen und Adressen der Leute, die da sind oder mit denen du geschrieben hast.
people-nobody = Noch niemand da
people-nobody-offline = Dieser Computer hat keine Netzwerkverbindung, die Balcony nutzen kann. Verbinde ihn mit einem Netzwerk oder sieh nach, welche Schnittstellen ausgelassen werden und warum.
people-nobody-listening = Leute im selben Netzwerk erscheinen hier von selbst, innerhalb einer Sekunde. Balcony lauscht auf { $interfaces }.
people-nobody-doctor = Müsste jemand da sein? Die Prüfung sagt, was im Weg steht.
people-to-network = Netzwerk …
person-typing = schreibt …
person-said = Du: { $text }
person-spoken = { $name }, { $presence }
person-spoken-unread = { $count ->
    [one] { $name }, { $presence }, 1 ungelesene Nachricht
   *[other] { $name }, { $presence }, { $count } ungelesene Nachrichten
}
people-favourites = Favoriten · { $count }
people-filter = Auswählen, wen die Liste zeigt
people-filter-all = Alle
people-filter-here = Wer da ist
people-filter-unread = Mit ungelesenen Nachrichten
people-filter-none = Niemand dieser Art
person-favourite-add = Zu den Favoriten
person-favourite-remove = Aus den Favoriten entfernen

## Quick switcher

switcher-title = Gehe zu …
switcher-nothing = Nichts mit diesem Namen

## Ourselves, at the foot of the list

own-card = Du: { $name }, { $presence }. Anwesenheit ändern
own-no-network = In keinem Netzwerk
own-status = Statustext
own-status-hint = Was machst du gerade?
own-picture-choose = Bild auswählen …
own-picture-remove = Bild entfernen
own-to-settings = Einstellungen (Strg+,)
own-to-network = Netzwerk

## The large pane

pane-quiet = Hier ist es still
pane-quiet-hint = Sobald jemand in diesem Netzwerk Balcony, Pidgin oder ein anderes XEP-0174-Programm startet, steht er oder sie in der Liste.
pane-choose = Wem möchtest du schreiben?
pane-choose-hint = Wähle jemanden aus oder tippe einen Teil des Namens und drücke Enter.
pane-back = Zurück (Esc)
pane-back-to-list = Zurück zur Liste (Esc)

## The head of a conversation

head-spoken = { $name }, { $presence }
head-signed-off = Abgemeldet · was du schreibst, geht raus, wenn { $name } wieder da ist
head-unreachable = Nicht mehr erreichbar · was du schreibst, geht raus, wenn { $name } wieder da ist
head-gone = Nicht da · was du schreibst, geht raus, wenn { $name } wieder da ist
head-trust-spoken = { $trust }: Details zu { $name }

trust-details = Details
trust-plaintext = Nicht verschlüsselt
trust-unknown = Neuer Schlüssel
trust-pinned = Verschlüsselt
trust-verified = Überprüft
trust-changed = Schlüssel geändert
trust-offline-explained = Gerade nicht in diesem Netzwerk. Deine Nachrichten warten solange auf diesem Computer.
trust-plaintext-explained = Dieses Programm kann nicht verschlüsseln. Andere im selben Netzwerk könnten mitlesen, was ihr euch schreibt, und nichts beweist, wer es ist.
trust-unknown-explained = Es kündigt einen Schlüssel an. Er wird mit dem ersten Gespräch gemerkt.
trust-pinned-explained = Verschlüsselt, und der Schlüssel ist derselbe wie beim ersten Mal.
trust-verified-explained = Verschlüsselt, und ihr beide habt den Schlüssel verglichen.
trust-changed-explained = Der Schlüssel ist ein anderer als zuvor, oder er fehlt. Vielleicht gibt sich jemand als diese Person aus: frag persönlich nach, bevor du etwas Vertrauliches schreibst.

fact-address = Adresse
fact-reached-at = Erreichbar
fact-seen-on = Gesehen auf
fact-program = Programm
fact-encryption = Verschlüsselung
fact-latency = Antwortzeit
fact-idle-since = Untätig seit
fact-name = Name
fact-mail = E-Mail
fact-xmpp = XMPP

## A conversation

talk-typing = { $name } schreibt
talk-begins = Hier beginnt euer Gespräch.
talk-loading = Ältere Nachrichten werden geladen …
talk-empty = Noch nichts gesagt.
    Schreib { $name }: es geht direkt von diesem Computer zum anderen.
talk-empty-gone = Noch nichts gesagt.
    { $name } bekommt, was du schreibst, sobald er oder sie wieder im Netzwerk ist.
talk-secure-only = Dieses Programm kann nicht verschlüsseln, und deine Einstellungen erlauben nur verschlüsselte Gespräche (Einstellungen, Privatsphäre).
talk-ask-plaintext = Dieses Programm kann nicht verschlüsseln: andere im Netzwerk könnten mitlesen.
talk-write-plaintext = Unverschlüsselt schreiben
selection-count = { $count ->
    [one] 1 Nachricht ausgewählt
   *[other] { $count } Nachrichten ausgewählt
}
selection-copy = Kopieren
selection-leave = Nichts auswählen
talk-to-newest = Zur neuesten Nachricht
talk-to-newest-unread = { $count ->
   *[other] Zur neuesten Nachricht, { $count } ungelesen
}

message-new = Neu
message-more = { $count ->
    [one] Mehr zeigen (1 weiteres Zeichen)
   *[other] Mehr zeigen ({ $count } weitere Zeichen)
}
message-more-spoken = Mehr von dieser Nachricht zeigen
message-not-sent = Nicht gesendet
message-not-sent-because = Nicht gesendet: { $reason }
message-uncertain = Vielleicht nicht angekommen
message-uncertain-because = Vielleicht nicht angekommen: { $reason }
message-resend = Erneut senden
message-copy = Text kopieren
message-late = verspätet · { $time }
message-late-explained = Sie wurde unterwegs aufgehalten: das ist die Zeit, zu der sie geschrieben wurde.
message-encrypted = Unterwegs verschlüsselt
message-plaintext = Unterwegs nicht verschlüsselt
message-spoken-own = Du, { $time }, { $state }: { $text }
message-spoken = { $name }, { $time }: { $text }

state-queued = wartet auf das Senden
state-sent = gesendet
state-delivered = zugestellt
state-displayed = gesehen
state-failed = nicht gesendet
state-uncertain = vielleicht nicht angekommen

composer-hint = Nachricht an { $name }
composer-hint-gone = { $name } ist nicht da: wird später gesendet
composer-send = Senden (Enter)

## Notifications

note-wrote = { $name } hat dir geschrieben
note-many = { $count ->
    [one] 1 Nachricht von { $name }
   *[other] { $count } Nachrichten von { $name }
}
note-many-people = { $count } Nachrichten von { $people } Leuten
note-new = Neue Nachricht
note-open = Öffnen

## Tray

tray-open = Balcony öffnen oder verbergen
tray-quit = Beenden
tray-unread = { $count ->
    [one] 1 ungelesene Nachricht
   *[other] { $count } ungelesene Nachrichten
}

## Settings

settings-title = Einstellungen
settings-you = Du
settings-name = Name
settings-first = Vorname
settings-last = Nachname
settings-mail = E-Mail
settings-xmpp = XMPP-Adresse
settings-published = Was andere sehen
settings-published-hint = Alle im Netzwerk können lesen, was hier eingeschaltet ist, nicht nur deine Kontakte.
settings-publish-nick = Meinen Namen veröffentlichen
settings-publish-status = Veröffentlichen, ob ich verfügbar oder abwesend bin
settings-publish-message = Meinen Statustext veröffentlichen
settings-publish-avatar = Mein Bild veröffentlichen
settings-publish-name = Vor- und Nachnamen veröffentlichen
settings-publish-mail = E-Mail-Adressen veröffentlichen
settings-publish-xmpp = XMPP-Adressen veröffentlichen
settings-privacy = Privatsphäre
settings-plaintext = Leute, deren Programm nicht verschlüsseln kann:
settings-plaintext-allow = Mit ihnen schreiben, mit Hinweis
settings-plaintext-ask = Vor der ersten Nachricht fragen
settings-plaintext-never = Nicht mit ihnen schreiben
settings-send-typing = Anderen zeigen, wenn ich schreibe
settings-send-displayed = Anderen zeigen, wenn ich ihre Nachrichten gesehen habe
settings-send-details = Kontakten sagen, wie lange ich untätig bin, meine Zeitzone und mein Betriebssystem
settings-notifications = Benachrichtigungen
settings-notify = Bei neuen Nachrichten benachrichtigen
settings-notify-text = Den Text darin zeigen
settings-notify-sound = Den Desktop dazu seinen Klang spielen lassen
settings-notify-hint = Keine, solange du das Gespräch ansiehst, und keine bei „Bitte nicht stören“.
settings-presence = Anwesenheit
settings-away = Als abwesend zeigen
settings-away-never = Nie
settings-away-after = { $count ->
    [one] Nach 1 Minute
   *[other] Nach { $count } Minuten
}
settings-look = Aussehen
settings-theme-system = Wie der Desktop
settings-theme-light = Hell
settings-theme-dark = Dunkel
settings-language = Sprache
settings-language-system = Wie das System
settings-search = Einstellungen durchsuchen
settings-no-match = Keine solche Einstellung
settings-locked = Von deiner Administration festgelegt
settings-card-hint = Andere sehen das nur, wo „Was andere sehen“ es erlaubt.
settings-theme = Farben
settings-density = Abstände
settings-density-comfortable = Großzügig
settings-density-compact = Kompakt
settings-zoom = Größe von allem
settings-percent = { $count } %
settings-still = Bewegungen verringern
settings-desktop = Desktop
settings-tray = Symbol in der Taskleiste zeigen
settings-close-to-tray = Nach dem Schließen des Fensters in der Taskleiste weiterlaufen
settings-no-tray = Dieser Desktop hat gerade keinen Platz für Symbole in der Taskleiste.
settings-autostart = Mit meiner Sitzung starten
settings-interfaces = Netzwerkschnittstellen

## Network

network-title = Netzwerk
network-you = Du
network-announced = Angekündigt als { $name } auf Port { $port }.
network-not-announced = Nicht angekündigt: keine Netzwerkschnittstelle ist in Gebrauch.
network-interfaces = Schnittstellen
network-missing = Fehlt jemand in der Liste?
network-missing-hint = Manche Netzwerke lassen kein Multicast durch. Gib die Adresse ein, die der oder die andere auf dieser Seite sieht.
network-doctor = Suchst du jemanden, der da sein müsste? Die Prüfung sagt, was im Weg steht: Schnittstellen, Multicast, Port und Firewall.
network-to-doctor = Fehler suchen
network-measure = Antwortzeit messen
network-milliseconds = { $whole },{ $tenth } ms
network-address = Adresse, mit der verbunden wird
network-connect = Verbinden
network-seen = Jetzt zu sehen: { $count }
network-nobody = Niemand.
network-plaintext = nicht verschlüsselt
network-unknown = kündigt einen Schlüssel an
network-pinned = verschlüsselt, Schlüssel bekannt
network-verified = verschlüsselt, Schlüssel verglichen
network-changed = Schlüssel geändert

interface-none = Es wurde keine Netzwerkschnittstelle gefunden. Verbinde diesen Computer mit einem Netzwerk; Balcony merkt es von selbst.
interface-used = in Gebrauch
interface-left-out = ausgelassen

## Doctor

doctor-title = Was im Weg steht
doctor-intro = Prüft die Schnittstellen, ob Multicast hinausgeht und zurückkommt, den Port, die Firewall und die Uhr. Der kopierte Text ist englisch, wie ihn „balcony doctor“ ausgibt.
doctor-again = Noch einmal prüfen
doctor-copy = Als Text kopieren
doctor-running = Die Prüfung dauert ein paar Sekunden …
doctor-unavailable = In einem vorgetäuschten Netzwerk gibt es nichts zu prüfen.
doctor-no-fault = Auf diesem Computer wurde kein Fehler gefunden.
doctor-no-fault-hint = Fehlt trotzdem jemand? Ist die andere Person im selben Netzwerk, und lässt das Netzwerk seine Gäste einander sehen („Client-Isolation“)?
doctor-faults = { $count ->
    [one] Ein Fehler wurde gefunden.
   *[other] { $count } Fehler wurden gefunden; der erste ist oft die Ursache der anderen.
}
doctor-fine = In Ordnung
doctor-note = Hinweis
doctor-fault = Fehler

## Keyboard

keys-title = Tastatur
keys-close = Schließen
keys-ctrl = Strg
keys-shift = Umschalt
keys-search = Leute suchen
keys-switch = Zu Person, Raum oder Seite gehen
keys-doctor = Was im Weg steht
keys-favourite = Favorit, oder nicht mehr
keys-next = Nächstes Gespräch
keys-previous = Voriges Gespräch
keys-settings = Einstellungen
keys-network = Netzwerk: Schnittstellen und Leute
keys-map = Diese Tasten
keys-quit = Beenden
keys-back-clear = Zurück; Suche leeren
keys-back = Zurück
keys-any-letter = Jeder Buchstabe
keys-any-letter-does = Im offenen Gespräch schreiben, sonst suchen
keys-arrows = Hoch, Runter, Enter
keys-arrows-do = In der Suche: wählen und öffnen
keys-enter = Enter
keys-enter-does = Senden
keys-shift-enter = Umschalt+Enter
keys-shift-enter-does = Neue Zeile
keys-pages = Bild auf, Bild ab
keys-pages-do = Ältere und neuere Nachrichten
keys-ends = Strg+Pos1, Strg+Ende
keys-ends-do = Erste geladene und neueste Nachricht
keys-zoom = Strg++, Strg+-, Strg+0
keys-zoom-does = Größer, kleiner, normale Größe
keys-tab = Tab, Umschalt+Tab
keys-tab-does = Von einem zum nächsten

## Search, export and deletion

keys-find = Nachrichten durchsuchen
search-messages = Nachrichten durchsuchen
search-hint = Tippe, was gesagt wurde: ein beliebiger Teil davon, in jeder Sprache. „Mehrere Wörter“ in Anführungszeichen zählen als eines.
search-nothing = Das hat hier niemand gesagt.
search-here-only = Nur mit { $name }
search-room-only = Nur in { $name }
search-from = Von:
search-from-anybody = allen
search-from-me = dir
search-more = Ältere zeigen
search-hit-spoken = { $name }, { $time }: { $text }
head-more = Mehr zu dieser Unterhaltung
head-search = Nachrichten durchsuchen
head-export = Exportieren …
head-delete = Unterhaltung löschen
head-delete-explained = Alle Nachrichten mit { $name } werden auf diesem Rechner gelöscht. { $name } behält sie.
head-delete-really = Jetzt löschen
export-title = In eine Datei exportieren
export-text = Text
notice-exported = { $count ->
    [one] Eine Nachricht steht in { $path }.
   *[other] { $count } Nachrichten stehen in { $path }.
}
settings-history = Nachrichten
settings-keep = Nachrichten behalten
settings-keep-all = für immer
settings-keep-days = { $count ->
    [one] einen Tag
   *[other] { $count } Tage
}
settings-export = Alles exportieren …
settings-delete = Alles löschen
settings-delete-explained = Alle Nachrichten aller Unterhaltungen werden auf diesem Rechner gelöscht. Andere behalten ihre, und Räume bleiben, bis du sie verlässt und löschst.
settings-delete-really = Jetzt alles löschen

## Schlüssel

alarm-other-key = { $name } zeigt einen anderen Schlüssel als bisher
alarm-other-announced = { $name } kündigt einen anderen Schlüssel an als bisher
alarm-no-encryption = { $name } war bisher verschlüsselt und ist es nicht mehr
alarm-codes-differ = Die Codes, die du mit { $name } verglichen hast, waren verschieden
alarm-namesake = { $name } heißt wie jemand, dessen Schlüssel du geprüft hast, hat aber einen anderen
alarm-was-verified = Du hattest die Schlüssel mit { $name } verglichen. Es kann ein neuer Rechner sein oder jemand, der sich ausgibt: Frage persönlich nach, bevor du entscheidest. Bis dahin wird nichts gesendet und nichts angenommen.
alarm-waits = Es kann ein neuer Rechner oder ein anderes Programm sein oder jemand, der sich ausgibt. Bis du entscheidest, wird nichts gesendet und nichts angenommen.
alarm-ask = Frage persönlich nach, bevor du etwas Vertrauliches schreibst.
alarm-keep-waiting = Weiter warten
alarm-somebody-else = Es ist jemand anderes
alarm-accept = Neuen Schlüssel annehmen
alarm-go-on-plain = Unverschlüsselt weiter
alarm-go-on = Trotzdem weiter
compare-waiting = { $name } wird nach einem Code gefragt …
compare-compare = Sieht { $name } dasselbe?
compare-they-confirmed = { $name } sagt, es sei dasselbe. Stimmt das?
compare-confirmed = Jetzt muss { $name } es noch bestätigen
compare-verified = Geprüft: Niemand ist zwischen dir und { $name }
compare-failed = Die Schlüssel wurden nicht mit { $name } verglichen
compare-why-we-differ = Du sagst, dass die Zeichen verschieden sind: Jemand steht zwischen dir und { $name }, oder einer von euch hat sich verlesen. Nichts wird gesendet, bis du entscheidest.
compare-why-they-differ = { $name } sagt, dass die Zeichen verschieden sind: Jemand steht zwischen euch, oder einer von euch hat sich verlesen. Nichts wird gesendet, bis du entscheidest.
compare-why-cheated = Das andere Programm hat sich nicht an die Regeln gehalten. Vielleicht steht jemand zwischen dir und { $name }.
compare-why-no-encryption = Das Programm von { $name } verschlüsselt nicht, also gibt es keinen Schlüssel zu vergleichen.
compare-why-too-late = Es hat zu lange gedauert. Fangt noch einmal an, wenn ihr beide da seid.
compare-why-disconnected = Die Verbindung ist zwischendurch abgebrochen. Fang noch einmal an.
compare-why-they-gave-up = { $name } hat es abgebrochen.
compare-why-we-gave-up = Abgebrochen.
compare-why-key-gone = Der Schlüssel von { $name } ist nicht mehr bekannt.
compare-digits = oder am Telefon: { $code }
compare-same = Es ist dasselbe
compare-different = Es ist verschieden
compare-cancel = Abbrechen
compare-close = Schließen
key-theirs = Schlüssel
key-own = Mein Schlüssel
key-qr = QR-Code mit dem Link zu meinem Schlüssel
key-copy = Link kopieren
key-compare = Schlüssel vergleichen …
key-paste = Fingerabdruck oder Link
key-check = Prüfen
held-waits = { $count ->
    [one] { $name } möchte dir schreiben, aber das Programm dort kann nicht verschlüsseln. Eine Nachricht wartet.
   *[other] { $name } möchte dir schreiben, aber das Programm dort kann nicht verschlüsseln. { $count } Nachrichten warten.
}
held-advice = Andere in diesem Netz konnten mitlesen, und nichts beweist, wer das ist. Wenn du dich darauf einlässt, geht alles, was ihr euch schreibt, unverschlüsselt.
held-delete = Löschen und wieder fragen
held-show = Zeigen und unverschlüsselt schreiben
note-held = { $name } möchte dir unverschlüsselt schreiben
take-always = Dateien von { $name } ohne Frage annehmen
take-always-from = Immer von { $name }
# $size is a number of bytes in words.
take-up-to = je bis { $size }
take-any-size = jeder Größe
key-block = { $name } blockieren
blocked-title = Blockiert
blocked-undo = { $name } nicht mehr blockieren
settings-publish-fingerprint = Fingerabdruck meines Schlüssels (andere wissen gleich, dass ich verschlüssele)
settings-private = Privater Modus: kein Schlüssel, keine Namen
settings-invisible = Unsichtbar: andere sehen, ohne gezeigt zu werden
emoji-name = { $name ->
    [dog] Hund
    [cat] Katze
    [horse] Pferd
    [pig] Schwein
    [elephant] Elefant
    [rabbit] Hase
    [bear] Bär
    [rooster] Hahn
    [penguin] Pinguin
    [turtle] Schildkröte
    [fish] Fisch
    [octopus] Krake
    [butterfly] Schmetterling
    [bee] Biene
    [snail] Schnecke
    [tree] Baum
    [cactus] Kaktus
    [sunflower] Sonnenblume
    [mushroom] Pilz
    [moon] Mond
    [star] Stern
    [rainbow] Regenbogen
    [fire] Feuer
    [snowman] Schneemann
    [apple] Apfel
    [banana] Banane
    [strawberry] Erdbeere
    [grapes] Trauben
    [lemon] Zitrone
    [carrot] Karotte
    [corn] Mais
    [pizza] Pizza
    [bread] Brot
    [cheese] Käse
    [egg] Ei
    [cake] Torte
    [coffee] Kaffee
    [crown] Krone
    [hat] Hut
    [glasses] Brille
    [shoe] Schuh
    [umbrella] Regenschirm
    [key] Schlüssel
    [bell] Glocke
    [book] Buch
    [pencil] Bleistift
    [scissors] Schere
    [hammer] Hammer
    [lamp] Lampe
    [candle] Kerze
    [clock] Uhr
    [camera] Kamera
    [telephone] Telefon
    [balloon] Ballon
    [present] Geschenk
    [ball] Ball
    [guitar] Gitarre
    [trumpet] Trompete
    [drum] Trommel
    [car] Auto
    [bicycle] Fahrrad
    [train] Zug
    [aeroplane] Flugzeug
   *[rocket] Rakete
}
## Was mit einer Nachricht getan werden kann

act-react = Reagieren
act-reply = Antworten
act-edit = Bearbeiten
act-more = Weitere Aktionen
act-forward = Weiterleiten …
act-details = Einzelheiten …
act-retract = Zurücknehmen
act-retract-key = Entf
act-delete = Hier löschen …
message-edited = bearbeitet · { $time }
message-edited-at = Bearbeitet: { $time }
message-retracted = Diese Nachricht wurde zurückgenommen.
message-retracted-own = Sie haben diese Nachricht zurückgenommen.
message-unseen-there = Dort nicht zu sehen: { $reason }
reaction-by = { $emoji } von { $names }
quote-unknown = Eine Nachricht, die nicht hier ist
quote-spoken = Antwort auf { $name }: { $text }
quote-spoken-unknown = Antwort auf: { $text }
spoiler = Spoiler
spoiler-hint = Spoiler: { $hint }
spoiler-show = Verborgenes zeigen
spoiler-spoken = verborgen, { $hint }; drücken, um es zu zeigen
broadcast-to = { $people ->
    [0] An mehrere
    [one] An 1 Person
   *[other] An { $people } Personen
}
broadcast-delivered = An mehrere · zugestellt: { $delivered } von { $people }
aim-reply = Antwort an { $name }
aim-edit = Nachricht bearbeiten
aim-cancel = Abbrechen
aim-spoiler = Verborgen, bis danach gefragt wird
aim-spoiler-hint = Hinweis (darf leer sein)
composer-more = Mehr
composer-emoji = Emoji
composer-spoiler = Nächste Nachricht verbergen (Spoiler)
composer-attention = Um Aufmerksamkeit bitten
composer-broadcast = An mehrere …
emoji-search = Emoji suchen
emoji-recent = Zuletzt verwendet
emoji-none = Kein Emoji dieses Namens
emoji-group-smileys = Smileys
emoji-group-people = Menschen
emoji-group-nature = Tiere und Natur
emoji-group-food = Essen und Trinken
emoji-group-travel = Reisen und Orte
emoji-group-activities = Aktivitäten
emoji-group-objects = Gegenstände
emoji-group-symbols = Symbole
emoji-group-flags = Flaggen
dialog-cancel = Abbrechen
dialog-close = Schließen
retract-title = Diese Nachricht zurücknehmen?
retract-explained = Hier verschwindet sie, und dort wird darum gebeten. Was schon gelesen wurde, bleibt gelesen.
delete-title = Diese Nachricht hier löschen?
delete-explained = Sie wird auf diesem Rechner gelöscht; was { $name } davon hat, bleibt dort. Wartet sie noch, wird sie nicht gesendet.
delete-really = Hier löschen
link-title = Diesen Link genau ansehen
link-explained = Er führt vielleicht woandershin, als er scheint. Das Ziel ist:
link-open = Öffnen
link-copy = Kopieren
forward-title = Weiterleiten an
forward-search = Name einer Person oder eines Raums
forward-search-people = Name
forward-nobody = Niemand mit diesem Namen.
forward-to = Weiterleiten an { $name }
forward-wrote = { $name } schrieb:
details-title = Nachricht
details-from = Von
details-to = An
details-written = Geschrieben
details-edited = Bearbeitet
details-retracted = Zurückgenommen
details-state = Zustand
details-way = Unterwegs
details-addresses = Adressen der anderen Seite jetzt
details-key = Schlüssel, an dem der andere erkannt wird
details-id = Kennung
details-versions = Frühere Fassungen
broadcast-title = An mehrere
broadcast-explained = Jede und jeder bekommt sie einzeln und kann Ihnen einzeln antworten. Dass sie an mehrere ging, ist vermerkt.
broadcast-text = Nachricht an mehrere
broadcast-everybody = Alle, die hier sind
broadcast-nobody = Gerade ist niemand hier.
broadcast-send = { $count ->
    [one] An 1 Person senden
   *[other] An { $count } Personen senden
}
broadcast-last = Die letzte: zugestellt an { $delivered } von { $people }
note-attention = { $name } bittet um Aufmerksamkeit
keys-choose = Strg+Hoch
keys-choose-do = Eine Nachricht wählen; dann Pfeiltasten und:
keys-act = R, E, S, C, F, I, D, Entf
keys-act-do = Antworten, bearbeiten, reagieren, kopieren, weiterleiten, Einzelheiten, hier löschen, zurücknehmen
keys-select = Umschalt+Hoch, Umschalt+Runter
keys-select-do = Dann: mehrere Nachrichten auswählen; Strg+C kopiert sie
keys-edit-last = Hoch
keys-edit-last-do = Im leeren Feld: die letzte eigene Nachricht bearbeiten
trouble-title = Balcony kann nicht starten
trouble-keep-nothing = Weitermachen, ohne etwas zu behalten
trouble-keep-nothing-hint = Du kannst schreiben und lesen; was gesagt wird, ist weg, wenn du Balcony schließt. Auf der Platte wird nichts angerührt.
trouble-close = Schließen
## Rooms

rooms-find = Räume …
rooms-invited = { $name } lädt dich in { $room } ein: eintreten
rooms-title = Räume
rooms-here = In diesem Netz
rooms-none = Niemand hier bietet einen Raum an.
rooms-again = Noch einmal nachsehen
rooms-new = Ein neuer Raum
rooms-name = Name des Raums
rooms-members-only = Nur für Mitglieder: wer eingeladen ist
rooms-lecture = Ein Vortrag: nur wer das Wort hat, spricht
rooms-create = Raum anlegen
rooms-unread = { $name }, { $count } neu
rooms-mentions = { $name }, { $count } neu, { $mentions } für dich
rooms-closed = nur für Mitglieder
rooms-open = { $name } öffnen
rooms-join = { $name } betreten
room-people = { $count ->
    [one] { $count } Person
   *[other] { $count } Personen
}
room-invite = Einladen
room-leave = Verlassen
room-subject = Thema des Raums
room-subject-none = Kein Thema
room-subject-change = Klicken, um das Thema zu ändern
room-poll-new = Alle fragen
room-poll-question = Die Frage
room-poll-answers = Zwei bis zehn Antworten, eine je Zeile
room-poll-ask = Fragen
room-cancel = Abbrechen
room-poll-answer = { $name }: { $count }
room-poll-close = Umfrage beenden
room-poll-closed = { $count ->
    [one] Beendet, { $count } Stimme
   *[other] Beendet, { $count } Stimmen
}
room-hands = { $count ->
    [one] { $count } Meldung:
   *[other] { $count } Meldungen:
}
room-give-floor = { $name } das Wort geben
room-hand-up = Melden
room-hand-down = Meldung zurückziehen
room-listening = Du hörst zu. Melde dich, um zu sprechen.
room-out = Du bist nicht mehr in diesem Raum: { $text }
room-not-in = Du bist nicht in diesem Raum.
room-announce = Durchsage
room-write = An { $name } schreiben
room-notify-all = Alles melden
room-notify-mentions = Melden, was mich nennt
room-notify-none = Stumm
room-late = { $time } · kam später
room-corrected = { $time } · geändert
room-delivered = { $time } · bei { $count } von { $total }
room-retracted = Zurückgezogen von { $name }
room-owner = Besitzer
room-admin = Moderation
room-visitor = hört zu
room-member = Mitglied
room-voice-give = Das Wort geben
room-voice-take = Das Wort entziehen
room-make-owner = Zum Besitzer machen
room-make-admin = Zur Moderation machen
room-make-member = Zum Mitglied machen
room-demote = Rang entziehen
room-kick = Hinausschicken
room-ban = Für immer hinausschicken
room-note = { $name } in { $room }
room-why-busy = Im Raum ist zu viel los. Warte einen Moment und sende noch einmal.
room-why-not-allowed = Das darfst du in diesem Raum nicht.
room-why-too-long = Das ist zu lang für einen Raum.
room-why-members-only = Dieser Raum ist nur für Mitglieder. Bitte jemanden darin um eine Einladung.
room-why-banned = Du wurdest aus diesem Raum geschickt und darfst nicht zurück.
room-why-unreachable = Niemand in diesem Raum ist erreichbar. Vielleicht haben alle das Netz verlassen.
room-why-no-answer = Niemand in diesem Raum hat dich eingelassen: Es kam keine Antwort.
room-why-too-many = Du bist in so vielen Räumen, wie es geht. Lösche erst einen.
room-refused = { $name }: { $reason }
room-entering = { $name } wird betreten …
room-enter-again = Noch einmal versuchen
room-announce-explained = Die nächste Nachricht ist hervorgehoben, und allen wird sie gemeldet.
room-begins = Hier beginnt der Raum für dich.
room-empty = Noch ist nichts gesagt.
room-more = Mehr zu diesem Raum
room-subject-set = Thema ändern …
room-nick-set = Eigenen Namen hier ändern …
room-nick-title = Dein Name in { $name }
room-nick-explained = Nur in diesem Raum, ab jetzt. Die anderen sehen die Änderung.
room-nick-taken = Hier heißt schon jemand so: Hinter deinen Namen kommt eine Zahl.
room-nick-change = Ändern
room-trouble-read = Gelesen
room-trouble-less = Weniger
room-trouble-more = { $count } mehr
room-trouble-fork = { $name } hat an einer Stelle zweierlei geschrieben. Was danach kam, wird nicht gezeigt.
room-trouble-forged = { $name } gibt Gefälschtes oder Beschädigtes weiter. Es wurde nicht angenommen.
room-trouble-flood = { $name } schreibt mehr, als ein Raum trägt. Der Rest wird später angenommen.
room-trouble-withheld = { $name } gibt nicht alles weiter, was es sollte. Andere werden stattdessen gefragt.
room-people-explained = Wer im Raum ist
room-invite-nobody = Sonst ist niemand hier.
room-moderated = Vortrag: nur wer das Wort hat, spricht
room-moderated-explained = Alle anderen hören zu und können sich melden.
room-members-only = Nur für Mitglieder
room-members-only-explained = Wer im Raum ist, bleibt, als Mitglied. Andere brauchen eine Einladung.
room-guests = Gäste durch mich einlassen
room-guests-explained = Programme ohne Schlüssel, die Räume kennen (XEP-0045), nehmen durch dein Programm teil, als „NICK (via du)“. Zwischen ihnen und dir ist nichts verschlüsselt.
room-repeat = Pidgin durch mich einlassen
room-repeat-explained = Wer dir mit Pidgin „!join“ schreibt, nimmt durch Nachrichten an dich teil, als „NICK (via du)“. Zwischen ihnen und dir ist nichts verschlüsselt.
room-leave-explained = Was gesagt wurde, bleibt 30 Tage auf diesem Rechner.
room-delete = Verlassen und löschen
room-delete-explained = Was in diesem Raum gesagt wurde, wird auf diesem Rechner gelöscht und überschrieben. Andere behalten es.
room-delete-really = Jetzt löschen
room-poll-hide = Weglegen
room-poll-open = { $count ->
    [one] { $name } fragt · { $count } Stimme
   *[other] { $name } fragt · { $count } Stimmen
}
room-speaking = Das Wort hat:
room-take-floor = { $name } das Wort entziehen
room-and-more = und { $count } weitere
room-write-alone = Dieser Person allein schreiben
room-member-no-more = Kein Mitglied mehr
room-ban-explained = { $name } wird hinausgeschickt und darf erst zurück, wenn du es erlaubst.
room-ban-really = Jetzt hinausschicken
room-through-us = { $count ->
    [one] Durch dich: { $count } Person
   *[other] Durch dich: { $count } Personen
}
room-banned = { $count ->
    [one] Für immer hinausgeschickt: { $count } Person
   *[other] Für immer hinausgeschickt: { $count } Personen
}
room-unban = Wieder einlassen
room-unban-who = { $name } wieder einlassen
room-late-explained = Es kam später, weil jemand abgeschnitten war, und steht, wo es geschrieben wurde.
room-corrected-explained = Es wurde seither geändert.
room-delivered-to = Bei { $count } von { $total }
room-not-delivered = Noch nicht bei zwei Mitgliedern
rooms-fewer = Weniger Räume
rooms-all = Alle { $count } Räume
rooms-muted = stumm
rooms-forget = { $name } hier löschen
## Files

own-to-files = Dateien
files-title = Dateien
files-none = Keine Datei ist unterwegs. Zum Senden eine auf ein Gespräch ziehen.
files-to = An { $name }
files-from = Von { $name }
files-folder-unknown = { $size }, ein Ordner
files-folder = { $size }, ein Ordner mit { $count ->
    [1] einer Datei
   *[other] { $count } Dateien
}
files-waiting-out = wartet, bis sie gesendet werden kann
files-waiting-in = wartet, bis sie dran ist, oder auf den Absender
files-offered-out = wartet auf Antwort
files-offered-in = noch nicht angenommen
files-paused = angehalten
files-paused-at = angehalten bei { $through }
files-source = jetzt von { $name }
files-done-out = gesendet
files-done-in = empfangen
files-failed = nicht angekommen
files-failed-in = nicht angekommen
files-plaintext = Nicht verschlüsselt: andere in diesem Netz könnten unterwegs mitlesen.
files-progress = Wie viel von { $name } durch ist
files-through = { $through } übertragen
files-speed = { $through } durch, { $speed } je Sekunde, noch { $left }
files-seconds = { $count } s
files-minutes = { $count } min
files-accept = Annehmen
files-accept-into = Annehmen nach …
files-decline = Ablehnen
files-pause = Anhalten
files-resume = Fortsetzen
files-cancel = Abbrechen
files-again = Noch einmal
files-open = Öffnen
files-forward = Weiterleiten …
files-show = Ordner zeigen
files-put-away = Weglegen
files-all = Alle Dateien
files-choose-folder = Wohin damit
files-not-opened = Kein Programm dafür konnte gestartet werden: { $error }
files-audio = Ton, { $size }
files-play = Abspielen
files-save-elsewhere = Woanders sichern …
files-save-title = Wohin mit der Kopie
files-saved = Gesichert als { $path }.
files-not-saved = Das ließ sich nicht sichern: { $error }
files-gone = Die Datei ist nicht mehr da.
attached-hint = Geht mit der Eingabetaste ab
attached-folder = Ordner
attached-remove = { $name } nicht senden
settings-files = Dateiübertragung
settings-downloads = Empfangenes nach
settings-downloads-hint = Leer: der Download-Ordner des Desktops. Überschrieben wird dort nie etwas.
settings-downloads-choose = Ordner wählen …
settings-downloads-usual = Ordner des Desktops
settings-keep-traces = Bilder mit dem senden, was sie über Ort, Zeit und Kamera sagen
settings-keep-traces-hint = Sonst geht eine Kopie ohne das hinaus (JPEG, PNG, WebP, GIF); deine Datei bleibt, wie sie ist.
composer-attach = Eine Datei senden
attach-files = Dateien …
attach-folder = Einen Ordner …
attach-copied = Das kopierte Bild
attach-choose = Was gesendet wird
attach-nothing-copied = Es wurde kein Bild kopiert.
note-file = { $name } bietet eine Datei an
note-file-done = Die Datei von { $name } ist da
number-with-tenths = { $whole },{ $tenth }
size-bytes = { $count ->
    [1] 1 Byte
   *[other] { $count } Bytes
}
size-kib = { $number } KiB
size-mib = { $number } MiB
size-gib = { $number } GiB

## Said by the node

# Sentences from below the window, recognised by the English ones: en.ftl.

### Names and the network

said-taken = Der Name „{ $a }“ ist in diesem Netzwerk vergeben. Du heißt jetzt „{ $b }“.
said-no-name-left = Alle Namen ab { $name } sind in diesem Netzwerk vergeben, also kann dich niemand sehen. Wähle mit --name einen anderen Namen.
said-name-unusable = der Name „{ $name }“ kann nicht verwendet werden: { $why }
said-name-unpublishable = der Name { $name } kann nicht bekannt gemacht werden: andere Programme finden keinen Namen mit einem Punkt oder Backslash
said-name-empty = ein Name darf nicht leer sein
said-name-long = der Name ist länger als 63 Bytes
said-name-control = der Name enthält ein Steuerzeichen
said-no-host-name = { $name } ist kein Rechnername
said-unpublished = auf { $interface } konnten wir nicht bekannt gemacht werden: { $why }
said-text-long = ein Text ist zu lang
said-changes-unnoticed = Änderungen des Netzwerks werden nicht bemerkt: { $why }
said-interfaces-unlisted = die Netzwerkschnittstellen können nicht aufgezählt werden: { $why }
said-no-mdns = mDNS funktioniert auf { $interface } nicht: { $why }
said-no-multicast = Multicast funktioniert auf { $interface } nicht: { $why }. Wenn ein anderes Programm den UDP-Port 5353 für sich allein hat, beende es
said-port-taken = Port { $port } ist von einem anderen Programm belegt: wähle einen anderen, oder keinen, damit ein freier gesucht wird
said-port-low = Port { $port } darf nur vom System verwendet werden: wähle einen über 1023
said-no-accepting = keine Verbindung kann angenommen werden: { $why }
said-cannot-start = kann nicht starten: { $why }
said-node-ended = der Knoten hat sich beendet
said-ending = Balcony wird gerade beendet; das wurde nicht mehr getan.

### Connecting by address

said-no-connection = Keine Verbindung: { $why }
said-no-answer = keine Antwort in 5 Sekunden
said-no-address = keine Adresse ist bekannt
said-nobody-listens = dort nimmt niemand Verbindungen an
said-computer-silent = der Computer antwortet nicht
said-no-way = kein Weg in dieses Netzwerk
said-bracket-missing = nach der IPv6-Adresse fehlt ]
said-bracket-port = nach ] kommt :Port
said-no-port = { $port } ist kein Port (1 bis 65535)
said-scope-missing = { $ip } braucht die Schnittstelle: schreibe [{ $again }%eth0] mit dem Namen deiner
said-no-interface = es gibt keine Schnittstelle { $name }
said-no-such-address = { $typed } ist weder eine Adresse noch der Name eines Computers
said-no-computer = kein Computer namens { $host } ist bekannt: prüfe den Namen, oder schreibe seine IP-Adresse
said-lookup-late = der Name { $host } konnte nicht rechtzeitig nachgeschlagen werden: schreibe stattdessen die IP-Adresse
said-address-form = Eine Adresse besteht aus Rechner und Port, etwa 192.168.1.20:5298.

### Messages

said-not-kept = nicht gesendet, weil sie nicht gespeichert werden konnte: { $why }
said-unsure = die Verbindung endete, bevor klar war, ob das angekommen ist
said-refused = das andere Programm hat es abgelehnt ({ $condition })
said-no-way-to-show = das andere Programm kann es nicht anzeigen, dort ist also nichts zu sehen
said-plain-asks = die Verbindung zu { $name } ist nicht verschlüsselt, und nach deinen Einstellungen wird erst gefragt. Sende es noch einmal, wenn es trotzdem gehen soll.
said-plain-never = die Verbindung zu { $name } ist nicht verschlüsselt, und deine Einstellungen erlauben nur verschlüsselte
said-before-sent = zurückgenommen, bevor sie gesendet wurde
said-yourself = Das ist dein eigener Name: wähle jemand anderen.
said-you-blocked = Du hast { $name } blockiert: hebe das zuerst auf.
said-many-wait = Für { $name } warten schon { $count } Nachrichten: diese wurde nicht angenommen.
said-message-unreadable = Die Nachricht konnte nicht gelesen werden: { $why }
said-message-nowhere = In keiner Unterhaltung gibt es eine Nachricht mit dieser Kennung.
said-message-missing = Es gibt keine Nachricht mit dieser Kennung.
said-message-once = Diese Nachricht muss nicht noch einmal gesendet werden.
said-message-not-yours = Es gibt keine Nachricht von dir mit dieser Kennung.
said-one-place = Nur eines von before, after und around.
said-was-taken-back = Diese Nachricht wurde zurückgenommen.
said-correct-own = Nur eigene Nachrichten können korrigiert werden.
said-retract-own = Nur eigene Nachrichten können zurückgenommen werden.
said-one-emoji = Eine Reaktion ist ein Emoji.
said-many-reactions = Mehr als { $count } Reaktionen auf eine Nachricht.
said-to-nobody = Es gibt niemanden, an den das gehen könnte.
said-to-many = Das ginge an { $people } Personen; höchstens { $most } sind möglich.
said-to-many-seldom = Eine Nachricht an viele kann einmal in { $seconds } Sekunden gesendet werden.
said-not-connected = Gerade besteht keine Verbindung dorthin: schreibe zuerst etwas.
said-program-cannot = Das andere Programm kann das nicht anzeigen.
said-attention-seldom = Einmal in 30 Sekunden genügt.
said-draft-long = Dieser Entwurf ist länger als 1 MiB: er wurde nicht gespeichert.
said-drafts-many = Es gibt schon zu viele Entwürfe: dieser wurde nicht gespeichert.
said-history-unreadable = Der Verlauf konnte nicht gelesen werden: { $why }
said-search-failed = Die Suche ist fehlgeschlagen: { $why }.
said-not-exported = Es wurde nichts exportiert: { $why }.
said-delete-what = Sage, was gelöscht werden soll: with (und id für eine Nachricht), oder everything.
said-not-deleted = Es wurde nichts gelöscht: { $why }
said-unkept = Nachrichten können nicht gespeichert werden: { $why }
said-no-message-with = es gibt keine Nachricht { $id } in der Unterhaltung mit { $name }
said-no-message = es gibt keine Nachricht { $id }
said-export-unwritable = { $path } kann nicht geschrieben werden: { $why }
said-export-exists = { $path } gibt es schon: wähle einen anderen Namen
said-no-conversation = es gibt keine Unterhaltung mit { $name }

### Settings, pictures

said-setting-locked = „{ $name }“ ist vom Administrator dieses Computers festgelegt
said-setting-unknown = es gibt keine Einstellung „{ $name }“
said-settings-form = Einstellungen sind ein Objekt aus Namen und Werten
said-settings-same = Die Einstellungen wurden nicht geändert: { $why }.
said-autostart-same = Die Autostart-Datei konnte nicht geändert werden: { $why }.
said-policy-unreadable = die Richtlinie { $path } kann nicht gelesen werden: { $why }
said-policy-unfollowed = die Richtlinie { $path } kann nicht befolgt werden: { $why }
said-policy-long = sie hat mehr als { $count } Bytes
said-policy-table = „{ $name }“ ist keine Tabelle
said-policy-tables = es gibt [defaults] und [locked], nicht [{ $name }]
said-picture-heavy = das Bild hat { $size } KiB, erlaubt sind { $most } KiB: mache es kleiner (64×64 ist eine gute Größe)
said-picture-kind = das ist kein Bild in PNG, JPEG, GIF oder WebP
said-picture-damaged = das Bild ist beschädigt
said-picture-size = das Bild ist { $width }×{ $height }; erlaubt ist 1×1 bis { $most }×{ $most2 }

### The disk

said-key-unusable = der Schlüssel dieser Installation, { $path }, kann nicht verwendet werden: { $why }. Ohne ihn erkennt dich niemand wieder: mache ihn lesbar, oder hole ihn aus einer Kopie zurück
said-key-open = der Schlüssel dieser Installation, { $path }, steht anderen Benutzern dieses Computers offen (Rechte { $mode }): wer ihn gelesen hat, kann sich als du ausgeben. Hat das niemand, hilft `chmod 600`; sonst verschiebe ihn, und sage deinen Kontakten, dass dein Schlüssel neu ist
said-key-foreign = der Schlüssel dieser Installation, { $path }, gehört einem anderen Benutzer (Nummer { $owner }). Verwende den Datenordner als dieser Benutzer, oder wähle mit --data einen anderen
said-key-damaged = der Schlüssel dieser Installation, { $path }, ist beschädigt. Hole ihn aus einer Kopie zurück; oder verschiebe ihn, um einen neuen zu bekommen, und deine Kontakte werden gefragt, ob du es noch bist
said-key-not-made = kein Schlüssel konnte erzeugt werden
said-folder-unusable = der Datenordner { $path } kann nicht verwendet werden: { $why }. Wähle mit --data einen anderen, oder mache ihn beschreibbar
said-running = Balcony läuft schon mit dem Datenordner { $path }. Verwende es, beende es zuerst, oder starte ein zweites mit eigenem Ordner (--data)
said-database-newer = { $path } wurde von einem neueren Balcony geschrieben (Format { $found }, dieses kennt bis { $known }). Nichts wurde geändert; starte das neuere, oder wähle mit --data einen anderen Ordner
said-database-other = { $path } ist keine Datenbank von Balcony. Nichts wurde geändert; verschiebe sie, oder wähle mit --data einen anderen Ordner
said-database-damaged = { $path } ist beschädigt ({ $detail }). Nichts wurde geändert. Verschiebe sie, um neu anzufangen; `sqlite3 { $again } .recover` rettet vielleicht noch, was darin ist
said-database-readonly = { $path } kann nicht geschrieben werden. Mache es beschreibbar, oder wähle mit --data einen anderen Ordner
said-disk-full-start = der Datenträger mit { $path } ist voll. Schaffe Platz und starte noch einmal; nichts ging verloren
said-database-used = { $path } wird von einem anderen Programm verwendet. Schließe es dort und starte noch einmal
said-database-unopened = { $path } kann nicht geöffnet werden: { $detail }
said-disk-full = der Datenträger ist voll: es kann nichts mehr gespeichert werden, bis Platz geschaffen ist
said-folder-readonly = der Datenordner ist nicht mehr beschreibbar
said-database-broken = die Datenbank ist beschädigt ({ $detail }); beende Balcony, und verschiebe sie, um neu anzufangen
said-disk-refuses = der Datenträger nimmt nicht an, was geschrieben wird ({ $detail })
said-database-refuses = die Datenbank nimmt nicht an, was geschrieben wird ({ $detail })
said-store-closed = der Speicher ist geschlossen
said-store-busy = es wird zu viel auf einmal gesucht; versuche es noch einmal
said-nothing-kept = Von dieser Sitzung wird nichts aufbewahrt: was gesagt wird, ist am Ende weg.
said-nothing-kept-key = Von dieser Sitzung wird nichts aufbewahrt: was gesagt wird, ist am Ende weg. Dein Schlüssel konnte nicht gelesen werden, also sehen Kontakte einen neuen.
said-database-unreadable = die Datenbank kann nicht gelesen werden: { $why }

### Files

said-file-ended-offer = Balcony wurde beendet, bevor sie angenommen war
said-file-ended-middle = Balcony wurde mittendrin beendet
said-file-no-room = in { $folder } ist nicht genug Platz: { $free } MiB sind frei, { $needed } MiB wären nötig
said-file-kind = { $path } ist { $kind }: nur gewöhnliche Dateien und Ordner können gesendet werden
said-kind-link = eine symbolische Verknüpfung
said-kind-pipe = eine Pipe
said-kind-socket = ein Socket
said-kind-device = ein Gerät
said-file-deep = { $path } enthält mehr als { $count } Dateien oder ist zu tief: packe es zuerst in eine Datei
said-file-changing = { $path } wurde geändert, während es gesendet wurde
said-http-form = das andere Programm sendet die Datei in einer Form, die nicht verstanden wird
said-http-part = das andere Programm sagt nicht, welchen Teil es sendet
said-http-elsewhere = die Datei soll auf einem anderen Computer liegen: abgelehnt
said-http-gone = die Datei wird nicht mehr angeboten
said-http-refused = das andere Programm gibt die Datei nicht her
said-file-unreachable-us = der andere Computer kommt für die Datei nicht zu diesem durch (eine Firewall?)
said-file-unreachable = der andere Computer ist für die Datei nicht zu erreichen
said-file-unknown-there = die andere Seite weiß davon nichts mehr
said-file-many-there = der anderen Seite sind zu viele Dateien angeboten
said-file-none-there = das andere Programm nimmt keine Dateien an
said-file-they-ended = die andere Seite hat es beendet
said-file-they-ended-why = die andere Seite hat es beendet ({ $condition })
said-file-band-order = was durch den Datenstrom kam, war nicht in Ordnung
said-file-band-full = die andere Seite nimmt nichts mehr davon an
said-file-not-sent = was kam, ist nicht das, was gesendet wurde
said-file-middle = die Verbindung endete mittendrin
said-file-list = seine Liste wird nicht verstanden
said-file-refused = die Datei wurde abgelehnt: { $why }
said-file-silent = lange kam nichts mehr
said-file-full = der Datenträger ist voll: schaffe Platz, dann geht es weiter
said-file-unwritable = die Datei kann hier nicht geschrieben werden: { $why }
said-file-inside = ein Fehler in Balcony selbst
said-file-unreadable = die Datei kann nicht gelesen werden: { $why }
said-file-unread = die Datei konnte nicht bis zum Ende gelesen werden
said-file-shorter = die Datei wurde kürzer, während sie gesendet wurde
said-file-more = es kam mehr als angesagt
said-file-less = es kam weniger als angesagt
said-file-other-here = die Datei, die hier liegt, ist eine andere
said-file-nothing = es ist nichts darin
said-file-size = die Größe ist nicht die angesagte
said-file-nameless = darin ist eine Datei ohne Namen
said-file-part-unasked = es kam ein Teil, nach dem nicht gefragt war
said-file-no-folder = es ist kein Ordner mehr
said-file-folder-way = ein Ordner kann auf diesem Weg nicht kommen
said-file-connection = die Verbindung endete
said-file-offer-back = das Angebot wurde zurückgenommen
said-file-computer-silent = ein anderer Computer hat statt der anderen Seite geantwortet
said-file-silent-there = der andere Computer antwortet nicht
said-file-slow = die andere Seite ist zu langsam
said-file-not-offered = was kam, ist nicht das, was angeboten war
said-file-sender-gone = die andere Seite hat es beendet oder ist weg
said-file-changed = die Datei wurde geändert, seit sie angeboten wurde
said-folder-changed = der Ordner wurde geändert, seit er angeboten wurde
said-file-size-said = die Datei hat nicht die angesagte Größe
said-file-part-other = es kam ein anderer Teil der Datei als der erfragte
said-file-stopped = es wurde angehalten
said-file-earlier = ein früherer Versuch ist noch nicht zu Ende
said-file-not-on = das andere Programm hat nicht weitergemacht
said-file-unconfirmed = die andere Seite hat nicht gesagt, dass sie sie hat
said-file-broken-end = die andere Seite hat es am Ende abgebrochen: { $why }
said-file-no-folders = das andere Programm nimmt keine Ordner an
said-file-no-address = es gibt keine Adresse, die das andere Programm verwenden könnte
said-file-pack = das andere Programm nimmt keine Ordner an: packe ihn in eine Datei und sende die
said-file-huge = das andere Programm nimmt keine Dateien ab 2 GiB an
said-file-empty = das andere Programm nimmt keine leeren Dateien an
said-file-paused-there = von der anderen Seite angehalten
said-file-receiver-cancelled = die andere Seite hat sie abgebrochen
said-file-sender-cancelled = die andere Seite hat sie abgebrochen
said-file-arrived = die andere Seite sagt, sie sei angekommen: sieh in { $folder } nach
said-file-many-offered = es werden zu viele Dateien angeboten
said-file-changed-meanwhile = die Datei wurde inzwischen geändert: sie kommt von vorn
said-file-from-beginning = das andere Programm gibt sie nur von vorn
said-file-sender-where = es ist nicht bekannt, wo die andere Seite ist
said-file-unfetched = sie wurde nicht innerhalb einer Stunde geholt
said-file-same = dieselbe Datei ist schon unterwegs: das ist eine weitere Quelle
said-file-goes-on = es geht weiter von { $source }
said-file-joined = { $why }; es geht weiter von { $source }
said-file-anew = { $why }: es beginnt neu, von einer Quelle
said-file-not-any-more = die andere Seite bietet sie nicht mehr an
said-file-none-on-way = Eine solche Datei ist nicht unterwegs.
said-file-none = Eine solche Datei gibt es nicht.
said-file-not-here = Diese Datei ist nicht hier.
said-file-many = Zu viele Dateien sind unterwegs: diese wurde nicht angenommen.
said-file-not-waiting = Diese Datei wartet nicht auf eine Antwort.
said-file-over = Diese Datei ist schon abgeschlossen.
said-file-no-pause = Dateien von und zu diesem Programm können nicht angehalten werden.
said-file-no-pause-to = Dateien zu diesem Programm können nicht angehalten werden.
said-file-not-on-way = Diese Datei ist nicht unterwegs.
said-file-from-other = Diese Datei kommt schon von jemand anderem.
said-file-not-held = Diese Datei ist nicht angehalten.

### Keys

said-own-key = das ist mein eigener Schlüssel
said-namesake = { $name } heißt wie jemand, dessen Schlüssel du geprüft hast ({ $short }), hat aber einen anderen. Frage persönlich nach, bevor du etwas erzählst.
said-no-new-key = Es gibt keinen neuen Schlüssel von { $name }, der anzunehmen wäre.
said-key-blocked = Du hast diesen Schlüssel blockiert: hebe das zuerst auf.
said-no-other-key = Es gibt keinen anderen Schlüssel von { $name }, der zu unterscheiden wäre.
said-nothing-in-the-way = { $name } steht nichts im Weg.
said-no-fingerprint = Das ist weder ein Fingerabdruck noch ein Link mit einem.
said-not-their-key = Das ist nicht der Schlüssel, den { $name } hier verwendet. Nichts wurde geändert: frage noch einmal nach, und wenn er sicher stimmt, antwortet jemand anderes unter diesem Namen.
said-key-of-other = Das ist der Schlüssel von { $name }.
said-verify-first = Vergleiche zuerst die Schlüssel mit { $name }: ohne Nachfrage werden Dateien nur von Geprüften angenommen.
said-own-name = Das ist dein eigener Name.
said-no-such-key = Ein solcher Schlüssel ist nicht bekannt.
said-decide-first = { $name } ist nicht mehr, wer es war, oder verschlüsselt nicht: entscheide zuerst darüber.
said-tried-often = Das wurde mit { $name } zu oft versucht. Warte einige Minuten; oder vergleicht die Fingerabdrücke.
said-no-key-there = Das Programm von { $name } verschlüsselt nicht, also gibt es keinen Schlüssel zu vergleichen.
said-no-code = Mit { $name } ist gerade kein Code zu vergleichen.

### Rooms

said-room-not-allowed = das darfst du in diesem Raum nicht
said-room-long = das ist zu lang für einen Raum
said-room-busy = der Raum ist ausgelastet: warte einen Moment
said-room-not-in = du bist nicht in diesem Raum
said-room-nick = ein Name in einem Raum hat 1 bis 64 Bytes
said-room-search-many = zu viele andere sind noch nicht fertig
said-room-none = einen solchen Raum gibt es hier nicht
said-room-in-none = du bist in keinem Raum { $room }
said-room-nobody = in { $room } heißt niemand { $nick }
said-room-long-or-empty = das ist zu lang für einen Raum, oder leer
said-room-name = der Name eines Raums hat 1 bis 64 Bytes und kein @
said-room-many = du hast schon { $count } Räume
said-room-unadvertised = hier ist kein Raum { $room } angekündigt, und das ist auch keine Kennung eines Raums
said-room-whom = von niemandem hier ist bekannt, dass er in { $room } ist: sage, wer gefragt werden soll (via)
said-room-affiliation = { $typed } ist keine Zugehörigkeit: owner, admin, member oder none
said-room-role = { $typed } ist keine Rolle: participant, visitor oder none
said-room-no-message = eine solche Nachricht gibt es nicht
said-room-not-message = { $id } ist keine Nachricht eines Raums
said-room-unreached = Niemand im Raum { $room } ist zu erreichen. Versuche es noch einmal, wenn jemand daraus hier ist.
said-room-unanswered = Niemand im Raum { $room } hat dich hereingelassen: es kam keine Antwort. Versuche es später noch einmal.
said-room-is-busy = Der Raum { $room } ist ausgelastet: zu viele Leute, oder zu viel auf einmal. Versuche es später noch einmal.
said-room-members-only = Der Raum { $room } ist nur für Mitglieder. Bitte jemanden darin, dich einzuladen.
said-room-banned = Du wurdest aus dem Raum { $room } gewiesen und darfst nicht zurückkommen.
said-room-forks = { $name } hat an einer Stelle zweierlei geschrieben. Was danach kam, wird nicht gezeigt.
said-room-forges = { $name } gibt gefälschte oder beschädigte Einträge weiter. Sie wurden nicht angenommen.
said-room-floods = { $name } schreibt mehr, als ein Raum trägt. Der Rest wird später angenommen.
said-room-withholds = { $name } gibt nicht alles weiter, was es sollte. Eine Zeit lang wird sich nicht darauf verlassen.

### Interfaces

said-interface-local = lokales Netz
said-interface-chosen = in den Einstellungen gewählt
said-interface-excluded = in den Einstellungen ausgelassen
said-interface-not-chosen = nicht unter den gewählten
said-interface-off = ausgeschaltet
said-interface-cable = nicht verbunden: kein Kabel oder kein WLAN
said-interface-address = hat keine Adresse
said-interface-loopback = erreicht nur diesen Computer
said-interface-alone = kein anderes Netz ist da, also werden nur Programme auf diesem Computer erreicht
said-interface-link = VPN oder Einwahl
said-interface-multicast = überträgt kein Multicast, also wäre darin niemand zu finden
said-interface-containers = virtuelles Netz von Containern
said-interface-machines = virtuelles Netz von virtuellen Maschinen
said-interface-vpn = VPN, das kein Multicast überträgt
said-interface-nobody = virtuelles Netz, in dem niemand ist

### Findings of the doctor

said-check-clock = Uhr
said-check-data = Daten
said-check-space = Platz
said-check-instance = Instanz
said-check-node = Knoten
said-check-interface = Schnittstelle
said-check-announced = bekannt gemacht
said-check-multicast = Multicast
said-check-records = Einträge
said-check-answers = Antworten
said-check-port = Port
said-check-peers = Leute
said-check-firewall = Firewall
said-found-running = Balcony läuft mit diesem Datenordner; es wurde gefragt
said-found-silent = die laufende Instanz antwortet nicht: { $why }
said-found-ended = er hat sich sofort beendet: { $why }
said-do-restart = beende es und starte es neu
said-found-nobody = niemand sonst wurde gesehen
said-do-ask = ist noch jemand da? Bitte darum, Balcony zu starten, oder Pidgin mit einem Bonjour-Konto
said-found-seen = { $count } gesehen
said-found-used = { $name } wird verwendet ({ $why }): { $addresses }
said-found-left-out = { $name } wird ausgelassen: { $why }
said-found-no-interface = keine Netzwerkschnittstelle wird verwendet
said-do-connect = verbinde dich mit einem Netzwerk; ist eines der obigen das richtige, nimm es in den Einstellungen oder mit --interface NAME wieder auf
said-found-announced = als { $name }, Port { $port }
said-found-unannounced = unser Name kam nicht ins Netzwerk
said-do-look-announced = sieh nach den Schnittstellen und der Firewall; vielleicht hat ein anderes Programm den UDP-Port 5353 für sich allein
said-do-who-holds = vielleicht hat ein anderes Programm den UDP-Port 5353 für sich allein: sudo ss -ulpn 'sport = 5353'
said-found-no-multicast = { $name }: kein Multicast kann gesendet werden: { $why }
said-found-heard = { $name }: was wir senden, ist im Netzwerk zu sehen
said-do-out-and-in = sieh in der Firewall nach: UDP-Port 5353 muss hinaus und herein dürfen
said-found-not-heard = { $name }: was wir senden, kommt nicht zurück
said-found-records = { $name }: unsere Einträge werden beantwortet
said-do-in = sieh in der Firewall nach: UDP-Port 5353 muss herein dürfen
said-found-no-records = { $name }: wer nach uns fragt, bekommt keine Antwort
said-found-no-others = { $name }: kein anderer Computer hat geantwortet
said-do-apart = sind andere da: hält das WLAN seine Gäste auseinander?
said-found-others = { $name }: { $count } weitere Computer haben geantwortet
said-found-port = { $name }: Port { $port } nimmt Verbindungen an
said-found-port-shut = { $name }: { $target } nimmt keine Verbindungen an: { $why }
said-do-port = sieh in der Firewall nach: TCP-Port { $port } muss herein dürfen
said-found-clock = die Uhr sagt { $year }: Nachrichten trügen falsche Zeiten
said-do-clock = stelle die Uhr: sudo timedatectl set-ntp true
said-found-data = { $path } ist beschreibbar
said-do-writable = mache ihn beschreibbar, oder wähle mit --data ORDNER einen anderen
said-found-process = Prozess { $pid } verwendet diesen Datenordner
said-found-free = { $count } MiB sind darin frei
said-do-free = schaffe Platz: Nachrichten, die nicht gespeichert werden können, werden nicht gesendet
said-found-avahi = avahi-daemon läuft neben uns; beide teilen sich den mDNS-Port
said-do-nft = in der Kette input, vor dem drop:
said-found-windows = dieses Linux läuft in Windows: davor steht die Windows-Defender-Firewall, und ohne gespiegeltes Netzwerk kommt kein Multicast herein
said-do-wsl = in %UserProfile%\.wslconfig, unter [wsl2]: networkingMode=mirrored
said-do-powershell = dann, in der PowerShell als Administrator:
said-found-firewall = { $name } ist aktiv und hat eine Regel für mDNS (UDP-Port 5353)
said-found-firewall-shut = { $name } ist aktiv: vielleicht hält sie mDNS (UDP-Port 5353) und Verbindungen (den TCP-Port oben) ab; eine Regel für mDNS war nicht zu sehen

### What the system says

said-os-not-found = keine solche Datei und kein solcher Ordner (Systemfehler { $number })
said-os-permission = keine Berechtigung (Systemfehler { $number })
said-os-not-permitted = nicht erlaubt (Systemfehler { $number })
said-os-space = kein Platz mehr auf dem Datenträger (Systemfehler { $number })
said-os-quota = die Quote ist ausgeschöpft (Systemfehler { $number })
said-os-read-only = das Dateisystem ist nur lesbar (Systemfehler { $number })
said-os-input = Ein- und Ausgabefehler (Systemfehler { $number })
said-os-exists = die Datei gibt es schon (Systemfehler { $number })
said-os-directory = das ist ein Ordner (Systemfehler { $number })
said-os-not-directory = das ist kein Ordner (Systemfehler { $number })
said-os-long-name = der Dateiname ist zu lang (Systemfehler { $number })
said-os-many-open = zu viele offene Dateien (Systemfehler { $number })
said-os-in-use = die Adresse ist schon belegt (Systemfehler { $number })
said-os-no-device = kein solches Gerät (Systemfehler { $number })
said-os-unreachable = das Netzwerk ist nicht zu erreichen (Systemfehler { $number })
said-os-no-route = kein Weg zu diesem Computer (Systemfehler { $number })
said-os-refused = Verbindung abgelehnt (Systemfehler { $number })
said-os-reset = die andere Seite hat die Verbindung abgebrochen (Systemfehler { $number })
said-os-timed-out = keine Antwort in der Zeit (Systemfehler { $number })
said-os-broken-pipe = die Verbindung ist abgerissen (Systemfehler { $number })
said-path-why = { $path }: { $why }
