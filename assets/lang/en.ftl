# The words of the window in English. Every message that a view asks for stands here; the other languages have the same
# messages with the same variables (a test compares them). To add a language, add a file like this one.
#
# Variables: $name and $peer are names of people, $count is a number, $text is what somebody wrote.

language-name = English
# Between thousands.
number-group = ,

## Time

weekday = { $day ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
weekday-short = { $day ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
}
month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
month-short = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
# $year, $day and $hour are plain digits; $minute and $second have two.
time-of-day = { $hour }:{ $minute }
# Where the system's clock has twelve hours. $half is am or pm.
time-of-day-12 = { $hour }:{ $minute } { $half ->
    [am] am
   *[pm] pm
}
time-full-12 = { $weekday }, { $day } { $month } { $year }, { $hour }:{ $minute }:{ $second } { $half ->
    [am] am
   *[pm] pm
}
time-full = { $weekday }, { $day } { $month } { $year }, { $hour }:{ $minute }:{ $second }
day-today = Today
day-yesterday = Yesterday
day-this-year = { $weekday }, { $day } { $month }
day-other-year = { $day } { $month } { $year }
day-brief = { $day } { $month }

## Presence

presence-available = Available
presence-away = Away
presence-dnd = Do not disturb
presence-offline = Offline
presence-since = { $presence } since { $time }
you = You

## What the window itself has to say

notice-busy = Balcony is busy and could not take that. Please try again.
notice-no-dialog-picture = This desktop offers no file dialog (xdg-desktop-portal or zenity). Drop a picture onto this window instead.
notice-no-dialog-send = This desktop offers no file dialog (xdg-desktop-portal or zenity). Drop the files or the folder onto the conversation instead.
notice-no-dialog-save = This desktop offers no file dialog (xdg-desktop-portal or zenity). “Show the folder” leads to the file.
notice-no-dialog-folder = This desktop offers no file dialog (xdg-desktop-portal or zenity). The folder stays as it was.
notice-no-dialog-take = This desktop offers no file dialog (xdg-desktop-portal or zenity). “Take” puts the file into the folder for received files.
notice-dialog-failed = The file dialog could not be opened: { $error }.
notice-dismiss = Dismiss

## Pictures

picture-choose = Choose a picture
picture-files = Pictures
picture-unreadable = “{ $file }” cannot be read: { $error }.
picture-unknown = “{ $file }” is no picture that Balcony can read. Take a PNG, JPEG, WebP or GIF file.
picture-too-large = The picture cannot be made small enough.
picture-not-stored = The picture cannot be stored: { $error }.
crop-title = Your picture
crop-picture = Part of the picture that is taken
crop-zoom = How close
crop-hint = Drag it, or press the arrow keys, to move it; turn the wheel or move the slider to come closer.
crop-use = Use this picture
crop-cancel = Cancel

## First start

first-welcome = Welcome to Balcony
first-intro = Chat with the people on your network. No account, no server, no internet needed.
first-question = What should others call you?
first-start = Start chatting

## The list of people

people-here = Here now · { $count }
people-gone = Not here · { $count }
people-search = Search people
people-no-match = Nobody of that name
people-no-match-hint = Search looks at names and addresses of people who are here, or with whom you have talked.
people-nobody = Nobody here yet
people-nobody-offline = This computer has no network connection that Balcony can use. Connect it to a network, or see which interfaces were left out and why.
people-nobody-listening = People on the same network appear here by themselves, within a second. Balcony listens on { $interfaces }.
people-nobody-doctor = Somebody should be here? The checks tell what is in the way.
people-to-network = Network…
person-typing = is typing…
person-said = You: { $text }
person-spoken = { $name }, { $presence }
person-spoken-unread = { $count ->
    [one] { $name }, { $presence }, 1 unread message
   *[other] { $name }, { $presence }, { $count } unread messages
}
people-favourites = Favourites · { $count }
people-filter = Choose whom the list shows
people-filter-all = Everybody
people-filter-here = Who is here
people-filter-unread = With unread messages
people-filter-none = Nobody like that
person-favourite-add = Add to favourites
person-favourite-remove = Remove from favourites

## Quick switcher

switcher-title = Go to…
switcher-nothing = Nothing of that name

## Ourselves, at the foot of the list

own-card = You: { $name }, { $presence }. Change presence
own-no-network = Not on a network
own-status = Status text
own-status-hint = What are you up to?
own-picture-choose = Choose a picture…
own-picture-remove = Remove the picture
own-to-settings = Settings (Ctrl+,)
own-to-network = Network

## The large pane

pane-quiet = It is quiet here
pane-quiet-hint = As soon as somebody on this network starts Balcony, Pidgin or another XEP-0174 program, they appear in the list.
pane-choose = Choose somebody to write to
pane-choose-hint = Or type a part of a name and press Enter.
pane-back = Back (Esc)
pane-back-to-list = Back to the list (Esc)

## The head of a conversation

head-spoken = { $name }, { $presence }
head-signed-off = Signed off · what you write is sent when { $name } is back
head-unreachable = Not reachable any more · what you write is sent when { $name } is back
head-gone = Not here · what you write is sent when { $name } is back
head-trust-spoken = { $trust }: details of { $name }

trust-details = Details
trust-plaintext = Not encrypted
trust-unknown = New key
trust-pinned = Encrypted
trust-verified = Verified
trust-changed = Key changed
trust-offline-explained = Not on this network now. Your messages wait on this computer until then.
trust-plaintext-explained = This program cannot encrypt. Others on the same network could read what you write to each other, and nothing proves who it is.
trust-unknown-explained = It announces a key. The key is remembered with the first conversation.
trust-pinned-explained = Encrypted, and the key is the same as the first time.
trust-verified-explained = Encrypted, and the two of you have compared the key.
trust-changed-explained = The key is another one than before, or missing. Somebody may be pretending: ask in person before you write anything private.

fact-address = Address
fact-reached-at = Reached at
fact-seen-on = Seen on
fact-program = Program
fact-encryption = Encryption
fact-latency = Latency
fact-idle-since = Idle since
fact-name = Name
fact-mail = Mail
fact-xmpp = XMPP

## A conversation

talk-typing = { $name } is typing
talk-begins = This is where your conversation begins.
talk-loading = Loading older messages…
talk-empty = Nothing said yet.
    Write to { $name }: it goes straight from this computer to theirs.
talk-empty-gone = Nothing said yet.
    { $name } gets what you write when back on the network.
talk-secure-only = This program cannot encrypt, and your settings allow encrypted conversations only (Settings, Privacy).
talk-ask-plaintext = This program cannot encrypt: others on the network could read along.
talk-write-plaintext = Write without encryption
selection-count = { $count ->
    [one] 1 message selected
   *[other] { $count } messages selected
}
selection-copy = Copy
selection-leave = Select nothing
talk-to-newest = To the newest message
talk-to-newest-unread = { $count ->
   *[other] To the newest message, { $count } unread
}

message-new = New
message-more = { $count ->
    [one] Show more (1 more character)
   *[other] Show more ({ $count } more characters)
}
message-more-spoken = Show more of this message
message-not-sent = Not sent
message-not-sent-because = Not sent: { $reason }
message-uncertain = Perhaps not delivered
message-uncertain-because = Perhaps not delivered: { $reason }
message-resend = Send again
message-copy = Copy text
message-late = arrived late · { $time }
message-late-explained = It was held back on the way: this is when it was written.
message-encrypted = Encrypted on the way
message-plaintext = Not encrypted on the way
message-spoken-own = You, { $time }, { $state }: { $text }
message-spoken = { $name }, { $time }: { $text }

state-queued = waiting to be sent
state-sent = sent
state-delivered = delivered
state-displayed = seen
state-failed = not sent
state-uncertain = perhaps not delivered

composer-hint = Message to { $name }
composer-hint-gone = { $name } is not here: sent when back
composer-send = Send (Enter)

## Notifications

note-wrote = { $name } has written to you
note-many = { $count ->
    [one] 1 message from { $name }
   *[other] { $count } messages from { $name }
}
note-many-people = { $count } messages from { $people } people
note-new = New message
note-open = Open

## Tray

tray-open = Open or hide Balcony
tray-quit = Quit
tray-unread = { $count ->
    [one] 1 unread message
   *[other] { $count } unread messages
}

## Settings

settings-title = Settings
settings-you = You
settings-name = Name
settings-first = First name
settings-last = Last name
settings-mail = Mail
settings-xmpp = XMPP address
settings-published = What others see
settings-published-hint = Everybody on the network can read what is switched on here, not only your contacts.
settings-publish-nick = Publish my name
settings-publish-status = Publish whether I am available or away
settings-publish-message = Publish my status text
settings-publish-avatar = Publish my picture
settings-publish-name = Publish first and last name
settings-publish-mail = Publish mail addresses
settings-publish-xmpp = Publish XMPP addresses
settings-privacy = Privacy
settings-plaintext = People whose program cannot encrypt:
settings-plaintext-allow = Talk to them, with a mark
settings-plaintext-ask = Ask before the first message
settings-plaintext-never = Do not talk to them
settings-send-typing = Tell others when I am typing
settings-send-displayed = Tell others when I have seen their messages
settings-send-details = Tell contacts how long I have been idle, my time zone and my operating system
settings-notifications = Notifications
settings-notify = Show notifications for new messages
settings-notify-text = Show the text in them
settings-notify-sound = Let the desktop play its sound with them
settings-notify-hint = None while you look at the conversation, and none while “Do not disturb” is on.
settings-presence = Presence
settings-away = Show me as away
settings-away-never = Never
settings-away-after = { $count ->
    [one] After 1 minute
   *[other] After { $count } minutes
}
settings-look = Look
settings-theme-system = As the desktop
settings-theme-light = Light
settings-theme-dark = Dark
settings-language = Language
settings-language-system = As the system
settings-search = Search settings
settings-no-match = No setting like that
settings-locked = Set by your administrator
settings-card-hint = Others see these only where “What others see” says so.
settings-theme = Colours
settings-density = Spacing
settings-density-comfortable = Comfortable
settings-density-compact = Compact
settings-zoom = Size of everything
settings-percent = { $count } %
settings-still = Reduce motion
settings-desktop = Desktop
settings-tray = Show an icon in the tray
settings-close-to-tray = Keep running in the tray when the window is closed
settings-no-tray = This desktop has no tray at the moment.
settings-autostart = Start with my session
settings-interfaces = Network interfaces

## Network

network-title = Network
network-you = You
network-announced = Announced as { $name } on port { $port }.
network-not-announced = Not announced: no network interface is in use.
network-interfaces = Interfaces
network-missing = Somebody is not in the list?
network-missing-hint = Some networks do not carry multicast. Type the address that the other one sees on this page.
network-doctor = Looking for somebody who should be here? The checks tell what is in the way: interfaces, multicast, port and firewall.
network-to-doctor = Look for faults
network-measure = Measure latency
network-milliseconds = { $whole }.{ $tenth } ms
network-address = Address to connect to
network-connect = Connect
network-seen = Seen now: { $count }
network-nobody = Nobody.
network-plaintext = not encrypted
network-unknown = announces a key
network-pinned = encrypted, key known
network-verified = encrypted, key compared
network-changed = key changed

interface-none = No network interface was found. Connect this computer to a network; Balcony notices by itself.
interface-used = used
interface-left-out = left out

## Doctor

doctor-title = What is in the way
doctor-intro = Checks the interfaces, whether multicast leaves and comes back, the port, the firewall and the clock. The copied text is in English, as “balcony doctor” prints it.
doctor-again = Check again
doctor-copy = Copy as text
doctor-running = Checking; this takes some seconds…
doctor-unavailable = There is nothing to check on a pretended network.
doctor-no-fault = No fault was found on this computer.
doctor-no-fault-hint = Somebody is still missing? Is the other one on the same network, and does the network let its guests see each other (“client isolation”)?
doctor-faults = { $count ->
    [one] One fault was found.
   *[other] { $count } faults were found; the first is often the cause of the others.
}
doctor-fine = Fine
doctor-note = Note
doctor-fault = Fault

## Keyboard

keys-title = Keyboard
keys-close = Close
keys-ctrl = Ctrl
keys-shift = Shift
keys-search = Search people
keys-switch = Go to a person, room or page
keys-doctor = What is in the way
keys-favourite = Favourite, or no longer
keys-next = Next conversation
keys-previous = Previous conversation
keys-settings = Settings
keys-network = Network: interfaces and peers
keys-map = These keys
keys-quit = Quit
keys-back-clear = Back; clear the search
keys-back = Back
keys-any-letter = Any letter
keys-any-letter-does = Write in the open conversation, or search
keys-arrows = Up, Down, Enter
keys-arrows-do = In the search: choose and open
keys-enter = Enter
keys-enter-does = Send
keys-shift-enter = Shift+Enter
keys-shift-enter-does = New line
keys-pages = Page Up, Page Down
keys-pages-do = Older and newer messages
keys-ends = Ctrl+Home, Ctrl+End
keys-ends-do = First loaded and newest message
keys-zoom = Ctrl++, Ctrl+-, Ctrl+0
keys-zoom-does = Larger, smaller, normal size
keys-tab = Tab, Shift+Tab
keys-tab-does = From one thing to the next

## Search, export and deletion

keys-find = Search messages
search-messages = Search messages
search-hint = Type what was said: any part of it, in any language. “Several words” in quotes count as one.
search-nothing = Nobody said that here.
search-here-only = Only with { $name }
search-room-only = Only in { $name }
search-from = From:
search-from-anybody = anybody
search-from-me = you
search-more = Show older ones
search-hit-spoken = { $name }, { $time }: { $text }
head-more = More about this conversation
head-search = Search messages
head-export = Export…
head-delete = Delete conversation
head-delete-explained = All messages with { $name } are deleted from this computer. { $name } keeps them.
head-delete-really = Delete now
export-title = Export to a file
export-text = Text
notice-exported = { $count ->
    [one] One message is in { $path }.
   *[other] { $count } messages are in { $path }.
}
settings-history = Messages
settings-keep = Keep messages
settings-keep-all = for ever
settings-keep-days = { $count ->
    [one] one day
   *[other] { $count } days
}
settings-export = Export everything…
settings-delete = Delete everything
settings-delete-explained = All messages of all conversations are deleted from this computer. Others keep theirs, and rooms stay until you leave and delete them.
settings-delete-really = Delete everything now

## Keys

alarm-other-key = { $name } shows another key than before
alarm-other-announced = { $name } announces another key than before
alarm-no-encryption = { $name } was encrypted before and is not any more
alarm-codes-differ = The codes that you compared with { $name } were different
alarm-namesake = { $name } is called like somebody whose key you have verified, but has another key
alarm-was-verified = You had compared keys with { $name }. It may be a new computer, or somebody who wants to be taken for them: ask in person before you decide. Nothing is sent and nothing taken until then.
alarm-waits = It may be a new computer or another program, or somebody who wants to be taken for them. Nothing is sent and nothing taken until you decide.
alarm-ask = Ask in person before you tell them anything private.
alarm-keep-waiting = Keep waiting
alarm-somebody-else = It is somebody else
alarm-accept = Accept the new key
alarm-go-on-plain = Go on without encryption
alarm-go-on = Go on all the same
compare-waiting = Asking { $name } for a code…
compare-compare = Does { $name } see the same?
compare-they-confirmed = { $name } says that it is the same. Is it?
compare-confirmed = Now { $name } must say so, too
compare-verified = Verified: nobody is between you and { $name }
compare-failed = The keys were not compared with { $name }
compare-why-we-differ = You say that the codes are different: somebody is between you and { $name }, or one of you misread them. Nothing is sent until you decide.
compare-why-they-differ = { $name } says that the codes are different: somebody is between you, or one of you misread them. Nothing is sent until you decide.
compare-why-cheated = The other program did not keep to the rules. Somebody may be between you and { $name }.
compare-why-no-encryption = The program of { $name } does not encrypt, so there is no key to compare.
compare-why-too-late = It took too long. Begin again when you are both there.
compare-why-disconnected = The connection ended in between. Begin again.
compare-why-they-gave-up = { $name } has given it up.
compare-why-we-gave-up = Given up.
compare-why-key-gone = The key of { $name } is not known any more.
compare-digits = or, on the telephone: { $code }
compare-same = It is the same
compare-different = It is different
compare-cancel = Cancel
compare-close = Close
key-theirs = Key
key-own = My key
key-qr = QR code with the link to my key
key-copy = Copy the link
key-compare = Compare keys…
key-paste = Fingerprint or link
key-check = Check
held-waits = { $count ->
    [one] { $name } wants to write to you, but their program cannot encrypt. One message waits.
   *[other] { $name } wants to write to you, but their program cannot encrypt. { $count } messages wait.
}
held-advice = Others on this network could have read it, and nothing proves who it is. If you talk to them, everything that you two write goes unencrypted.
held-delete = Delete it, and ask me again
held-show = Show it and talk without encryption
note-held = { $name } wants to write to you without encryption
take-always = Take files from { $name } without asking
take-always-from = Always from { $name }
# $size is a number of bytes in words.
take-up-to = up to { $size } each
take-any-size = of any size
key-block = Block { $name }
blocked-title = Blocked
blocked-undo = Unblock { $name }
settings-publish-fingerprint = My key’s fingerprint (others know at once that I encrypt)
settings-private = Private mode: no key, no names
settings-invisible = Invisible: see others without being shown
emoji-name = { $name ->
    [dog] dog
    [cat] cat
    [horse] horse
    [pig] pig
    [elephant] elephant
    [rabbit] rabbit
    [bear] bear
    [rooster] rooster
    [penguin] penguin
    [turtle] turtle
    [fish] fish
    [octopus] octopus
    [butterfly] butterfly
    [bee] bee
    [snail] snail
    [tree] tree
    [cactus] cactus
    [sunflower] sunflower
    [mushroom] mushroom
    [moon] moon
    [star] star
    [rainbow] rainbow
    [fire] fire
    [snowman] snowman
    [apple] apple
    [banana] banana
    [strawberry] strawberry
    [grapes] grapes
    [lemon] lemon
    [carrot] carrot
    [corn] corn
    [pizza] pizza
    [bread] bread
    [cheese] cheese
    [egg] egg
    [cake] cake
    [coffee] coffee
    [crown] crown
    [hat] hat
    [glasses] glasses
    [shoe] shoe
    [umbrella] umbrella
    [key] key
    [bell] bell
    [book] book
    [pencil] pencil
    [scissors] scissors
    [hammer] hammer
    [lamp] lamp
    [candle] candle
    [clock] clock
    [camera] camera
    [telephone] telephone
    [balloon] balloon
    [present] present
    [ball] ball
    [guitar] guitar
    [trumpet] trumpet
    [drum] drum
    [car] car
    [bicycle] bicycle
    [train] train
    [aeroplane] aeroplane
   *[rocket] rocket
}
## What can be done with a message

act-react = React
act-reply = Reply
act-edit = Edit
act-more = More actions
act-forward = Forward…
act-details = Details…
act-retract = Take back
act-retract-key = Del
act-delete = Delete here…
message-edited = edited · { $time }
message-edited-at = Edited { $time }
message-retracted = This message was taken back.
message-retracted-own = You took this message back.
message-unseen-there = Not seen there: { $reason }
reaction-by = { $emoji } by { $names }
quote-unknown = A message that is not here
quote-spoken = Answer to { $name }: { $text }
quote-spoken-unknown = Answer to: { $text }
spoiler = Spoiler
spoiler-hint = Spoiler: { $hint }
spoiler-show = Show what is hidden
spoiler-spoken = hidden, { $hint }; press to show it
broadcast-to = { $people ->
    [0] To several people
    [one] To 1 person
   *[other] To { $people } people
}
broadcast-delivered = To several people · delivered to { $delivered } of { $people }
aim-reply = Answer to { $name }
aim-edit = Edit message
aim-cancel = Cancel
aim-spoiler = Hidden until asked for
aim-spoiler-hint = Hint (may be empty)
composer-more = More
composer-emoji = Emoji
composer-spoiler = Hide the next message (spoiler)
composer-attention = Ask for attention
composer-broadcast = To several people…
emoji-search = Search emoji
emoji-recent = Used lately
emoji-none = No emoji of that name
emoji-group-smileys = Smileys
emoji-group-people = People
emoji-group-nature = Animals and nature
emoji-group-food = Food and drink
emoji-group-travel = Travel and places
emoji-group-activities = Activities
emoji-group-objects = Objects
emoji-group-symbols = Symbols
emoji-group-flags = Flags
dialog-cancel = Cancel
dialog-close = Close
retract-title = Take this message back?
retract-explained = It disappears here and is asked to disappear there. What was read already cannot be unread.
delete-title = Delete this message here?
delete-explained = It is deleted from this computer; what { $name } has of it stays there. If it still waits, it is not sent.
delete-really = Delete here
link-title = Look twice at this link
link-explained = It may lead elsewhere than it seems to. It goes to:
link-open = Open it
link-copy = Copy it
forward-title = Forward to
forward-search = Name of a person or a room
forward-search-people = Name
forward-nobody = Nobody of this name.
forward-to = Forward to { $name }
forward-wrote = { $name } wrote:
details-title = Message
details-from = From
details-to = To
details-written = Written
details-edited = Edited
details-retracted = Taken back
details-state = State
details-way = On the way
details-addresses = Addresses of the other one now
details-key = Key that the other one is known by
details-id = Id
details-versions = Earlier versions
broadcast-title = To several people
broadcast-explained = Each of them gets it alone and can answer you alone. It is marked as sent to several.
broadcast-text = Message to several people
broadcast-everybody = Everybody who is here
broadcast-nobody = Nobody is here now.
broadcast-send = { $count ->
    [one] Send to 1 person
   *[other] Send to { $count } people
}
broadcast-last = The last one: delivered to { $delivered } of { $people }
note-attention = { $name } asks for your attention
keys-choose = Ctrl+Up
keys-choose-do = Choose a message; then arrows, and:
keys-act = R, E, S, C, F, I, D, Delete
keys-act-do = Reply, edit, react, copy, forward, details, delete here, take back
keys-select = Shift+Up, Shift+Down
keys-select-do = Then: select several messages; Ctrl+C copies them
keys-edit-last = Up
keys-edit-last-do = In an empty field: edit your last message
trouble-title = Balcony cannot start
trouble-keep-nothing = Go on without keeping anything
trouble-keep-nothing-hint = You can write and be written to; what is said is gone when you close Balcony. Nothing on the disk is touched.
trouble-close = Close
## Rooms

rooms-find = Rooms…
rooms-invited = { $name } invites you to { $room }: enter
rooms-title = Rooms
rooms-here = On this network
rooms-none = Nobody here advertises a room.
rooms-again = Look again
rooms-new = A new room
rooms-name = Name of the room
rooms-members-only = Members only: whoever is invited
rooms-lecture = A lecture: only who has the floor speaks
rooms-create = Make the room
rooms-unread = { $name }, { $count } new
rooms-mentions = { $name }, { $count } new, { $mentions } for you
rooms-closed = members only
rooms-open = Open { $name }
rooms-join = Enter { $name }
room-people = { $count ->
    [one] { $count } person
   *[other] { $count } people
}
room-invite = Invite
room-leave = Leave
room-subject = Topic of the room
room-subject-none = No topic
room-subject-change = Click to change the topic
room-poll-new = Ask everybody
room-poll-question = The question
room-poll-answers = Two to ten answers, one a line
room-poll-ask = Ask
room-cancel = Cancel
room-poll-answer = { $name }: { $count }
room-poll-close = Close the poll
room-poll-closed = { $count ->
    [one] Closed, { $count } vote
   *[other] Closed, { $count } votes
}
room-hands = { $count ->
    [one] { $count } raised hand:
   *[other] { $count } raised hands:
}
room-give-floor = Give the floor to { $name }
room-hand-up = Raise your hand
room-hand-down = Take your hand down
room-listening = You are listening. Raise your hand to speak.
room-out = You are out of this room: { $text }
room-not-in = You are not in this room.
room-announce = Announcement
room-write = Write to { $name }
room-notify-all = Tell everything
room-notify-mentions = Tell what names me
room-notify-none = Mute
room-late = { $time } · came late
room-corrected = { $time } · changed
room-delivered = { $time } · delivered to { $count } of { $total }
room-retracted = Taken back by { $name }
room-owner = owner
room-admin = moderator
room-visitor = listening
room-member = member
room-voice-give = Give the floor
room-voice-take = Take the floor back
room-make-owner = Make owner
room-make-admin = Make moderator
room-make-member = Make member
room-demote = Take the rank away
room-kick = Send out
room-ban = Send out for good
room-note = { $name } in { $room }
room-why-busy = The room is busy. Wait a moment, then send again.
room-why-not-allowed = You may not do this in this room.
room-why-too-long = This is too long for a room.
room-why-members-only = This room is for members only. Ask somebody in it to invite you.
room-why-banned = You were sent out of this room and may not come back.
room-why-unreachable = Nobody in this room can be reached. Perhaps they have left the network.
room-why-no-answer = Nobody in this room has let you in: no answer came.
room-why-too-many = You are in as many rooms as there can be. Delete one first.
room-refused = { $name }: { $reason }
room-entering = Entering { $name }…
room-enter-again = Try again
room-announce-explained = The next message stands out, and everybody is told of it.
room-begins = This is where the room begins for you.
room-empty = Nothing said yet.
room-more = More about this room
room-subject-set = Change the topic…
room-nick-set = Change your name here…
room-nick-title = Your name in { $name }
room-nick-explained = Only in this room, from now on. Others see the change.
room-nick-taken = Somebody here has this name: a number is put behind yours.
room-nick-change = Change
room-trouble-read = Read
room-trouble-less = Less
room-trouble-more = { $count } more
room-trouble-fork = { $name } wrote two different things in one place. What came after is not shown.
room-trouble-forged = { $name } passes on what is forged or damaged. It was not taken.
room-trouble-flood = { $name } writes more than a room can carry. The rest is taken later.
room-trouble-withheld = { $name } does not pass on everything that it should. Others are asked instead.
room-people-explained = Who is in the room
room-invite-nobody = Nobody else is here.
room-moderated = Lecture: only who has the floor speaks
room-moderated-explained = Everybody else listens and can raise a hand.
room-members-only = Members only
room-members-only-explained = Who is in the room stays, as a member. Others need an invitation.
room-guests = Let guests in through me
room-guests-explained = Programs without a key that know rooms (XEP-0045) take part through your program, named “NICK (via you)”. Not encrypted between them and you.
room-repeat = Let Pidgin in through me
room-repeat-explained = Who writes “!join” to you with Pidgin takes part by messages to you, named “NICK (via you)”. Not encrypted between them and you.
room-leave-explained = What was said stays on this computer for 30 days.
room-delete = Leave and delete
room-delete-explained = What was said in this room is deleted from this computer and overwritten. Others keep it.
room-delete-really = Delete now
room-poll-hide = Put away
room-poll-open = { $count ->
    [one] { $name } asks · { $count } vote
   *[other] { $name } asks · { $count } votes
}
room-speaking = Speaking:
room-take-floor = Take the floor back from { $name }
room-and-more = and { $count } more
room-write-alone = Write to this person alone
room-member-no-more = Member no more
room-ban-explained = { $name } is sent out and may not come back until you let it.
room-ban-really = Send out now
room-through-us = { $count ->
    [one] Through you: { $count } person
   *[other] Through you: { $count } people
}
room-banned = { $count ->
    [one] Sent out for good: { $count } person
   *[other] Sent out for good: { $count } people
}
room-unban = Let in again
room-unban-who = Let { $name } in again
room-late-explained = It came late, because somebody was cut off, and stands where it was written.
room-corrected-explained = It was changed since.
room-delivered-to = Delivered to { $count } of { $total }
room-not-delivered = Not yet with two members
rooms-fewer = Fewer rooms
rooms-all = All { $count } rooms
rooms-muted = muted
rooms-forget = Delete { $name } here
## Files

own-to-files = Files
files-title = Files
files-none = No file is on its way. To send one, drop it onto a conversation.
files-to = To { $name }
files-from = From { $name }
# $size is a number of bytes in words.
files-folder-unknown = { $size }, a folder
files-folder = { $size }, a folder with { $count ->
    [1] one file
   *[other] { $count } files
}
files-waiting-out = waits until it can be sent
files-waiting-in = waits for its turn or for the sender
files-offered-out = waits for an answer
files-offered-in = not taken yet
files-paused = paused
files-paused-at = paused at { $through }
files-source = now from { $name }
files-done-out = sent
files-done-in = received
files-failed = not sent through
files-failed-in = did not arrive
files-plaintext = Not encrypted: others on this network could read it on its way.
files-progress = How much of { $name } is through
files-through = { $through } through
files-speed = { $through } through, { $speed } a second, { $left } left
files-seconds = { $count } s
files-minutes = { $count } min
files-accept = Take
files-accept-into = Take into…
files-decline = Decline
files-pause = Pause
files-resume = Go on
files-cancel = Cancel
files-again = Try again
files-open = Open
files-forward = Forward…
files-show = Show the folder
files-put-away = Put away
files-all = All files
files-choose-folder = Where to put it
files-not-opened = No program could be started for it: { $error }
files-audio = Audio, { $size }
files-play = Play
files-save-elsewhere = Save elsewhere…
files-save-title = Where to save a copy
files-saved = Saved as { $path }.
files-not-saved = It could not be saved: { $error }
files-gone = The file is not there any more.
attached-hint = Is sent with Enter
attached-folder = Folder
attached-remove = Do not send { $name }
settings-files = File transfer
settings-downloads = Received files go to
settings-downloads-hint = Empty: the desktop's folder for downloads. Nothing there is ever overwritten.
settings-downloads-choose = Choose a folder…
settings-downloads-usual = The desktop's folder
settings-keep-traces = Send pictures with what they tell of place, time and camera
settings-keep-traces-hint = Otherwise a copy without that is sent (JPEG, PNG, WebP, GIF); your file stays as it is.
composer-attach = Send a file
attach-files = Files…
attach-folder = A folder…
attach-copied = The copied picture
attach-choose = What to send
attach-nothing-copied = No picture was copied.
note-file = { $name } offers a file
note-file-done = The file from { $name } is here
number-with-tenths = { $whole }.{ $tenth }
size-bytes = { $count ->
    [1] 1 byte
   *[other] { $count } bytes
}
size-kib = { $number } KiB
size-mib = { $number } MiB
size-gib = { $number } GiB

## Said by the node

# Sentences from below the window (errors, notices, reasons, findings). The English ones are not said by the window: they are how it
# recognises a sentence of the node, word for word, one line each; `src/gui/said.rs`. Only $why and $kind are sentences again.

### Names and the network

said-taken = The name “{ $a }” is taken on this network. You are now “{ $b }”.
said-no-name-left = Every name from { $name } on is taken on this network, so nobody can see you. Choose another name with --name.
said-name-unusable = the name "{ $name }" cannot be used: { $why }
said-name-unpublishable = the name { $name } cannot be published: other programs cannot look up a name with a dot or backslash in it
said-name-empty = a name must not be empty
said-name-long = the name is longer than 63 bytes
said-name-control = the name holds a control character
said-no-host-name = { $name } is no host name
said-unpublished = we could not be published on { $interface }: { $why }
said-text-long = a text is too long
said-changes-unnoticed = changes of the network are not noticed: { $why }
said-interfaces-unlisted = the network interfaces cannot be listed: { $why }
said-no-mdns = mDNS does not work on { $interface }: { $why }
said-no-multicast = multicast does not work on { $interface }: { $why }. If another program holds UDP port 5353 for itself alone, end it
said-port-taken = port { $port } is taken by another program: choose another port, or none to let a free one be found
said-port-low = port { $port } may only be used by the system: choose one above 1023
said-no-accepting = no connection can be accepted: { $why }
said-cannot-start = cannot start: { $why }
said-node-ended = the node has ended
said-ending = Balcony is ending; this was not done.

### Connecting by address

said-no-connection = Could not connect: { $why }
said-no-answer = no answer within 5 seconds
said-no-address = no address is known
said-nobody-listens = nobody listens there
said-computer-silent = the computer does not answer
said-no-way = no way to that network
said-bracket-missing = the ] is missing after the IPv6 address
said-bracket-port = after ] comes :port
said-no-port = { $port } is no port (1 to 65535)
said-scope-missing = { $ip } needs the interface: type [{ $again }%eth0] with the name of yours
said-no-interface = there is no interface { $name }
said-no-such-address = { $typed } is neither an address nor the name of a computer
said-no-computer = no computer named { $host } is known: check the name, or type its IP address
said-lookup-late = the name { $host } could not be looked up in time: type the IP address instead
said-address-form = An address is a host and a port, like 192.168.1.20:5298.

