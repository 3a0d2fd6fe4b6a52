//! JSON that means one thing only.
//!
//! RFC 8259 leaves open what a repeated member means, and parsers differ. Two parsers that disagree about one text are how
//! a request says "mine" to the one that decides and "yours" to the one that acts.

mod borrowed;

pub(crate) use self::borrowed::{Json, Object};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::LazyLock;

/// How deep arrays and objects may be nested (R15).
pub(crate) const MAX_DEPTH: usize = 64;

/// The text is not JSON, or not JSON that means one thing only.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct StrictJsonError(#[from] serde_json::Error);

impl From<StrictJsonError> for serde_json::Error {
    fn from(StrictJsonError(error): StrictJsonError) -> Self {
        error
    }
}

/// Reads a JSON text (R15, R16).
///
/// 1. It is one JSON value in UTF-8, with nothing but white space around it.
/// 2. No object at any depth has two members of one name, after escapes are decoded.
/// 3. Nothing is nested deeper than [`MAX_DEPTH`].
/// 4. No member has a name that `serde_json` keeps for itself: under one, it takes a string for JSON or for a number.
fn read<'text, T: Tree<'text>>(text: &'text [u8]) -> Result<T, StrictJsonError> {
    // As a whole, so that it need not be done for each string in it.
    let text = str::from_utf8(text).map_err(|_| StrictJsonError(de::Error::custom("not UTF-8")))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict::new(MAX_DEPTH).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads a JSON text, to be kept and changed.
pub(crate) fn from_slice(text: &[u8]) -> Result<Value, StrictJsonError> {
    read(text)
}

/// As [`from_slice`], for a text that has to be an object.
pub(crate) fn object_from_slice(text: &[u8]) -> Result<Map<String, Value>, StrictJsonError> {
    match read(text)? {
        Value::Object(map) => Ok(map),
        _ => Err(not_an_object()),
    }
}

/// Reads a JSON text, to be looked at as long as the text is there.
pub(crate) fn borrowed(text: &[u8]) -> Result<Json<'_>, StrictJsonError> {
    read(text)
}

/// As [`borrowed`], for a text that has to be an object.
pub(crate) fn borrowed_object(text: &[u8]) -> Result<Object<'_>, StrictJsonError> {
    match read(text)? {
        Json::Object(object) => Ok(object),
        _ => Err(not_an_object()),
    }
}

fn not_an_object() -> StrictJsonError {
    StrictJsonError(de::Error::custom("not an object"))
}

