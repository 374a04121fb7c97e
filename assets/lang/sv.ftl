# The words of the window in Swedish. What each message is for: en.ftl.

language-name = Svenska
number-group = space

## Time

weekday = { $day ->
    [1] måndag
    [2] tisdag
    [3] onsdag
    [4] torsdag
    [5] fredag
    [6] lördag
   *[7] söndag
}
weekday-short = { $day ->
    [1] mån
    [2] tis
    [3] ons
    [4] tors
    [5] fre
    [6] lör
   *[7] sön
}
month = { $month ->
    [1] januari
    [2] februari
    [3] mars
    [4] april
    [5] maj
    [6] juni
    [7] juli
    [8] augusti
    [9] september
    [10] oktober
    [11] november
   *[12] december
}
month-short = { $month ->
    [1] jan.
    [2] feb.
    [3] mars
    [4] apr.
    [5] maj
    [6] juni
    [7] juli
    [8] aug.
    [9] sep.
    [10] okt.
    [11] nov.
   *[12] dec.
}
time-of-day = { $hour }:{ $minute }
# Där systemets klocka har tolv timmar. $half är am eller pm.
time-of-day-12 = { $hour }:{ $minute } { $half ->
    [am] fm
   *[pm] em
}
time-full-12 = { $weekday } { $day } { $month } { $year } { $hour }:{ $minute }:{ $second } { $half ->
    [am] fm
   *[pm] em
}
time-full = { $weekday } { $day } { $month } { $year } { $hour }:{ $minute }:{ $second }
day-today = I dag
day-yesterday = I går
day-this-year = { $weekday } { $day } { $month }
day-other-year = { $day } { $month } { $year }
day-brief = { $day } { $month }

## Presence

presence-available = Tillgänglig
presence-away = Borta
presence-dnd = Stör ej
presence-offline = Frånkopplad
presence-since = { $presence } sedan { $time }
you = Du

## What the window itself has to say

notice-busy = Balcony är upptaget och kunde inte ta emot det. Försök igen.
notice-no-dialog-picture = Det här skrivbordet har ingen fildialog (xdg-desktop-portal eller zenity). Släpp en bild på fönstret i stället.
notice-no-dialog-send = Det här skrivbordet har ingen fildialog (xdg-desktop-portal eller zenity). Släpp filerna eller mappen på samtalet i stället.
notice-no-dialog-save = Det här skrivbordet har ingen fildialog (xdg-desktop-portal eller zenity). ”Visa mappen” leder till filen.
notice-no-dialog-folder = Det här skrivbordet har ingen fildialog (xdg-desktop-portal eller zenity). Mappen förblir som den var.
notice-no-dialog-take = Det här skrivbordet har ingen fildialog (xdg-desktop-portal eller zenity). ”Ta emot” lägger filen i mappen för mottagna filer.
notice-dialog-failed = Fildialogen kunde inte öppnas: { $error }.
notice-dismiss = Stäng

## Pictures

picture-choose = Välj en bild
picture-files = Bilder
picture-unreadable = ”{ $file }” går inte att läsa: { $error }.
picture-unknown = ”{ $file }” är ingen bild som Balcony kan läsa. Ta en PNG-, JPEG-, WebP- eller GIF-fil.
picture-too-large = Bilden går inte att göra tillräckligt liten.
picture-not-stored = Bilden går inte att spara: { $error }.
crop-title = Din bild
crop-picture = Delen av bilden som används
crop-zoom = Hur nära
crop-hint = Dra eller använd piltangenterna för att flytta; vrid hjulet eller flytta reglaget för att komma närmare.
crop-use = Använd bilden
crop-cancel = Avbryt

## First start

first-welcome = Välkommen till Balcony
first-intro = Chatta med folk på ditt nätverk. Utan konto, utan server, utan internet.
first-question = Vad ska andra kalla dig?
first-start = Börja chatta

## The list of people

people-here = Här nu · { $count }
people-gone = Inte här · { $count }
people-search = Sök personer
people-no-match = Ingen med det namnet
people-no-match-hint = Sökningen gäller namn och adresser för dem som är här eller som du har skrivit med.
people-nobody = Ingen här än
people-nobody-offline = Den här datorn har ingen nätverksanslutning som Balcony kan använda. Anslut den till ett nätverk, eller se vilka gränssnitt som utelämnas och varför.
people-nobody-listening = Folk på samma nätverk dyker upp här av sig själva inom en sekund. Balcony lyssnar på { $interfaces }.
people-nobody-doctor = Borde någon vara här? Kontrollen säger vad som är i vägen.
people-to-network = Nätverk …
person-typing = skriver …
person-said = Du: { $text }
person-spoken = { $name }, { $presence }
person-spoken-unread = { $count ->
    [one] { $name }, { $presence }, 1 oläst meddelande
   *[other] { $name }, { $presence }, { $count } olästa meddelanden
}
people-favourites = Favoriter · { $count }
people-filter = Välj vilka listan visar
people-filter-all = Alla
people-filter-here = De som är här
people-filter-unread = Med olästa meddelanden
people-filter-none = Ingen sådan
person-favourite-add = Lägg till bland favoriter
person-favourite-remove = Ta bort från favoriter

## Quick switcher

switcher-title = Gå till …
switcher-nothing = Inget med det namnet

## Ourselves, at the foot of the list

own-card = Du: { $name }, { $presence }. Ändra närvaro
own-no-network = Inte på något nätverk
own-status = Statustext
own-status-hint = Vad gör du just nu?
own-picture-choose = Välj en bild …
own-picture-remove = Ta bort bilden
own-to-settings = Inställningar (Ctrl+,)
own-to-network = Nätverk

## The large pane

pane-quiet = Det är tyst här
pane-quiet-hint = Så fort någon på nätverket startar Balcony, Pidgin eller ett annat XEP-0174-program syns de i listan.
pane-choose = Vem vill du skriva till?
pane-choose-hint = Välj någon, eller skriv en del av namnet och tryck på Enter.
pane-back = Tillbaka (Esc)
pane-back-to-list = Tillbaka till listan (Esc)

## The head of a conversation

head-spoken = { $name }, { $presence }
head-signed-off = Har loggat ut · det du skriver skickas när { $name } är tillbaka
head-unreachable = Går inte längre att nå · det du skriver skickas när { $name } är tillbaka
head-gone = Inte här · det du skriver skickas när { $name } är tillbaka
head-trust-spoken = { $trust }: detaljer om { $name }

trust-details = Detaljer
trust-plaintext = Okrypterat
trust-unknown = Ny nyckel
trust-pinned = Krypterat
trust-verified = Verifierat
trust-changed = Nyckeln ändrad
trust-offline-explained = Inte på nätverket just nu. Dina meddelanden väntar på den här datorn så länge.
trust-plaintext-explained = Det här programmet kan inte kryptera. Andra på samma nätverk kan läsa det ni skriver till varandra, och inget bevisar vem det är.
trust-unknown-explained = Det meddelar en nyckel. Den läggs på minnet vid det första samtalet.
trust-pinned-explained = Krypterat, och nyckeln är densamma som första gången.
trust-verified-explained = Krypterat, och ni två har jämfört nyckeln.
trust-changed-explained = Nyckeln är en annan än tidigare, eller saknas. Någon kan utge sig för att vara den här personen: fråga personligen innan du skriver något privat.

fact-address = Adress
fact-reached-at = Nås på
fact-seen-on = Syns på
fact-program = Program
fact-encryption = Kryptering
fact-latency = Svarstid
fact-idle-since = Inaktiv sedan
fact-name = Namn
fact-mail = E-post
fact-xmpp = XMPP

## A conversation

