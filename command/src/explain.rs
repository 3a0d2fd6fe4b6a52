//! `cargo toolgate explain`: what a token may call, and why not.

mod claims;

use self::claims::Provider;
use crate::ended::Ended;
use crate::source::Source;
use crate::terminal::{Tone, harmless, paint, show, show_document};
use clap::Args;
use serde::Serialize;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Read as _};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use toolgate::docs::{Access, Grant, Posture, ScopeDocument, ToolEntry};
use toolgate::validator::inspect::{UnprovenToken, unproven_token};

/// Show what a token may call, and why not
///
/// Reads a token from standard input, and decides by the scope document what it may call. Nothing is sent anywhere, and so nothing is
/// proven: THE SIGNATURE IS NOT CHECKED. Whoever wrote the token may have written anything into it. What depends on arguments, on the
/// login or on the developer's own checks is named and not decided.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo toolgate explain < token.txt
  cargo toolgate explain --provider keycloak:notes --audience https://mcp.example.com/mcp < token.txt

Keep tokens out of the command line: other users of the machine can see it, and shells remember it.

Exit status: 0 if the token could be valid now, 1 if it cannot, 2 if it could not be read.
")]
pub(crate) struct Explain {
    /// Where the provider's tokens say roles and tenant: `default`, `keycloak:CLIENT`, `entra-id`, `okta`, `auth0:CLAIM` or `cognito`
    #[arg(long, value_name = "PROVIDER", default_value = "default")]
    provider: Provider,
    /// Whom the token has to be for
    #[arg(long, value_name = "AUDIENCE")]
    audience: Option<String>,
    /// Who has to have issued it
    #[arg(long, value_name = "ISSUER")]
    issuer: Option<String>,
    /// Show it as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, Serialize)]
struct Explanation {
    /// It is in the JSON as well, so that no script takes this for a check.
    signature: &'static str,
    token: UnprovenToken,
    /// Why it cannot be valid.
    flaws: Vec<String>,
    /// Whether it has none: `tools` says what it may call if it is valid, and only then.
    could_be_valid: bool,
    tools: Vec<Explained>,
}

#[derive(Debug, Serialize)]
struct Explained {
    name: String,
    answer: Answer,
    /// Why not, or on which conditions.
    why: Vec<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Yes,
    Depends,
    No,
}

const UNCHECKED: &str = "not checked";

impl Explain {
    pub(crate) fn run(&self) -> Result<Ended, Box<dyn Error>> {
        if self.source.is_standard_input() {
            let help = "help: give the document as a file, by `--document FILE`";
            return Err(format!("standard input is for the token, and cannot be the document as well\n{help}").into());
        }
        let document = self.source.read()?;
        if io::stdin().is_terminal() {
            anstream::eprintln!("Paste the token, and end with Ctrl-D on a line of its own.");
        }
        let mut token = String::new();
        io::stdin().read_to_string(&mut token)?;
        let token = token.trim();
        let token = token.strip_prefix("Bearer ").unwrap_or(token);
        if token.is_empty() {
            return Err("there is no token on standard input".into());
        }
        let token = unproven_token(token, &self.provider.claims())
            .map_err(|error| format!("the token cannot be read: {error}\nhelp: only signed JWT access tokens can; opaque ones only their issuer knows"))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let flaws = self.flaws(&token, now);
        let explanation = Explanation {
            signature: UNCHECKED,
            could_be_valid: flaws.is_empty(),
            flaws,
            tools: explain(&document, &token),
            token,
        };
        if self.json {
            show_document(&(serde_json::to_string_pretty(&explanation)? + "\n"))?;
        } else {
            show(&explanation.to_text())?;
        }
        Ok(if explanation.could_be_valid {
            Ended::Well
        } else {
            Ended::Found
        })
    }

