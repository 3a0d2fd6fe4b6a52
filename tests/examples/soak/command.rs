//! The command line.

/// What is asked for.
pub(crate) enum Command {
    List,
    /// These scenarios, or all if none is named.
    Run(Vec<String>, Length),
    /// To be the identity provider of another process.
    Provider,
    /// To be a server, made with these arguments.
    Serve(Vec<String>),
}

/// How long scenarios take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Length {
    /// About a minute each; where something takes ten minutes, time is sped up.
    Short,
    /// As long as the figures say.
    Full,
}

impl Length {
    pub(crate) fn choose<T>(self, short: T, full: T) -> T {
        match self {
            Self::Short => short,
            Self::Full => full,
        }
    }
}

pub(crate) fn parse(arguments: &[String], known: &[&str]) -> Result<Command, String> {
    let mut length = Length::Short;
    let mut names = Vec::new();
    for argument in arguments {
        match argument.as_str() {
            "--list" => return Ok(Command::List),
            "--full" => length = Length::Full,
            "serve" if names.is_empty() => return Ok(Command::Serve(arguments[1..].to_vec())),
            "provider" if arguments.len() == 1 => return Ok(Command::Provider),
            name if known.contains(&name) => names.push(name.to_owned()),
            other => return Err(format!("`{other}` is no scenario; `--list` shows them all")),
        }
    }
    Ok(Command::Run(names, length))
}
