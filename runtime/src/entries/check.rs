//! Whether declarations of prompts and resources can be kept.

use super::MAX_URI_BYTES;
use crate::error::ConfigError;
use crate::toolset::Tool;

pub(super) fn check_demands(tool: &Tool) -> Result<(), ConfigError> {
    let Some(demand) = tool.policy.demand_on_arguments() else {
        return Ok(());
    };
    Err(ConfigError::new(
        format!(
            "the policy of `{}` ({}) {demand}, which cannot be checked without arguments that have a type",
            tool.name, tool.location
        ),
        "demand scopes and roles here, and have the handler compare what it gives away with the tenant of the caller",
    ))
}

pub(super) fn check_prompt(name: &str, tool: &Tool) -> Result<(), ConfigError> {
    if (1..=256).contains(&name.len()) && !name.contains(char::is_control) {
        return Ok(());
    }
    Err(ConfigError::new(
        format!(
            "`{}` ({}) is not the name of a prompt",
            name.escape_debug(),
            tool.location
        ),
        "use 1 to 256 bytes without control characters",
    ))
}

/// RFC 3986: a scheme, and after it the characters that URIs are made of.
pub(super) fn check_uri(uri: &str, tool: &Tool) -> Result<(), ConfigError> {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    let has_scheme = uri.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme));
    let is_uri = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    if has_scheme && uri.len() <= MAX_URI_BYTES && uri.chars().all(is_uri) {
        return Ok(());
    }
    Err(ConfigError::new(
        format!("`{}` ({}) is not about a URI", tool.name.escape_debug(), tool.location),
        "write the whole URI, such as `notes://index`, with other characters percent-encoded; one with variables is a \
         `.resource_template(..)`",
    ))
}
