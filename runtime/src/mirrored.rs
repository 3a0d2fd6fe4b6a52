//! Which arguments of a tool a client has to repeat in headers (`x-mcp-header`, MCP-52). `layer/mirror.rs` looks whether it does.

use serde_json::{Map, Number, Value};

/// An argument that the tool's schema marks with `x-mcp-header`: proxies route by it, and read no bodies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Mirrored {
    /// The members that lead to it.
    path: Vec<String>,
    /// What comes after `Mcp-Param-`.
    header: String,
}

impl Mirrored {
    /// Those of an input schema. Only what is reached through `properties` alone can be marked.
    pub(crate) fn of(schema: &Value) -> Vec<Self> {
        let mut found = Vec::new();
        collect(schema, &mut Vec::new(), &mut found);
        found
    }

    pub(crate) fn header(&self) -> &str {
        &self.header
    }

    /// What the header has to say, for these arguments; `None` if there has to be none.
    pub(crate) fn value<'a>(&self, arguments: Option<&'a Value>) -> Option<Plain<'a>> {
        let mut value = arguments?;
        for name in &self.path {
            value = value.get(name)?;
        }
        match value {
            Value::String(text) => Some(Plain::Text(text)),
            Value::Number(number) => Some(Plain::Number(number)),
            Value::Bool(value) => Some(Plain::Bool(*value)),
            _ => None,
        }
    }
}

fn collect(schema: &Value, path: &mut Vec<String>, found: &mut Vec<Mirrored>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    for (name, schema) in properties {
        path.push(name.clone());
        if let Some(header) = marked(schema.as_object()) {
            found.push(Mirrored {
                path: path.clone(),
                header: header.to_owned(),
            });
        }
        collect(schema, path, found);
        path.pop();
    }
}

fn marked(schema: Option<&Map<String, Value>>) -> Option<&str> {
    schema?
        .get("x-mcp-header")?
        .as_str()
        .filter(|header| !header.is_empty())
}

/// An argument that can stand in a header.
#[derive(Debug)]
pub(crate) enum Plain<'a> {
    Text(&'a str),
    Number(&'a Number),
    Bool(bool),
}

impl Plain<'_> {
    /// Whether a header says the same. Languages write numbers in several ways, so those are compared as numbers.
    pub(crate) fn is(&self, header: &str) -> bool {
        match self {
            Self::Text(text) => *text == header,
            Self::Bool(value) => header == if *value { "true" } else { "false" },
            Self::Number(number) => serde_json::from_str::<Number>(header).is_ok_and(|other| same(number, &other)),
        }
    }
}

/// Integers are compared exactly, also those that a float cannot tell from their neighbours.
fn same(one: &Number, other: &Number) -> bool {
    match (as_integer(one), as_integer(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one
            .as_f64()
            .zip(other.as_f64())
            .is_some_and(|(one, other)| one.to_bits() == other.to_bits()),
    }
}

fn as_integer(number: &Number) -> Option<i128> {
    number
        .as_u64()
        .map(i128::from)
        .or_else(|| number.as_i64().map(i128::from))
}

#[cfg(test)]
mod tests {
    use super::Mirrored;
    use serde_json::{Value, json};

    fn schema() -> Value {
        json!({"type": "object", "properties": {
            "region": {"type": "string", "x-mcp-header": "Region"},
            "count": {"type": "integer", "x-mcp-header": "Count"},
            "place": {"type": "object", "properties": {"city": {"type": "string", "x-mcp-header": "City"}}},
            "plain": {"type": "string"},
            "odd": {"x-mcp-header": 1},
            "empty": {"x-mcp-header": ""},
            "list": {"type": "array", "items": {"type": "string", "x-mcp-header": "Item"}},
        }})
    }

    #[test]
    fn mcp_52_finds_what_a_schema_marks() {
        let mirrored = Mirrored::of(&schema());
        let mut found: Vec<_> = mirrored.iter().map(|one| (one.header(), one.path.join("."))).collect();
        found.sort_unstable();
        let path = ToOwned::to_owned;
        assert_eq!(
            found,
            [
                ("City", path("place.city")),
                ("Count", path("count")),
                ("Region", path("region"))
            ]
        );
        assert_eq!(Mirrored::of(&json!(true)), []);
    }

    #[test]
    fn mcp_52_compares_what_an_argument_says() {
        let header = |name: &str, argument: Value, header: &str| {
            let mirrored = Mirrored::of(&schema());
            let one = mirrored.iter().find(|one| one.header() == name).unwrap();
            let arguments = json!({"region": argument, "count": argument, "place": {"city": argument}});
            one.value(Some(&arguments)).map(|value| value.is(header))
        };
        for name in ["Region", "Count", "City"] {
            assert_eq!(header(name, json!("a"), "a"), Some(true));
            assert_eq!(header(name, json!("a"), "A"), Some(false));
            assert_eq!(header(name, json!(null), "null"), None);
            assert_eq!(header(name, json!(["a"]), "a"), None);
        }
        for (number, text, same) in [
            (json!(7), "7", true),
            (json!(7), "7.0", true),
            (json!(7), "7.5", false),
            (json!(1.5), "1.5", true),
            (json!(1e21), "1e+21", true),
            (json!(7), "07", false),
            (json!(7), "7 ", true),
            (json!(9_007_199_254_740_993_u64), "9007199254740992", false),
            (json!(7), "\"7\"", false),
        ] {
            assert_eq!(header("Count", number, text), Some(same), "{text}");
        }
        assert_eq!(header("Region", json!(true), "true"), Some(true));
        assert_eq!(header("Region", json!(true), "1"), Some(false));
        assert!(Mirrored::of(&schema()).iter().all(|one| one.value(None).is_none()));
    }
}
