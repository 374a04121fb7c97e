//! The JSON lines themselves: used on stdin and stdout, and by the control socket.

use std::sync::Arc;

use bytes::BytesMut;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::Value;
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::command::room::RoomCommand;
use crate::command::{Command, Request};
use crate::event::room::RoomEvent;
use crate::event::{Event, Security};
use crate::model::Model;
use crate::model::rooms::RoomView;
use crate::node::{NodeEnded, NodeHandle, Subscription};

/// The longest line that is taken: a body of 1 MiB fits, also where half of its characters are escaped.
pub const MAX_LINE: usize = 3 << 19;
/// Output is handed over when nothing more waits, or when so much has come together.
const FLUSH_AT: usize = 64 << 10;

/// What to do when somebody asks that the window be shown (`{"command":"show"}`: a second start of the program).
pub type Raise = Arc<dyn Fn() + Send + Sync>;

/// Errors about lines of this client, for this client only. The reader waits when nobody takes them.
pub fn complaints() -> (mpsc::Sender<Event>, mpsc::Receiver<Event>) {
    mpsc::channel(16)
}

/// Reads commands until the input or the node ends.
pub async fn read(
    node: &NodeHandle,
    input: impl AsyncRead + Unpin,
    complain: &mpsc::Sender<Event>,
    raise: Option<&Raise>,
) {
    let mut lines = Lines::new(input);
    loop {
        let line = match lines.next().await {
            Ok(Some(line)) => line,
            Ok(None) => return,
            Err(error) => return tracing::info!(%error, "the input cannot be read"),
        };
        let parsed = line
            .map_err(|TooLong| too_long())
            .and_then(|line| parse(&line));
        let complaint = match parsed {
            Ok(None) => continue,
            Ok(Some(Asked::Request(request))) => match node.request(*request).await {
                Ok(()) => continue,
                Err(NodeEnded) => return,
            },
            Ok(Some(Asked::Show(reference))) => match raise {
                None => error(reference, "there is no window to show".into()),
                Some(raise) => {
                    raise();
                    match reference {
                        Some(reference) => Event::Done { reference },
                        None => continue,
                    }
                }
            },
            Err(complaint) => *complaint,
        };
        if complain.send(complaint).await.is_err() {
            return;
        }
    }
}

/// Writes what is known, then every event, until the node ends.
///
/// # Errors
/// If nobody takes the output any more.
pub async fn write(
    subscription: Subscription,
    mut complaints: mpsc::Receiver<Event>,
    mut output: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    let Subscription { model, mut events } = subscription;
    let mut buffer = Vec::with_capacity(4096);
    for event in greeting(&model) {
        put(&mut buffer, &event);
    }
    drop(model);
    let mut open = true;
    while open {
        // First empty the queues, then the buffer, then wait.
        while buffer.len() < FLUSH_AT {
            match events.try_recv() {
                Ok(event) => put(&mut buffer, &event),
                Err(_) => break,
            }
        }
        if !buffer.is_empty() {
            output.write_all(&buffer).await?;
            output.flush().await?;
            buffer.clear();
            buffer.shrink_to(4 * FLUSH_AT);
        }
        tokio::select! {
            biased;
            Some(complaint) = complaints.recv() => put(&mut buffer, &complaint),
            event = events.recv() => match event {
                Some(event) => put(&mut buffer, &event),
                None => open = false,
            },
        }
    }
    output.flush().await
}

