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
settings-notifications = Benachrichtigungen
settings-notify = Bei neuen Nachrichten benachrichtigen
settings-notify-text = Den Text darin zeigen
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
interface-why-local = lokales Netz
interface-why-chosen = in den Einstellungen gewählt
interface-why-excluded = in den Einstellungen ausgelassen
interface-why-not-chosen = nicht unter den gewählten
interface-why-off = ausgeschaltet
interface-why-cable = nicht verbunden: kein Kabel oder kein WLAN
interface-why-address = hat keine Adresse
interface-why-loopback = erreicht nur diesen Computer
interface-why-alone = kein anderes Netz ist da, also werden nur Programme auf diesem Computer erreicht
interface-why-link = VPN oder Einwahl
interface-why-multicast = überträgt kein Multicast, also wäre darin niemand zu finden
interface-why-containers = virtuelles Netz von Containern
interface-why-machines = virtuelles Netz von virtuellen Maschinen
interface-why-vpn = VPN, das kein Multicast überträgt
interface-why-nobody = virtuelles Netz, in dem niemand ist

## Doctor

doctor-title = Was im Weg steht
doctor-intro = Prüft die Schnittstellen, ob Multicast hinausgeht und zurückkommt, den Port, die Firewall und die Uhr. Die Befunde sind auf Englisch, wie der Support sie braucht.
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
settings-delete-explained = Alle Nachrichten aller Unterhaltungen werden auf diesem Rechner gelöscht. Andere behalten ihre.
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
