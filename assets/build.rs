//! What the compiler cannot find by itself: the languages in `assets/lang`, and the commit that a release was built from.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=assets/build.rs");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    if let Err(error) = languages(&root, &out) {
        println!("cargo:error=assets/lang cannot be read: {error}");
    }
    println!("cargo:rustc-env=BALCONY_COMMIT={}", commit(&root));
}

/// `LANGUAGES`: code, own name and source of each language, by code.
fn languages(root: &Path, out: &Path) -> std::io::Result<()> {
    let folder = root.join("assets/lang");
    println!("cargo:rerun-if-changed=assets/lang");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ftl"))
        .collect();
    files.sort();
    let mut code = String::from(
        "/// Code, own name and source of each language in assets/lang, by code.\n\
         pub const LANGUAGES: &[(&str, &str, &str)] = &[\n",
    );
    for file in files {
        let source = fs::read_to_string(&file)?;
        let short = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let name = source
            .lines()
            .find_map(|line| line.strip_prefix("language-name ="))
            .map_or_else(|| short.clone(), |name| name.trim().to_owned());
        let _ = writeln!(code, "    ({short:?}, {name:?}, include_str!({file:?})),");
    }
    code.push_str("];\n");
    fs::write(out.join("languages.rs"), code)
}

/// The commit of a release: as the packager says (`BALCONY_COMMIT`), else as git says, else nothing. A debug build has
/// none, so that a commit does not build everything anew.
fn commit(root: &Path) -> String {
    println!("cargo:rerun-if-env-changed=BALCONY_COMMIT");
    if let Ok(told) = env::var("BALCONY_COMMIT") {
        return told.trim().to_owned();
    }
    if env::var("PROFILE").as_deref() != Ok("release") || !root.join(".git").exists() {
        return String::new();
    }
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .arg("-C")
            .arg(root)
            .args(arguments)
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (output.status.success() && !text.is_empty()).then_some(text)
    };
    let branch = git(&["symbolic-ref", "-q", "HEAD"]).unwrap_or_default();
    for name in ["HEAD", branch.as_str()]
        .into_iter()
        .filter(|name| !name.is_empty())
    {
        if let Some(path) = git(&["rev-parse", "--git-path", name]) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "--short=10", "HEAD"]).unwrap_or_default()
}
