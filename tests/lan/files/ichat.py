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
# A letter that is served slowly: a part, and the rest when it may flow. Another edition has as many bytes.
LETTERS = {'"first"': bytes((at * 7 >> 3) & 255 for at in range(3_000_000)),
           '"second"': bytes((at * 11 >> 3) & 255 for at in range(3_000_000))}
edition = '"first"'
flows = threading.Event()


def say(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = self.headers.get("Range")
        say("asked", path=self.path, range=wanted, of=self.headers.get("If-Range"))
        if self.path == "/5E2A/Brief":
            return self.letter(wanted)
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

    def letter(self, wanted):
        body = LETTERS[edition]
        same = self.headers.get("If-Range") in (None, edition)
        start = int(wanted[len("bytes=") : -1]) if wanted and same else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.send_header("ETag", edition)
        self.end_headers()
        try:
            self.wfile.write(body[start : start + 1_000_000])
            flows.wait()
            self.wfile.write(body[start + 1_000_000 :])
        except OSError:
            say("hung-up")

    def log_message(self, *_):
        pass


def url(port, host=HOST, path="/5E2A/Urlaub/", size="600004"):
    return f"<url type='directory' size='{size}' posixflags='000001ED'>\nhttp://{host}:{port}{path}</url>"


server = ThreadingHTTPServer((HOST, 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
listener = socket.create_server((HOST, 5298))
say("ready", jid="anna@mac")
port = server.server_address[1]
streams = []


def listen():
    while True:
        stream, _ = listener.accept()
        stream.recv(4096)
        stream.sendall(
            b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' from='anna@mac' "
            b"xmlns:stream='http://etherx.jabber.org/streams'>"
        )
        streams.append(stream)
        say("met")
        try:
            while said := stream.recv(65536):
                say("heard", text=said.decode())
        except OSError:
            pass


threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin:
    command = json.loads(line)["command"]
    if command == "flow":
        flows.set()
        continue
    if command == "another-edition":
        edition = '"second"'
        continue
    if command == "letter":
        letter = f"<url type='file' size='3000000'>http://{HOST}:{port}/5E2A/Brief</url>"
        said = f"<message type='chat'><body/><x xmlns='jabber:x:oob'>{letter}</x></message>"
    elif command == "message":
        said = f"<message type='chat'><body/><x xmlns='jabber:x:oob'>{url(port)}</x></message>"
    elif command == "iq":
        said = f"<iq type='set' id='f1'><query xmlns='jabber:iq:oob'>{url(port)}</query></iq>"
    else:
        said = f"<iq type='set' id='f2'><query xmlns='jabber:iq:oob'>{url(port, host='10.77.1.99')}</query></iq>"
    streams[-1].sendall(said.encode())