### Messages

said-not-kept = not sent, because it could not be kept: { $why }
said-unsure = the connection ended before it could be told whether this arrived
said-refused = the other program refused it ({ $condition })
said-no-way-to-show = the other program has no way to show it, so it is not seen there
said-plain-asks = the connection to { $name } is not encrypted, and your settings ask first. Send it again to send it all the same.
said-plain-never = the connection to { $name } is not encrypted, and your settings allow encrypted ones only
said-before-sent = taken back before it was sent
said-yourself = This is your own name: choose somebody else.
said-you-blocked = You have blocked { $name }: unblock first.
said-many-wait = { $count } messages wait for { $name } already: this one was not taken.
said-message-unreadable = The message could not be read: { $why }
said-message-nowhere = No conversation has a message with that id.
said-message-missing = There is no message with that id.
said-message-once = That message needs no second sending.
said-message-not-yours = There is no message of yours with that id.
said-one-place = Only one of before, after and around.
said-was-taken-back = This message was taken back.
said-correct-own = Only your own messages can be corrected.
said-retract-own = Only your own messages can be taken back.
said-one-emoji = A reaction is one emoji.
said-many-reactions = More than { $count } reactions to one message.
said-to-nobody = There is nobody to send this to.
said-to-many = This would go to { $people } people; { $most } is the most.
said-to-many-seldom = A message to many can be sent once in { $seconds } seconds.
said-not-connected = There is no connection to them now: write something first.
said-program-cannot = Their program has no way to show this.
said-attention-seldom = Once in 30 seconds is enough.
said-draft-long = This draft is longer than 1 MiB: it was not kept.
said-drafts-many = There are too many drafts already: this one was not kept.
said-history-unreadable = The history could not be read: { $why }
said-search-failed = The search failed: { $why }.
said-not-exported = Nothing was exported: { $why }.
said-delete-what = Say what to delete: with (and id for one message), or everything.
said-not-deleted = Nothing was deleted: { $why }
said-unkept = Messages cannot be kept: { $why }
said-no-message-with = there is no message { $id } in the conversation with { $name }
said-no-message = there is no message { $id }
said-export-unwritable = { $path } cannot be written: { $why }
said-export-exists = { $path } exists already: choose another name
said-no-conversation = there is no conversation with { $name }