/// What can be made of JSON. The reader sees to it that no two members of an object have one name.
trait Tree<'text>: Sized {
    fn null() -> Self;
    fn bool(value: bool) -> Self;
    fn number(value: Number) -> Self;
    fn string(value: Cow<'text, str>) -> Self;
    fn array(items: Vec<Self>) -> Self;
    fn object(members: Vec<(Cow<'text, str>, Self)>) -> Self;
}

impl Tree<'_> for Value {
    fn null() -> Self {
        Self::Null
    }

    fn bool(value: bool) -> Self {
        Self::Bool(value)
    }

    fn number(value: Number) -> Self {
        Self::Number(value)
    }

    fn string(value: Cow<'_, str>) -> Self {
        Self::String(value.into_owned())
    }

    fn array(items: Vec<Self>) -> Self {
        Self::Array(items)
    }

    fn object(members: Vec<(Cow<'_, str>, Self)>) -> Self {
        let members = members.into_iter();
        Self::Object(members.map(|(name, value)| (name.into_owned(), value)).collect())
    }
}

/// What the names begin with by which `serde_json` hands values to itself.
const RESERVED: &str = "$serde_json::private::";

/// Whether another crate of the program turned on `serde_json/arbitrary_precision`: then every number comes as an object
/// whose one member has a reserved name, and the text of the number as its value.
static NUMBERS_ARE_OBJECTS: LazyLock<bool> = LazyLock::new(|| {
    serde_json::from_str(r#"{"$serde_json::private::Number":"1"}"#).is_ok_and(|value: Value| value.is_number())
});

/// Reads one value as a `T`.
struct Strict<T> {
    /// How many levels may still be opened.
    depth: usize,
    result: PhantomData<T>,
}

impl<T> Strict<T> {
    const fn new(depth: usize) -> Self {
        Self {
            depth,
            result: PhantomData,
        }
    }

    fn deeper<E: de::Error>(&self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1);
        let depth = depth.ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self::new(depth))
    }
}

impl<'text, T: Tree<'text>> DeserializeSeed<'text> for Strict<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'text>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'text, T: Tree<'text>> Visitor<'text> for Strict<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::null())
    }

    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok(T::bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(T::number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(T::number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<T, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("not a number"))?;
        Ok(T::number(number))
    }

    fn visit_borrowed_str<E>(self, value: &'text str) -> Result<T, E> {
        Ok(T::string(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<T, E> {
        Ok(T::string(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'text>>(self, mut seq: A) -> Result<T, A::Error> {
        let deeper = || self.deeper();
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(deeper()?)? {
            list.push(value);
        }
        // An empty list is a level, too.
        deeper()?;
        Ok(T::array(list))
    }

    fn visit_map<A: MapAccess<'text>>(self, mut map: A) -> Result<T, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key_seed(Name)? {
            if name.strip_prefix(RESERVED) == Some("Number") && members.is_empty() && *NUMBERS_ARE_OBJECTS {
                let number = map.next_value::<String>()?.parse().map_err(de::Error::custom)?;
                return Ok(T::number(number));
            }
            if name.starts_with(RESERVED) {
                return Err(de::Error::custom("a member has a reserved name"));
            }
            let value = map.next_value_seed(self.deeper()?)?;
            members.push((name, value));
        }
        self.deeper::<A::Error>()?;
        if has_twins(&members) {
            return Err(de::Error::custom("a member is given twice"));
        }
        Ok(T::object(members))
    }
}

/// Reads the name of a member.
struct Name;

impl<'text> DeserializeSeed<'text> for Name {
    type Value = Cow<'text, str>;

    fn deserialize<D: Deserializer<'text>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'text> Visitor<'text> for Name {
    type Value = Cow<'text, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E>(self, name: &'text str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// Whether two members have one name.
fn has_twins<T>(members: &[(Cow<'_, str>, T)]) -> bool {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    // Sorted, twins are neighbours. Whoever sends many members cannot make it take the square of their number.
    names.sort_unstable();
    names.iter().zip(names.iter().skip(1)).any(|(one, next)| one == next)
}

#[cfg(test)]
mod tests {
    use super::{Json, MAX_DEPTH, borrowed_object, from_slice};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use serde_json::Value;
    use std::borrow::Cow;

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

    #[test]
    fn what_is_borrowed_is_a_part_of_the_text() {
        let text = r#"{"a":"b","c":["\u0064"],"\u0065":1.5}"#;
        let object = borrowed_object(text.as_bytes()).unwrap();
        let Some(Json::String(Cow::Borrowed(b))) = object.get("a") else {
            panic!("{object:?}");
        };
        assert!(text.as_bytes().as_ptr_range().contains(&b.as_ptr()));
        assert_eq!(object.get("e").unwrap().as_f64(), Some(1.5));
        assert!(object.contains("c") && !object.contains("d") && !object.contains("\\u0065"));
        for text in ["[]", "null", "\"a\"", "1", "{} {}"] {
            assert!(borrowed_object(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn r16_finds_two_of_one_name_among_many() {
        let members: Vec<_> = (0..1000).map(|number| format!("\"{number}\":0")).collect();
        let text = |more: &str| format!("{{{},{more}}}", members.join(","));
        assert!(from_slice(text("\"x\":0").as_bytes()).is_ok());
        assert!(from_slice(text("\"\\u0030\":0").as_bytes()).is_err());
    }

    proptest! {
        /// F29. `serde_json` is the other reader. Of two members with one name it takes the last: then there are fewer members in
        /// what it read than colons in the text.
        #[test]
        fn r16_agrees_with_serde_json_unless_a_member_is_given_twice(text in text(), change in change()) {
            let text = changed(text, change);
            let strict = from_slice(text.as_bytes()).ok();
            let borrowed = borrowed_object(text.as_bytes()).ok().map(|object| to_value(&Json::Object(object)));
            let other: Option<Value> = serde_json::from_str(&text).ok();
            let clear = other.filter(|value| members(value) == colons(&text));
            prop_assert_eq!(&borrowed, &clear.clone().filter(Value::is_object));
            prop_assert_eq!(strict, clear);
        }
    }

    /// JSON, with names that are likely to be given twice.
    fn text() -> impl Strategy<Value = String> {
        let word = r#""(a|b|:|\\u0061|\\u00e9|é|\\"|\\\\){0,3}""#;
        let number = r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?";
        let leaf = prop_oneof![Just("null".to_owned()), Just("true".to_owned()), number, word];
        leaf.prop_recursive(5, 40, 6, move |inner| {
            let member = (word, inner.clone()).prop_map(|(name, value)| format!("{name}:{value}"));
            let list = vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(",")));
            let object = vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(", ")));
            prop_oneof![list, object]
        })
    }

    /// What to put into the text, and where; most often nothing.
    fn change() -> impl Strategy<Value = Option<(prop::sample::Index, &'static str)>> {
        let what = prop::sample::select(vec![
            "", " ", "\"", "\\", ",", ":", "{", "}", "[", "]", "0", "e", "a\":", "\u{1}",
        ]);
        prop::option::weighted(0.3, (any::<prop::sample::Index>(), what))
    }

    fn changed(mut text: String, change: Option<(prop::sample::Index, &'static str)>) -> String {
        if let Some((at, what)) = change {
            let (at, character) = text.char_indices().nth(at.index(text.chars().count())).unwrap();
            text.replace_range(at..at + character.len_utf8(), what);
        }
        text
    }

    fn to_value(json: &Json<'_>) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(value) => (*value).into(),
            Json::Number(number) => number.clone().into(),
            Json::String(text) => text.as_ref().into(),
            Json::Array(items) => items.iter().map(to_value).collect(),
            Json::Object(object) => object
                .0
                .iter()
                .map(|(name, value)| (name.clone(), to_value(value)))
                .collect(),
        }
    }

    fn members(value: &Value) -> usize {
        match value {
            Value::Array(items) => items.iter().map(members).sum(),
            Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
            _ => 0,
        }
    }

    /// Those that are not in a string.
    fn colons(text: &str) -> usize {
        let (mut inside, mut escaped, mut count) = (false, false, 0);
        for character in text.chars() {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => inside = !inside,
                ':' if !inside => count += 1,
                _ => {}
            }
        }
        count
    }
}
