//! The JSON Schema of the document.

/// The JSON Schema (2020-12) of the JSON form of a [`ScopeDocument`](super::ScopeDocument), as text.
pub const SCHEMA: &str = include_str!("schema.json");

#[cfg(test)]
mod tests {
    use super::SCHEMA;
    use crate::docs::ScopeDocument;
    use schemars::generate::SchemaSettings;

    /// `TOOLGATE_DOCS=overwrite` rewrites it. A change that is no addition is another version of the document.
    #[test]
    fn the_published_schema_is_current() {
        let generator = SchemaSettings::draft2020_12().into_generator();
        let mut schema = generator.into_root_schema_for::<ScopeDocument>().to_value();
        // By name: how maps are ordered else depends on a feature of `serde_json`, which an SDK may turn on.
        schema.sort_all_objects();
        let current = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("TOOLGATE_DOCS").is_some_and(|value| value == "overwrite") {
            std::fs::write("src/docs/schema.json", &current).unwrap();
            return;
        }
        assert!(
            SCHEMA == current,
            "run the test with TOOLGATE_DOCS=overwrite and review the change"
        );
    }
}
