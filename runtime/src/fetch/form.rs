//! A form with secrets in it.

use std::fmt;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

/// A form to be posted, `application/x-www-form-urlencoded`. It holds tokens and passwords, so it cannot be printed, and what it
/// held is overwritten when it is dropped.
#[derive(Default)]
pub struct Form {
    fields: Vec<(&'static str, Zeroizing<String>)>,
    authorization: Option<Zeroizing<String>>,
}

impl Form {
    /// One without fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, Zeroizing::new(value.into())));
        self
    }

    /// Sets the `Authorization` header that it is sent with.
    #[must_use]
    pub fn authorized(self, authorization: impl Into<String>) -> Self {
        Self {
            authorization: Some(Zeroizing::new(authorization.into())),
            ..self
        }
    }

    /// The fields, encoded as in a body.
    #[must_use]
    pub fn encoded(&self) -> String {
        let mut form = Serializer::new(String::new());
        form.extend_pairs(self.fields.iter().map(|(name, value)| (name, value.as_str())));
        form.finish()
    }

    /// The `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref().map(String::as_str)
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Form(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn mcp_29_debug_shows_neither_fields_nor_credentials() {
        let form = Form::new().with("token", "a b&c").authorized("Basic YTpi");
        assert_eq!(form.encoded(), "token=a+b%26c");
        assert_eq!(form.authorization(), Some("Basic YTpi"));
        assert_eq!(format!("{form:?}"), "Form(..)");
    }
}
