//! Peers of other makes, played by rule: what the old programs do on the wire, with their faults.
//!
//! - [`Make::Libpurple`] (Pidgin, Finch): no version, one conversation a buddy, a newer stream replaces the older, and
//!   what was queued on the replaced one is lost; takes streams only from addresses that a buddy advertises.
//! - [`Make::Salut`] (Empathy): version 1.0, as responder no features at all, as initiator its own features after the
//!   answer, which is the wrong side for them.
//! - [`Make::IChat`]: no `from`, no `to`, no version; knows its peers by their address.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;

use crate::net::{ConnId, Report, Request, Sighting};
use crate::wire::element::escape_into;
use crate::wire::jid::Jid;
use crate::wire::txt::Advert;

/// Which program is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    /// Pidgin and Finch.
    Libpurple,
    /// Empathy.
    Salut,
    /// iChat and Adium.
    IChat,
}

/// A peer of another make.
///
/// Inputs: [`Legacy::handle`] with what the network reports, [`Legacy::say`] with what its user types. Output:
/// [`Legacy::poll`].
#[derive(Debug)]
pub struct Legacy {
    make: Make,
    jid: Jid,
    advert: Advert,
    buddies: BTreeMap<Jid, Sighting>,
    streams: BTreeMap<ConnId, Stream>,
    /// The stream that is used for a buddy.
    current: BTreeMap<Jid, ConnId>,
    next_conn: u64,
    requests: Vec<Request>,
    /// What its user saw.
    pub heard: Vec<(Jid, String)>,
    /// How many messages its user typed that it dropped without a word.
    pub lost: usize,
    /// How often it was told of a buddy, or what that says of itself.
    pub told: usize,
}

#[derive(Debug)]
struct Stream {
    remote: Option<SocketAddr>,
    buddy: Option<Jid>,
    ours: bool,
    header_sent: bool,
    ready: bool,
    buffer: Vec<u8>,
    queue: Vec<String>,
}

impl Stream {
    fn new(ours: bool, buddy: Option<Jid>, remote: Option<SocketAddr>) -> Stream {
        let (buffer, queue) = (Vec::new(), Vec::new());
        Stream {
            remote,
            buddy,
            ours,
            header_sent: false,
            ready: false,
            buffer,
            queue,
        }
    }
}

impl Legacy {
    /// A peer that appears under this name.
    pub fn new(make: Make, jid: Jid) -> Legacy {
        let mut advert = Advert {
            port: Some(5298),
            ..Advert::default()
        };
        if make == Make::Libpurple {
            advert.node = "libpurple".to_owned();
            advert.ver = "2.14.12".to_owned();
        }
        let mut peer = Legacy {
            make,
            jid,
            advert,
            buddies: BTreeMap::new(),
            streams: BTreeMap::new(),
            current: BTreeMap::new(),
            next_conn: 2,
            requests: Vec::new(),
            heard: Vec::new(),
            lost: 0,
            told: 0,
        };
        peer.publish(|_| {});
        peer
    }

    /// Changes what it publishes.
    pub fn publish(&mut self, change: impl FnOnce(&mut Advert)) {
        change(&mut self.advert);
        let advert = Box::new(self.advert.clone());
        self.requests.push(Request::Advertise {
            jid: self.jid.clone(),
            port: 5298,
            advert,
        });
    }

    /// Serves a picture, and says so.
    pub fn show_picture(&mut self, image: Bytes) {
        use sha1::Digest;
        let sha1 = sha1::Sha1::digest(&image).into();
        self.requests.push(Request::ServeAvatar {
            jid: self.jid.clone(),
            image: Some(image),
        });
        self.publish(|advert| advert.phsh = Some(sha1));
    }

    /// Its user signs off.
    pub fn sign_off(&mut self) {
        for conn in self.streams.keys().copied().collect::<Vec<_>>() {
            self.end(conn);
        }
        self.requests.push(Request::Withdraw);
    }