talk-typing = { $name } skriver
talk-begins = Här börjar ert samtal.
talk-loading = Läser in äldre meddelanden …
talk-empty = Inget sagt än.
    Skriv till { $name }: det går direkt från den här datorn till den andra.
talk-empty-gone = Inget sagt än.
    { $name } får det du skriver när hen är tillbaka på nätverket.
talk-secure-only = Det här programmet kan inte kryptera, och dina inställningar tillåter bara krypterade samtal (Inställningar, Integritet).
talk-ask-plaintext = Det här programmet kan inte kryptera: andra på nätverket kan läsa med.
talk-write-plaintext = Skriv utan kryptering
selection-count = { $count ->
    [one] 1 meddelande markerat
   *[other] { $count } meddelanden markerade
}
selection-copy = Kopiera
selection-leave = Markera inget
talk-to-newest = Till det nyaste meddelandet
talk-to-newest-unread = { $count ->
    [one] Till det nyaste meddelandet, 1 oläst
   *[other] Till det nyaste meddelandet, { $count } olästa
}

message-new = Nytt
message-more = { $count ->
    [one] Visa mer (1 tecken till)
   *[other] Visa mer ({ $count } tecken till)
}
message-more-spoken = Visa mer av meddelandet
message-not-sent = Inte skickat
message-not-sent-because = Inte skickat: { $reason }
message-uncertain = Kanske inte levererat
message-uncertain-because = Kanske inte levererat: { $reason }
message-resend = Skicka igen
message-copy = Kopiera text
message-late = kom sent · { $time }
message-late-explained = Det hölls kvar på vägen: det här är när det skrevs.
message-encrypted = Krypterat på vägen
message-plaintext = Inte krypterat på vägen
message-spoken-own = Du, { $time }, { $state }: { $text }
message-spoken = { $name }, { $time }: { $text }

state-queued = väntar på att skickas
state-sent = skickat
state-delivered = levererat
state-displayed = sett
state-failed = inte skickat
state-uncertain = kanske inte levererat

composer-hint = Meddelande till { $name }
composer-hint-gone = { $name } är inte här: skickas senare
composer-send = Skicka (Enter)

## Notifications

note-wrote = { $name } har skrivit till dig
note-many = { $count ->
    [one] 1 meddelande från { $name }
   *[other] { $count } meddelanden från { $name }
}
note-many-people = { $count } meddelanden från { $people } personer
note-new = Nytt meddelande
note-open = Öppna

## Tray

tray-open = Öppna eller dölj Balcony
tray-quit = Avsluta
tray-unread = { $count ->
    [one] 1 oläst meddelande
   *[other] { $count } olästa meddelanden
}

## Settings

settings-title = Inställningar
settings-you = Du
settings-name = Namn
settings-first = Förnamn
settings-last = Efternamn
settings-mail = E-post
settings-xmpp = XMPP-adress
settings-published = Vad andra ser
settings-published-hint = Alla på nätverket kan läsa det som är påslaget här, inte bara dina kontakter.
settings-publish-nick = Publicera mitt namn
settings-publish-status = Publicera om jag är tillgänglig eller borta
settings-publish-message = Publicera min statustext
settings-publish-avatar = Publicera min bild
settings-publish-name = Publicera för- och efternamn
settings-publish-mail = Publicera e-postadresser
settings-publish-xmpp = Publicera XMPP-adresser
settings-privacy = Integritet
settings-plaintext = Personer vars program inte kan kryptera:
settings-plaintext-allow = Skriv med dem, med en markering
settings-plaintext-ask = Fråga före det första meddelandet
settings-plaintext-never = Skriv inte med dem
settings-send-typing = Visa andra när jag skriver
settings-send-displayed = Visa andra när jag har sett deras meddelanden
settings-send-details = Berätta för kontakter hur länge jag har varit inaktiv, min tidszon och mitt operativsystem
settings-notifications = Aviseringar
settings-notify = Visa aviseringar för nya meddelanden
settings-notify-text = Visa texten i dem
settings-notify-sound = Låt skrivbordet spela sitt ljud med dem
settings-notify-hint = Inga medan du tittar på samtalet, och inga när ”Stör ej” är på.
settings-presence = Närvaro
settings-away = Visa mig som borta
settings-away-never = Aldrig
settings-away-after = { $count ->
    [one] Efter 1 minut
   *[other] Efter { $count } minuter
}
settings-look = Utseende
settings-theme-system = Som skrivbordet
settings-theme-light = Ljust
settings-theme-dark = Mörkt
settings-language = Språk
settings-language-system = Som systemet
settings-search = Sök i inställningarna
settings-no-match = Ingen sådan inställning
settings-locked = Bestäms av din administratör
settings-card-hint = Andra ser det bara där ”Vad andra ser” tillåter det.
settings-theme = Färger
settings-density = Avstånd
settings-density-comfortable = Luftigt
settings-density-compact = Kompakt
settings-zoom = Storlek på allt
settings-percent = { $count } %
settings-still = Minska rörelser
settings-desktop = Skrivbord
settings-tray = Visa en ikon i systemfältet
settings-close-to-tray = Fortsätt köra i systemfältet när fönstret stängs
settings-no-tray = Det här skrivbordet har inget systemfält just nu.
settings-autostart = Starta med min session
settings-interfaces = Nätverksgränssnitt

## Network

network-title = Nätverk
network-you = Du
network-announced = Annonserad som { $name } på port { $port }.
network-not-announced = Inte meddelad: inget nätverksgränssnitt används.
network-interfaces = Gränssnitt
network-missing = Saknas någon i listan?
network-missing-hint = En del nätverk släpper inte fram multicast. Skriv adressen som den andra ser på den här sidan.
network-doctor = Letar du efter någon som borde vara här? Kontrollen säger vad som är i vägen: gränssnitt, multicast, port och brandvägg.
network-to-doctor = Sök fel
network-measure = Mät svarstid
network-milliseconds = { $whole },{ $tenth } ms
network-address = Adress att ansluta till
network-connect = Anslut
network-seen = Syns nu: { $count }
network-nobody = Ingen.
network-plaintext = okrypterat
network-unknown = meddelar en nyckel
network-pinned = krypterat, känd nyckel
network-verified = krypterat, nyckeln jämförd
network-changed = nyckeln ändrad

interface-none = Inget nätverksgränssnitt hittades. Anslut datorn till ett nätverk; Balcony märker det av sig självt.
interface-used = används
interface-left-out = utelämnat

## Doctor

doctor-title = Vad som är i vägen
doctor-intro = Kontrollerar gränssnitten, om multicast går ut och kommer tillbaka, porten, brandväggen och klockan. Den kopierade texten är på engelska, som ”balcony doctor” skriver den.
doctor-again = Kontrollera igen
doctor-copy = Kopiera som text
doctor-running = Kontrollen tar några sekunder …
doctor-unavailable = På ett låtsasnätverk finns inget att kontrollera.
doctor-no-fault = Inget fel hittades på den här datorn.
doctor-no-fault-hint = Saknas någon ändå? Är den andra på samma nätverk, och låter nätverket sina gäster se varandra (”klientisolering”)?
doctor-faults = { $count ->
    [one] Ett fel hittades.
   *[other] { $count } fel hittades; det första är ofta orsaken till de andra.
}
doctor-fine = Bra
doctor-note = Obs
doctor-fault = Fel

## Keyboard

