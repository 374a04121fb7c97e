//! Taking files over HTTP: single ones, and the folders of iChat and Adium: a listing first, then each file of it.
//!
//! A connection that breaks is made again, and asks for the rest; a sender that gives each file only once says no to that.
//! What the sender says of the file's state ([`Validator`]) is kept beside what is there of it, so that the rest is only
//! ever put behind the beginning of the same file. It is written down when nothing of that state is there yet: whenever
//! this program ends, what is there is of the state that is written down, or of none that is known.

use std::fs::File;
use std::io::{Read, Seek};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};

use super::Shared;
use super::fetch::ended;
use crate::disk::downloads;
use crate::model::roster::hex;
use crate::net::bytestream::{self, Pace, SILENCE};
use crate::net::http;
use crate::node::files::ask::{Fault, Fetch, Told};
use crate::node::files::flow::{self, Place};
use crate::wire::dir_listing::{self, Entry, Listing};
use crate::wire::text::CleanPath;
use crate::wire::validator::Validator;
use crate::xep::xep0066_oob::encode;

/// How long is waited before each further attempt.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(300),
    Duration::from_millis(1000),
    Duration::from_millis(2500),
];
/// Attempts that broke behind some bytes do not count, up to so many.
const MOST_BREAKS: usize = 50;

/// The answer to a request: the bytes of a file from there on.
struct Given {
    stream: TcpStream,
    from: u64,
    length: Option<u64>,
    validator: Option<Validator>,
    /// It is not the file whose beginning is here.
    changed: bool,
}

impl Shared {
    /// One file.
    pub(super) fn fetch_http(
        &self,
        fetch: &Fetch,
        place: &mut Place,
        address: SocketAddr,
        path: &str,
    ) -> Result<(u64, Option<String>), Fault> {
        let mut before = 0;
        let mut known =
            downloads::kept_validator(&place.part).and_then(|kept| Validator::kept(&kept));
        patiently(|in_vain| {
            // A part is asked for only where it can be told apart from a whole.
            let have = if fetch.size > 0 { place.length() } else { 0 };
            *in_vain = have == before;
            before = have;
            let given = self.get(fetch, address, path, have, known.as_ref())?;
            if given.from == 0 && have > 0 {
                self.say_from_start(fetch, given.changed);
            }
            if let (0, 0, Some(size)) = (fetch.size, given.from, given.length) {
                // With it the rest can be asked for later.
                self.say(Told::Sized {
                    transfer: fetch.transfer.clone(),
                    run: fetch.run,
                    size,
                });
            }
            let whole = given.length.map(|length| length.saturating_add(given.from));
            if fetch.size > 0 && whole.is_some_and(|whole| whole != fetch.size) {
                return Err(refused(match given.changed {
                    true => "the file was changed since it was offered",
                    false => "the file is not the size that was said",
                }));
            }
            if let Some(length) = given.length {
                downloads::check_room(&place.folder, length).map_err(Fault::Stuck)?;
            }
            if given.from == 0 {
                // In this order: see above.
                place.raw(0)?;
                known = given.validator;
                let kept = known.as_ref().map(Validator::as_str);
                downloads::keep_validator(&place.part, kept).map_err(|error| flow::disk(&error))?;
            }
            let rest = fetch.size.saturating_sub(given.from);
            let most = given.length.or((fetch.size > 0).then_some(rest));
            let (size, sha256) = self.fetch_raw(fetch, place, given.stream, given.from, most)?;
            Ok((size, Some(sha256)))
        })
    }

