//! Somebody who listens to multicast DNS on a host of the lab and tells every record that is said there, and who asks by
//! plain DNS when told to (RFC 6762 §6.7).

use std::io::BufRead;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use hickory_proto::op::{Message, MessageType, OpCode, Query};
use hickory_proto::rr::{Name, Record, RecordType};
use serde_json::{Value, json};
use socket2::{Domain, Protocol, Socket, Type};

use crate::lab::Host;
use crate::lab::peer::Peer;
use crate::mallory::{play, say};

const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const ID: u16 = 4711;

/// Listens on a host from when this returns.
pub fn listen(host: &Host) -> Peer {
    play(host, &["ear", &host.ipv4(1)])
}

/// The part. Each record that is heard is an event `heard`, each answer to a question of ours an event `answered`.
pub fn perform(own: &str) {
    let own: Ipv4Addr = own.parse().expect("an address");
    let heard = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).expect("a socket");
    heard.set_reuse_address(true).expect("an option");
    heard.set_reuse_port(true).expect("an option");
    let _ = heard.set_recv_buffer_size(8 << 20);
    heard
        .bind(&SocketAddr::from((GROUP, 5353)).into())
        .expect("the port");
    heard.join_multicast_v4(&GROUP, &own).expect("the group");
    let heard = UdpSocket::from(heard);
    let asks = UdpSocket::bind((own, 0)).expect("a port");
    let answers = asks.try_clone().expect("the same port");
    std::thread::spawn(move || read_all(&heard, tell_heard));
    std::thread::spawn(move || read_all(&answers, tell_answer));
    say(json!({"event": "begun"}));
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let command: Value = serde_json::from_str(&line).expect("a command");
        let labels = command["ask"].as_array().expect("labels").iter();
        let labels = labels.map(|label| label.as_str().expect("a label").as_bytes());
        let kind: RecordType = command["type"]
            .as_str()
            .and_then(|kind| kind.parse().ok())
            .expect("a type");
        let mut message = Message::new(ID, MessageType::Query, OpCode::Query);
        let name = Name::from_labels(labels).expect("a name");
        message.add_query(Query::query(name, kind));
        let question = message.to_vec().expect("a question");
        asks.send_to(&question, (GROUP, 5353)).expect("sent");
    }
}

fn read_all(socket: &UdpSocket, tell: fn(Message, SocketAddr)) {
    let mut datagram = vec![0; 1 << 16];
    while let Ok((length, from)) = socket.recv_from(&mut datagram) {
        let message = Message::from_vec(&datagram[..length]);
        if let Ok(message) = message
            && message.metadata.message_type == MessageType::Response
        {
            tell(message, from);
        }
    }
}

fn tell_heard(message: Message, from: SocketAddr) {
    for record in message.answers.iter().chain(&message.additionals) {
        let mut line = told(record);
        line["event"] = "heard".into();
        line["from"] = from.to_string().into();
        say(line);
    }
}

fn tell_answer(message: Message, from: SocketAddr) {
    let records = message.answers.iter().chain(&message.additionals);
    let ours = message.metadata.id == ID && message.queries.len() == 1;
    say(json!({
        "event": "answered",
        "from": from.to_string(),
        "ours": ours,
        "records": records.map(told).collect::<Vec<Value>>(),
    }));
}

fn told(record: &Record) -> Value {
    let labels = record.name.iter().map(String::from_utf8_lossy);
    json!({
        "name": labels.collect::<Vec<_>>().join("."),
        "type": record.record_type().to_string(),
        "ttl": record.ttl,
        "flush": record.mdns_cache_flush,
        "data": record.data.to_string(),
    })
}