keys-title = Tangentbord
keys-close = Stäng
keys-ctrl = Ctrl
keys-shift = Skift
keys-search = Sök personer
keys-switch = Gå till person, rum eller sida
keys-doctor = Vad som är i vägen
keys-favourite = Favorit, eller inte längre
keys-next = Nästa samtal
keys-previous = Föregående samtal
keys-settings = Inställningar
keys-network = Nätverk: gränssnitt och personer
keys-map = De här tangenterna
keys-quit = Avsluta
keys-back-clear = Tillbaka; töm sökningen
keys-back = Tillbaka
keys-any-letter = Valfri bokstav
keys-any-letter-does = Skriv i det öppna samtalet, annars sök
keys-arrows = Upp, Ned, Enter
keys-arrows-do = I sökningen: välj och öppna
keys-enter = Enter
keys-enter-does = Skicka
keys-shift-enter = Skift+Enter
keys-shift-enter-does = Ny rad
keys-pages = Page Up, Page Down
keys-pages-do = Äldre och nyare meddelanden
keys-ends = Ctrl+Home, Ctrl+End
keys-ends-do = Första inlästa och nyaste meddelandet
keys-zoom = Ctrl++, Ctrl+-, Ctrl+0
keys-zoom-does = Större, mindre, normal storlek
keys-tab = Tabb, Skift+Tabb
keys-tab-does = Från det ena till det andra

## Search, export and deletion

keys-find = Sök bland meddelanden
search-messages = Sök bland meddelanden
search-hint = Skriv vad som sades: vilken del som helst, på vilket språk som helst. ”Flera ord” inom citattecken räknas som ett.
search-nothing = Det har ingen sagt här.
search-here-only = Bara med { $name }
search-room-only = Bara i { $name }
search-from = Från:
search-from-anybody = alla
search-from-me = dig
search-more = Visa äldre
search-hit-spoken = { $name }, { $time }: { $text }
head-more = Mer om den här konversationen
head-search = Sök bland meddelanden
head-export = Exportera …
head-delete = Ta bort konversationen
head-delete-explained = Alla meddelanden med { $name } tas bort från den här datorn. { $name } behåller dem.
head-delete-really = Ta bort nu
export-title = Exportera till en fil
export-text = Text
notice-exported = { $count ->
    [one] Ett meddelande finns i { $path }.
   *[other] { $count } meddelanden finns i { $path }.
}
settings-history = Meddelanden
settings-keep = Behåll meddelanden
settings-keep-all = för alltid
settings-keep-days = { $count ->
    [one] en dag
   *[other] { $count } dagar
}
settings-export = Exportera allt …
settings-delete = Ta bort allt
settings-delete-explained = Alla meddelanden i alla konversationer tas bort från den här datorn. Andra behåller sina, och rum finns kvar tills du lämnar och tar bort dem.
settings-delete-really = Ta bort allt nu

## Nycklar

alarm-other-key = { $name } visar en annan nyckel än förut
alarm-other-announced = { $name } anger en annan nyckel än förut
alarm-no-encryption = { $name } var krypterad förut och är det inte längre
alarm-codes-differ = Koderna som du jämförde med { $name } var olika
alarm-namesake = { $name } heter som någon vars nyckel du har verifierat, men har en annan nyckel
alarm-was-verified = Du hade jämfört nycklar med { $name }. Det kan vara en ny dator, eller någon som utger sig för att vara dem: fråga personligen innan du bestämmer dig. Till dess skickas inget och tas inget emot.
alarm-waits = Det kan vara en ny dator eller ett annat program, eller någon som utger sig för att vara dem. Inget skickas och inget tas emot förrän du bestämmer dig.
alarm-ask = Fråga personligen innan du berättar något privat.
alarm-keep-waiting = Fortsätt vänta
alarm-somebody-else = Det är någon annan
alarm-accept = Godta den nya nyckeln
alarm-go-on-plain = Fortsätt utan kryptering
alarm-go-on = Fortsätt ändå
compare-waiting = Ber { $name } om en kod …
compare-compare = Ser { $name } samma sak?
compare-they-confirmed = { $name } säger att det är samma sak. Är det?
compare-confirmed = Nu måste { $name } också säga det
compare-verified = Verifierad: ingen är mellan dig och { $name }
compare-failed = Nycklarna jämfördes inte med { $name }
compare-why-we-differ = Du säger att koderna är olika: någon står mellan dig och { $name }, eller så läste någon av er fel. Inget skickas förrän du bestämmer dig.
compare-why-they-differ = { $name } säger att koderna är olika: någon står mellan er, eller så läste någon av er fel. Inget skickas förrän du bestämmer dig.
compare-why-cheated = Det andra programmet höll sig inte till reglerna. Någon kanske står mellan dig och { $name }.
compare-why-no-encryption = Programmet som { $name } använder krypterar inte, så det finns ingen nyckel att jämföra.
compare-why-too-late = Det tog för lång tid. Börja om när ni båda är där.
compare-why-disconnected = Anslutningen bröts under tiden. Börja om.
compare-why-they-gave-up = { $name } avbröt.
compare-why-we-gave-up = Avbrutet.
compare-why-key-gone = Nyckeln till { $name } är inte känd längre.
compare-digits = eller på telefon: { $code }
compare-same = Det är samma sak
compare-different = Det är olika
compare-cancel = Avbryt
compare-close = Stäng
key-theirs = Nyckel
key-own = Min nyckel
key-qr = QR-kod med länken till min nyckel
key-copy = Kopiera länken
key-compare = Jämför nycklar …
key-paste = Fingeravtryck eller länk
key-check = Kontrollera
held-waits = { $count ->
    [one] { $name } vill skriva till dig, men programmet där kan inte kryptera. Ett meddelande väntar.
   *[other] { $name } vill skriva till dig, men programmet där kan inte kryptera. { $count } meddelanden väntar.
}
held-advice = Andra i det här nätverket kan ha läst det, och inget bevisar vem det är. Om du svarar går allt ni skriver okrypterat.
held-delete = Ta bort, och fråga igen
held-show = Visa och skriv okrypterat
note-held = { $name } vill skriva till dig utan kryptering
take-always = Ta emot filer från { $name } utan att fråga
take-always-from = Alltid från { $name }
# $size is a number of bytes in words.
take-up-to = upp till { $size } var
take-any-size = av alla storlekar
key-block = Blockera { $name }
blocked-title = Blockerade
blocked-undo = Häv blockeringen av { $name }
settings-publish-fingerprint = Min nyckels fingeravtryck (andra vet genast att jag krypterar)
settings-private = Privat läge: ingen nyckel, inga namn
settings-invisible = Osynlig: se andra utan att visas
emoji-name = { $name ->
    [dog] hund
    [cat] katt
    [horse] häst
    [pig] gris
    [elephant] elefant
    [rabbit] kanin
    [bear] björn
    [rooster] tupp
    [penguin] pingvin
    [turtle] sköldpadda
    [fish] fisk
    [octopus] bläckfisk
    [butterfly] fjäril
    [bee] bi
    [snail] snigel
    [tree] träd
    [cactus] kaktus
    [sunflower] solros
    [mushroom] svamp
    [moon] måne
    [star] stjärna
    [rainbow] regnbåge
    [fire] eld
    [snowman] snögubbe
    [apple] äpple
    [banana] banan
    [strawberry] jordgubbe
    [grapes] druvor
    [lemon] citron
    [carrot] morot
    [corn] majs
    [pizza] pizza
    [bread] bröd
    [cheese] ost
    [egg] ägg
    [cake] tårta
    [coffee] kaffe
    [crown] krona
    [hat] hatt
    [glasses] glasögon
    [shoe] sko
    [umbrella] paraply
    [key] nyckel
    [bell] klocka
    [book] bok
    [pencil] penna
    [scissors] sax
    [hammer] hammare
    [lamp] lampa
    [candle] ljus
    [clock] väckarklocka
    [camera] kamera
    [telephone] telefon
    [balloon] ballong
    [present] present
    [ball] boll
    [guitar] gitarr
    [trumpet] trumpet
    [drum] trumma
    [car] bil
    [bicycle] cykel
    [train] tåg
    [aeroplane] flygplan
   *[rocket] raket
}
## Vad man kan göra med ett meddelande