    /// Its user types a message.
    pub fn say(&mut self, to: &Jid, body: &str) {
        if let Some(conn) = self.current.get(to).copied()
            && let Some(stream) = self.streams.get_mut(&conn)
        {
            if stream.ready {
                self.write_message(conn, to, body);
            } else {
                stream.queue.push(body.to_owned());
            }
            return;
        }
        let Some(buddy) = self.buddies.get(to) else {
            self.lost += 1;
            return;
        };
        let conn = ConnId(self.next_conn);
        self.next_conn += 2;
        self.requests.push(Request::Dial {
            conn,
            addresses: buddy.addresses.clone(),
        });
        let mut stream = Stream::new(true, Some(to.clone()), None);
        stream.queue.push(body.to_owned());
        self.streams.insert(conn, stream);
        self.current.insert(to.clone(), conn);
    }

    /// The next thing that it asks of the network.
    pub fn poll(&mut self) -> Option<Request> {
        (!self.requests.is_empty()).then(|| self.requests.remove(0))
    }

    /// The network reports.
    pub fn handle(&mut self, report: Report) {
        match report {
            Report::Seen(sighting) => {
                self.told += 1;
                self.buddies.insert(sighting.jid.clone(), *sighting);
            }
            Report::Gone { jid, .. } => {
                self.buddies.remove(&jid);
                if let Some(conn) = self.current.get(&jid).copied() {
                    self.end(conn);
                }
            }
            Report::Accepted { conn, remote, .. } => {
                if self.make == Make::Libpurple && self.owner_of(remote.ip()).is_none() {
                    self.requests.push(Request::Close { conn, flush: true });
                } else {
                    self.streams
                        .insert(conn, Stream::new(false, None, Some(remote)));
                }
            }
            Report::Connected { conn, .. } => self.send_header(conn),
            Report::Received { conn, bytes } => {
                if let Some(stream) = self.streams.get_mut(&conn) {
                    stream.buffer.extend_from_slice(&bytes);
                    self.read(conn);
                }
            }
            Report::DialFailed { conn, .. } | Report::Closed { conn, .. } => self.forget(conn),
            _ => {}
        }
    }

    fn owner_of(&self, ip: IpAddr) -> Option<&Sighting> {
        self.buddies.values().find(|buddy| buddy.has_ip(ip))
    }

    fn send_header(&mut self, conn: ConnId) {
        let Some(stream) = self.streams.get_mut(&conn) else {
            return;
        };
        if std::mem::replace(&mut stream.header_sent, true) {
            return;
        }
        let to = stream.buddy.as_ref().map_or("", Jid::as_str);
        let names = match self.make {
            Make::IChat => String::new(),
            _ => format!(r#" from="{}" to="{to}""#, self.jid),
        };
        let version = if self.make == Make::Salut {
            r#" version="1.0""#
        } else {
            ""
        };
        let header = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<stream:stream xmlns=\"jabber:client\" \
             xmlns:stream=\"http://etherx.jabber.org/streams\"{names}{version}>"
        );
        self.write(conn, &header);
    }

    fn write(&mut self, conn: ConnId, text: &str) {
        self.requests.push(Request::Write {
            conn,
            bytes: Bytes::copy_from_slice(text.as_bytes()),
        });
    }

    fn write_message(&mut self, conn: ConnId, to: &Jid, body: &str) {
        let mut text = String::new();
        escape_into(&mut text, body, false);
        let names = match self.make {
            Make::IChat => String::new(),
            _ => format!("to='{to}' from='{}' ", self.jid),
        };
        let html = match self.make {
            Make::Libpurple => format!(
                "<html xmlns='http://www.w3.org/1999/xhtml'><body><font>{}</font></body></html>\
                 <x xmlns='jabber:x:event'><composing/></x>",
                text.replace('\n', "<br/>")
            ),
            _ => String::new(),
        };
        self.write(
            conn,
            &format!("<message {names}type='chat'><body>{text}</body>{html}</message>"),
        );
    }

    /// Takes complete pieces out of what came in: a header, messages, the end.
    fn read(&mut self, conn: ConnId) {
        while let Some(piece) = self.next_piece(conn) {
            match piece {
                Piece::Header(from) => self.on_header(conn, &from),
                Piece::Message(body) => {
                    if let Some(buddy) = self
                        .streams
                        .get(&conn)
                        .and_then(|stream| stream.buddy.clone())
                    {
                        self.heard.push((buddy, body));
                    }
                }
                Piece::End => self.end(conn),
            }
        }
    }

