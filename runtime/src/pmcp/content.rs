//! Pieces of an answer, in the type of the SDK.

use crate::content::{Content, encoded};
use ::pmcp::types;

impl From<Content> for types::Content {
    fn from(piece: Content) -> Self {
        match piece {
            Content::Text(text) => Self::text(text),
            Content::Image { data, mime_type } => Self::image(encoded(&data), mime_type),
            Content::Audio { data, mime_type } => Self::audio(encoded(&data), mime_type),
            Content::TextResource { uri, mime_type, text } => Self::resource_with_text(uri, text, mime_type),
            Content::BinaryResource { uri, mime_type, data } => {
                Self::resource_with_blob(uri, encoded(&data), mime_type)
            }
            Content::Link { uri, name } => Self::resource_link(name, uri),
        }
    }
}