act-react = Reagera
act-reply = Svara
act-edit = Redigera
act-more = Fler åtgärder
act-forward = Vidarebefordra …
act-details = Detaljer …
act-retract = Ta tillbaka
act-retract-key = Del
act-delete = Ta bort här …
message-edited = redigerat · { $time }
message-edited-at = Redigerat { $time }
message-retracted = Det här meddelandet togs tillbaka.
message-retracted-own = Du tog tillbaka det här meddelandet.
message-unseen-there = Syns inte där: { $reason }
reaction-by = { $emoji } från { $names }
quote-unknown = Ett meddelande som inte finns här
quote-spoken = Svar till { $name }: { $text }
quote-spoken-unknown = Svar på: { $text }
spoiler = Spoiler
spoiler-hint = Spoiler: { $hint }
spoiler-show = Visa det dolda
spoiler-spoken = dolt, { $hint }; tryck för att visa
broadcast-to = { $people ->
    [0] Till flera
    [one] Till 1 person
   *[other] Till { $people } personer
}
broadcast-delivered = Till flera · levererat till { $delivered } av { $people }
aim-reply = Svar till { $name }
aim-edit = Redigera meddelande
aim-cancel = Avbryt
aim-spoiler = Dolt tills någon frågar
aim-spoiler-hint = Ledtråd (får vara tom)
composer-more = Mer
composer-emoji = Emoji
composer-spoiler = Dölj nästa meddelande (spoiler)
composer-attention = Be om uppmärksamhet
composer-broadcast = Till flera …
emoji-search = Sök emoji
emoji-recent = Senast använda
emoji-none = Ingen emoji med det namnet
emoji-group-smileys = Smileys
emoji-group-people = Människor
emoji-group-nature = Djur och natur
emoji-group-food = Mat och dryck
emoji-group-travel = Resor och platser
emoji-group-activities = Aktiviteter
emoji-group-objects = Föremål
emoji-group-symbols = Symboler
emoji-group-flags = Flaggor
dialog-cancel = Avbryt
dialog-close = Stäng
retract-title = Ta tillbaka meddelandet?
retract-explained = Det försvinner här, och där ombeds programmet att ta bort det. Det som redan lästs förblir läst.
delete-title = Ta bort meddelandet här?
delete-explained = Det tas bort från den här datorn; det som { $name } har av det blir kvar där. Om det fortfarande väntar skickas det inte.
delete-really = Ta bort här
link-title = Titta noga på länken
link-explained = Den kanske leder någon annanstans än det ser ut. Den går till:
link-open = Öppna
link-copy = Kopiera
forward-title = Vidarebefordra till
forward-search = Namn på en person eller ett rum
forward-search-people = Namn
forward-nobody = Ingen med det namnet.
forward-to = Vidarebefordra till { $name }
forward-wrote = { $name } skrev:
details-title = Meddelande
details-from = Från
details-to = Till
details-written = Skrivet
details-edited = Redigerat
details-retracted = Tillbakataget
details-state = Läge
details-way = På vägen
details-addresses = Den andras adresser nu
details-key = Nyckel som den andra känns igen på
details-id = Id
details-versions = Tidigare versioner
broadcast-title = Till flera
broadcast-explained = Var och en får det för sig och kan svara dig för sig. Det märks som skickat till flera.
broadcast-text = Meddelande till flera
broadcast-everybody = Alla som är här
broadcast-nobody = Ingen är här just nu.
broadcast-send = { $count ->
    [one] Skicka till 1 person
   *[other] Skicka till { $count } personer
}
broadcast-last = Det senaste: levererat till { $delivered } av { $people }
note-attention = { $name } ber om din uppmärksamhet
keys-choose = Ctrl+Upp
keys-choose-do = Välj ett meddelande; sedan pilar och:
keys-act = R, E, S, C, F, I, D, Delete
keys-act-do = Svara, redigera, reagera, kopiera, vidarebefordra, detaljer, ta bort här, ta tillbaka
keys-select = Skift+Upp, Skift+Ned
keys-select-do = Sedan: markera flera meddelanden; Ctrl+C kopierar dem
keys-edit-last = Upp
keys-edit-last-do = I ett tomt fält: redigera ditt senaste meddelande
trouble-title = Balcony kan inte starta
trouble-keep-nothing = Fortsätt utan att spara något
trouble-keep-nothing-hint = Du kan skriva och läsa; det som sägs är borta när du stänger Balcony. Inget på disken rörs.
trouble-close = Stäng
## Rooms

