//! TLS below an XML stream (RFC 6120 §5, RFC 8446): version 1.3 only, both ends show a self-signed certificate with an
//! Ed25519 key, and whose key it is is all that counts. No tickets, no early data, no server name, no certificate
//! authority: names and dates in a certificate are not looked at, and ours say nothing of the person or the machine.
//!
//! The key exchange is X25519 with ML-KEM-768 where both can (draft-ietf-tls-ecdhe-mlkem), so that who records today and
//! has a quantum computer one day reads nothing; X25519 alone otherwise.
//!
//! [`Tls`] is without I/O: ciphertext in ([`Tls::take`]), plaintext in ([`Tls::seal`]), ciphertext out
//! ([`Tls::outgoing`]). Whether the key is the right one is decided by the node, before a byte of XML is exchanged: see
//! [`super::Report::Secured`].

use std::io::{Read, Write};
use std::sync::Arc;

use bytes::Bytes;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, ClientConnection, Resumption};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, ServerConfig, ServerConnection};
use rustls::sign::{CertifiedKey, Signer, SigningKey, SingleCertAndKey};
use rustls::{
    CertificateError, Connection, DigitallySignedStruct, DistinguishedName, Error, PeerMisbehaved,
    SignatureAlgorithm, SignatureScheme,
};

use crate::wire::key::{PublicKey, SecretKey};

/// What of the handshake both ends derive from its secrets and nobody between them can (RFC 8446 §7.5).
const EXPORTER: &[u8] = b"EXPORTER-balcony-sas";

/// No certificate of ours has a tenth of it; DER of this size is not even looked at.
const MAX_CERTIFICATE: usize = 8 * 1024;

/// The two ways to begin, with our key and certificate in them. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
}

impl Credentials {
    /// Makes the certificate of this key.
    ///
    /// # Errors
    /// If the library cannot: not with any key that [`SecretKey`] can hold.
    pub(super) fn new(key: &SecretKey) -> Result<Credentials, String> {
        let certificate = certificate(key).map_err(|error| error.to_string())?;
        let own = OwnKey(key.clone());
        let pair = Arc::new(CertifiedKey::new(vec![certificate], Arc::new(own)));
        let resolver = Arc::new(SingleCertAndKey::from(pair));
        let provider = Arc::new(provider());
        let verifier = Arc::new(AnyOfOurKind(provider.clone()));
        let versions = [&rustls::version::TLS13];
        let mut client = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&versions)
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(verifier.clone())
            .with_client_cert_resolver(resolver.clone());
        client.resumption = Resumption::disabled();
        client.enable_sni = false;
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions)
            .map_err(|error| error.to_string())?
            .with_client_cert_verifier(verifier)
            .with_cert_resolver(resolver);
        server.session_storage = Arc::new(NoServerSessionStorage {});
        server.send_tls13_tickets = 0;
        server.max_early_data_size = 0;
        Ok(Credentials {
            client: Arc::new(client),
            server: Arc::new(server),
        })
    }

    /// Begins a handshake.
    pub(super) fn begin(&self, client: bool) -> Result<Tls, String> {
        let mut connection = self.connection(client)?;
        // What may wait for a slow peer is bounded by the driver.
        connection.set_buffer_limit(None);
        Ok(Tls {
            connection,
            secured: false,
        })
    }

    /// The same without anything around it.
    pub(super) fn connection(&self, client: bool) -> Result<Connection, String> {
        let connection = if client {
            // A name is asked for and never used: SNI is off, and the verifier does not look at it.
            let name =
                ServerName::try_from("balcony.invalid").map_err(|error| error.to_string())?;
            ClientConnection::new(self.client.clone(), name).map(Connection::from)
        } else {
            ServerConnection::new(self.server.clone()).map(Connection::from)
        };
        connection.map_err(|error| error.to_string())
    }
}

fn provider() -> CryptoProvider {
    CryptoProvider {
        kx_groups: vec![
            aws_lc_rs::kx_group::X25519MLKEM768,
            aws_lc_rs::kx_group::X25519,
        ],
        cipher_suites: vec![
            aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256,
            aws_lc_rs::cipher_suite::TLS13_AES_256_GCM_SHA384,
            aws_lc_rs::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        ],
        ..aws_lc_rs::default_provider()
    }
}

/// A certificate that says nothing but the key: no name, the same dates and serial number for everybody.
fn certificate(key: &SecretKey) -> Result<CertificateDer<'static>, rcgen::Error> {
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.serial_number = Some(rcgen::SerialNumber::from(vec![1]));
    params.not_before = rcgen::date_time_ymd(1975, 1, 1);
    params.not_after = rcgen::date_time_ymd(9999, 12, 31);
    let certificate = params.self_signed(&ForCertificate {
        public: *key.public().as_bytes(),
        key,
    })?;
    Ok(certificate.der().clone())
}