### Settings, pictures

said-setting-locked = "{ $name }" is set by the administrator of this computer
said-setting-unknown = there is no setting "{ $name }"
said-settings-form = settings are an object of names and values
said-settings-same = The settings were not changed: { $why }.
said-autostart-same = The autostart file could not be changed: { $why }.
said-policy-unreadable = the policy { $path } cannot be read: { $why }
said-policy-unfollowed = the policy { $path } cannot be followed: { $why }
said-policy-long = it has more than { $count } bytes
said-policy-table = "{ $name }" is no table
said-policy-tables = there are [defaults] and [locked], not [{ $name }]
said-picture-heavy = the picture has { $size } KiB, { $most } KiB are allowed: make it smaller (64×64 is a good size)
said-picture-kind = this is no PNG, JPEG, GIF or WebP picture
said-picture-damaged = the picture is damaged
said-picture-size = the picture is { $width }×{ $height }; between 1×1 and { $most }×{ $most2 } are allowed

### The disk

said-key-unusable = the key of this installation, { $path }, cannot be used: { $why }. Without it nobody would know you again: make it readable, or put it back from a copy
said-key-open = the key of this installation, { $path }, is open to other users of this computer (mode { $mode }): whoever has read it can pretend to be you. If nobody has, `chmod 600` it; otherwise move it away, and tell your contacts that your key is a new one
said-key-foreign = the key of this installation, { $path }, belongs to another user (number { $owner }). Use the data folder as that user, or choose another one with --data
said-key-damaged = the key of this installation, { $path }, is damaged. Put it back from a copy; or move it away to get a new one, and your contacts will be asked whether it is still you
said-key-not-made = no key could be made
said-folder-unusable = the data folder { $path } cannot be used: { $why }. Choose another one with --data, or make it writable
said-running = Balcony is already running with the data folder { $path }. Use that one, quit it first, or start a second one with its own --data folder
said-database-newer = { $path } was written by a newer Balcony (format { $found }, this one knows up to { $known }). Nothing was changed; start the newer one, or choose another --data folder
said-database-other = { $path } is not a Balcony database. Nothing was changed; move it away, or choose another --data folder
said-database-damaged = { $path } is damaged ({ $detail }). Nothing was changed. Move it away to start afresh; `sqlite3 { $again } .recover` may still save what is in it
said-database-readonly = { $path } cannot be written. Make it writable, or choose another --data folder
said-disk-full-start = the disk with { $path } is full. Free some space and start again; nothing was lost
said-database-used = { $path } is in use by another program. Close it there and start again
said-database-unopened = { $path } cannot be opened: { $detail }
said-disk-full = the disk is full: nothing more can be kept until some space is freed
said-folder-readonly = the data folder can no longer be written
said-database-broken = the database is damaged ({ $detail }); quit, and move it away to start afresh
said-disk-refuses = the disk does not take what is written to it ({ $detail })
said-database-refuses = the database does not take what is written to it ({ $detail })
said-store-closed = the store is closed
said-store-busy = too much is being looked for at once; try again
said-nothing-kept = Nothing of this session is kept: what is said is gone when it ends.
said-nothing-kept-key = Nothing of this session is kept: what is said is gone when it ends. Your key could not be read, so contacts see a new one.
said-database-unreadable = the database cannot be read: { $why }

