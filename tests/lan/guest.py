"""A guest that speaks XEP-0045 with slixmpp, over one stream to one member: joins, reads, speaks, is sent out.

Usage: guest.py HOST PORT MEMBER ROOM. Prints one JSON object a line.
"""

import asyncio
import json
import sys

import slixmpp
from slixmpp.basexmpp import BaseXMPP
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath


class Guest(BaseXMPP):
    """A stream as XEP-0174 has it: a header from us to the peer, no authentication."""

    def __init__(self, jid, member):
        BaseXMPP.__init__(self, jid, "jabber:client")
        self.stream_header = (
            f"<stream:stream xmlns='jabber:client' xmlns:stream='{self.stream_ns}' "
            f"from='{jid}' to='{member}' version='1.0'>"
        )
        self.stream_footer = "</stream:stream>"
        self.is_component = False
        self.enable_starttls = False
        self.enable_direct_tls = False
        self.enable_plaintext = True
        features = MatchXPath("{%s}features" % self.stream_ns)
        self.register_handler(Callback("features", features, lambda _: self.event("session_start")))
        for plugin in ("xep_0030", "xep_0045", "xep_0203", "xep_0359", "xep_0421"):
            self.register_plugin(plugin)

    def register_feature(self, *_args, **_more):
        """Of stream features we want none."""


def tell(**what):
    print(json.dumps(what), flush=True)


async def main():
    host, port, member, room = sys.argv[1:5]
    guest = Guest("tourist@travel", member)
    out = asyncio.Event()
    started = asyncio.Event()
    guest.add_event_handler("session_start", lambda _: started.set())

    def heard(message):
        tell(heard=message["body"], by=message["from"].resource, id=message["id"], stanza=message["stanza_id"]["id"],
             occupant=message["occupant-id"]["id"])

    def gone(presence):
        if presence["from"].resource == "Tourist" and presence["type"] == "unavailable":
            tell(out=sorted(presence["muc"]["status_codes"]))
            out.set()

    guest.add_event_handler("groupchat_message", heard)
    guest.add_event_handler("presence_unavailable", gone)
    guest.add_event_handler(f"muc::{room}::self-presence", gone)
    guest.init_plugins()
    slixmpp.xmlstream.XMLStream.connect(guest, host, int(port))
    await asyncio.wait_for(started.wait(), 20)
    items = await guest.plugin["xep_0030"].get_items(jid=member, ifrom="tourist@travel")
    tell(items=sorted(str(item[0]) for item in items["disco_items"]["items"]))
    presence, subject, occupants, history = await guest.plugin["xep_0045"].join_muc_wait(
        room, "Tourist", timeout=20, presence_options={"pfrom": "tourist@travel"}
    )
    tell(
        joined=sorted(presence["muc"]["status_codes"]),
        occupants=sorted(one["from"].resource for one in occupants),
        history=[one["body"] for one in history],
        subject=subject["subject"],
    )
    guest.make_message(room, "where is the balcony?", mtype="groupchat", mfrom="tourist@travel").send()
    await asyncio.wait_for(out.wait(), 60)



asyncio.run(main())
