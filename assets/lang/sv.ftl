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
settings-notifications = Aviseringar
settings-notify = Visa aviseringar för nya meddelanden
settings-notify-text = Visa texten i dem
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
interface-why-local = lokalt nätverk
interface-why-chosen = valt i inställningarna
interface-why-excluded = utelämnat i inställningarna
interface-why-not-chosen = inte bland de valda
interface-why-off = avstängt
interface-why-cable = inte anslutet: ingen kabel eller inget wifi
interface-why-address = har ingen adress
interface-why-loopback = når bara den här datorn
interface-why-alone = inget annat nätverk finns, så bara program på den här datorn nås
interface-why-link = VPN eller uppringd länk
interface-why-multicast = bär inte multicast, så ingen skulle hittas på det
interface-why-containers = virtuellt nätverk för containrar
interface-why-machines = virtuellt nätverk för virtuella maskiner
interface-why-vpn = VPN som inte bär multicast
interface-why-nobody = virtuellt nätverk utan någon på

## Doctor

doctor-title = Vad som är i vägen
doctor-intro = Kontrollerar gränssnitten, om multicast går ut och kommer tillbaka, porten, brandväggen och klockan. Resultaten är på engelska, som en support behöver dem.
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
settings-delete-explained = Alla meddelanden i alla konversationer tas bort från den här datorn. Andra behåller sina.
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
