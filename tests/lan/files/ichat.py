"""Plays an old Mac: an XML stream without names or version, files and folders as jabber:x:oob and jabber:iq:oob, and the
HTTP server behind them. Says what it is asked as lines of JSON. Arguments: its address."""

import json
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = sys.argv[1]
LARGE = bytes((at * 7 >> 3) & 255 for at in range(600_000))
LISTING = """<dir posixflags="000001ED"><name>Urlaub</name>
<file mimetype="text/plain" posixflags="000001A4" size="4"><name>rose</name></file>
<dir posixflags="000001ED"><name>Größe</name>
<file posixflags="000001A4"><name>large</name></file><dir><name>empty</name></dir></dir>
</dir>"""
FILES = {
    "/5E2A/Urlaub/": LISTING.encode()[: len(LISTING)],  # Characters counted for bytes, as Adium does.
    "/5E2A/Urlaub/rose": b"rose",
    "/5E2A/Urlaub/Gr%C3%B6%C3%9Fe/large": LARGE,
}
cut = set()


def say(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = self.headers.get("Range")
        say("asked", path=self.path, range=wanted)
        body = FILES.get(self.path)
        if body is None:
            return self.send_error(404)
        start = int(wanted[len("bytes=") : -1]) if wanted else 0
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        if body is LARGE and self.path not in cut:
            # The network goes in the middle of it, once.
            cut.add(self.path)
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            return self.connection.shutdown(socket.SHUT_RDWR)
        self.wfile.write(body[start:])

    def log_message(self, *_):
        pass


def url(port, host=HOST, path="/5E2A/Urlaub/", size="600004"):
    return f"<url type='directory' size='{size}' posixflags='000001ED'>\nhttp://{host}:{port}{path}</url>"


server = ThreadingHTTPServer((HOST, 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
listener = socket.create_server((HOST, 5298))
say("ready", jid="anna@mac")
stream, _ = listener.accept()
stream.recv(4096)
stream.sendall(
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' from='anna@mac' "
    b"xmlns:stream='http://etherx.jabber.org/streams'>"
)
port = server.server_address[1]


def listen():
    while said := stream.recv(65536):
        say("heard", text=said.decode())


threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin:
    command = json.loads(line)["command"]
    if command == "message":
        said = f"<message type='chat'><body/><x xmlns='jabber:x:oob'>{url(port)}</x></message>"
    elif command == "iq":
        said = f"<iq type='set' id='f1'><query xmlns='jabber:iq:oob'>{url(port)}</query></iq>"
    else:
        said = f"<iq type='set' id='f2'><query xmlns='jabber:iq:oob'>{url(port, host='10.77.1.99')}</query></iq>"
    stream.sendall(said.encode())