rooms-find = Rum …
rooms-invited = { $name } bjuder in dig till { $room }: gå in
rooms-title = Rum
rooms-here = På det här nätverket
rooms-none = Ingen här erbjuder något rum.
rooms-again = Titta igen
rooms-new = Ett nytt rum
rooms-name = Rummets namn
rooms-members-only = Endast medlemmar: den som är inbjuden
rooms-lecture = En föreläsning: bara den som har ordet talar
rooms-create = Skapa rummet
rooms-unread = { $name }, { $count } nya
rooms-mentions = { $name }, { $count } nya, { $mentions } till dig
rooms-closed = endast medlemmar
rooms-open = Öppna { $name }
rooms-join = Gå in i { $name }
room-people = { $count ->
    [one] { $count } person
   *[other] { $count } personer
}
room-invite = Bjud in
room-leave = Lämna
room-subject = Rummets ämne
room-subject-none = Inget ämne
room-subject-change = Klicka för att ändra ämnet
room-poll-new = Fråga alla
room-poll-question = Frågan
room-poll-answers = Två till tio svar, ett per rad
room-poll-ask = Fråga
room-cancel = Avbryt
room-poll-answer = { $name }: { $count }
room-poll-close = Avsluta omröstningen
room-poll-closed = { $count ->
    [one] Avslutad, { $count } röst
   *[other] Avslutad, { $count } röster
}
room-hands = { $count ->
    [one] { $count } uppräckt hand:
   *[other] { $count } uppräckta händer:
}
room-give-floor = Ge ordet till { $name }
room-hand-up = Räck upp handen
room-hand-down = Ta ner handen
room-listening = Du lyssnar. Räck upp handen för att tala.
room-out = Du är inte längre i rummet: { $text }
room-not-in = Du är inte i det här rummet.
room-announce = Meddelande till alla
room-write = Skriv till { $name }
room-notify-all = Meddela allt
room-notify-mentions = Meddela det som nämner mig
room-notify-none = Tyst
room-late = { $time } · kom sent
room-corrected = { $time } · ändrat
room-delivered = { $time } · framme hos { $count } av { $total }
room-retracted = Tillbakadraget av { $name }
room-owner = ägare
room-admin = moderator
room-visitor = lyssnar
room-member = medlem
room-voice-give = Ge ordet
room-voice-take = Ta tillbaka ordet
room-make-owner = Gör till ägare
room-make-admin = Gör till moderator
room-make-member = Gör till medlem
room-demote = Ta bort rangen
room-kick = Skicka ut
room-ban = Skicka ut för gott
room-note = { $name } i { $room }
room-why-busy = Det är för mycket på gång i rummet. Vänta en stund och skicka igen.
room-why-not-allowed = Det får du inte göra i det här rummet.
room-why-too-long = Det är för långt för ett rum.
room-why-members-only = Rummet är endast för medlemmar. Be någon i det att bjuda in dig.
room-why-banned = Du har skickats ut ur rummet och får inte komma tillbaka.
room-why-unreachable = Ingen i det här rummet går att nå. Kanske har alla lämnat nätverket.
room-why-no-answer = Ingen i det här rummet har släppt in dig: inget svar kom.
room-why-too-many = Du är med i så många rum som det går. Ta bort ett först.
room-refused = { $name }: { $reason }
room-entering = Går in i { $name } …
room-enter-again = Försök igen
room-announce-explained = Nästa meddelande framhävs, och alla får veta av det.
room-begins = Här börjar rummet för dig.
room-empty = Inget har sagts än.
room-more = Mer om det här rummet
room-subject-set = Ändra ämnet …
room-nick-set = Byt ditt namn här …
room-nick-title = Ditt namn i { $name }
room-nick-explained = Bara i det här rummet, från och med nu. Andra ser ändringen.
room-nick-taken = Någon här heter redan så: en siffra sätts efter ditt namn.
room-nick-change = Byt
room-trouble-read = Läst
room-trouble-less = Mindre
room-trouble-more = { $count } till
room-trouble-fork = { $name } har skrivit två olika saker på samma plats. Det som kom sedan visas inte.
room-trouble-forged = { $name } för vidare sådant som är förfalskat eller skadat. Det togs inte emot.
room-trouble-flood = { $name } skriver mer än ett rum klarar. Resten tas emot senare.
room-trouble-withheld = { $name } för inte vidare allt som den borde. Andra tillfrågas i stället.
room-people-explained = Vilka som är i rummet
room-invite-nobody = Ingen annan är här.
room-moderated = Föreläsning: bara den som har ordet talar
room-moderated-explained = Alla andra lyssnar och kan räcka upp handen.
room-members-only = Endast medlemmar
room-members-only-explained = De som är i rummet stannar, som medlemmar. Andra behöver en inbjudan.
room-guests = Släpp in gäster genom mig
room-guests-explained = Program utan nyckel som känner till rum (XEP-0045) deltar genom ditt program, som ”NAMN (via dig)”. Inget är krypterat mellan dem och dig.
room-repeat = Släpp in Pidgin genom mig
room-repeat-explained = Den som skriver ”!join” till dig med Pidgin deltar genom meddelanden till dig, som ”NAMN (via dig)”. Inget är krypterat mellan dem och dig.
room-leave-explained = Det som har sagts stannar på den här datorn i 30 dagar.
room-delete = Lämna och radera
room-delete-explained = Det som har sagts i rummet raderas från den här datorn och skrivs över. Andra har det kvar.
room-delete-really = Radera nu
room-poll-hide = Lägg undan
room-poll-open = { $count ->
    [one] { $name } frågar · { $count } röst
   *[other] { $name } frågar · { $count } röster
}
room-speaking = Har ordet:
room-take-floor = Ta tillbaka ordet från { $name }
room-and-more = och { $count } till
room-write-alone = Skriv till bara den här personen
room-member-no-more = Inte medlem längre
room-ban-explained = { $name } skickas ut och får inte komma tillbaka förrän du tillåter det.
room-ban-really = Skicka ut nu
room-through-us = { $count ->
    [one] Genom dig: { $count } person
   *[other] Genom dig: { $count } personer
}
room-banned = { $count ->
    [one] Utskickad för gott: { $count } person
   *[other] Utskickade för gott: { $count } personer
}
room-unban = Släpp in igen
room-unban-who = Släpp in { $name } igen
room-late-explained = Det kom sent, för att någon var avskuren, och står där det skrevs.
room-corrected-explained = Det har ändrats sedan dess.
room-delivered-to = Framme hos { $count } av { $total }
room-not-delivered = Ännu inte hos två medlemmar
rooms-fewer = Färre rum
rooms-all = Alla { $count } rum
rooms-muted = tyst
rooms-forget = Radera { $name } här
## Files

own-to-files = Filer
files-title = Filer
files-none = Ingen fil är på väg. Släpp en på en konversation för att skicka den.
files-to = Till { $name }
files-from = Från { $name }
files-folder-unknown = { $size }, en mapp
files-folder = { $size }, en mapp med { $count ->
    [1] en fil
   *[other] { $count } filer
}
files-waiting-out = väntar tills den kan skickas
files-waiting-in = väntar på sin tur eller på avsändaren
files-offered-out = väntar på svar
files-offered-in = inte mottagen än
files-paused = pausad
files-paused-at = pausad vid { $through }
files-source = nu från { $name }
files-done-out = skickad
files-done-in = mottagen
files-failed = kom inte fram
files-failed-in = kom inte fram
files-plaintext = Inte krypterad: andra på det här nätet kan läsa den på vägen.
files-progress = Hur mycket av { $name } som är igenom
files-through = { $through } överfört
files-speed = { $through } igenom, { $speed } i sekunden, { $left } kvar
files-seconds = { $count } s
files-minutes = { $count } min
files-accept = Ta emot
files-accept-into = Ta emot i …
files-decline = Avböj
files-pause = Pausa
files-resume = Fortsätt
files-cancel = Avbryt
files-again = Försök igen
files-open = Öppna
files-forward = Vidarebefordra …
files-show = Visa mappen
files-put-away = Lägg undan
files-all = Alla filer
files-choose-folder = Var den ska läggas
files-not-opened = Inget program kunde startas för den: { $error }
files-audio = Ljud, { $size }
files-play = Spela upp
files-save-elsewhere = Spara någon annanstans …
files-save-title = Var kopian ska sparas
files-saved = Sparad som { $path }.
files-not-saved = Det gick inte att spara: { $error }
files-gone = Filen finns inte kvar.
attached-hint = Skickas med Enter
attached-folder = Mapp
attached-remove = Skicka inte { $name }
settings-files = Filöverföring
settings-downloads = Mottagna filer till
settings-downloads-hint = Tomt: skrivbordets mapp för hämtade filer. Inget där skrivs någonsin över.
settings-downloads-choose = Välj en mapp …
settings-downloads-usual = Skrivbordets mapp
settings-keep-traces = Skicka bilder med det de säger om plats, tid och kamera
settings-keep-traces-hint = Annars skickas en kopia utan det (JPEG, PNG, WebP, GIF); din fil förblir som den är.
composer-attach = Skicka en fil
attach-files = Filer …
attach-folder = En mapp …
attach-copied = Den kopierade bilden
attach-choose = Vad som ska skickas
attach-nothing-copied = Ingen bild har kopierats.
note-file = { $name } erbjuder en fil
note-file-done = Filen från { $name } är här
number-with-tenths = { $whole },{ $tenth }
size-bytes = { $count ->
    [1] 1 byte
   *[other] { $count } byte
}
size-kib = { $number } KiB
size-mib = { $number } MiB
size-gib = { $number } GiB

## Said by the node

# Sentences from below the window, recognised by the English ones: en.ftl.

### Names and the network

said-taken = Namnet ”{ $a }” är upptaget i det här nätverket. Du heter nu ”{ $b }”.
said-no-name-left = Alla namn från { $name } är upptagna i det här nätverket, så ingen kan se dig. Välj ett annat namn med --name.
said-name-unusable = namnet ”{ $name }” kan inte användas: { $why }
said-name-unpublishable = namnet { $name } kan inte annonseras: andra program kan inte slå upp ett namn med punkt eller omvänt snedstreck
said-name-empty = ett namn får inte vara tomt
said-name-long = namnet är längre än 63 byte
said-name-control = namnet innehåller ett styrtecken
said-no-host-name = { $name } är inget värdnamn
said-unpublished = vi kunde inte annonseras på { $interface }: { $why }
said-text-long = en text är för lång
said-changes-unnoticed = ändringar i nätverket märks inte: { $why }
said-interfaces-unlisted = nätverksgränssnitten kan inte listas: { $why }
said-no-mdns = mDNS fungerar inte på { $interface }: { $why }
said-no-multicast = multicast fungerar inte på { $interface }: { $why }. Om ett annat program har UDP-port 5353 för sig själv, avsluta det
said-port-taken = port { $port } används av ett annat program: välj en annan, eller ingen, så hittas en ledig
said-port-low = port { $port } får bara användas av systemet: välj en över 1023
said-no-accepting = ingen anslutning kan tas emot: { $why }
said-cannot-start = kan inte starta: { $why }
said-node-ended = noden har avslutats
said-ending = Balcony håller på att avslutas; det här gjordes inte.