/// The key as the certificate's maker wants it.
struct ForCertificate<'a> {
    public: [u8; 32],
    key: &'a SecretKey,
}

impl rcgen::PublicKeyData for ForCertificate<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ED25519
    }
}

impl rcgen::SigningKey for ForCertificate<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.key.sign(message).to_vec())
    }
}

/// The key as TLS wants it: no copy of the secret is made.
#[derive(Clone, Debug)]
struct OwnKey(SecretKey);

impl SigningKey for OwnKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let ours = offered.contains(&SignatureScheme::ED25519);
        ours.then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ED25519
    }
}

impl Signer for OwnKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.0.sign(message).to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// Takes every certificate with an Ed25519 key, and has the other end prove that it has the key. Whose it is is for the
/// node to say.
#[derive(Debug)]
struct AnyOfOurKind(Arc<CryptoProvider>);

impl AnyOfOurKind {
    fn proven(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        proof: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let schemes = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, proof, schemes)
    }
}

fn acceptable(certificate: &CertificateDer<'_>) -> Result<(), Error> {
    match key_in(certificate) {
        Some(_) => Ok(()),
        None => Err(CertificateError::BadEncoding.into()),
    }
}

/// The key of a certificate of our kind; `None` for everything else that a peer may send.
pub(super) fn key_in(certificate: &[u8]) -> Option<PublicKey> {
    use x509_parser::prelude::FromDer;
    if certificate.len() > MAX_CERTIFICATE {
        return None;
    }
    let (rest, parsed) = x509_parser::certificate::X509Certificate::from_der(certificate).ok()?;
    if !rest.is_empty() {
        return None;
    }
    PublicKey::from_spki(parsed.tbs_certificate.subject_pki.raw)
}

impl ServerCertVerifier for AnyOfOurKind {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        acceptable(end_entity).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _proof: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        proof: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.proven(message, certificate, proof)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

impl ClientCertVerifier for AnyOfOurKind {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        acceptable(end_entity).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _proof: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        proof: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.proven(message, certificate, proof)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

/// One connection's TLS. See the module's documentation.
#[derive(Debug)]
pub(super) struct Tls {
    connection: Connection,
    secured: bool,
}

/// What came of some bytes.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The handshake is over: the other end's key, proven, and what both ends derive from the handshake.
    pub(super) secured: Option<(PublicKey, [u8; 32])>,
    /// Decrypted.
    pub(super) plaintext: Vec<u8>,
}

impl Tls {
    /// Takes bytes from the wire.
    ///
    /// # Errors
    /// What is wrong, for the log; the connection is over, after what [`Tls::outgoing`] still has.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Result<Taken, String> {
        let mut taken = Taken::default();
        while !bytes.is_empty() {
            let read = self.connection.read_tls(&mut bytes);
            if read.map_err(|error| error.to_string())? == 0 {
                break; // After the other end's close_notify nothing counts.
            }
            let state = self.connection.process_new_packets();
            let ready = state
                .map_err(|error| error.to_string())?
                .plaintext_bytes_to_read();
            let start = taken.plaintext.len();
            taken.plaintext.resize(start + ready, 0);
            let room = taken.plaintext.get_mut(start..).unwrap_or_default();
            let all = self.connection.reader().read_exact(room);
            all.map_err(|error| error.to_string())?;
        }
        if !self.secured && !self.connection.is_handshaking() {
            self.secured = true;
            taken.secured = Some(self.proof()?);
        }
        Ok(taken)
    }

    fn proof(&self) -> Result<(PublicKey, [u8; 32]), String> {
        let certificate = self.connection.peer_certificates().and_then(<[_]>::first);
        let key = certificate.and_then(|certificate| key_in(certificate));
        let key = key.ok_or("no certificate of our kind")?;
        let exporter = self
            .connection
            .export_keying_material([0; 32], EXPORTER, None);
        Ok((key, exporter.map_err(|error| error.to_string())?))
    }

    /// Encrypts, once the handshake is over; holds back until then.
    pub(super) fn seal(&mut self, bytes: &[u8]) -> Result<(), String> {
        let written = self.connection.writer().write_all(bytes);
        written.map_err(|error| error.to_string())
    }

    /// Says that nothing more will come.
    pub(super) fn finish(&mut self) {
        self.connection.send_close_notify();
    }

    /// What is to go to the wire.
    pub(super) fn outgoing(&mut self) -> Option<Bytes> {
        let mut out = Vec::new();
        while self.connection.wants_write() {
            // A Vec takes everything.
            if self.connection.write_tls(&mut out).is_err() {
                break;
            }
        }
        (!out.is_empty()).then(|| Bytes::from(out))
    }
}

#[cfg(test)]
#[path = "tls_test.rs"]
mod tests;