### Files

said-file-ended-offer = Balcony was ended before it was taken
said-file-ended-middle = Balcony was ended in the middle of it
said-file-no-room = there is not enough room in { $folder }: { $free } MiB are free and { $needed } MiB would be needed
said-file-kind = { $path } is { $kind }: only plain files and folders can be sent
said-kind-link = a symbolic link
said-kind-pipe = a pipe
said-kind-socket = a socket
said-kind-device = a device
said-file-deep = { $path } holds more than { $count } files or is too deep: pack it into one file first
said-file-changing = { $path } was changed while it was being sent
said-http-form = the other program sends the file in a form that is not understood
said-http-part = the other program does not say which part it sends
said-http-elsewhere = the file was said to be on another computer: refused
said-http-gone = the file is no longer offered
said-http-refused = the other program does not give the file
said-file-unreachable-us = the other computer cannot connect to this one for the file (a firewall?)
said-file-unreachable = the other computer cannot be reached for the file
said-file-unknown-there = the sender does not know of it any more
said-file-many-there = the other side has too many files offered to it
said-file-none-there = the other program takes no files
said-file-they-ended = the other side ended it
said-file-they-ended-why = the other side ended it ({ $condition })
said-file-band-order = what came through the stream was not in order
said-file-band-full = the other side takes no more of it
said-file-not-sent = what came is not what was sent
said-file-middle = the connection ended in the middle
said-file-list = its list is not understood
said-file-refused = the file was refused: { $why }
said-file-silent = nothing came for a long time
said-file-full = the disk is full: free some space, then go on
said-file-unwritable = the file cannot be written here: { $why }
said-file-inside = an error inside of Balcony
said-file-unreadable = the file cannot be read: { $why }
said-file-unread = the file could not be read to its end
said-file-shorter = the file became shorter while it was being sent
said-file-more = more came than was said
said-file-less = less came than was said
said-file-other-here = the file that is here is another one
said-file-nothing = there is nothing in it
said-file-size = it is not the size that was said
said-file-nameless = it has a file without a name
said-file-part-unasked = a part came that was not asked for
said-file-no-folder = it is no folder any more
said-file-folder-way = a folder cannot come this way
said-file-connection = the connection ended
said-file-offer-back = the offer was taken back
said-file-computer-silent = another computer answered for the other side
said-file-silent-there = the other computer does not answer
said-file-slow = the sender is too slow
said-file-not-offered = what came is not what was offered
said-file-sender-gone = the sender ended it, or is gone
said-file-changed = the file was changed since it was offered
said-folder-changed = the folder was changed since it was offered
said-file-size-said = the file is not the size that was said
said-file-part-other = another part of the file came than was asked for
said-file-stopped = it was stopped
said-file-earlier = an earlier attempt has not ended yet
said-file-not-on = the other program did not go on
said-file-unconfirmed = the other side has not said that it has it
said-file-broken-end = the other side broke it off at the end: { $why }
said-file-no-folders = the other program takes no folders
said-file-no-address = there is no address that the other program could use
said-file-pack = the other program takes no folders: pack it into one file and send that
said-file-huge = the other program takes no files of 2 GiB and more
said-file-empty = the other program takes no empty files
said-file-paused-there = paused by the other side
said-file-receiver-cancelled = the receiver cancelled it
said-file-sender-cancelled = the sender cancelled it
said-file-arrived = the sender says that it arrived: look in { $folder }
said-file-many-offered = too many files are offered
said-file-changed-meanwhile = the file was changed meanwhile: it comes from the beginning
said-file-from-beginning = the other program gives it only from the beginning
said-file-sender-where = it is not known where the sender is
said-file-unfetched = it was not fetched within an hour
said-file-same = the same file is on its way already: this is another source of it
said-file-goes-on = it goes on from { $source }
said-file-joined = { $why }; it goes on from { $source }
said-file-anew = { $why }: it begins anew, from one source
said-file-not-any-more = the sender does not offer it any more
said-file-none-on-way = There is no such file on its way.
said-file-none = There is no such file.
said-file-not-here = That file is not here.
said-file-many = Too many files are on their way: this one was not taken.
said-file-not-waiting = That file does not wait for an answer.
said-file-over = That file is over.
said-file-no-pause = Files from and to this program cannot be paused.
said-file-no-pause-to = Files to this program cannot be paused.
said-file-not-on-way = That file is not on its way.
said-file-from-other = That file comes from somebody else already.
said-file-not-held = That file is not held back.

