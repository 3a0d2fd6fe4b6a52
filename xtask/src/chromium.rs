//! A browser to try pages with: one that is installed. npm's own packages of browsers fetch them from elsewhere.

use std::env;
use std::path::PathBuf;

/// Names the browser, if it is none of those on the `PATH`.
const VARIABLE: &str = "CHROMIUM";
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser that the environment names, or else one on the `PATH`.
pub(crate) fn find() -> Result<PathBuf, String> {
    if let Some(named) = env::var_os(VARIABLE) {
        let named = PathBuf::from(named);
        let missing = || format!("`{VARIABLE}` names {}, and there is no such file", named.display());
        return named.is_file().then(|| named.clone()).ok_or_else(missing);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).collect();
    let mut places = NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let missing = "no Chromium is on the `PATH`";
    let help = format!("install `chromium`, or set `{VARIABLE}` to the path of one");
    places
        .find(|place| place.is_file())
        .ok_or_else(|| format!("{missing}\nhelp: {help}"))
}
