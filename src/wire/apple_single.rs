//! AppleSingle (RFC 1740 §A): a file of a Mac with all that belongs to it, one behind the other. iChat may give files so;
//! of it the data fork is what other systems call the file.

/// Header and one entry of the table behind it.
const HEADER: usize = 26;
const ENTRY: usize = 12;
const MAGIC: [u8; 4] = [0, 5, 0x16, 0];
/// So many entries are looked at.
const MOST_ENTRIES: u16 = 64;
/// The number of the data fork.
const DATA: u32 = 1;

/// How many bytes [`table`] needs behind a header of these bytes; `None` if it is no such header.
pub fn table_length(header: &[u8; HEADER]) -> Option<usize> {
    let count = header
        .last_chunk()
        .map(|count| u16::from_be_bytes(*count))?;
    let ours = header.starts_with(&MAGIC) && count <= MOST_ENTRIES;
    ours.then_some(usize::from(count) * ENTRY)
}

/// Where the data fork begins, counted from the header, and how long it is. Without one the file is empty.
/// `None` if the table is none.
pub fn data_fork(table: &[u8]) -> Option<(u64, u64)> {
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_be_bytes);
    let behind = (HEADER + table.len()) as u64;
    for entry in table.chunks_exact(ENTRY) {
        let (kind, place) = entry.split_at_checked(4)?;
        let (start, length) = place.split_at_checked(4)?;
        if number(kind)? == DATA {
            let start = u64::from(number(start)?);
            return (start >= behind).then_some((start, u64::from(number(length)?)));
        }
    }
    Some((behind, 0))
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

    fn header(count: u16) -> [u8; HEADER] {
        let mut header = [0; HEADER];
        header[..8].copy_from_slice(&[0, 5, 0x16, 0, 0, 2, 0, 0]);
        header[24..].copy_from_slice(&count.to_be_bytes());
        header
    }

    fn entry(kind: u32, start: u32, length: u32) -> Vec<u8> {
        [kind, start, length]
            .iter()
            .flat_map(|n| n.to_be_bytes())
            .collect()
    }

    #[test]
    fn the_data_fork_is_found() {
        let table = [entry(9, 62, 32), entry(3, 94, 4), entry(1, 98, 7)].concat();
        assert_eq!(table_length(&header(3)), Some(table.len()));
        assert_eq!(data_fork(&table), Some((98, 7)));
        assert_eq!(
            data_fork(&entry(9, 38, 32)),
            Some((38, 0)),
            "a file without bytes"
        );
    }

    #[test]
    fn what_is_none_is_refused() {
        assert_eq!(table_length(&header(1000)), None);
        assert_eq!(table_length(&[b'x'; HEADER]), None);
        assert_eq!(
            data_fork(&entry(1, 30, 7)),
            None,
            "it would begin in the table"
        );
    }
}
