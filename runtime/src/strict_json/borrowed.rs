//! JSON that borrows from its text: for what is read once, like the claims of a token.

use super::Tree;
use serde_json::Number;
use std::borrow::Cow;

/// A JSON value. Texts without escapes are parts of the text that was read.
#[derive(Debug, PartialEq)]
pub(crate) enum Json<'text> {
    Null,
    Bool(bool),
    Number(Number),
    String(Cow<'text, str>),
    Array(Vec<Self>),
    Object(Object<'text>),
}

/// The members of a JSON object, as they came; no two of one name.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Object<'text>(pub(super) Vec<(Cow<'text, str>, Json<'text>)>);

impl Json<'_> {
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => number.as_f64(),
            _ => None,
        }
    }

    /// The member of this name, if this is an object that has it.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(object) => object.get(name),
            _ => None,
        }
    }
}

impl<'text> Object<'text> {
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'text>> {
        self.0.iter().find(|(of, _)| of == name).map(|(_, value)| value)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

impl<'text> Tree<'text> for Json<'text> {
    fn null() -> Self {
        Self::Null
    }

    fn bool(value: bool) -> Self {
        Self::Bool(value)
    }

    fn number(value: Number) -> Self {
        Self::Number(value)
    }

    fn string(value: Cow<'text, str>) -> Self {
        Self::String(value)
    }

    fn array(items: Vec<Self>) -> Self {
        Self::Array(items)
    }

    fn object(members: Vec<(Cow<'text, str>, Self)>) -> Self {
        Self::Object(Object(members))
    }
}
