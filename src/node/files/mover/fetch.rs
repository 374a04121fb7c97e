//! Taking files.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::Shared;
use super::band::Band;
use crate::disk::{downloads, sources};
use crate::model::roster::hex;
use crate::net::bytestream::{self, Pace, SILENCE};
use crate::net::carrier::Carrier;
use crate::node::files::ask::{Fault, Fetch, From, Told};
use crate::node::files::flow::{self, Opened, Place};
use crate::wire::key::Fingerprint;
use crate::xep::xep0065_socks5::Host;

/// How long the two computers may take to connect to each other.
const MEETING: Duration = Duration::from_secs(6);
/// The sender has this long to connect to us when we could not connect to it.
const BACK: Duration = Duration::from_secs(3);

/// A sender that could not be reached may come by itself.
#[derive(Debug)]
pub(super) struct Awaits {
    pub(super) token: [u8; 32],
    pub(super) key: Option<Fingerprint>,
    pub(super) from: Vec<IpAddr>,
    pub(super) carrier: Sender<Result<Carrier, Fault>>,
}

impl Shared {
    pub(super) fn fetch(self: &Arc<Self>, fetch: &Fetch, band: Option<Band>) -> Result<(), Fault> {
        let _writing = self.write_alone(&fetch.transfer)?;
        let mut place = Place::open(fetch).map_err(|error| flow::disk(&error))?;
        downloads::check_room(&place.folder, fetch.size.saturating_sub(place.bytes()))
            .map_err(Fault::Stuck)?;
        let (size, sha256, verdict) = match &fetch.from {
            From::Direct {
                addresses,
                token,
                key,
            } => {
                let carrier = self.meet(fetch, addresses, *token, *key)?;
                let (sha256, carrier) = self.fetch_from(fetch, &mut place, carrier, *token)?;
                (fetch.size, sha256, Some(carrier))
            }
            From::Band => {
                let band = band.ok_or_else(flow::broken_thread)?;
                let carrier = Carrier::Detour(Box::new(band));
                let (sha256, carrier) = self.fetch_from(fetch, &mut place, carrier, [0; 32])?;
                (fetch.size, sha256, Some(carrier))
            }
            From::Socks { hosts, destination } => {
                let stream = self.connect_socks(fetch, hosts, destination)?;
                let fetched = self.fetch_raw(fetch, &mut place, stream, 0, Some(fetch.size));
                // There is no going on with it.
                let (size, sha256) = fetched.map_err(ended)?;
                (size, Some(sha256), None)
            }
            From::Http { address, path } => {
                let (size, sha256) = match (place.whole(), fetch.entries) {
                    // It came before this program ended, and that was not remembered.
                    (Some((size, sha256)), None) => (size, Some(sha256)),
                    (Some(_), Some(_)) => (fetch.size, None),
                    (None, None) => self.fetch_http(fetch, &mut place, *address, path)?,
                    (None, Some(_)) => self.fetch_listed(fetch, &mut place, *address, path)?,
                };
                (size, sha256, None)
            }
        };
        let path = place.finish()?;
        let stamp = sha256.as_ref().and_then(|_| sources::look(&path).ok());
        self.say(Told::Received {
            stamp: stamp.map(|found| found.stamp),
            transfer: fetch.transfer.clone(),
            run: fetch.run,
            path,
            size,
            sha256,
        });
        if let Some(mut carrier) = verdict {
            // If it does not reach the sender, it asks again and is told on the stream.
            let _ = io::Write::write_all(&mut carrier, &[1]).and_then(|()| carrier.end_writing());
        }
        Ok(())
    }

