//! The plainest copy that keeps the same promises on the way: TLS 1.3 over TCP with rustls, SHA-256 at both ends, compared,
//! and the file synced. Nothing resumes, nobody proves a key, nothing is told meanwhile: what is left of Balcony's speed when
//! all that is added is what is measured.

use std::fs::File;
use std::io::{BufRead, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use aws_lc_rs::digest::{Context, SHA256};
use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use crate::role::say;

const BLOCK: usize = 256 << 10;

/// Serves a file to the first that connects.
pub fn send(path: &Path) {
    let key = rcgen::generate_simple_self_signed(["raw".to_owned()]).expect("a certificate");
    let secret = PrivatePkcs8KeyDer::from(key.signing_key.serialize_der());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], secret.into())
        .expect("a configuration");
    let listener = TcpListener::bind("0.0.0.0:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    say(&json!({"event": "listening", "port": port}));
    let (tcp, _) = listener.accept().expect("a connection");
    tcp.set_nodelay(true).expect("an option");
    let mut connection = ServerConnection::new(Arc::new(config)).expect("TLS");
    connection.set_buffer_limit(Some(BLOCK + (BLOCK >> 4)));
    let mut tls = StreamOwned::new(connection, tcp);
    let mut file = File::open(path).expect("the file");
    let size = file.metadata().expect("its size").len();
    tls.write_all(&size.to_be_bytes()).expect("sent");
    let mut hash = Context::new(&SHA256);
    let mut block = vec![0; BLOCK];
    loop {
        let read = file.read(&mut block).expect("read");
        if read == 0 {
            break;
        }
        hash.update(&block[..read]);
        tls.write_all(&block[..read]).expect("sent");
    }
    tls.write_all(hash.finish().as_ref()).expect("sent");
    tls.flush().expect("sent");
    let mut verdict = [0; 1];
    tls.read_exact(&mut verdict).expect("the other's word");
    until_told();
}

/// Takes it.
pub fn take(place: &Path, address: &str) {
    let config = ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(crate::lab::tls::Anybody))
        .with_no_client_auth();
    let started = Instant::now();
    say(&json!({"event": "started"}));
    let name = ServerName::try_from("raw").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("TLS");
    let tcp = TcpStream::connect(address).expect("a connection");
    tcp.set_nodelay(true).expect("an option");
    let mut tls = StreamOwned::new(connection, tcp);
    let mut size = [0; 8];
    tls.read_exact(&mut size).expect("a size");
    let mut left = u64::from_be_bytes(size);
    let mut file = File::create_new(place).expect("a place");
    let mut hash = Context::new(&SHA256);
    let mut block = vec![0; BLOCK];
    while left > 0 {
        let most = BLOCK.min(usize::try_from(left).unwrap_or(BLOCK));
        let read = tls.read(&mut block[..most]).expect("bytes");
        assert!(read > 0, "it ended too early");
        hash.update(&block[..read]);
        file.write_all(&block[..read]).expect("written");
        left -= read as u64;
    }
    let mut said = [0; 32];
    tls.read_exact(&mut said).expect("a hash");
    assert_eq!(hash.finish().as_ref(), said);
    file.sync_all().expect("synced");
    say(&json!({"event": "file-done", "ms": started.elapsed().as_millis()}));
    tls.write_all(&[1]).expect("said");
    tls.flush().expect("said");
    until_told();
}

/// Until the other end of our standard input closes it.
pub fn until_told() {
    std::io::stdin().lock().lines().for_each(drop);
}