/// What a client that joins late has missed: the model as events.
pub fn greeting(model: &Model) -> Vec<Event> {
    let mut events = Vec::new();
    if model.me.online {
        events.push(Event::Ready {
            jid: model.me.jid.clone(),
            fingerprint: model.me.fingerprint,
            port: model.me.port,
        });
    }
    if !model.interfaces.is_empty() {
        events.push(Event::Network {
            interfaces: model.interfaces.clone(),
        });
    }
    let peers = model
        .contacts
        .values()
        .filter_map(|contact| contact.peer.clone());
    events.extend(peers.map(|peer| Event::PeerOnline { peer }));
    let told = model
        .contacts
        .values()
        .filter(|contact| contact.security != Security::default());
    events.extend(told.map(|contact| Event::TrustChanged {
        peer: contact.jid.clone(),
        security: contact.security.clone(),
    }));
    events.extend(model.plaintext.iter().map(|(peer, said)| Event::Plaintext {
        peer: peer.clone(),
        allowed: said.allowed,
        held: said.held,
    }));
    let open = model.files.values().filter(|file| !file.state.is_over());
    events.extend(open.cloned().map(|file| Event::FileState {
        file,
        reference: None,
    }));
    let joined = |room: &RoomView| {
        Event::Room(RoomEvent::RoomJoined {
            about: Box::new(room.about.clone()),
            members: room.members.clone(),
            messages: room.lines.iter().cloned().collect(),
            complete: room.complete,
            reference: None,
        })
    };
    events.extend(
        model
            .rooms
            .values()
            .filter(|room| room.about.joined)
            .map(joined),
    );
    events
}

fn put(buffer: &mut Vec<u8>, event: &Event) {
    put_line(buffer, event);
    if let Event::Room(RoomEvent::RoomMessage { room, line }) = event
        && !line.own
        && !line.history
    {
        let received = Received {
            event: "message-received",
            id: &line.id,
            from: From(room, &line.nick),
            room,
            nick: &line.nick,
            body: &line.body,
            time: line.time,
            encrypted: true,
            delayed: line.late,
        };
        put_line(buffer, &received);
    }
}

fn put_line(buffer: &mut Vec<u8>, what: &impl Serialize) {
    let begin = buffer.len();
    match serde_json::to_writer(&mut *buffer, what) {
        Ok(()) => buffer.push(b'\n'),
        // Only a path that is no UTF-8 can do this.
        Err(error) => {
            buffer.truncate(begin);
            tracing::error!(%error, "an event cannot be written as JSON");
        }
    }
}

/// What is said in a room, for who listens for messages only. Written as it is: in a lecture hall each member writes it for
/// each message.
#[derive(Serialize)]
struct Received<'a> {
    event: &'static str,
    id: &'a str,
    from: From<'a>,
    room: &'a str,
    nick: &'a str,
    body: &'a str,
    time: Timestamp,
    encrypted: bool,
    delayed: bool,
}

/// Who said it: the room's address and a nick.
struct From<'a>(&'a str, &'a str);

impl Serialize for From<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}/{}", self.0, self.1))
    }
}

/// What a line asks.
#[derive(Debug, PartialEq)]
enum Asked {
    Request(Box<Request>),
    Show(Option<Value>),
}

/// Reads one line; nothing if it is blank.
fn parse(line: &[u8]) -> Result<Option<Asked>, Box<Event>> {
    let complain = |reference, message: String| Err(Box::new(error(reference, message)));
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(error) => return complain(None, format!("this is no JSON: {error}")),
    };
    let Value::Object(mut object) = value else {
        return complain(
            None,
            "a line must be one JSON object, such as {\"command\":\"snapshot\"}".into(),
        );
    };
    let reference = object
        .remove("ref")
        .filter(|reference| !reference.is_null());
    match object.get("command") {
        Some(Value::String(name)) if name == "show" => return Ok(Some(Asked::Show(reference))),
        Some(Value::String(_)) => {}
        Some(_) => return complain(reference, "\"command\" must be a text".into()),
        None => return complain(reference, "\"command\" is missing".into()),
    }
    if object
        .get("command")
        .and_then(Value::as_str)
        .is_some_and(RoomCommand::is_name)
    {
        return match serde_json::from_value::<RoomCommand>(Value::Object(object)) {
            Ok(command) => Ok(Some(Asked::Request(Box::new(Request {
                command: Command::Room(command),
                reference,
            })))),
            Err(error) => complain(reference, format!("this command cannot be used: {error}")),
        };
    }
    match serde_json::from_value::<Command>(Value::Object(object)) {
        Ok(command) => Ok(Some(Asked::Request(Box::new(Request {
            command,
            reference,
        })))),
        Err(error) => complain(reference, format!("this command cannot be used: {error}")),
    }
}

fn error(reference: Option<Value>, message: String) -> Event {
    Event::Error { reference, message }
}

