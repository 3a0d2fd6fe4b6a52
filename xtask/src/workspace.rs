//! What cargo says about this workspace, so that no list of crates or features is kept here.

use serde_json::Value;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

/// The parts of the workspace that have steps of their own.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Workspace {
    /// The features of the crate `toolgate`, but for `default`.
    pub(crate) features: Vec<String>,
    /// The packages that may be published.
    pub(crate) published: Vec<Package>,
    /// Where the workspace is.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
}

/// A package of the workspace.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
}

impl Package {
    /// What it is in when it is packaged.
    pub(crate) fn folder(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }
}

/// The cargo to use.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn read() -> Result<Self, String> {
        let mut command = Command::new(cargo());
        command.args(["metadata", "--no-deps", "--format-version", "1"]);
        let output = command
            .output()
            .map_err(|error| format!("cannot start cargo: {error}"))?;
        if !output.status.success() {
            return Err(format!(
                "`cargo metadata` failed: {}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        let metadata = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        Self::from_metadata(&metadata).ok_or_else(|| "`cargo metadata` says nothing about `toolgate`".to_owned())
    }

    fn from_metadata(metadata: &Value) -> Option<Self> {
        let packages = metadata.get("packages")?.as_array()?;
        let text = |value: &Value, key| value.get(key)?.as_str().map(str::to_owned);
        let toolgate = packages
            .iter()
            .find(|package| text(package, "name").as_deref() == Some("toolgate"))?;
        let features = toolgate.get("features")?.as_object()?.keys();
        // `publish` is null for a package that may go anywhere, and an empty list for one that goes nowhere.
        let published = packages
            .iter()
            .filter(|package| package.get("publish") == Some(&Value::Null));
        let package = |package| {
            Some(Package {
                name: text(package, "name")?,
                version: text(package, "version")?,
            })
        };
        Some(Self {
            features: features.filter(|feature| *feature != "default").cloned().collect(),
            published: published.map(package).collect::<Option<_>>()?,
            root: text(metadata, "workspace_root")?.into(),
            target: text(metadata, "target_directory")?.into(),
        })
    }

    /// One in which there is nothing, for tests.
    #[cfg(test)]
    pub(crate) fn empty() -> Self {
        Self {
            features: Vec::new(),
            published: Vec::new(),
            root: "/w".into(),
            target: "/w/target".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Package, Workspace};
    use serde_json::json;

    #[test]
    fn features_and_packages_are_those_of_the_manifests() {
        let metadata = json!({
            "workspace_root": "/w",
            "target_directory": "/w/target",
            "packages": [
                {"name": "toolgate", "version": "1.0.0", "publish": null, "features": {"default": [], "one": [], "two": ["dep:x"]}},
                {"name": "other", "version": "2.0.0", "publish": null, "features": {"three": []}},
                {"name": "tests", "version": "1.0.0", "publish": [], "features": {}},
            ],
        });
        let workspace = Workspace {
            features: vec!["one".to_owned(), "two".to_owned()],
            published: [("toolgate", "1.0.0"), ("other", "2.0.0")]
                .map(|(name, version)| Package {
                    name: name.to_owned(),
                    version: version.to_owned(),
                })
                .into(),
            ..Workspace::empty()
        };
        assert_eq!(Workspace::from_metadata(&metadata), Some(workspace));
        assert_eq!(Workspace::from_metadata(&json!({"packages": []})), None);
    }

    #[test]
    fn this_workspace_can_be_read() {
        let workspace = Workspace::read().unwrap();
        let published: Vec<_> = workspace.published.iter().map(|package| &package.name).collect();
        let expected = ["toolgate-macros", "toolgate", "toolgate-testing", "cargo-toolgate"];
        assert_eq!(published, expected);
        for feature in ["rmcp", "pmcp", "assertions"] {
            assert!(workspace.features.iter().any(|found| found == feature), "{feature}");
        }
    }
}