### Keys

said-own-key = this is my own key
said-namesake = { $name } has the name of somebody whose key you have verified ({ $short }), but another key. Ask in person before you tell them anything.
said-no-new-key = There is no new key of { $name } to accept.
said-key-blocked = You have blocked that key: unblock it first.
said-no-other-key = There is no other key of { $name } to tell apart.
said-nothing-in-the-way = Nothing stands in the way of { $name }.
said-no-fingerprint = That is neither a fingerprint nor a link with one in it.
said-not-their-key = That is not the key that { $name } uses here. Nothing was changed: ask again, and if they are sure of it, somebody else answers under this name.
said-key-of-other = That is the key of { $name }.
said-verify-first = Compare keys with { $name } first: files are only taken without asking from who is verified.
said-own-name = This is your own name.
said-no-such-key = No such key is known.
said-decide-first = { $name } is not who it was, or does not encrypt: decide about that first.
said-tried-often = That was tried too often with { $name }. Wait some minutes; or compare the fingerprints.
said-no-key-there = The program of { $name } does not encrypt, so there is no key to compare.
said-no-code = There is no code to compare with { $name } now.

### Rooms

said-room-not-allowed = you may not do this in this room
said-room-long = this is too long for a room
said-room-busy = the room is busy: wait a moment
said-room-not-in = you are not in this room
said-room-nick = a nick in a room has 1 to 64 bytes
said-room-search-many = too many others are not done yet
said-room-none = there is no such room here
said-room-in-none = you are in no room { $room }
said-room-nobody = nobody in { $room } is called { $nick }
said-room-long-or-empty = this is too long for a room, or empty
said-room-name = a room's name has 1 to 64 bytes and no @
said-room-many = you remember { $count } rooms already
said-room-unadvertised = no room { $room } is advertised here, and this is no id of one
said-room-whom = nobody here is known to be in { $room }: say whom to ask (via)
said-room-affiliation = { $typed } is no affiliation: owner, admin, member or none
said-room-role = { $typed } is no role: participant, visitor or none
said-room-no-message = there is no such message
said-room-not-message = { $id } is no message of a room
said-room-unreached = Nobody in the room { $room } can be reached. Try again when somebody in it is here.
said-room-unanswered = Nobody in the room { $room } has let you in: no answer came. Try again later.
said-room-is-busy = The room { $room } is busy: too many people, or too much at once. Try again later.
said-room-members-only = The room { $room } is for members only. Ask somebody in it to invite you.
said-room-banned = You were sent out of the room { $room } and may not come back.
said-room-forks = { $name } wrote two different things in one place. What came after is not shown.
said-room-forges = { $name } passes on entries that are forged or damaged. They were not taken.
said-room-floods = { $name } writes more than a room can carry. The rest is taken later.
said-room-withholds = { $name } does not pass on everything that it should. It is not relied on for a while.

