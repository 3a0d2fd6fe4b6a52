//! Answers that are more than text.

use super::SDK;
use crate::server::Running;
use serde_json::json;
use std::convert::Infallible;
use toolgate::{Content, Toolset, mcp_tool};

/// Answers with one piece.
#[mcp_tool(public)]
async fn picture() -> Result<Content, Infallible> {
    Ok(Content::image([0xff, 0x00, 0xfe], "image/png"))
}

/// Answers with one of each.
#[mcp_tool(public)]
async fn pieces() -> Result<Vec<Content>, Infallible> {
    Ok(vec![
        Content::text("Here is all of it:"),
        Content::audio([1], "audio/wav"),
        Content::text_resource("notes://1", "text/plain", "A note."),
        Content::binary_resource("notes://2", "application/pdf", "%PDF"),
        Content::link("notes://3", "third"),
    ])
}

#[tokio::test]
async fn pictures_sound_and_resources_come_as_the_protocol_has_them() {
    let server = Running::start(SDK, Toolset::new(()).tool(PictureTool).tool(PiecesTool)).await;
    let picture = server.client().call("picture", json!({})).await.unwrap();
    assert_eq!(
        picture.result().unwrap()["content"],
        json!([{"type": "image", "data": "/wD+", "mimeType": "image/png"}])
    );
    assert!(!picture.is_error());
    let pieces = server.client().call("pieces", json!({})).await.unwrap();
    assert_eq!(
        pieces.result().unwrap()["content"],
        json!([
            {"type": "text", "text": "Here is all of it:"},
            {"type": "audio", "data": "AQ==", "mimeType": "audio/wav"},
            {"type": "resource", "resource": {"uri": "notes://1", "mimeType": "text/plain", "text": "A note."}},
            {"type": "resource", "resource": {"uri": "notes://2", "mimeType": "application/pdf", "blob": "JVBERg=="}},
            {"type": "resource_link", "uri": "notes://3", "name": "third"},
        ])
    );
}
