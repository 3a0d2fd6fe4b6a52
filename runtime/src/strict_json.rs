//! JSON that means one thing only.
//!
//! RFC 8259 leaves open what a repeated member means, and parsers differ. Two parsers that disagree about one text are how
//! a request says "mine" to the one that decides and "yours" to the one that acts.

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;
use std::sync::LazyLock;

/// How deep arrays and objects may be nested (R15).
pub(crate) const MAX_DEPTH: usize = 64;

/// The text is not JSON, or not JSON that means one thing only.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct StrictJsonError(#[from] serde_json::Error);

/// Reads a JSON text (R15, R16).
///
/// 1. It is one JSON value in UTF-8, with nothing but white space around it.
/// 2. No object at any depth has two members of one name, after escapes are decoded.
/// 3. Nothing is nested deeper than [`MAX_DEPTH`].
/// 4. No member has a name that `serde_json` keeps for itself: under one, it takes a string for JSON or for a number.
pub(crate) fn from_slice(text: &[u8]) -> Result<Value, StrictJsonError> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = Strict { depth: MAX_DEPTH }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// As [`from_slice`], for a text that has to be an object.
pub(crate) fn object_from_slice(text: &[u8]) -> Result<Map<String, Value>, StrictJsonError> {
    match from_slice(text)? {
        Value::Object(map) => Ok(map),
        _ => Err(StrictJsonError(de::Error::custom("not an object"))),
    }
}

/// What the names begin with by which `serde_json` hands values to itself.
const RESERVED: &str = "$serde_json::private::";

/// Whether another crate of the program turned on `serde_json/arbitrary_precision`: then every number comes as an object
/// whose one member has a reserved name, and the text of the number as its value.
static NUMBERS_ARE_OBJECTS: LazyLock<bool> = LazyLock::new(|| {
    serde_json::from_str(r#"{"$serde_json::private::Number":"1"}"#).is_ok_and(|value: Value| value.is_number())
});

struct Strict {
    /// How many levels may still be opened.
    depth: usize,
}

impl Strict {
    fn deeper<E: de::Error>(&self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1);
        let depth = depth.ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { depth })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(self.deeper()?)? {
            list.push(value);
        }
        // An empty list is a level, too.
        self.deeper::<A::Error>()?;
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if name.strip_prefix(RESERVED) == Some("Number") && members.is_empty() && *NUMBERS_ARE_OBJECTS {
                let number: Number = map.next_value::<String>()?.parse().map_err(de::Error::custom)?;
                return Ok(Value::Number(number));
            }
            if name.starts_with(RESERVED) {
                return Err(de::Error::custom("a member has a reserved name"));
            }
            let value = map.next_value_seed(self.deeper()?)?;
            if members.insert(name, value).is_some() {
                return Err(de::Error::custom("a member is given twice"));
            }
        }
        self.deeper::<A::Error>()?;
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_DEPTH, from_slice};

    #[test]
    fn agrees_with_serde_json_where_the_meaning_is_clear() {
        for text in [
            "null",
            " [1, -2, 3.5e2, \"\\u00e9\", true] ",
            "{\"a\":{\"b\":[{}]}}",
            "\"\"",
            "18446744073709551615",
        ] {
            let expected: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(from_slice(text.as_bytes()).unwrap(), expected);
        }
        for text in ["", "{", "nul", "[1,]", "{\"a\"}", "1 2", "\"\u{1}\"", "{'a':1}", "NaN"] {
            assert!(from_slice(text.as_bytes()).is_err(), "{text}");
        }
        assert!(from_slice(b"\"\xff\"").is_err());
    }

    #[test]
    fn r16_refuses_repeated_members_at_any_depth_by_decoded_name() {
        for text in [
            "{\"a\":1,\"a\":1}",
            "[{\"x\":{\"a\":1,\"\\u0061\":2}}]",
            "{\"\":1,\"\":2}",
        ] {
            assert!(from_slice(text.as_bytes()).is_err(), "{text}");
        }
        assert!(from_slice("{\"a\":1,\"A\":2,\"\u{17f}\":3,\"s\":4}".as_bytes()).is_ok());
    }

    #[test]
    fn r16_refuses_names_that_serde_json_reads_as_something_else() {
        for text in [
            r#"{"$serde_json::private::RawValue":"{\"a\":1,\"a\":2}"}"#,
            r#"{"a":[{"b":1,"$serde_json::private::\u0052awValue":"2"}]}"#,
            r#"{"a":1,"$serde_json::private::Number":"5"}"#,
        ] {
            assert!(from_slice(text.as_bytes()).is_err(), "{text}");
        }
        // With arbitrary precision this cannot be told from a number, by anyone who reads it.
        let number = r#"{"$serde_json::private::Number":"5"}"#;
        let read: serde_json::Value = serde_json::from_str(number).unwrap();
        assert_eq!(from_slice(number.as_bytes()).is_ok(), read.is_number());
    }

    #[test]
    fn r15_limits_the_depth() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(from_slice(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(from_slice(nested(MAX_DEPTH + 1).as_bytes()).is_err());
        assert!(from_slice(nested(1_000_000).as_bytes()).is_err());
    }
}