    /// A folder: the listing that its address gives, then each file of it.
    pub(super) fn fetch_listed(
        &self,
        fetch: &Fetch,
        place: &mut Place,
        address: SocketAddr,
        path: &str,
    ) -> Result<(u64, Option<String>), Fault> {
        let listing = patiently(|_| {
            let given = self.get(fetch, address, path, 0, None)?;
            let most = dir_listing::MOST_BYTES as u64 + 1;
            let most = given.length.map_or(most, |length| length.min(most));
            let mut xml = Vec::new();
            let read = PacedReader(given.stream, Pace::default())
                .take(most)
                .read_to_end(&mut xml);
            read.map_err(|error| flow::network(&error))?;
            if given.length.is_some_and(|_| (xml.len() as u64) < most) {
                return Err(Fault::Passing(
                    "the connection ended in the middle".to_owned(),
                ));
            }
            Listing::read(&xml).map_err(|error| refused(&error.to_string()))
        })?;
        downloads::check_room(&place.folder, listing.size()).map_err(Fault::Stuck)?;
        self.say(Told::Listed {
            transfer: fetch.transfer.clone(),
            run: fetch.run,
            entries: listing.entries.len() as u64,
            size: listing.size(),
        });
        let address = Address {
            fetch,
            address,
            folder: path
                .split(['?', '#'])
                .next()
                .unwrap_or_default()
                .trim_end_matches('/'),
        };
        // What is whole already came in the order of the list.
        let (whole, mut before) = place.part_of_folder()?.whole();
        let whole = usize::try_from(whole).unwrap_or(usize::MAX);
        if whole > listing.entries.len() {
            return Err(refused("the folder was changed since it was offered"));
        }
        for (number, entry) in listing.entries.iter().enumerate() {
            let asked = listing.path(entry);
            if number < whole {
                let same = |path: CleanPath| entry.is_folder || before_has(place, &path);
                if !CleanPath::of(&asked).is_some_and(same) {
                    return Err(refused("the folder was changed since it was offered"));
                }
                continue;
            }
            before += self.fetch_entry(&address, place, entry, &asked, before)?;
        }
        Ok((before, None))
    }

    /// One file or empty folder; how many bytes it has.
    fn fetch_entry(
        &self,
        at: &Address<'_>,
        place: &mut Place,
        entry: &Entry,
        asked: &[String],
        before: u64,
    ) -> Result<u64, Fault> {
        let folder = place.folder.clone();
        let part = place.part_of_folder()?;
        let clean = CleanPath::of(asked).ok_or_else(|| refused("it has a file without a name"))?;
        if entry.is_folder {
            part.folder(&clean).map_err(|error| flow::disk(&error))?;
            part.done(&clean, 0, None)
                .map_err(|error| flow::disk(&error))?;
            return Ok(0);
        }
        let size = entry.size.unwrap_or(0);
        let bytes = part.half().map(|half| half.0);
        let half = bytes.and_then(|bytes| part.go_on(&clean, bytes));
        let mut known = None;
        let (mut file, here, mut hash, begun) = match half {
            Some(half) if half.bytes <= size => {
                known = half.validator.as_deref().and_then(Validator::kept);
                (half.file, half.path, half.hash, half.bytes)
            }
            _ => {
                let (file, here) = part
                    .file(&clean, size, entry.executable)
                    .map_err(|error| flow::disk(&error))?;
                (file, here, Context::new(&SHA256), 0)
            }
        };
        let mut path = at.folder.to_owned();
        for part in asked {
            path.push('/');
            path.push_str(&encode(part));
        }
        let (mut have, mut last) = (begun, begun);
        patiently(|in_vain| {
            *in_vain = have == last;
            last = have;
            let given = self.get(at.fetch, at.address, &path, have, known.as_ref())?;
            if given.from == 0 {
                if have > 0 {
                    self.say_from_start(at.fetch, given.changed);
                    restart(&mut file, &mut hash)?;
                    have = 0;
                }
                if known != given.validator {
                    known = given.validator;
                    let kept = known.as_ref().map(Validator::as_str);
                    part.begun(&here, &clean, size, kept)
                        .map_err(|error| flow::disk(&error))?;
                }
            }
            // What was accepted is what was said.
            let room = match at.fetch.size {
                0 => u64::MAX,
                said => said.saturating_sub(before.saturating_add(have)),
            };
            let said = entry.size.map(|size| size.saturating_sub(have));
            let room = room.min(said.unwrap_or(u64::MAX));
            let comes = given.length.or(said);
            if comes.is_some_and(|comes| comes > room) {
                return Err(refused("more came than was said"));
            }
            if let Some(length) = given.length {
                downloads::check_room(&folder, length).map_err(Fault::Stuck)?;
            }
            let mut progress = self.progress(&at.fetch.transfer, at.fetch.run);
            let (mut stream, start) = (given.stream, have);
            let most = comes.unwrap_or(room.saturating_add(1));
            let taken = flow::drink(&mut stream, Some(most), Pace::default(), |sink| {
                flow::receive_bytes(sink, comes, &mut file, &mut hash, &mut |bytes| {
                    have = start + bytes;
                    progress.tell(before + have);
                })
            })?;
            if taken > room {
                return Err(refused("more came than was said"));
            }
            Ok(())
        })?;
        let sha256 = hex(hash.finish().as_ref());
        let done = place.part_of_folder()?.done(&here, have, Some(&sha256));
        done.map_err(|error| flow::disk(&error))?;
        Ok(have)
    }

