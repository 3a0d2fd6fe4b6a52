//! What became of one call.

use crate::reply::Reply;
use std::fmt;

/// What a server made of a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It ran: HTTP 200 and a result that is no error.
    Allowed,
    /// It did not, or failed.
    Denied {
        /// The HTTP status: 200 if the denial is the result of the call.
        status: u16,
        /// Why, as far as the server says it: the challenge's error code, else the text of the answer; may be empty.
        reason: String,
    },
}

/// What a cell of an expected table asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Expected {
    Yes,
    No,
    Error,
    Status(u16),
}

impl Verdict {
    pub(crate) fn of(reply: &Reply) -> Self {
        if !reply.is_error() {
            return Self::Allowed;
        }
        let reason = reply
            .challenge_param("error")
            .map_or_else(|| reply.text(), str::to_owned);
        Self::Denied {
            status: reply.status,
            reason,
        }
    }

    /// The verdict as it stands in a table: `yes`, `error` for an error inside an HTTP 200, else the status.
    pub(crate) fn cell(&self) -> String {
        match self {
            Self::Allowed => "yes".to_owned(),
            Self::Denied { status: 200, .. } => "error".to_owned(),
            Self::Denied { status, .. } => status.to_string(),
        }
    }
}

impl fmt::Display for Verdict {
    /// The cell, and the reason in parentheses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cell())?;
        match self {
            Self::Denied { reason, .. } if !reason.is_empty() => write!(f, " ({reason})"),
            _ => Ok(()),
        }
    }
}

impl Expected {
    pub(crate) fn parse(cell: &str) -> Option<Self> {
        match cell {
            "yes" => Some(Self::Yes),
            "no" => Some(Self::No),
            "error" => Some(Self::Error),
            // 200 is either `yes` or `error`, so nobody can mean it.
            status => status
                .parse()
                .ok()
                .filter(|status| (201..600).contains(status))
                .map(Self::Status),
        }
    }

    /// Whether the verdict is what was expected.
    ///
    /// `no` is what a gate says: 401, 403 or an error inside an HTTP 200. A server that broke down (500) or did not
    /// understand (400) has not denied anything, and has to be expected by number.
    pub(crate) fn fits(self, verdict: &Verdict) -> bool {
        match (self, verdict) {
            (Self::Yes, Verdict::Allowed) => true,
            (Self::No, Verdict::Denied { status, .. }) => matches!(status, 200 | 401 | 403),
            (Self::Error, Verdict::Denied { status, .. }) => *status == 200,
            (Self::Status(expected), Verdict::Denied { status, .. }) => *status == expected,
            _ => false,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes => f.write_str("yes"),
            Self::No => f.write_str("no"),
            Self::Error => f.write_str("error"),
            Self::Status(status) => write!(f, "{status}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Expected, Verdict};
    use crate::reply::Reply;
    use serde_json::{Value, json};

    #[test]
    fn the_challenge_says_why_before_the_body_does() {
        let challenge = r#"Bearer error="insufficient_scope", scope="write:tools""#;
        let verdict = Verdict::of(&Reply::of(403, Some(challenge), json!("Forbidden")));
        assert_eq!(verdict.to_string(), "403 (insufficient_scope)");
        let verdict = Verdict::of(&Reply::of(401, Some("Bearer resource_metadata=\"..\""), Value::Null));
        assert_eq!(verdict.to_string(), "401");
        let denied = json!({"result": {"isError": true, "content": [{"type": "text", "text": "not permitted"}]}});
        assert_eq!(
            Verdict::of(&Reply::of(200, None, denied)).to_string(),
            "error (not permitted)"
        );
        let allowed = json!({"result": {"content": []}});
        assert_eq!(Verdict::of(&Reply::of(200, None, allowed)), Verdict::Allowed);
    }

    #[test]
    fn a_cell_fits_what_it_says_and_nothing_else() {
        let denied = |status| Verdict::Denied {
            status,
            reason: String::new(),
        };
        let verdicts = [
            ("yes", Verdict::Allowed),
            ("200", denied(200)),
            ("401", denied(401)),
            ("403", denied(403)),
            ("400", denied(400)),
            ("500", denied(500)),
        ];
        let fitting = |cell: &str| {
            let expected = Expected::parse(cell).unwrap();
            let fitting = verdicts.iter().filter(|(_, verdict)| expected.fits(verdict));
            fitting.map(|(name, _)| *name).collect::<Vec<_>>()
        };
        assert_eq!(fitting("yes"), ["yes"]);
        assert_eq!(fitting("no"), ["200", "401", "403"]);
        assert_eq!(fitting("error"), ["200"]);
        assert_eq!(fitting("401"), ["401"]);
        assert_eq!(fitting("500"), ["500"]);
        for cell in ["200", "ok", "Yes", "", "99", "600", "-1"] {
            assert_eq!(Expected::parse(cell), None, "{cell}");
        }
    }
}
