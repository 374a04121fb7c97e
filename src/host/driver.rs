//! The library of the graphics driver, loaded while something else is waited for.
//!
//! It is found out which one that is when a window is opened, and binding it (with the compiler that it may bring along)
//! takes longer than anything else of that: a quarter of the time to the first picture, on one processor. So the path is
//! remembered, and the next start loads it beside everything else. If it is another one then, nothing is lost but the time
//! of an idle processor.

use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The file in the data folder that has the path.
const REMEMBERED: &str = "graphics-driver";
/// A path is shorter.
const LONGEST: usize = 4096;

/// Loads the library that was remembered in this folder, on a thread of its own. Nothing if there is none, or if anybody
/// but the system's administrator could have put it there.
pub fn load_ahead(data: &Path) {
    let remembered = data.join(REMEMBERED);
    // Without a thread for it, the window does it.
    let _ = std::thread::Builder::new()
        .name("driver".into())
        .spawn(move || {
            if let Some(library) = recall(&remembered) {
                load(&library);
            }
        });
}

/// Remembers which one is loaded now, on a thread of its own. To be called when a window is there.
pub fn remember(data: &Path) {
    let data = data.to_owned();
    let _ = std::thread::Builder::new()
        .name("driver".into())
        .spawn(move || {
            let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
            let Some(library) = driver_in(&maps) else {
                return;
            };
            let remembered = data.join(REMEMBERED);
            if recall(&remembered).as_deref() != Some(library)
                && let Err(error) = fs::write(&remembered, library.as_os_str().as_bytes())
            {
                tracing::debug!(%error, "the graphics driver is not remembered");
            }
        });
}

/// The driver among the mappings as proc(5) lists them: Mesa's, before and since all of its drivers are one library, or
/// NVIDIA's.
fn driver_in(maps: &str) -> Option<&Path> {
    let libraries = maps
        .lines()
        .filter_map(|line| Some(Path::new(line.get(line.find('/')?..)?)));
    libraries.into_iter().find(|library| {
        let name = library.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with("_dri.so")
            || ["libgallium", "libnvidia-glcore", "libnvidia-eglcore"]
                .iter()
                .any(|begins| name.starts_with(begins))
    })
}

/// What is remembered, if it may be loaded.
fn recall(remembered: &Path) -> Option<PathBuf> {
    let path = fs::read(remembered).ok()?;
    let path = PathBuf::from(std::ffi::OsStr::from_bytes(
        path.get(..LONGEST.min(path.len()))?,
    ));
    let file = path.is_absolute().then(|| fs::metadata(&path).ok())??;
    let by_system = file.is_file() && file.uid() == 0 && file.mode() & 0o022 == 0;
    by_system.then_some(path)
}

#[cfg(target_os = "linux")]
fn load(library: &Path) {
    use std::ffi::{c_char, c_int, c_void};
    /// Bind everything at once (dlfcn.h).
    const RTLD_NOW: c_int = 2;
    #[expect(unsafe_code, reason = "a declaration of a foreign function is")]
    // SAFETY: as dlopen(3) declares it.
    unsafe extern "C" {
        fn dlopen(library: *const c_char, flags: c_int) -> *mut c_void;
    }
    let Ok(name) = CString::new(library.as_os_str().as_bytes()) else {
        return;
    };
    #[expect(
        unsafe_code,
        reason = "what a library does when it is loaded is its own matter"
    )]
    // SAFETY: the name ends with a zero and lives as long as the call. The library is one of the system's own, which the
    // window loads anyhow, and stays loaded; loading one is safe on any thread.
    let loaded = unsafe { dlopen(name.as_ptr(), RTLD_NOW) };
    tracing::debug!(library = %library.display(), found = !loaded.is_null(), "loaded ahead");
}

#[cfg(not(target_os = "linux"))]
fn load(_library: &Path) {}

#[cfg(test)]
#[allow(clippy::unwrap_used, missing_docs)]
mod tests {
    use super::*;

    #[test]
    fn the_driver_is_found_among_what_is_mapped() {
        let among = |name: &str| {
            format!(
                "55d0-55d1 r--p 00000000 fe:00 12    /usr/bin/balcony\n\
                 7f00-7f01 rw-p 00000000 00:00 0\n\
                 7f01-7f02 r-xp 00000000 fe:00 13    /usr/lib/libGLX_mesa.so.0.0.0\n\
                 7f02-7f03 r-xp 00000000 fe:00 14    {name}\n\
                 7f03-7f04 rw-p 00000000 00:00 0     [heap]\n"
            )
        };
        for name in [
            "/usr/lib/x86_64-linux-gnu/dri/swrast_dri.so",
            "/usr/lib/libgallium-25.0.7.so",
            "/usr/lib/libnvidia-glcore.so.550.1",
        ] {
            assert_eq!(driver_in(&among(name)), Some(Path::new(name)));
        }
        assert_eq!(driver_in(&among("/usr/lib/libX11.so.6")), None);
        assert_eq!(driver_in(""), None);
    }

    #[test]
    fn only_what_the_administrator_has_put_there_is_loaded() {
        let dir = tempfile::tempdir().unwrap();
        let remembered = dir.path().join(REMEMBERED);
        assert_eq!(recall(&remembered), None);
        let own = dir.path().join("own_dri.so");
        fs::write(&own, "not a library").unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        fs::set_permissions(&own, open).unwrap();
        for path in [
            own.to_str().unwrap(),
            "swrast_dri.so",
            "../../lib/x_dri.so",
            "/no/such_dri.so",
            "/usr/lib",
            "",
            "\0",
            &"/".repeat(10_000),
        ] {
            fs::write(&remembered, path).unwrap();
            assert_eq!(recall(&remembered), None, "{path:.40}");
        }
        let hosts = "/etc/passwd";
        fs::write(&remembered, hosts).unwrap();
        assert_eq!(recall(&remembered).as_deref(), Some(Path::new(hosts)));
        // It is no library: that is all that comes of it.
        load(Path::new(hosts));
    }
}
