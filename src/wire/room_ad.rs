//! A room as a member advertises it in its TXT record, under the keys `room1` to `room3`:
//! `ID FLAGS MEMBERS NAME`, a tab, and the subject; flags are `o` (open) or `c` (members only), and `m` (moderated).

use super::text::{clean_line, clean_name, cut};

/// Rooms in one TXT record.
pub const MOST: usize = 3;
/// Bytes of one, at most: three of them leave room for the rest.
const BYTES: usize = 180;

/// See the module's documentation. Anybody can advertise anything: what a room is, its entries say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomAd {
    /// The room's id, 43 characters.
    pub id: String,
    /// Only members may enter.
    pub members_only: bool,
    /// Only who has voice is heard.
    pub moderated: bool,
    /// In it now.
    pub members: u16,
    /// Its name.
    pub name: String,
    /// What is talked about.
    pub subject: String,
}

impl RoomAd {
    /// As published.
    pub fn to_txt(&self) -> String {
        let flags = match (self.members_only, self.moderated) {
            (false, false) => "o",
            (false, true) => "om",
            (true, false) => "c",
            (true, true) => "cm",
        };
        let (name, subject) = (clean_name(&self.name), clean_line(&self.subject));
        let text = format!("{} {flags} {} {name}\t{subject}", self.id, self.members);
        cut(&text, BYTES).trim_end().to_owned()
    }

    /// As a peer publishes it; `None` if it makes no sense.
    pub fn from_txt(text: &str) -> Option<RoomAd> {
        let mut parts = text.splitn(4, ' ');
        let id = parts.next().filter(|id| id.len() == 43)?.to_owned();
        let flags = parts.next()?;
        let members = parts.next()?.parse().ok()?;
        let rest = parts.next()?;
        let (name, subject) = rest.split_once('\t').unwrap_or((rest, ""));
        let name = clean_name(name);
        (!name.is_empty()).then(|| RoomAd {
            id,
            members_only: flags.starts_with('c'),
            moderated: flags.contains('m'),
            members,
            name,
            subject: clean_line(subject),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_read_as_it_was_advertised_and_nonsense_is_none() {
        let ad = RoomAd {
            id: "x".repeat(43),
            members_only: true,
            moderated: true,
            members: 31,
            name: "the lecture hall".into(),
            subject: "on the nature of balconies".into(),
        };
        assert_eq!(RoomAd::from_txt(&ad.to_txt()), Some(ad.clone()));
        let long = RoomAd {
            subject: "y".repeat(500),
            ..ad
        };
        assert!(long.to_txt().len() <= BYTES);
        for nonsense in [
            "",
            "x",
            "x o 3 name",
            &format!("{} o many name", "x".repeat(43)),
        ] {
            assert_eq!(RoomAd::from_txt(nonsense), None);
        }
    }
}
