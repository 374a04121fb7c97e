//! What iChat and Adium give for a folder's address: its files and folders, as XML without a namespace.
//!
//! ```xml
//! <dir posixflags="000001ED"><name>Holiday</name>
//!   <file mimetype="image/png" posixflags="000001A4" size="318"><name>beach.png</name></file>
//!   <dir><name>empty</name></dir>
//! </dir>
//! ```
//!
//! The name of the outermost folder says nothing: the offer has its name. Each file is at the folder's address, followed
//! by its path. Unknown elements are left out with all that is in them.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// The longest listing.
pub const MOST_BYTES: usize = 8 << 20;
/// The most files and empty folders in it: each costs a connection.
pub const MOST_ENTRIES: usize = 50_000;
/// The deepest folder in a folder.
const DEEPEST: usize = 60;
/// The longest name.
const LONGEST_NAME: usize = 1024;

/// A folder's listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// All folders but the outermost: in which they are (`None`: the outermost), and their names.
    folders: Vec<(Option<usize>, String)>,
    /// Files and empty folders, in the order of the listing.
    pub entries: Vec<Entry>,
}

/// A file, or an empty folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    within: Option<usize>,
    name: String,
    /// An empty folder.
    pub is_folder: bool,
    /// In bytes, where told.
    pub size: Option<u64>,
    /// May be executed by its owner.
    pub executable: bool,
}

/// What is wrong with a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// No XML, or other elements than there should be.
    #[error("its list of files is not understood")]
    NotUnderstood,
    /// More than is taken.
    #[error("it holds too many files, or they are too deep in it")]
    TooMuch,
}

impl Listing {
    /// The path of an entry in the folder, as the peer says it: to be cleaned before it means anything here.
    pub fn path(&self, entry: &Entry) -> Vec<String> {
        let mut path = vec![entry.name.clone()];
        let mut within = entry.within;
        while let Some((above, name)) = within.and_then(|at| self.folders.get(at)) {
            path.push(name.clone());
            within = *above;
        }
        path.reverse();
        path
    }

    /// The sum of the sizes that are told.
    pub fn size(&self) -> u64 {
        let sizes = self.entries.iter().filter_map(|entry| entry.size);
        sizes.fold(0, u64::saturating_add)
    }

    /// Reads a listing.
    ///
    /// # Errors
    /// If it is none, or too much.
    pub fn read(xml: &[u8]) -> Result<Listing, ListingError> {
        if xml.len() > MOST_BYTES {
            return Err(ListingError::TooMuch);
        }
        let xml = std::str::from_utf8(xml).map_err(|_| ListingError::NotUnderstood)?;
        // Quirk `listing-cut`: what Adium leaves out at the end are closing tags, if the names are not very foreign.
        let last = xml.rfind('<').unwrap_or(0);
        let tail = xml.get(last..).unwrap_or_default();
        let cut = tail != "</dir>" && "</dir>".starts_with(tail);
        let xml = if cut {
            xml.get(..last).unwrap_or_default()
        } else {
            xml
        };
        let mut reader = Reader::from_str(xml);
        let mut reading = Reading::default();
        loop {
            let event = reader.read_event();
            match event.map_err(|_| ListingError::NotUnderstood)? {
                Event::Start(tag) => reading.start(&tag)?,
                Event::Empty(tag) => {
                    reading.start(&tag)?;
                    reading.end()?;
                }
                Event::End(_) => reading.end()?,
                Event::Text(text) => reading.text(&text.xml10_content())?,
                Event::CData(text) => reading.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let character = match reference.resolve_char_ref() {
                        Ok(Some(character)) => character,
                        _ => predefined(reference.as_ref()).ok_or(ListingError::NotUnderstood)?,
                    };
                    reading.text(character.encode_utf8(&mut [0; 4]))?;
                }
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                // Entities of its own: nobody needs them for a list of names.
                Event::DocType(_) => return Err(ListingError::NotUnderstood),
                Event::Eof => break,
            }
        }
        reading.over()
    }
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// An element that is open.
enum Open {
    /// The outermost folder.
    Top,
    /// A folder: its place among the folders once it has a name, and whether anything is in it.
    Folder {
        at: Option<usize>,
        filled: bool,
    },
    File {
        name: Option<String>,
        size: Option<u64>,
        executable: bool,
    },
    Name(String),
    /// Something else.
    Other,
}

#[derive(Default)]
struct Reading {
    listing: Listing,
    open: Vec<Open>,
    begun: bool,
}

