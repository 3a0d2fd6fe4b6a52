//! What a tool answers.

use crate::content::Content;
use crate::error::{Error, ToolError};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// A structured answer: the client gets the value as JSON, and the tool an output schema.
///
/// The value must serialize to a JSON object, as MCP 2025-06-18 and later ask of `structuredContent`.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// The answer of a tool, ready for an SDK.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// Structured content, with the same JSON as text for clients that know only text.
    Json(Value),
    /// Text content.
    Text(Cow<'static, str>),
    /// Pieces of content, of any kind.
    Content(Vec<Content>),
    /// No content.
    Empty,
}

/// What the `Ok` of a tool may be: [`Json<T>`], text, [`Content`] or a `Vec` of it, or `()`.
#[diagnostic::on_unimplemented(
    message = "a tool cannot answer `{Self}`",
    label = "not an answer",
    note = "answer `toolgate::Json<T>` for structured content, a `String` for text, `()` for nothing",
    note = "for pictures, sound and resources, answer `toolgate::Content`, or a `Vec` of it"
)]
pub trait IntoOutput {
    /// The schema of structured content.
    #[must_use]
    fn schema() -> Option<Schema> {
        None
    }

    /// Turns it into the answer.
    fn into_output(self) -> Result<Output, ToolError>;
}

/// What [`Json`] can hold.
// The two traits are not supertraits: rustc would then speak of each of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be answered as JSON",
    label = "the `T` of this `Json<T>` cannot be written as JSON",
    note = "add `#[derive(serde::Serialize, schemars::JsonSchema)]` to `{Self}`"
)]
pub trait IntoJson {
    #[doc(hidden)]
    fn json_schema() -> Schema;

    #[doc(hidden)]
    fn into_json(self) -> serde_json::Result<Value>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + JsonSchema> IntoJson for T {
    fn json_schema() -> Schema {
        let generator = SchemaSettings::draft2020_12().for_serialize();
        generator.into_generator().into_root_schema_for::<T>()
    }

    fn into_json(self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

impl<T: IntoJson> IntoOutput for Json<T> {
    fn schema() -> Option<Schema> {
        Some(T::json_schema())
    }

    fn into_output(self) -> Result<Output, ToolError> {
        Ok(Output::Json(self.0.into_json()?))
    }
}

impl IntoOutput for String {
    fn into_output(self) -> Result<Output, ToolError> {
        Ok(Output::Text(self.into()))
    }
}

impl IntoOutput for &'static str {
    fn into_output(self) -> Result<Output, ToolError> {
        Ok(Output::Text(self.into()))
    }
}

impl IntoOutput for Cow<'static, str> {
    fn into_output(self) -> Result<Output, ToolError> {
        Ok(Output::Text(self))
    }
}

impl IntoOutput for () {
    fn into_output(self) -> Result<Output, ToolError> {
        Ok(Output::Empty)
    }
}

/// What a tool function may return: a `Result` of an answer and an error.
#[diagnostic::on_unimplemented(
    message = "a tool cannot return `{Self}`",
    label = "expected `Result<T, E>`",
    note = "`T` is `toolgate::Json<..>`, a `String`, `toolgate::Content` or `()`; `E` is any `std::error::Error`, or `toolgate::ToolError`"
)]
pub trait ToolReturn {
    #[doc(hidden)]
    fn schema() -> Option<Schema>;

    #[doc(hidden)]
    fn into_result(self) -> Result<Output, Error>;
}

/// What the `Err` of a tool may be: any [`std::error::Error`], or [`ToolError`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a tool",
    label = "the `E` of this `Result<T, E>` is not an error",
    note = "for a type of yours, implement `std::error::Error`, as `#[derive(Debug, thiserror::Error)]` does",
    note = "for `Box<dyn Error>` or `anyhow::Error`, write `Result<_, toolgate::ToolError>`: `?` makes one of every typed error, \
            and `.map_err(|error| ToolError::public(\"for the client\").because(error))` of the others"
)]
pub trait IntoToolError {
    #[doc(hidden)]
    fn into_tool_error(self) -> ToolError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<ToolError>> IntoToolError for E {
    fn into_tool_error(self) -> ToolError {
        self.into()
    }
}

impl<T: IntoOutput, E: IntoToolError> ToolReturn for Result<T, E> {
    fn schema() -> Option<Schema> {
        T::schema()
    }

    fn into_result(self) -> Result<Output, Error> {
        self.map_err(IntoToolError::into_tool_error)
            .and_then(IntoOutput::into_output)
            .map_err(Error::Tool)
    }
}