    /// Why the token cannot be valid, as far as it says so itself. Clocks may differ by a minute.
    fn flaws(&self, token: &UnprovenToken, now: Duration) -> Vec<String> {
        const LEEWAY: Duration = Duration::from_mins(1);
        let mut flaws = Vec::new();
        if now >= token.expires_at.saturating_add(LEEWAY) {
            flaws.push(format!(
                "it expired {} s ago",
                now.saturating_sub(token.expires_at).as_secs()
            ));
        }
        if token.not_before > now.saturating_add(LEEWAY) {
            flaws.push(format!(
                "it is not valid for another {} s",
                token.not_before.saturating_sub(now).as_secs()
            ));
        }
        match &self.audience {
            _ if token.audiences.is_empty() => flaws.push(
                "it does not say whom it is for (`aud`), and is refused unless `dangerous().accept_without_audience(..)` names its client"
                    .to_owned(),
            ),
            Some(audience) if !token.audiences.contains(audience) => flaws.push(format!(
                "it is for `{}`, not for `{audience}`",
                token.audiences.join("`, `")
            )),
            _ => {}
        }
        if let Some(issuer) = &self.issuer
            && token.issuer != *issuer
        {
            flaws.push(format!("it is of `{}`, not of `{issuer}`", token.issuer));
        }
        flaws
    }
}

fn explain(document: &ScopeDocument, token: &UnprovenToken) -> Vec<Explained> {
    let grant = Grant::new(token.scopes.iter().cloned(), token.roles.iter().cloned());
    let explained = |(tool, access): (&ToolEntry, Access)| {
        let (answer, why) = match access {
            Access::Denied { lacks } => (Answer::No, vec![lacking(lacks.as_ref(), tool)]),
            Access::TriedOut { lacks } => {
                let tried_out = format!("{}, which is only tried out", lacking(lacks.as_ref(), tool));
                let conditions = tool.conditions.iter().cloned();
                (answer(tool), [tried_out].into_iter().chain(conditions).collect())
            }
            Access::Allowed => (answer(tool), tool.conditions.clone()),
            // What this program has no words for is not said to be allowed.
            _ => (Answer::No, vec!["this program does not know why".to_owned()]),
        };
        Explained {
            name: tool.name.clone(),
            answer,
            why,
        }
    };
    document
        .callable_with(Some(&grant))
        .into_iter()
        .map(explained)
        .collect()
}

fn answer(tool: &ToolEntry) -> Answer {
    if tool.conditions.is_empty() {
        Answer::Yes
    } else {
        Answer::Depends
    }
}

fn lacking(lacks: Option<&Grant>, tool: &ToolEntry) -> String {
    let named = |noun: &str, names: &[String]| match names {
        [] => None,
        [name] => Some(format!("the {noun} `{name}`")),
        names => Some(format!("the {noun}s `{}`", names.join("`, `"))),
    };
    match lacks {
        _ if tool.policy.posture == Posture::Nobody => "nobody may call it".to_owned(),
        None => format!("lacks rights: {}", tool.demands.join("; ")),
        Some(grant) => {
            let lacks = [named("scope", &grant.scopes), named("role", &grant.roles)];
            let lacks: Vec<_> = lacks.into_iter().flatten().collect();
            format!("lacks {}", lacks.join(" and "))
        }
    }
}

impl Explanation {
    fn to_text(&self) -> String {
        let mut out = String::new();
        let warning = "THE SIGNATURE WAS NOT CHECKED: whoever wrote this token may have written anything into it.";
        let token = &self.token;
        let list = |names: &[String]| {
            if names.is_empty() {
                "none".to_owned()
            } else {
                harmless(&names.join(", "))
            }
        };
        // Writing into a `String` cannot fail.
        let _ = writeln!(out, "{}\n", paint(Tone::Bad, warning));
        let kind = if token.is_client { "client" } else { "user" };
        let _ = writeln!(
            out,
            "It says that it is of {}, for {}.",
            harmless(&token.issuer),
            list(&token.audiences)
        );
        let tenant = token.tenant.as_deref().map_or("none".to_owned(), harmless);
        let _ = writeln!(
            out,
            "Its {kind} is {}; tenant {tenant}; roles {}; scopes {}.",
            harmless(&token.subject),
            list(&token.roles),
            list(&token.scopes)
        );
        for flaw in &self.flaws {
            let _ = writeln!(out, "{} {}", paint(Tone::Bad, "not valid:"), harmless(flaw));
        }
        out.push('\n');
        if !self.could_be_valid {
            let _ = writeln!(out, "It may call nothing. If it were valid:");
        }
        let longest = self
            .tools
            .iter()
            .map(|tool| tool.name.chars().count())
            .max()
            .unwrap_or_default();
        for tool in &self.tools {
            let (word, tone) = match tool.answer {
                Answer::Yes => ("yes", Tone::Good),
                Answer::Depends => ("if", Tone::Warning),
                Answer::No => ("no", Tone::Bad),
            };
            let why: Vec<_> = tool.why.iter().map(|why| harmless(why)).collect();
            let line = format!(
                "{} {:<longest$}  {}",
                paint(tone, &format!("{word:<3}")),
                harmless(&tool.name),
                why.join("; ")
            );
            let _ = writeln!(out, "{}", line.trim_end());
        }
        out
    }
}