impl Reading {
    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), ListingError> {
        if self.open.len() > DEEPEST + 2 {
            return Err(ListingError::TooMuch);
        }
        let name = tag.name();
        let inside = match (self.open.last(), name.as_ref()) {
            (None, "dir") if !self.begun => Open::Top,
            (None, _) => return Err(ListingError::NotUnderstood),
            (Some(Open::Top), "dir") => Open::Folder {
                at: None,
                filled: false,
            },
            (Some(Open::Folder { at: Some(_), .. }), "dir") => Open::Folder {
                at: None,
                filled: false,
            },
            (Some(Open::Top | Open::Folder { at: Some(_), .. }), "file") => Open::File {
                name: None,
                size: attribute(tag, "size").and_then(|size| size.trim().parse().ok()),
                executable: attribute(tag, "posixflags")
                    .and_then(|flags| u32::from_str_radix(flags.trim(), 16).ok())
                    .is_some_and(|flags| flags & 0o100 != 0),
            },
            (Some(Open::Folder { at: None, .. }), "dir" | "file") => {
                return Err(ListingError::NotUnderstood);
            }
            (Some(Open::Top | Open::Folder { .. } | Open::File { .. }), "name") => {
                Open::Name(String::new())
            }
            _ => Open::Other,
        };
        self.begun = true;
        self.open.push(inside);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ListingError> {
        match self.open.last_mut() {
            Some(Open::Name(name)) if name.len() + text.len() > LONGEST_NAME => {
                return Err(ListingError::TooMuch);
            }
            Some(Open::Name(name)) => name.push_str(text),
            None if !text.trim().is_empty() => return Err(ListingError::NotUnderstood),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ListingError> {
        match self.open.pop() {
            Some(Open::Name(name)) => self.named(name),
            Some(Open::File {
                name,
                size,
                executable,
            }) => {
                let name = name.ok_or(ListingError::NotUnderstood)?;
                let within = self.within();
                self.add(Entry {
                    within,
                    name,
                    is_folder: false,
                    size,
                    executable,
                })
            }
            Some(Open::Folder { at, filled }) => self.folder_ended(at, filled),
            Some(Open::Top | Open::Other) => Ok(()),
            None => Err(ListingError::NotUnderstood),
        }
    }

    fn named(&mut self, name: String) -> Result<(), ListingError> {
        let empty = name.trim().is_empty();
        let within = self.above();
        match self.open.last_mut() {
            Some(Open::Top) => Ok(()),
            Some(Open::File { name: known, .. }) if !empty && known.is_none() => {
                *known = Some(name);
                Ok(())
            }
            Some(Open::Folder { at: at @ None, .. }) if !empty => {
                *at = Some(self.listing.folders.len());
                self.listing.folders.push((within, name));
                if self.listing.folders.len() > MOST_ENTRIES {
                    return Err(ListingError::TooMuch);
                }
                Ok(())
            }
            _ => Err(ListingError::NotUnderstood),
        }
    }

    fn folder_ended(&mut self, at: Option<usize>, filled: bool) -> Result<(), ListingError> {
        let at = at.ok_or(ListingError::NotUnderstood)?;
        if filled {
            return Ok(());
        }
        let (within, name) = self.listing.folders.get(at).cloned().unwrap_or_default();
        self.add(Entry {
            within,
            name,
            is_folder: true,
            size: None,
            executable: false,
        })
    }

    /// The innermost open folder.
    fn within(&self) -> Option<usize> {
        self.open.iter().rev().find_map(|open| match open {
            Open::Folder { at, .. } => Some(*at),
            _ => None,
        })?
    }

    /// The folder in which the innermost open one is.
    fn above(&self) -> Option<usize> {
        let mut folders = self.open.iter().rev().filter_map(|open| match open {
            Open::Folder { at, .. } => Some(*at),
            _ => None,
        });
        folders.next();
        folders.next()?
    }

    fn add(&mut self, entry: Entry) -> Result<(), ListingError> {
        for open in &mut self.open {
            if let Open::Folder { filled, .. } = open {
                *filled = true;
            }
        }
        self.listing.entries.push(entry);
        if self.listing.entries.len() > MOST_ENTRIES {
            return Err(ListingError::TooMuch);
        }
        Ok(())
    }

    /// Nothing more comes. What may be open still are folders (quirk `listing-cut`).
    fn over(self) -> Result<Listing, ListingError> {
        let whole = |open: &Open| matches!(open, Open::Top | Open::Folder { at: Some(_), .. });
        if self.begun && self.open.iter().all(whole) {
            Ok(self.listing)
        } else {
            Err(ListingError::NotUnderstood)
        }
    }
}

fn attribute(tag: &BytesStart<'_>, wanted: &str) -> Option<String> {
    let mut attributes = tag.attributes().filter_map(Result::ok);
    let found = attributes.find(|attribute| attribute.key.as_ref() == wanted)?;
    Some(
        found
            .normalized_value(XmlVersion::Implicit1_0)
            .ok()?
            .into_owned(),
    )
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

    fn paths(listing: &Listing) -> Vec<String> {
        let entries = listing.entries.iter();
        entries
            .map(|entry| {
                let slash = if entry.is_folder { "/" } else { "" };
                listing.path(entry).join("/") + slash
            })
            .collect()
    }

    const HOLIDAY: &str = "<?xml version='1.0'?>\n<dir posixflags=\"000001ED\"> <name>Holiday</name>\n\
        <file mimetype='image/png' posixflags='000001A4' size='318'><name>b&amp;w &#x1F339;.png</name></file>\
        <dir posixflags='01ED'><name>a</name><dir><name>b</name><file size='2' hfsflags='0'><name>run</name></file></dir>\
        <dir><name>empty</name></dir></dir><file posixflags='1ED'><name>tool</name><other><name>x</name></other></file></dir>";

    #[test]
    fn what_ichat_lists_is_read() {
        let listing = Listing::read(HOLIDAY.as_bytes()).unwrap();
        assert_eq!(
            paths(&listing),
            ["b&w 🌹.png", "a/b/run", "a/empty/", "tool"]
        );
        assert_eq!(listing.size(), 320);
        let executable: Vec<bool> = listing
            .entries
            .iter()
            .map(|entry| entry.executable)
            .collect();
        assert_eq!(executable, [false, false, false, true]);
        assert_eq!(listing.entries[3].size, None);
        assert_eq!(Listing::read(b"<dir/>").unwrap().entries, []);
    }

    #[test]
    fn closing_tags_that_are_cut_off_are_not_missed_and_anything_else_is() {
        let whole = "<dir><name>x</name><dir><name>y</name><file><name>z</name></file></dir></dir>";
        for missing in 0..="</dir></dir>".len() {
            let cut = &whole[..whole.len() - missing];
            let listing = Listing::read(cut.as_bytes()).unwrap();
            assert_eq!(paths(&listing), ["y/z"], "{cut}");
        }
        for cut in [
            "<dir><dir><name>y</name><file><name>z</name></fi",
            "<dir><dir><name>y</name><file><name>z</nam",
            "<dir><dir><name>y</name><fil",
            "<dir><dir><na",
            "<di",
        ] {
            assert!(Listing::read(cut.as_bytes()).is_err(), "{cut}");
        }
    }

    #[test]
    fn what_is_no_listing_is_refused() {
        for wrong in [
            "",
            "rose",
            "<html><body/></html>",
            "<dir><file/></dir>",
            "<dir><file><name> </name></file></dir>",
            "<dir><dir><file><name>x</name></file></dir></dir>",
            "<dir><dir><name>a</name><name>b</name></dir></dir>",
            "<dir/><dir/>",
            "<!DOCTYPE dir [<!ENTITY a 'b'>]><dir><file><name>&a;</name></file></dir>",
            "<dir><file><name>&unknown;</name></file></dir>",
            "<dir><file><name>x</file></dir>",
        ] {
            assert_eq!(
                Listing::read(wrong.as_bytes()),
                Err(ListingError::NotUnderstood),
                "{wrong}"
            );
        }
        assert_eq!(Listing::read(&[0xFF]), Err(ListingError::NotUnderstood));
    }

    #[test]
    fn what_is_too_much_is_refused() {
        let deep = format!("<dir>{}</dir>", "<dir><name>a</name>".repeat(100));
        let many = format!(
            "<dir>{}</dir>",
            "<file><name>a</name></file>".repeat(MOST_ENTRIES + 1)
        );
        let wide = format!(
            "<dir>{}</dir>",
            "<dir><name>a</name></dir>".repeat(MOST_ENTRIES + 1)
        );
        let name = format!("<dir><file><name>{}</name></file></dir>", "n".repeat(2000));
        let long = format!("<dir>{}</dir>", " ".repeat(MOST_BYTES));
        for xml in [deep, many, wide, name, long] {
            let read = Listing::read(xml.as_bytes());
            assert_eq!(read, Err(ListingError::TooMuch), "{}", &xml[..60]);
        }
    }
}
