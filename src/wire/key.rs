//! Who somebody is: an Ed25519 key (RFC 8032) and the fingerprint that names it. Pure computation: where a key comes from and
//! where it is kept is the business of the disk.
//!
//! A fingerprint is the SHA-256 of the key's SubjectPublicKeyInfo (RFC 8410 §4), 32 bytes, written in base64url without
//! padding (RFC 4648 §5), 43 characters. It is what TXT announces as `tlsfp`, what is pinned, and what people compare.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo.
const SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// SHA-256 of a SubjectPublicKeyInfo. See the module's documentation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of this DER-encoded SubjectPublicKeyInfo.
    pub fn of_spki(spki: &[u8]) -> Fingerprint {
        Fingerprint(Sha256::digest(spki).into())
    }

    /// From its bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Fingerprint {
        Fingerprint(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// In groups of four hexadecimal digits, for reading aloud.
    pub fn spelled(&self) -> String {
        let pairs = self.0.chunks(2);
        let groups = pairs.map(|pair| pair.iter().map(|byte| format!("{byte:02x}")).collect());
        groups.collect::<Vec<String>>().join(" ")
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// That is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint has 43 letters and digits, or 64 hexadecimal digits")]
pub struct NotAFingerprint;

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    /// Reads base64url without padding, or hexadecimal digits as [`Fingerprint::spelled`] gives them, with or without
    /// spaces and colons between.
    fn from_str(text: &str) -> Result<Fingerprint, NotAFingerprint> {
        let text = text.trim();
        let mut bytes = [0; 32];
        if text.len() == 43 {
            return match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
                Ok(32) => Ok(Fingerprint(bytes)),
                _ => Err(NotAFingerprint),
            };
        }
        if text.len() > 256 {
            return Err(NotAFingerprint);
        }
        let mut digits = text.chars().filter(|c| !matches!(c, ' ' | ':'));
        for byte in &mut bytes {
            let mut digit = || digits.next().and_then(|c| c.to_digit(16));
            let (high, low) = (digit(), digit());
            let value = high.zip(low).map(|(high, low)| high * 16 + low);
            *byte = value
                .and_then(|value| u8::try_from(value).ok())
                .ok_or(NotAFingerprint)?;
        }
        match digits.next() {
            None => Ok(Fingerprint(bytes)),
            Some(_) => Err(NotAFingerprint),
        }
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fingerprint, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The public half of a key: 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// From its bytes; whether they are a point on the curve shows when a signature is checked.
    pub fn from_bytes(bytes: [u8; 32]) -> PublicKey {
        PublicKey(bytes)
    }

    /// Out of a SubjectPublicKeyInfo; `None` if it is of another kind of key.
    pub fn from_spki(spki: &[u8]) -> Option<PublicKey> {
        let bytes = spki.strip_prefix(&SPKI)?;
        bytes.try_into().ok().map(PublicKey)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Its SubjectPublicKeyInfo, DER.
    pub fn spki(&self) -> [u8; 44] {
        let mut spki = [0; 44];
        let (head, key) = spki.split_at_mut(SPKI.len());
        head.copy_from_slice(&SPKI);
        key.copy_from_slice(&self.0);
        spki
    }

    /// Its name.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_spki(&self.spki())
    }

    /// Is this the key owner's signature (64 bytes, RFC 8032 §5.1.7) of this message? False for anything malformed.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        ParsedPublicKey::new(&ED25519, self.0)
            .is_ok_and(|key| key.verify_sig(message, signature).is_ok())
    }
}

/// A whole key. Clones share it; its memory is wiped when the last is gone, and it never shows what it is.
#[derive(Clone)]
pub struct SecretKey {
    pair: Arc<Ed25519KeyPair>,
    public: PublicKey,
}

/// These bytes are no Ed25519 key, or its halves do not belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no Ed25519 key")]
pub struct NotAKey;

impl SecretKey {
    /// Reads PKCS #8 with both halves in it (RFC 8410 §7, version 2), and checks that they belong together.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn from_pkcs8(der: &[u8]) -> Result<SecretKey, NotAKey> {
        SecretKey::new(Ed25519KeyPair::from_pkcs8(der).map_err(|_| NotAKey)?)
    }

    /// Made of these 32 bytes, which must be unpredictable to be of any use; for pretended nodes they come from a seed.
    ///
    /// # Errors
    /// None that is known: the library gives no guarantee.
    pub fn from_seed(seed: &[u8; 32]) -> Result<SecretKey, NotAKey> {
        SecretKey::new(Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NotAKey)?)
    }

    fn new(pair: Ed25519KeyPair) -> Result<SecretKey, NotAKey> {
        let public = pair.public_key().as_ref().try_into().map_err(|_| NotAKey)?;
        Ok(SecretKey {
            pair: Arc::new(pair),
            public: PublicKey(public),
        })
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// The name of the key.
    pub fn fingerprint(&self) -> Fingerprint {
        self.public.fingerprint()
    }

    /// Signs a message (RFC 8032 §5.1.6): the same signature every time. Some tens of microseconds. Say in the message
    /// what it is for, so that a signature for one purpose is of no use for another.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        let made = self.pair.sign(message);
        // Ed25519 signatures have 64 bytes; there is no other case.
        for (place, byte) in signature.iter_mut().zip(made.as_ref()) {
            *place = *byte;
        }
        signature
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.fingerprint())
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

    fn hex(text: &str) -> Vec<u8> {
        let digits = text.as_bytes().chunks(2);
        let byte =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.map(byte).collect()
    }

    /// RFC 8032 §7.1, TEST 2.
    #[test]
    fn the_rfcs_own_example() {
        let seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = SecretKey::from_seed(&seed.try_into().unwrap()).unwrap();
        let public = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        assert_eq!(key.public().as_bytes().as_slice(), public);
        let signature = key.sign(&[0x72]);
        assert_eq!(
            signature.as_slice(),
            hex(
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            )
        );
        assert!(key.public().verify(&[0x72], &signature));
        assert!(!key.public().verify(&[0x73], &signature));
        assert!(!key.public().verify(&[0x72], &signature[..63]));
        assert!(!PublicKey::from_bytes([0xff; 32]).verify(&[0x72], &signature));
    }

    #[test]
    fn a_fingerprint_is_read_as_it_is_written() {
        let key = SecretKey::from_seed(&[1; 32]).unwrap();
        let fingerprint = key.fingerprint();
        let text = fingerprint.to_string();
        assert_eq!(text.len(), 43);
        assert_eq!(text.parse(), Ok(fingerprint));
        assert_eq!(fingerprint.spelled().parse(), Ok(fingerprint));
        assert_eq!(format!(" {text}\n").parse(), Ok(fingerprint));
        for wrong in [
            "",
            "x",
            &text[1..],
            &format!("{text}="),
            &"+".repeat(43),
            &"é".repeat(40),
        ] {
            assert_eq!(
                wrong.parse::<Fingerprint>(),
                Err(NotAFingerprint),
                "{wrong}"
            );
        }
        let spki = key.public().spki();
        assert_eq!(PublicKey::from_spki(&spki), Some(key.public()));
        assert_eq!(PublicKey::from_spki(&spki[1..]), None);
        assert_eq!(Fingerprint::of_spki(&spki), fingerprint);
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        let key = SecretKey::from_seed(&[7; 32]).unwrap();
        assert_eq!(
            format!("{key:?}"),
            format!("SecretKey(of {})", key.fingerprint())
        );
    }
}