    fn next_piece(&mut self, conn: ConnId) -> Option<Piece> {
        let stream = self.streams.get_mut(&conn)?;
        let text = match std::str::from_utf8(&stream.buffer) {
            Ok(text) => text,
            // The rest of a character is still to come.
            Err(error) => stream
                .buffer
                .get(..error.valid_up_to())
                .and_then(|whole| std::str::from_utf8(whole).ok())?,
        };
        let header_due = !stream.ready;
        let starts = ["<stream:stream", "<message", "</stream:stream>"];
        let (at, start) = starts
            .iter()
            .filter_map(|start| Some((text.find(start)?, *start)))
            .min()?;
        let rest = text.get(at..)?;
        let (piece, end) = match start {
            "<stream:stream" => {
                let end = rest.find('>')? + 1;
                (Piece::Header(attribute(rest.get(..end)?, "from")), end)
            }
            "</stream:stream>" => (Piece::End, start.len()),
            _ => {
                let open_end = rest.find('>')? + 1;
                let empty = rest.get(..open_end)?.ends_with("/>");
                let end = if empty {
                    open_end
                } else {
                    rest.find("</message>")? + "</message>".len()
                };
                let body = rest
                    .get(..end)?
                    .split_once("<body>")
                    .and_then(|(_, tail)| tail.split_once("</body>"));
                (
                    Piece::Message(body.map(|(body, _)| unescape(body)).unwrap_or_default()),
                    end,
                )
            }
        };
        stream.buffer.drain(..at + end);
        match piece {
            Piece::Message(body) if body.is_empty() || header_due => self.next_piece(conn),
            piece => Some(piece),
        }
    }

    fn on_header(&mut self, conn: ConnId, from: &str) {
        let Some(stream) = self.streams.get(&conn) else {
            return;
        };
        if stream.ours {
            if self.make == Make::Salut {
                self.write(conn, "<stream:features/>");
            }
            return self.become_ready(conn);
        }
        let ip = stream.remote.map(|remote| remote.ip());
        let claimed = self
            .buddies
            .values()
            .find(|buddy| buddy.jid.as_str() == from);
        let buddy = match self.make {
            Make::IChat => ip.and_then(|ip| self.owner_of(ip)),
            _ => claimed.filter(|buddy| ip.is_some_and(|ip| buddy.has_ip(ip))),
        };
        let Some(buddy) = buddy.map(|buddy| buddy.jid.clone()) else {
            self.send_header(conn);
            return self.end(conn);
        };
        if let Some(stream) = self.streams.get_mut(&conn) {
            stream.buddy = Some(buddy.clone());
        }
        // The newer one replaces the older, and what was queued on that is gone with it.
        if let Some(old) = self.current.insert(buddy, conn) {
            self.end(old);
        }
        self.send_header(conn);
        self.become_ready(conn);
    }

    fn become_ready(&mut self, conn: ConnId) {
        let Some(stream) = self.streams.get_mut(&conn) else {
            return;
        };
        stream.ready = true;
        let Some(buddy) = stream.buddy.clone() else {
            return;
        };
        for body in std::mem::take(&mut stream.queue) {
            self.write_message(conn, &buddy, &body);
        }
    }

    /// Closing tag and FIN, without waiting for the other side.
    fn end(&mut self, conn: ConnId) {
        if self
            .streams
            .get(&conn)
            .is_some_and(|stream| stream.header_sent)
        {
            self.write(conn, "</stream:stream>");
        }
        self.requests.push(Request::Close { conn, flush: true });
        self.forget(conn);
    }

    fn forget(&mut self, conn: ConnId) {
        if let Some(stream) = self.streams.remove(&conn) {
            self.lost += stream.queue.len();
            if let Some(buddy) = stream
                .buddy
                .filter(|buddy| self.current.get(buddy) == Some(&conn))
            {
                self.current.remove(&buddy);
            }
        }
    }
}

enum Piece {
    Header(String),
    Message(String),
    End,
}

fn attribute(tag: &str, name: &str) -> String {
    ['"', '\'']
        .iter()
        .find_map(|quote| {
            let (_, tail) = tag.split_once(&format!(" {name}={quote}"))?;
            Some(unescape(tail.split_once(*quote)?.0))
        })
        .unwrap_or_default()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}
