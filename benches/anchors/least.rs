//! What no encrypted and compared file can be had without, and nothing else: read, sealed, sent, received, opened, hashed
//! and written, each once, by one thread at each end, in pieces of the size of a TLS record, with the ciphers that Balcony
//! uses. What processors spend on that, evenly spread over two of them, is the least time that it can take on a machine that
//! has two: no wait, no hand-over between threads, no protocol. The key is zero: nothing is protected here.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{Context, SHA256};
use serde_json::json;

use crate::raw::until_told;
use crate::role::say;

const PIECE: usize = 16 << 10;
const TAG: usize = 16;
const BLOCK: usize = 16 * PIECE;

/// Serves a file, whose size is a multiple of a block's, to the first that connects.
pub fn send(path: &Path) {
    let listener = TcpListener::bind("0.0.0.0:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    say(&json!({"event": "listening", "port": port}));
    let (mut tcp, _) = listener.accept().expect("a connection");
    let before = spent();
    let mut file = File::open(path).expect("the file");
    let key = key();
    let mut block = vec![0; BLOCK];
    let mut sealed = vec![0; BLOCK / PIECE * (PIECE + TAG)];
    let mut number = 0;
    while file.read_exact(&mut block).is_ok() {
        for (piece, out) in block.chunks(PIECE).zip(sealed.chunks_mut(PIECE + TAG)) {
            let (out, tag) = out.split_at_mut(PIECE);
            key.seal_out_of_place_scatter(nonce(&mut number), Aad::empty(), piece, out, &[], tag)
                .expect("sealed");
        }
        tcp.write_all(&sealed).expect("sent");
    }
    drop(tcp);
    say(&json!({"event": "sent", "spent": spent() - before}));
    until_told();
}

/// Takes it.
pub fn take(place: &Path, address: &str) {
    let mut tcp = TcpStream::connect(address).expect("a connection");
    let before = spent();
    let mut file = File::create_new(place).expect("a place");
    let mut hash = Context::new(&SHA256);
    let key = key();
    let mut block = vec![0; BLOCK];
    let mut sealed = vec![0; BLOCK / PIECE * (PIECE + TAG)];
    let mut number = 0;
    while tcp.read_exact(&mut sealed).is_ok() {
        for (piece, into) in sealed.chunks(PIECE + TAG).zip(block.chunks_mut(PIECE)) {
            let (piece, tag) = piece.split_at(PIECE);
            key.open_separate_gather(nonce(&mut number), Aad::empty(), piece, tag, into)
                .expect("opened");
        }
        hash.update(&block);
        file.write_all(&block).expect("written");
    }
    std::hint::black_box(hash.finish());
    file.sync_all().expect("synced");
    say(&json!({"event": "file-done", "spent": spent() - before}));
    until_told();
}

fn key() -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &[0; 16]).expect("a key"))
}

fn nonce(number: &mut u64) -> Nonce {
    *number += 1;
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&number.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}

/// Processor time of this thread, the only one, in nanoseconds (proc(5)).
fn spent() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").expect("a kernel that counts");
    let first = stat.split_whitespace().next().expect("a figure");
    first.parse().expect("a number")
}
