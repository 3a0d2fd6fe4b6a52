//! Whether clocks agree: tokens are only valid between two times.

use super::finding::Report;

/// By how much clocks may differ without anybody noticing, unless the validator was told otherwise: its leeway, in seconds.
const LEEWAY: f64 = 60.0;
/// What is more than a network's delay, in seconds.
const NOTICEABLE: f64 = 5.0;

/// Compares clocks by how much they are ahead of ours, in seconds.
///
/// 1. The server and a provider differ by no more than the leeway: else tokens are refused as expired, or as not valid yet.
/// 2. Where they differ noticeably, some of the leeway is used up.
/// 3. Where no provider says what time it is there, the server is compared with this machine.
/// 4. If the server and the provider agree against this machine, it is this machine that is wrong.
pub(super) fn examine(server: Option<f64>, issuers: &[(String, Option<f64>)], report: &mut Report) {
    let Some(server) = server else {
        report.note(
            "clock",
            "the server does not say what time it is there: it sends no `Date`",
        );
        return;
    };
    let known: Vec<_> = issuers
        .iter()
        .filter_map(|(issuer, ahead)| Some((issuer.as_str(), (*ahead)?)))
        .collect();
    if known.is_empty() {
        compare(server, "this machine's", report); // 3
        return;
    }
    for (issuer, ahead) in &known {
        compare(server - ahead, &format!("that of {issuer}"), report); // 1, 2
    }
    let alone = server.abs() > LEEWAY && known.iter().all(|(_, ahead)| (server - ahead).abs() <= NOTICEABLE);
    if alone {
        report.note(
            "clock-here",
            format!("the clock of this machine is {} of both", apart(-server)),
        ); // 4
    }
}

fn compare(difference: f64, whose: &str, report: &mut Report) {
    let what = format!("the clock of the server is {} of {whose}", apart(difference));
    let help = "set the clocks of both by NTP; a larger `.leeway(..)` of the validator is no remedy, and ends at 300 s";
    if difference.abs() > LEEWAY {
        report.problem("clock", what, help);
    } else if difference.abs() > NOTICEABLE {
        report.warning("clock", what, help);
    } else {
        report.ok("clock", format!("the clock of the server agrees with {whose}"));
    }
}

fn apart(difference: f64) -> String {
    let direction = if difference < 0.0 { "behind" } else { "ahead" };
    format!("{:.0} s {direction}", difference.abs())
}

#[cfg(test)]
mod tests {
    use super::{Report, examine};

    fn found(server: Option<f64>, issuers: &[Option<f64>]) -> String {
        let mut report = Report::new("https://a.example/mcp");
        let issuers: Vec<_> = issuers
            .iter()
            .map(|ahead| ("https://idp.example".to_owned(), *ahead))
            .collect();
        examine(server, &issuers, &mut report);
        serde_json::to_string(&report).unwrap()
    }

    #[test]
    fn the_server_is_compared_with_those_whose_tokens_it_checks() {
        let problem = |text: &str| text.contains(r#""severity":"problem""#);
        let warning = |text: &str| text.contains(r#""severity":"warning""#);
        for (server, issuer) in [(0.0, 61.0), (61.0, 0.0), (-70.0, 5.0), (400.0, 300.0)] {
            assert!(problem(&found(Some(server), &[Some(issuer)])), "{server} {issuer}");
        }
        for (server, issuer) in [(0.0, 6.0), (60.0, 0.0), (-300.0, -290.0)] {
            let text = found(Some(server), &[Some(issuer)]);
            assert!(!problem(&text) && warning(&text), "{text}");
        }
        let ours = found(Some(-300.0), &[Some(-301.0)]);
        assert!(
            !problem(&ours) && !warning(&ours) && ours.contains("this machine is 300 s ahead"),
            "{ours}"
        );
        assert!(found(Some(300.0), &[Some(0.0)]).contains("300 s ahead of that of https://idp.example"));
    }

    #[test]
    fn without_a_word_of_the_provider_this_machine_has_to_do() {
        assert!(found(Some(100.0), &[None]).contains("100 s ahead of this machine's"));
        assert!(found(Some(1.0), &[]).contains("agrees with this machine's"));
        assert!(found(None, &[Some(0.0)]).contains("sends no `Date`"));
    }
}
