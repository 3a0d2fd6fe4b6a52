//! Pieces of an answer: pictures, sound, resources, and text among them.

use crate::error::ToolError;
use crate::output::{IntoOutput, Output};
#[cfg(any(feature = "rmcp", feature = "pmcp"))]
use base64::Engine as _;
use std::borrow::Cow;

/// A piece of an answer. A tool that answers more than text returns one, or a `Vec` of them.
///
/// ```
/// use std::io;
/// use toolgate::{Content, mcp_tool};
///
/// /// Draws the sales of this week.
/// #[mcp_tool(scopes_all = ["sales:read"], read_only = true)]
/// async fn sales_chart() -> Result<Vec<Content>, io::Error> {
///     let chart = draw()?;
///     Ok(vec![Content::text("Sales of this week:"), Content::image(chart, "image/png")])
/// }
/// # fn draw() -> io::Result<Vec<u8>> { Ok(Vec::new()) }
/// ```
///
/// Bytes are given as they are. What is in them, and in a resource, is the client's as soon as the tool answers: a policy of that
/// resource is not asked.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(Cow<'static, str>),
    /// A picture.
    #[non_exhaustive]
    Image {
        /// The file.
        data: Vec<u8>,
        /// Its media type, such as `image/png`.
        mime_type: Cow<'static, str>,
    },
    /// Sound.
    #[non_exhaustive]
    Audio {
        /// The file.
        data: Vec<u8>,
        /// Its media type, such as `audio/wav`.
        mime_type: Cow<'static, str>,
    },
    /// A resource that is text, with what is in it.
    #[non_exhaustive]
    TextResource {
        /// Which resource it is.
        uri: Cow<'static, str>,
        /// Its media type, such as `text/plain`.
        mime_type: Cow<'static, str>,
        /// What is in it.
        text: Cow<'static, str>,
    },
    /// A resource that is not text, with what is in it.
    #[non_exhaustive]
    BinaryResource {
        /// Which resource it is.
        uri: Cow<'static, str>,
        /// Its media type, such as `application/pdf`.
        mime_type: Cow<'static, str>,
        /// What is in it.
        data: Vec<u8>,
    },
    /// Where a resource is that the client may read, by `resources/read`.
    #[non_exhaustive]
    Link {
        /// Which resource it is.
        uri: Cow<'static, str>,
        /// What it is called.
        name: Cow<'static, str>,
    },
}

type Text = Cow<'static, str>;

impl Content {
    /// Text.
    pub fn text(text: impl Into<Text>) -> Self {
        Self::Text(text.into())
    }

    /// A picture: the bytes of its file, and their media type.
    pub fn image(data: impl Into<Vec<u8>>, mime_type: impl Into<Text>) -> Self {
        Self::Image {
            data: data.into(),
            mime_type: mime_type.into(),
        }
    }

    /// Sound: the bytes of its file, and their media type.
    pub fn audio(data: impl Into<Vec<u8>>, mime_type: impl Into<Text>) -> Self {
        Self::Audio {
            data: data.into(),
            mime_type: mime_type.into(),
        }
    }

    /// A resource that is text, with what is in it.
    pub fn text_resource(uri: impl Into<Text>, mime_type: impl Into<Text>, text: impl Into<Text>) -> Self {
        Self::TextResource {
            uri: uri.into(),
            mime_type: mime_type.into(),
            text: text.into(),
        }
    }

    /// A resource that is not text, with what is in it.
    pub fn binary_resource(uri: impl Into<Text>, mime_type: impl Into<Text>, data: impl Into<Vec<u8>>) -> Self {
        Self::BinaryResource {
            uri: uri.into(),
            mime_type: mime_type.into(),
            data: data.into(),
        }
    }

    /// Where a resource is that the client may read.
    pub fn link(uri: impl Into<Text>, name: impl Into<Text>) -> Self {
        Self::Link {
            uri: uri.into(),
            name: name.into(),
        }
    }
}

impl IntoOutput for Content {
    fn into_output(self) -> Result<Output, ToolError> {
        Ok(Output::Content(vec![self]))
    }
}

impl IntoOutput for Vec<Content> {
    fn into_output(self) -> Result<Output, ToolError> {
        Ok(Output::Content(self))
    }
}

/// Bytes as they stand in JSON.
#[cfg(any(feature = "rmcp", feature = "pmcp"))]
pub(crate) fn encoded(data: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(data)
}