    /// Connects to the sender, or is connected to by it, whatever works first.
    fn meet(
        self: &Arc<Self>,
        fetch: &Fetch,
        addresses: &[SocketAddr],
        token: [u8; 32],
        key: Option<Fingerprint>,
    ) -> Result<Carrier, Fault> {
        let (tell, met) = channel();
        let awaits = Awaits {
            token,
            key,
            from: addresses.iter().map(SocketAddr::ip).collect(),
            carrier: tell.clone(),
        };
        self.await_sender(fetch, Some(awaits))?;
        let (shared, to) = (Arc::clone(self), addresses.to_vec());
        let dial = move || {
            // Nobody waits for it any more.
            let _ = tell.send(shared.dial(&to, key));
        };
        std::thread::Builder::new()
            .name("balcony-file".into())
            .spawn(dial)
            .map_err(|error| Fault::Stuck(error.to_string()))?;
        let mut until = Instant::now() + MEETING;
        let mut why = "the other computer does not answer".to_owned();
        let carrier = loop {
            let left = until.saturating_duration_since(Instant::now());
            match met.recv_timeout(left) {
                Ok(Ok(carrier)) => break carrier,
                Ok(Err(Fault::Passing(error))) => {
                    why = error;
                    until = until.min(Instant::now() + BACK);
                }
                Ok(Err(fault)) => return Err(fault),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Err(Fault::Unreachable(why));
                }
            }
        };
        self.await_sender(fetch, None)?;
        self.hold(&fetch.transfer, fetch.run, carrier.tcp())?;
        Ok(carrier)
    }

    fn await_sender(&self, fetch: &Fetch, awaits: Option<Awaits>) -> Result<(), Fault> {
        match self.desks().get_mut(&fetch.transfer) {
            Some(desk) if desk.run == fetch.run && !desk.stopped => {
                desk.awaits = awaits;
                Ok(())
            }
            _ => Err(super::stopped()),
        }
    }

    /// Connects to a Balcony that has this key.
    pub(super) fn dial(
        &self,
        addresses: &[SocketAddr],
        key: Option<Fingerprint>,
    ) -> Result<Carrier, Fault> {
        let failed = |error: io::Error| match flow::network(&error) {
            // Whatever it is, another way may work.
            Fault::Final(why) => Fault::Passing(why),
            fault => fault,
        };
        let stream = bytestream::connect(addresses).map_err(failed)?;
        let Some(key) = key else {
            return Ok(Carrier::Plain(stream));
        };
        let (carrier, found) = self.key.secure(stream, true).map_err(failed)?;
        if found != key {
            // Somebody else answers at its address: nothing is said to it.
            return Err(Fault::Final(
                "another computer answered for the other side".to_owned(),
            ));
        }
        Ok(carrier)
    }

    fn fetch_from(
        &self,
        fetch: &Fetch,
        place: &mut Place,
        mut carrier: Carrier,
        token: [u8; 32],
    ) -> Result<(Option<String>, Carrier), Fault> {
        let failed = |error: io::Error| flow::network(&error);
        Opened::Request(place.request(token))
            .write(&mut carrier)
            .map_err(failed)?;
        carrier.carry(SILENCE).map_err(failed)?;
        let mut progress = self.progress(&fetch.transfer, fetch.run);
        let (size, entries) = (fetch.size, fetch.entries.unwrap_or(1));
        let sha256 = flow::drink(&mut carrier, None, Pace::default(), |sink| {
            place.receive(size, entries, sink, &mut |bytes| progress.tell(bytes))
        })?;
        if fetch.sha256.is_some() && sha256 != fetch.sha256 {
            return Err(Fault::Wrong("what came is not what was offered".to_owned()));
        }
        Ok((sha256, carrier))
    }

    fn connect_socks(
        &self,
        fetch: &Fetch,
        hosts: &[(Host, SocketAddr)],
        destination: &str,
    ) -> Result<TcpStream, Fault> {
        for (host, address) in hosts {
            let connected = bytestream::connect(&[*address]).and_then(|mut stream| {
                bytestream::socks_ask(&mut stream, destination)?;
                Ok(stream)
            });
            match connected {
                Ok(stream) => {
                    self.hold(&fetch.transfer, fetch.run, Some(&stream))?;
                    bytestream::carry(&stream, SILENCE).map_err(|error| flow::network(&error))?;
                    self.say(Told::Connected {
                        transfer: fetch.transfer.clone(),
                        run: fetch.run,
                        host: host.jid.clone(),
                    });
                    return Ok(stream);
                }
                Err(error) => tracing::debug!(%address, %error, "a streamhost does not answer"),
            }
        }
        Err(Fault::Final(
            "the other computer cannot be reached for the file".to_owned(),
        ))
    }

    /// Takes `most` bytes behind the first `from`; without `most` all that come while there is room.
    pub(super) fn fetch_raw(
        &self,
        fetch: &Fetch,
        place: &mut Place,
        mut stream: impl io::Read,
        from: u64,
        most: Option<u64>,
    ) -> Result<(u64, String), Fault> {
        let (file, mut hash) = place.raw(from)?;
        let mut progress = self.progress(&fetch.transfer, fetch.run);
        flow::drink(&mut stream, most, Pace::default(), |sink| {
            let bytes = flow::receive_bytes(sink, most, file, &mut hash, &mut |bytes| {
                progress.tell(from + bytes);
            })?;
            Ok((from + bytes, hex(hash.finish().as_ref())))
        })
    }
}

/// Nothing of what a broken connection brought can be used.
pub(super) fn ended(fault: Fault) -> Fault {
    match fault {
        Fault::Passing(_) => Fault::Final("the sender ended it, or is gone".to_owned()),
        fault => fault,
    }
}