### Interfaces

said-interface-local = local network
said-interface-chosen = chosen in the settings
said-interface-excluded = left out in the settings
said-interface-not-chosen = not among the chosen ones
said-interface-off = switched off
said-interface-cable = not connected: no cable or no Wi-Fi network
said-interface-address = has no address
said-interface-loopback = reaches this computer only
said-interface-alone = no other network is there, so only programs on this computer are reached
said-interface-link = VPN or dial-up link
said-interface-multicast = carries no multicast, so nobody could be found on it
said-interface-containers = virtual network of containers
said-interface-machines = virtual network of virtual machines
said-interface-vpn = VPN that carries no multicast
said-interface-nobody = virtual network without anybody on it

### Findings of the doctor

said-check-clock = clock
said-check-data = data
said-check-space = space
said-check-instance = instance
said-check-node = node
said-check-interface = interface
said-check-announced = announced
said-check-multicast = multicast
said-check-records = records
said-check-answers = answers
said-check-port = port
said-check-peers = peers
said-check-firewall = firewall
said-found-running = Balcony is running on this data folder; it was asked
said-found-silent = the running instance does not answer: { $why }
said-found-ended = it ended at once: { $why }
said-do-restart = quit it and start it again
said-found-nobody = nobody else was seen
said-do-ask = is somebody else here? Ask them to start Balcony, or Pidgin with a Bonjour account
said-found-seen = { $count } seen
said-found-used = { $name } is used ({ $why }): { $addresses }
said-found-left-out = { $name } is left out: { $why }
said-found-no-interface = no network interface is used
said-do-connect = connect to a network; if one above is the right one, put it back in the settings or with --interface NAME
said-found-announced = as { $name }, port { $port }
said-found-unannounced = our name did not get onto the network
said-do-look-announced = see the interfaces and the firewall; another program may hold UDP port 5353 for itself alone
said-do-who-holds = another program may hold UDP port 5353 for itself alone: sudo ss -ulpn 'sport = 5353'
said-found-no-multicast = { $name }: no multicast can be sent: { $why }
said-found-heard = { $name }: what we send is seen on the network
said-do-out-and-in = look at the firewall: UDP port 5353 must be let out and in
said-found-not-heard = { $name }: what we send does not come back
said-found-records = { $name }: our records are answered
said-do-in = look at the firewall: UDP port 5353 must be let in
said-found-no-records = { $name }: nobody asking for us gets an answer
said-found-no-others = { $name }: no other machine answered
said-do-apart = if others are there: does the Wi-Fi keep its guests apart?
said-found-others = { $name }: { $count } other machine(s) answered
said-found-port = { $name }: port { $port } takes connections
said-found-port-shut = { $name }: { $target } takes no connections: { $why }
said-do-port = look at the firewall: TCP port { $port } must be let in
said-found-clock = the clock says { $year }: messages would carry wrong times
said-do-clock = set the clock: sudo timedatectl set-ntp true
said-found-data = { $path } can be written
said-do-writable = make it writable, or choose another folder with --data DIR
said-found-process = process { $pid } is using this data folder
said-found-free = { $count } MiB are free in it
said-do-free = free some space: messages that cannot be kept are not sent
said-found-avahi = avahi-daemon runs beside us; both share the mDNS port
said-do-nft = in the input chain, before the drop:
said-found-windows = this Linux runs inside Windows: Windows Defender Firewall stands before it, and unless its network is mirrored no multicast comes in
said-do-wsl = in %UserProfile%\.wslconfig, below [wsl2]: networkingMode=mirrored
said-do-powershell = then, in PowerShell as administrator:
said-found-firewall = { $name } is active and has a rule for mDNS (UDP port 5353)
said-found-firewall-shut = { $name } is active: it may keep out mDNS (UDP port 5353) and connections (the TCP port above); no rule for mDNS was seen

### What the system says

said-os-not-found = No such file or directory (os error { $number })
said-os-permission = Permission denied (os error { $number })
said-os-not-permitted = Operation not permitted (os error { $number })
said-os-space = No space left on device (os error { $number })
said-os-quota = Disk quota exceeded (os error { $number })
said-os-read-only = Read-only file system (os error { $number })
said-os-input = Input/output error (os error { $number })
said-os-exists = File exists (os error { $number })
said-os-directory = Is a directory (os error { $number })
said-os-not-directory = Not a directory (os error { $number })
said-os-long-name = File name too long (os error { $number })
said-os-many-open = Too many open files (os error { $number })
said-os-in-use = Address already in use (os error { $number })
said-os-no-device = No such device (os error { $number })
said-os-unreachable = Network is unreachable (os error { $number })
said-os-no-route = No route to host (os error { $number })
said-os-refused = Connection refused (os error { $number })
said-os-reset = Connection reset by peer (os error { $number })
said-os-timed-out = Connection timed out (os error { $number })
said-os-broken-pipe = Broken pipe (os error { $number })
said-path-why = { $path }: { $why }