    fn say_from_start(&self, fetch: &Fetch, changed: bool) {
        self.say(Told::FromStart {
            transfer: fetch.transfer.clone(),
            run: fetch.run,
            changed,
        });
    }

    /// Asks for a file: for the bytes behind those that we have, if it is the one of `known` still, else for all.
    fn get(
        &self,
        fetch: &Fetch,
        address: SocketAddr,
        path: &str,
        have: u64,
        known: Option<&Validator>,
    ) -> Result<Given, Fault> {
        let failed = |error: std::io::Error| flow::network(&error);
        let (mut from, mut changed) = (have, false);
        let (mut stream, answer) = loop {
            let mut stream = bytestream::connect(&[address]).map_err(failed)?;
            self.hold(&fetch.transfer, fetch.run, Some(&stream))?;
            http::ask(&mut stream, address, path, from, known).map_err(failed)?;
            let answer = http::answered(&mut stream).map_err(failed)?;
            let now = answer.validator.as_ref().zip(known);
            changed |= now.is_some_and(|(now, known)| have > 0 && now.is_another_than(known));
            if answer.from == 0 || from == 0 || !changed {
                break (stream, answer);
            }
            // It gives the rest of another file, although (or because) it could not be asked for the same one only.
            from = 0;
        };
        if answer.from != 0 && (answer.from != from || answer.apple_single) {
            return Err(refused("another part of the file came than was asked for"));
        }
        bytestream::carry(&stream, SILENCE).map_err(failed)?;
        let length = if answer.apple_single {
            let mut pace = Pace::default();
            Some(bytestream::unwrap_apple_single(&mut stream, &mut pace).map_err(failed)?)
        } else {
            answer.length
        };
        Ok(Given {
            stream,
            from: answer.from,
            length,
            validator: answer.validator,
            changed,
        })
    }
}

fn before_has(place: &mut Place, path: &CleanPath) -> bool {
    place.part_of_folder().is_ok_and(|part| part.has(path))
}

/// Where a folder is.
struct Address<'a> {
    fetch: &'a Fetch,
    address: SocketAddr,
    /// Its path, without a slash at the end.
    folder: &'a str,
}

/// Reads that are not too slow.
struct PacedReader(TcpStream, Pace);

impl Read for PacedReader {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.1.read(&mut self.0, into)
    }
}

/// Tries again what a broken connection ended. `attempt` says whether the one before it was for nothing.
fn patiently<T>(mut attempt: impl FnMut(&mut bool) -> Result<T, Fault>) -> Result<T, Fault> {
    let mut pauses = PAUSES.iter();
    for _ in 0..MOST_BREAKS {
        let mut in_vain = true;
        match attempt(&mut in_vain) {
            Err(Fault::Passing(why)) => {
                tracing::debug!(why, "an HTTP connection for a file broke");
                if !in_vain {
                    pauses = PAUSES.iter();
                }
                let Some(pause) = pauses.next() else { break };
                thread::sleep(*pause);
            }
            result => return result,
        }
    }
    Err(ended(Fault::Passing(String::new())))
}

fn refused(why: &str) -> Fault {
    Fault::Final(why.to_owned())
}

fn restart(file: &mut File, hash: &mut Context) -> Result<(), Fault> {
    file.set_len(0).map_err(|error| flow::disk(&error))?;
    file.rewind().map_err(|error| flow::disk(&error))?;
    *hash = Context::new(&SHA256);
    Ok(())
}
