//! What a tool answers.

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
    /// No content.
    Empty,
}

/// What the `Ok` of a tool may be: [`Json<T>`], text, or `()`.
#[diagnostic::on_unimplemented(
    message = "a tool cannot answer `{Self}`",
    label = "not an answer",
    note = "answer `toolgate::Json<T>` for structured content, a `String` for text, or `()`",
    note = "the `T` of `toolgate::Json<T>` needs `#[derive(serde::Serialize, schemars::JsonSchema)]`"
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

#[diagnostic::do_not_recommend]
impl<T: Serialize + JsonSchema> IntoOutput for Json<T> {
    fn schema() -> Option<Schema> {
        let generator = SchemaSettings::draft2020_12().for_serialize();
        Some(generator.into_generator().into_root_schema_for::<T>())
    }

    fn into_output(self) -> Result<Output, ToolError> {
        Ok(Output::Json(serde_json::to_value(self.0)?))
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
    note = "`T` is `toolgate::Json<..>`, a `String` or `()`; `E` is any `std::error::Error`, or `toolgate::ToolError`"
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
    label = "not an error",
    note = "implement `std::error::Error` for `{Self}`, as `#[derive(thiserror::Error)]` does, or return `toolgate::ToolError`"
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
