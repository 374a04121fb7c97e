//! How far a name is trusted, and what two people do about it.

use serde::{Deserialize, Serialize};

use crate::wire::key::Fingerprint;

/// How far a peer's identity is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// No key: nothing is encrypted or proven.
    #[default]
    Plaintext,
    /// It announces a key that we have not seen in use.
    Unknown,
    /// Key remembered from first use.
    Pinned,
    /// The two people compared the key.
    Verified,
    /// Another key, or none, where one was pinned.
    Changed,
}

/// A comparison of keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// How far it is.
    pub state: VerificationState,
    /// Three numbers, for a telephone; the same at both ends if nobody is between.
    #[serde(default)]
    pub code: Option<String>,
    /// Seven emoji, likewise.
    #[serde(default)]
    pub emoji: Vec<Emoji>,
    /// Why it failed, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same as a word, for programs and for those who speak another language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<NotVerified>,
}

/// Why a comparison of keys came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotVerified {
    /// Our user says that the codes are different.
    WeDiffer,
    /// Their user says so.
    TheyDiffer,
    /// The other program did not keep to the rules, or somebody between has other keys.
    Cheated,
    /// The other program does not encrypt.
    NoEncryption,
    /// Nobody answered in time.
    TooLate,
    /// The stream ended.
    Disconnected,
    /// They gave it up.
    TheyGaveUp,
    /// We gave it up.
    WeGaveUp,
    /// The key was forgotten meanwhile.
    KeyGone,
}

impl NotVerified {
    /// In English.
    pub fn words(self) -> &'static str {
        match self {
            NotVerified::WeDiffer => {
                "the codes are different: somebody is between you. Nothing more is sent until you decide"
            }
            NotVerified::TheyDiffer => {
                "the other says that the codes are different: somebody is between you. Nothing more is sent until you decide"
            }
            NotVerified::Cheated => {
                "the other program did not keep to the rules; somebody may be between you"
            }
            NotVerified::NoEncryption => "the other program does not encrypt",
            NotVerified::TooLate => "it took too long",
            NotVerified::Disconnected => "the connection ended",
            NotVerified::TheyGaveUp => "the other has given it up",
            NotVerified::WeGaveUp => "given up",
            NotVerified::KeyGone => "the key is not known any more",
        }
    }
}

/// One of the seven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emoji {
    /// The character.
    pub emoji: String,
    /// Its name in English.
    pub name: String,
}

/// How far a comparison of keys is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerificationState {
    /// The programs agree on the code, or a stream is being opened for that.
    Waiting,
    /// The code is there: compare it, and answer with `confirm`.
    Compare,
    /// The other user has confirmed; ours has not.
    TheyConfirmed,
    /// Our user has confirmed; the other has not.
    Confirmed,
    /// Both have: the key is verified.
    Verified,
    /// The codes differ, it took too long, or the connection ended: see `reason`.
    Failed,
    /// Somebody gave it up.
    Cancelled,
}

/// What stands in the way of trust in a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Somebody proved another key than the pinned one.
    OtherKey,
    /// Another key is announced than the pinned one, or than the one that was shown.
    OtherAnnounced,
    /// It was encrypted before and is not any more.
    NoEncryption,
    /// The user has compared codes that were different. This one stands until the user decides, also after a restart.
    CodesDiffer,
    /// Nothing stands in the way of this one; but it is called like somebody who is verified, and has another key.
    Namesake,
}

/// What is known of the key behind a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Security {
    /// How far it is trusted.
    pub trust: Trust,
    /// The key that is pinned for it.
    #[serde(default)]
    pub fingerprint: Option<Fingerprint>,
    /// With `changed`: the key that was seen instead, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<Fingerprint>,
    /// With `changed`: the two people had compared the key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_verified: bool,
    /// What stands in the way, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Files of this verified contact are taken without asking, up to so many bytes each (`take-files`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes_files: Option<u64>,
    /// What the user should know, in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}