### Connecting by address

said-no-connection = Kunde inte ansluta: { $why }
said-no-answer = inget svar inom 5 sekunder
said-no-address = ingen adress är känd
said-nobody-listens = ingen lyssnar där
said-computer-silent = datorn svarar inte
said-no-way = ingen väg till det nätverket
said-bracket-missing = ] saknas efter IPv6-adressen
said-bracket-port = efter ] kommer :port
said-no-port = { $port } är ingen port (1 till 65535)
said-scope-missing = { $ip } behöver gränssnittet: skriv [{ $again }%eth0] med namnet på ditt
said-no-interface = det finns inget gränssnitt { $name }
said-no-such-address = { $typed } är varken en adress eller namnet på en dator
said-no-computer = ingen dator med namnet { $host } är känd: kontrollera namnet, eller skriv dess IP-adress
said-lookup-late = namnet { $host } kunde inte slås upp i tid: skriv IP-adressen i stället
said-address-form = En adress är en värd och en port, som 192.168.1.20:5298.

### Messages

said-not-kept = inte skickat, eftersom det inte kunde sparas: { $why }
said-unsure = anslutningen bröts innan det gick att veta om det kom fram
said-refused = det andra programmet avvisade det ({ $condition })
said-no-way-to-show = det andra programmet kan inte visa det, så det syns inte där
said-plain-asks = anslutningen till { $name } är inte krypterad, och enligt dina inställningar frågas det först. Skicka igen om det ska skickas ändå.
said-plain-never = anslutningen till { $name } är inte krypterad, och dina inställningar tillåter bara krypterade
said-before-sent = återtaget innan det skickades
said-yourself = Det är ditt eget namn: välj någon annan.
said-you-blocked = Du har blockerat { $name }: häv det först.
said-many-wait = { $count } meddelanden väntar redan på { $name }: det här togs inte emot.
said-message-unreadable = Meddelandet kunde inte läsas: { $why }
said-message-nowhere = Ingen konversation har ett meddelande med det id:t.
said-message-missing = Det finns inget meddelande med det id:t.
said-message-once = Det meddelandet behöver inte skickas en gång till.
said-message-not-yours = Det finns inget meddelande från dig med det id:t.
said-one-place = Bara ett av before, after och around.
said-was-taken-back = Det här meddelandet har återtagits.
said-correct-own = Bara dina egna meddelanden kan rättas.
said-retract-own = Bara dina egna meddelanden kan återtas.
said-one-emoji = En reaktion är en emoji.
said-many-reactions = Fler än { $count } reaktioner på ett meddelande.
said-to-nobody = Det finns ingen att skicka det till.
said-to-many = Det här skulle gå till { $people } personer; högst { $most } är möjligt.
said-to-many-seldom = Ett meddelande till många kan skickas en gång på { $seconds } sekunder.
said-not-connected = Det finns ingen anslutning dit nu: skriv något först.
said-program-cannot = Det andra programmet kan inte visa det.
said-attention-seldom = En gång på 30 sekunder räcker.
said-draft-long = Det här utkastet är längre än 1 MiB: det sparades inte.
said-drafts-many = Det finns redan för många utkast: det här sparades inte.
said-history-unreadable = Historiken kunde inte läsas: { $why }
said-search-failed = Sökningen misslyckades: { $why }.
said-not-exported = Inget exporterades: { $why }.
said-delete-what = Säg vad som ska raderas: with (och id för ett meddelande), eller everything.
said-not-deleted = Inget raderades: { $why }
said-unkept = Meddelanden kan inte sparas: { $why }
said-no-message-with = det finns inget meddelande { $id } i konversationen med { $name }
said-no-message = det finns inget meddelande { $id }
said-export-unwritable = { $path } kan inte skrivas: { $why }
said-export-exists = { $path } finns redan: välj ett annat namn
said-no-conversation = det finns ingen konversation med { $name }

### Settings, pictures

said-setting-locked = ”{ $name }” är bestämt av den här datorns administratör
said-setting-unknown = det finns ingen inställning ”{ $name }”
said-settings-form = inställningar är ett objekt med namn och värden
said-settings-same = Inställningarna ändrades inte: { $why }.
said-autostart-same = Autostartfilen kunde inte ändras: { $why }.
said-policy-unreadable = policyn { $path } kan inte läsas: { $why }
said-policy-unfollowed = policyn { $path } kan inte följas: { $why }
said-policy-long = den har fler än { $count } byte
said-policy-table = ”{ $name }” är ingen tabell
said-policy-tables = det finns [defaults] och [locked], inte [{ $name }]
said-picture-heavy = bilden har { $size } KiB, { $most } KiB är tillåtet: gör den mindre (64×64 är en bra storlek)
said-picture-kind = det är ingen bild i PNG, JPEG, GIF eller WebP
said-picture-damaged = bilden är skadad
said-picture-size = bilden är { $width }×{ $height }; tillåtet är 1×1 till { $most }×{ $most2 }

### The disk

said-key-unusable = nyckeln för den här installationen, { $path }, kan inte användas: { $why }. Utan den känner ingen igen dig: gör den läsbar, eller hämta tillbaka den från en kopia
said-key-open = nyckeln för den här installationen, { $path }, är öppen för andra användare av datorn (rättigheter { $mode }): den som har läst den kan utge sig för att vara du. Har ingen det, kör `chmod 600`; flytta annars undan den och säg till dina kontakter att din nyckel är ny
said-key-foreign = nyckeln för den här installationen, { $path }, tillhör en annan användare (nummer { $owner }). Använd datamappen som den användaren, eller välj en annan med --data
said-key-damaged = nyckeln för den här installationen, { $path }, är skadad. Hämta tillbaka den från en kopia; eller flytta undan den för att få en ny, så får dina kontakter frågan om det fortfarande är du
said-key-not-made = ingen nyckel kunde skapas
said-folder-unusable = datamappen { $path } kan inte användas: { $why }. Välj en annan med --data, eller gör den skrivbar
said-running = Balcony körs redan med datamappen { $path }. Använd det, avsluta det först, eller starta ett till med en egen mapp (--data)
said-database-newer = { $path } skrevs av ett nyare Balcony (format { $found }, det här kan upp till { $known }). Inget ändrades; starta det nyare, eller välj en annan mapp med --data
said-database-other = { $path } är ingen Balcony-databas. Inget ändrades; flytta undan den, eller välj en annan mapp med --data
said-database-damaged = { $path } är skadad ({ $detail }). Inget ändrades. Flytta undan den för att börja om; `sqlite3 { $again } .recover` kan kanske rädda det som finns i den
said-database-readonly = { $path } kan inte skrivas. Gör den skrivbar, eller välj en annan mapp med --data
said-disk-full-start = disken med { $path } är full. Frigör utrymme och starta igen; inget gick förlorat
said-database-used = { $path } används av ett annat program. Stäng den där och starta igen
said-database-unopened = { $path } kan inte öppnas: { $detail }
said-disk-full = disken är full: inget mer kan sparas förrän utrymme har frigjorts
said-folder-readonly = datamappen kan inte längre skrivas
said-database-broken = databasen är skadad ({ $detail }); avsluta, och flytta undan den för att börja om
said-disk-refuses = disken tar inte emot det som skrivs ({ $detail })
said-database-refuses = databasen tar inte emot det som skrivs ({ $detail })
said-store-closed = lagret är stängt
said-store-busy = för mycket söks på en gång; försök igen
said-nothing-kept = Inget av den här sessionen sparas: det som sägs är borta när den slutar.
said-nothing-kept-key = Inget av den här sessionen sparas: det som sägs är borta när den slutar. Din nyckel kunde inte läsas, så kontakter ser en ny.
said-database-unreadable = databasen kan inte läsas: { $why }

