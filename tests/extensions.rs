//! The list of extensions as data: complete, without doubles, and told to the reader of the README as it is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::collections::BTreeSet;
use std::path::Path;

use balcony::wire::ns;
use balcony::xep;

const BEGIN: &str = "<!-- xep-table -->\n";
const END: &str = "<!-- /xep-table -->";

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// `BLESS=1 cargo test --test extensions` writes the table into the README.
#[test]
fn the_readme_holds_the_table_as_it_is() {
    let readme = std::fs::read_to_string(root("README.md")).unwrap();
    let (head, tail) = readme
        .split_once(BEGIN)
        .expect("the README has the mark of the table's beginning");
    let (table, tail) = tail
        .split_once(END)
        .expect("the README has the mark of the table's end");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(
            root("README.md"),
            format!("{head}{BEGIN}{}{END}{tail}", xep::table()),
        )
        .unwrap();
    } else {
        assert_eq!(
            table,
            xep::table(),
            "run: BLESS=1 cargo test --test extensions"
        );
    }
}

#[test]
fn every_extension_stands_in_the_list_once_and_in_a_file_of_its_number() {
    let numbers: Vec<u16> = xep::all()
        .iter()
        .map(|extension| extension.spec().number)
        .filter(|number| *number != 0) // our own
        .collect();
    let listed: BTreeSet<String> = numbers
        .iter()
        .map(|number| format!("xep{number:04}"))
        .collect();
    assert_eq!(listed.len(), numbers.len(), "a number twice: {numbers:?}");
    let files: BTreeSet<String> = std::fs::read_dir(root("src/xep"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("xep"))
        .map(|name| name[..7].to_owned())
        .collect();
    assert_eq!(files, listed);
}

#[test]
fn what_is_advertised_is_known_and_has_one_owner() {
    let features: Vec<&str> = xep::all()
        .iter()
        .flat_map(|extension| extension.spec().features)
        .copied()
        .collect();
    assert_eq!(
        features.iter().collect::<BTreeSet<_>>().len(),
        features.len(),
        "a feature twice: {features:?}"
    );
    for feature in features {
        assert!(
            ns::ALL.contains(&feature),
            "{feature} does not stand in wire/ns.rs"
        );
    }
}

#[test]
fn each_line_of_the_table_says_something() {
    for spec in xep::all()
        .iter()
        .map(|extension| extension.spec())
        .chain(xep::FOUNDATIONS)
    {
        assert!(
            !spec.title.is_empty() && !spec.version.is_empty() && !spec.scope.is_empty(),
            "{spec:?}"
        );
        assert!(
            !spec.scope.contains('|') && !spec.scope.contains('\n'),
            "{spec:?}"
        );
    }
}
