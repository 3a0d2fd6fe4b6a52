//! Pieces of an answer, in the type of the SDK.

use crate::content::{Content, encoded};
use ::rmcp::model::{ContentBlock, Resource, ResourceContents};

impl From<Content> for ContentBlock {
    fn from(piece: Content) -> Self {
        match piece {
            Content::Text(text) => Self::text(text),
            Content::Image { data, mime_type } => Self::image(encoded(&data), mime_type),
            Content::Audio { data, mime_type } => Self::audio(encoded(&data), mime_type),
            Content::TextResource { uri, mime_type, text } => {
                Self::resource(ResourceContents::text(text, uri).with_mime_type(mime_type))
            }
            Content::BinaryResource { uri, mime_type, data } => {
                Self::resource(ResourceContents::blob(encoded(&data), uri).with_mime_type(mime_type))
            }
            Content::Link { uri, name } => Self::resource_link(Resource::new(uri, name)),
        }
    }
}