### Files

said-file-ended-offer = Balcony avslutades innan den togs emot
said-file-ended-middle = Balcony avslutades mitt i
said-file-no-room = det finns inte plats i { $folder }: { $free } MiB är lediga och { $needed } MiB skulle behövas
said-file-kind = { $path } är { $kind }: bara vanliga filer och mappar kan skickas
said-kind-link = en symbolisk länk
said-kind-pipe = ett rör
said-kind-socket = en socket
said-kind-device = en enhet
said-file-deep = { $path } innehåller fler än { $count } filer eller är för djup: packa den i en fil först
said-file-changing = { $path } ändrades medan den skickades
said-http-form = det andra programmet skickar filen i en form som inte förstås
said-http-part = det andra programmet säger inte vilken del det skickar
said-http-elsewhere = filen sades ligga på en annan dator: avvisad
said-http-gone = filen erbjuds inte längre
said-http-refused = det andra programmet lämnar inte ut filen
said-file-unreachable-us = den andra datorn når inte den här för filen (en brandvägg?)
said-file-unreachable = den andra datorn kan inte nås för filen
said-file-unknown-there = avsändaren känner inte till den längre
said-file-many-there = den andra sidan har för många erbjudna filer
said-file-none-there = det andra programmet tar inte emot filer
said-file-they-ended = den andra sidan avslutade
said-file-they-ended-why = den andra sidan avslutade ({ $condition })
said-file-band-order = det som kom genom strömmen var inte i ordning
said-file-band-full = den andra sidan tar inte emot mer av den
said-file-not-sent = det som kom är inte det som skickades
said-file-middle = anslutningen bröts mitt i
said-file-list = dess lista förstås inte
said-file-refused = filen avvisades: { $why }
said-file-silent = inget kom på länge
said-file-full = disken är full: frigör utrymme och fortsätt sedan
said-file-unwritable = filen kan inte skrivas här: { $why }
said-file-inside = ett fel i Balcony självt
said-file-unreadable = filen kan inte läsas: { $why }
said-file-unread = filen kunde inte läsas till slutet
said-file-shorter = filen blev kortare medan den skickades
said-file-more = det kom mer än vad som sagts
said-file-less = det kom mindre än vad som sagts
said-file-other-here = filen som finns här är en annan
said-file-nothing = det finns inget i den
said-file-size = storleken är inte den som sagts
said-file-nameless = den har en fil utan namn
said-file-part-unasked = en del kom som inte hade begärts
said-file-no-folder = det är ingen mapp längre
said-file-folder-way = en mapp kan inte komma den här vägen
said-file-connection = anslutningen bröts
said-file-offer-back = erbjudandet drogs tillbaka
said-file-computer-silent = en annan dator svarade i stället för den andra sidan
said-file-silent-there = den andra datorn svarar inte
said-file-slow = avsändaren är för långsam
said-file-not-offered = det som kom är inte det som erbjöds
said-file-sender-gone = avsändaren avslutade, eller är borta
said-file-changed = filen har ändrats sedan den erbjöds
said-folder-changed = mappen har ändrats sedan den erbjöds
said-file-size-said = filen har inte den storlek som sagts
said-file-part-other = en annan del av filen kom än den som begärdes
said-file-stopped = den stoppades
said-file-earlier = ett tidigare försök är inte slut än
said-file-not-on = det andra programmet fortsatte inte
said-file-unconfirmed = den andra sidan har inte sagt att den har den
said-file-broken-end = den andra sidan bröt på slutet: { $why }
said-file-no-folders = det andra programmet tar inte emot mappar
said-file-no-address = det finns ingen adress som det andra programmet kan använda
said-file-pack = det andra programmet tar inte emot mappar: packa den i en fil och skicka den
said-file-huge = det andra programmet tar inte emot filer på 2 GiB eller mer
said-file-empty = det andra programmet tar inte emot tomma filer
said-file-paused-there = pausad av den andra sidan
said-file-receiver-cancelled = mottagaren avbröt den
said-file-sender-cancelled = avsändaren avbröt den
said-file-arrived = avsändaren säger att den kom fram: titta i { $folder }
said-file-many-offered = för många filer erbjuds
said-file-changed-meanwhile = filen har ändrats under tiden: den kommer från början
said-file-from-beginning = det andra programmet ger den bara från början
said-file-sender-where = det är inte känt var avsändaren finns
said-file-unfetched = den hämtades inte inom en timme
said-file-same = samma fil är redan på väg: det här är en källa till
said-file-goes-on = det fortsätter från { $source }
said-file-joined = { $why }; det fortsätter från { $source }
said-file-anew = { $why }: det börjar om, från en källa
said-file-not-any-more = avsändaren erbjuder den inte längre
said-file-none-on-way = En sådan fil är inte på väg.
said-file-none = Det finns ingen sådan fil.
said-file-not-here = Den filen finns inte här.
said-file-many = För många filer är på väg: den här togs inte emot.
said-file-not-waiting = Den filen väntar inte på svar.
said-file-over = Den filen är redan avslutad.
said-file-no-pause = Filer från och till det här programmet kan inte pausas.
said-file-no-pause-to = Filer till det här programmet kan inte pausas.
said-file-not-on-way = Den filen är inte på väg.
said-file-from-other = Den filen kommer redan från någon annan.
said-file-not-held = Den filen är inte pausad.

### Keys

said-own-key = det är min egen nyckel
said-namesake = { $name } heter som någon vars nyckel du har verifierat ({ $short }), men har en annan nyckel. Fråga personligen innan du berättar något.
said-no-new-key = Det finns ingen ny nyckel från { $name } att godta.
said-key-blocked = Du har blockerat den nyckeln: häv det först.
said-no-other-key = Det finns ingen annan nyckel från { $name } att skilja på.
said-nothing-in-the-way = Inget står i vägen för { $name }.
said-no-fingerprint = Det är varken ett fingeravtryck eller en länk med ett.
said-not-their-key = Det är inte den nyckel som { $name } använder här. Inget ändrades: fråga igen, och om den säkert stämmer svarar någon annan under det här namnet.
said-key-of-other = Det är nyckeln för { $name }.
said-verify-first = Jämför först nycklar med { $name }: filer tas bara emot utan fråga från verifierade.
said-own-name = Det är ditt eget namn.
said-no-such-key = En sådan nyckel är inte känd.
said-decide-first = { $name } är inte den som det var, eller krypterar inte: ta ställning till det först.
said-tried-often = Det har provats för ofta med { $name }. Vänta några minuter; eller jämför fingeravtrycken.
said-no-key-there = Programmet hos { $name } krypterar inte, så det finns ingen nyckel att jämföra.
said-no-code = Det finns ingen kod att jämföra med { $name } just nu.

### Rooms

