//! The other end of an encrypted stream, in a test's own hands: TLS 1.3 with a certificate of its own, which takes whatever
//! certificate it is shown. For who stands in the middle, and for peers that are played.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use balcony::wire::key::PublicKey;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{ClientConfig, ClientConnection, Connection, ServerConfig, ServerConnection};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

/// A key with its certificate.
pub struct Identity {
    key: rcgen::KeyPair,
}

impl Identity {
    /// A new one.
    pub fn new() -> Identity {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519);
        Identity {
            key: key.expect("a key"),
        }
    }

    /// As [`Identity::save`] has left it.
    pub fn load(file: &Path) -> Identity {
        let text = std::fs::read_to_string(file).expect("a key in a file");
        Identity {
            key: rcgen::KeyPair::from_pem(&text).expect("a key"),
        }
    }

    /// Keeps it, so that another program can be the same.
    pub fn save(&self, file: &Path) {
        std::fs::write(file, self.key.serialize_pem()).expect("a key in a file");
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        PublicKey::from_bytes(self.key.public_key_raw().try_into().expect("32 bytes"))
    }

    fn parts(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let certificate = rcgen::CertificateParams::default().self_signed(&self.key);
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).expect("a key");
        (vec![certificate.expect("a certificate").der().clone()], key)
    }

    /// How it dials.
    pub fn client(&self) -> Arc<ClientConfig> {
        let (certificate, key) = self.parts();
        let config = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("TLS 1.3")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody))
            .with_client_auth_cert(certificate, key)
            .expect("a certificate with its key");
        Arc::new(config)
    }

    /// How it answers.
    pub fn server(&self) -> Arc<ServerConfig> {
        let (certificate, key) = self.parts();
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("TLS 1.3")
            .with_client_cert_verifier(Arc::new(Anybody))
            .with_single_cert(certificate, key)
            .expect("a certificate with its key");
        Arc::new(config)
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// One connection's TLS: bytes in, bytes out, without a socket.
pub struct Tls(Connection);

impl Tls {
    /// The side that dials.
    pub fn client(config: &Arc<ClientConfig>) -> Tls {
        let name = ServerName::try_from("somebody.invalid").expect("a name");
        let connection = ClientConnection::new(config.clone(), name);
        Tls(Connection::from(connection.expect("a client")))
    }

    /// The side that answers.
    pub fn server(config: &Arc<ServerConfig>) -> Tls {
        let connection = ServerConnection::new(config.clone());
        Tls(Connection::from(connection.expect("a server")))
    }

    /// Takes what came; gives what it says.
    pub fn open(&mut self, mut bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut all = Vec::new();
        while !bytes.is_empty() {
            let read = self.0.read_tls(&mut bytes);
            if read.map_err(|error| error.to_string())? == 0 {
                break;
            }
            let state = self.0.process_new_packets();
            let ready = state
                .map_err(|error| error.to_string())?
                .plaintext_bytes_to_read();
            let start = all.len();
            all.resize(start + ready, 0);
            let read = self.0.reader().read_exact(&mut all[start..]);
            read.map_err(|error| error.to_string())?;
        }
        Ok(all)
    }

    /// Says something, once the handshake is over.
    pub fn seal(&mut self, words: &[u8]) {
        self.0.writer().write_all(words).expect("a buffer");
    }

    /// What is to go to the wire.
    pub fn outgoing(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        while self.0.wants_write() {
            self.0.write_tls(&mut out).expect("a buffer");
        }
        out
    }

    /// Is the handshake under way still?
    pub fn is_handshaking(&self) -> bool {
        self.0.is_handshaking()
    }

    /// The key of the other end, and what both derive from the handshake; after it.
    pub fn proof(&self) -> (PublicKey, [u8; 32]) {
        let certificate = self.0.peer_certificates().expect("a certificate")[0].clone();
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).expect("X.509");
        let key = PublicKey::from_spki(parsed.tbs_certificate.subject_pki.raw);
        let exporter = self
            .0
            .export_keying_material([0; 32], b"EXPORTER-balcony-sas", None);
        (key.expect("an Ed25519 key"), exporter.expect("an exporter"))
    }
}

/// Whoever it is, and whether or not they have the key.
#[derive(Debug)]
pub struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        // Ours, and what a certificate that is made in passing has.
        vec![
            SignatureScheme::ED25519,
            SignatureScheme::ECDSA_NISTP256_SHA256,
        ]
    }
}

impl ClientCertVerifier for Anybody {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}