fn too_long() -> Box<Event> {
    Box::new(error(
        None,
        format!(
            "a line was longer than {} KiB and was left out",
            MAX_LINE >> 10
        ),
    ))
}

/// A line was longer than [`MAX_LINE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// Splits an input into lines without ever holding more than one that is allowed.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    buffer: BytesMut,
    /// So far no line end was found.
    looked: usize,
    /// Inside a line that is too long.
    skipping: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Lines of this input.
    pub fn new(input: R) -> Lines<R> {
        Lines {
            input,
            buffer: BytesMut::new(),
            looked: 0,
            skipping: false,
        }
    }

    /// The next line without its end; `None` at the end of the input. May be cancelled: nothing is lost.
    ///
    /// # Errors
    /// If the input cannot be read.
    pub async fn next(&mut self) -> io::Result<Option<Result<BytesMut, TooLong>>> {
        loop {
            let fresh = self.buffer.get(self.looked..).unwrap_or_default();
            if let Some(end) = fresh.iter().position(|&byte| byte == b'\n') {
                let line = self.buffer.split_to(self.looked + end + 1);
                self.looked = 0;
                let too_long = std::mem::take(&mut self.skipping) || line.len() > MAX_LINE;
                return Ok(Some(if too_long { Err(TooLong) } else { Ok(line) }));
            }
            if self.buffer.len() > MAX_LINE {
                self.skipping = true;
            }
            if self.skipping {
                self.buffer.clear();
            }
            self.looked = self.buffer.len();
            self.buffer.reserve(16 << 10);
            if self.input.read_buf(&mut self.buffer).await? == 0 {
                self.looked = 0;
                if std::mem::take(&mut self.skipping) {
                    return Ok(Some(Err(TooLong)));
                }
                let rest = self.buffer.split();
                return Ok((!rest.is_empty()).then_some(Ok(rest)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]
    use super::*;

    fn complaint(line: &str) -> (Option<Value>, String) {
        match *parse(line.as_bytes()).unwrap_err() {
            Event::Error { reference, message } => (reference, message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_command_keeps_its_reference() {
        let Asked::Request(request) =
            parse(br#"{"command":"send","to":"a@b","body":"hi","ref":[1]}"#)
                .unwrap()
                .unwrap()
        else {
            panic!("a request")
        };
        assert_eq!(request.reference, Some(serde_json::json!([1])));
        assert!(matches!(request.command, Command::Send { body, .. } if body == "hi"));
        assert_eq!(parse(b"  \r\n").unwrap(), None);
    }

    #[test]
    fn a_bad_line_says_what_is_wrong_with_it() {
        for (line, word) in [
            ("hello", "no JSON"),
            ("[1]", "one JSON object"),
            ("{}", "missing"),
            (r#"{"command":7}"#, "must be a text"),
            (r#"{"command":"dance"}"#, "dance"),
            (r#"{"command":"send","to":"a@b"}"#, "body"),
            (r#"{"command":"send","to":"a@b","body":7}"#, "invalid type"),
            (r#"{"command":"send","to":"","body":"x"}"#, "empty"),
            (
                r#"{"command":"send","to":"a@b","body":"x","extra":1}"#,
                "extra",
            ),
        ] {
            let (_, message) = complaint(line);
            assert!(message.contains(word), "{line}: {message}");
        }
        assert!(parse(b"{\"command\":\"\xff\"}").is_err());
        assert_eq!(
            complaint(r#"{"command":"dance","ref":"r7"}"#).0,
            Some("r7".into())
        );
    }

    #[tokio::test]
    async fn a_line_too_long_is_left_out_and_the_next_one_read() {
        let long = vec![b'x'; MAX_LINE + 20_000];
        let input = [long.as_slice(), b"\nshort\nlast"].concat();
        let mut lines = Lines::new(input.as_slice());
        assert_eq!(lines.next().await.unwrap(), Some(Err(TooLong)));
        assert_eq!(lines.next().await.unwrap().unwrap().unwrap(), "short\n");
        assert_eq!(lines.next().await.unwrap().unwrap().unwrap(), "last");
        assert_eq!(lines.next().await.unwrap(), None);
    }
}