said-room-not-allowed = det får du inte göra i det här rummet
said-room-long = det är för långt för ett rum
said-room-busy = rummet är upptaget: vänta ett ögonblick
said-room-not-in = du är inte i det här rummet
said-room-nick = ett namn i ett rum har 1 till 64 byte
said-room-search-many = för många andra är inte klara än
said-room-none = det finns inget sådant rum här
said-room-in-none = du är inte i något rum { $room }
said-room-nobody = ingen i { $room } heter { $nick }
said-room-long-or-empty = det är för långt för ett rum, eller tomt
said-room-name = ett rums namn har 1 till 64 byte och inget @
said-room-many = du har redan { $count } rum
said-room-unadvertised = inget rum { $room } är annonserat här, och det är inte heller något rums id
said-room-whom = ingen här är känd i { $room }: säg vem som ska frågas (via)
said-room-affiliation = { $typed } är ingen tillhörighet: owner, admin, member eller none
said-room-role = { $typed } är ingen roll: participant, visitor eller none
said-room-no-message = det finns inget sådant meddelande
said-room-not-message = { $id } är inget meddelande i ett rum
said-room-unreached = Ingen i rummet { $room } kan nås. Försök igen när någon i det är här.
said-room-unanswered = Ingen i rummet { $room } har släppt in dig: inget svar kom. Försök igen senare.
said-room-is-busy = Rummet { $room } är upptaget: för många personer, eller för mycket på en gång. Försök igen senare.
said-room-members-only = Rummet { $room } är bara för medlemmar. Be någon i det att bjuda in dig.
said-room-banned = Du skickades ut ur rummet { $room } och får inte komma tillbaka.
said-room-forks = { $name } skrev två olika saker på ett ställe. Det som kom efter visas inte.
said-room-forges = { $name } skickar vidare poster som är förfalskade eller skadade. De togs inte emot.
said-room-floods = { $name } skriver mer än ett rum klarar. Resten tas emot senare.
said-room-withholds = { $name } skickar inte vidare allt som det borde. Under en tid litas det inte på.

### Interfaces

said-interface-local = lokalt nätverk
said-interface-chosen = valt i inställningarna
said-interface-excluded = utelämnat i inställningarna
said-interface-not-chosen = inte bland de valda
said-interface-off = avstängt
said-interface-cable = inte anslutet: ingen kabel eller inget wifi
said-interface-address = har ingen adress
said-interface-loopback = når bara den här datorn
said-interface-alone = inget annat nätverk finns, så bara program på den här datorn nås
said-interface-link = VPN eller uppringd förbindelse
said-interface-multicast = överför ingen multicast, så ingen skulle hittas där
said-interface-containers = virtuellt nätverk för containrar
said-interface-machines = virtuellt nätverk för virtuella maskiner
said-interface-vpn = VPN som inte överför multicast
said-interface-nobody = virtuellt nätverk utan någon i

### Findings of the doctor

said-check-clock = klocka
said-check-data = data
said-check-space = utrymme
said-check-instance = instans
said-check-node = nod
said-check-interface = gränssnitt
said-check-announced = annonserad
said-check-multicast = multicast
said-check-records = poster
said-check-answers = svar
said-check-port = port
said-check-peers = personer
said-check-firewall = brandvägg
said-found-running = Balcony körs med den här datamappen; det tillfrågades
said-found-silent = instansen som körs svarar inte: { $why }
said-found-ended = den avslutades genast: { $why }
said-do-restart = avsluta det och starta det igen
said-found-nobody = ingen annan sågs
said-do-ask = är någon annan här? Be dem starta Balcony, eller Pidgin med ett Bonjour-konto
said-found-seen = { $count } sedda
said-found-used = { $name } används ({ $why }): { $addresses }
said-found-left-out = { $name } är utelämnat: { $why }
said-found-no-interface = inget nätverksgränssnitt används
said-do-connect = anslut till ett nätverk; om något ovan är det rätta, ta tillbaka det i inställningarna eller med --interface NAME
said-found-announced = som { $name }, port { $port }
said-found-unannounced = vårt namn kom inte ut på nätverket
said-do-look-announced = se över gränssnitten och brandväggen; ett annat program kan ha UDP-port 5353 för sig själv
said-do-who-holds = ett annat program kan ha UDP-port 5353 för sig själv: sudo ss -ulpn 'sport = 5353'
said-found-no-multicast = { $name }: ingen multicast kan skickas: { $why }
said-found-heard = { $name }: det vi skickar syns på nätverket
said-do-out-and-in = se över brandväggen: UDP-port 5353 måste släppas ut och in
said-found-not-heard = { $name }: det vi skickar kommer inte tillbaka
said-found-records = { $name }: våra poster besvaras
said-do-in = se över brandväggen: UDP-port 5353 måste släppas in
said-found-no-records = { $name }: den som frågar efter oss får inget svar
said-found-no-others = { $name }: ingen annan dator svarade
said-do-apart = om andra finns där: håller wifi-nätet isär sina gäster?
said-found-others = { $name }: { $count } andra datorer svarade
said-found-port = { $name }: port { $port } tar emot anslutningar
said-found-port-shut = { $name }: { $target } tar inte emot anslutningar: { $why }
said-do-port = se över brandväggen: TCP-port { $port } måste släppas in
said-found-clock = klockan visar { $year }: meddelanden skulle få fel tider
said-do-clock = ställ klockan: sudo timedatectl set-ntp true
said-found-data = { $path } kan skrivas
said-do-writable = gör den skrivbar, eller välj en annan mapp med --data MAPP
said-found-process = process { $pid } använder den här datamappen
said-found-free = { $count } MiB är lediga i den
said-do-free = frigör utrymme: meddelanden som inte kan sparas skickas inte
said-found-avahi = avahi-daemon körs bredvid oss; båda delar mDNS-porten
said-do-nft = i kedjan input, före drop:
said-found-windows = det här Linuxet körs i Windows: Windows Defender-brandväggen står framför, och utan speglat nätverk kommer ingen multicast in
said-do-wsl = i %UserProfile%\.wslconfig, under [wsl2]: networkingMode=mirrored
said-do-powershell = sedan, i PowerShell som administratör:
said-found-firewall = { $name } är aktiv och har en regel för mDNS (UDP-port 5353)
said-found-firewall-shut = { $name } är aktiv: den kan stänga ute mDNS (UDP-port 5353) och anslutningar (TCP-porten ovan); ingen regel för mDNS syntes

### What the system says

said-os-not-found = ingen sådan fil eller mapp (systemfel { $number })
said-os-permission = åtkomst nekad (systemfel { $number })
said-os-not-permitted = inte tillåtet (systemfel { $number })
said-os-space = inget utrymme kvar på enheten (systemfel { $number })
said-os-quota = kvoten är slut (systemfel { $number })
said-os-read-only = filsystemet är skrivskyddat (systemfel { $number })
said-os-input = in- och utmatningsfel (systemfel { $number })
said-os-exists = filen finns redan (systemfel { $number })
said-os-directory = det är en mapp (systemfel { $number })
said-os-not-directory = det är ingen mapp (systemfel { $number })
said-os-long-name = filnamnet är för långt (systemfel { $number })
said-os-many-open = för många öppna filer (systemfel { $number })
said-os-in-use = adressen används redan (systemfel { $number })
said-os-no-device = ingen sådan enhet (systemfel { $number })
said-os-unreachable = nätverket kan inte nås (systemfel { $number })
said-os-no-route = ingen väg till värden (systemfel { $number })
said-os-refused = anslutningen nekades (systemfel { $number })
said-os-reset = den andra sidan bröt anslutningen (systemfel { $number })
said-os-timed-out = inget svar i tid (systemfel { $number })
said-os-broken-pipe = anslutningen bröts (systemfel { $number })
said-path-why = { $path }: { $why }
