//! The documentation of the generated type: the policy, readable.

use crate::attr::{Name, Rule, RuleKind};
use crate::item::Item;
use crate::spec::{Demands, Per, Policy, Rate, Spec, Unit};
use syn::ext::IdentExt as _;

/// The lines.
pub(super) fn docs(spec: &Spec, item: &Item) -> Vec<String> {
    let function = item.sig.ident.unraw();
    let function = match &item.owner {
        None => function.to_string(),
        Some(owner) => format!("{}::{function}", owner.path()),
    };
    let mut lines = vec![format!(" The guarded tool of [`{function}()`]."), String::new()];
    match &spec.policy {
        Policy::Public => lines.push(" Everyone may call it, without a token too.".to_owned()),
        Policy::Callers(demands) => {
            let rows = rows(demands);
            if rows.is_empty() {
                lines.push(" Every caller with a valid token may call it.".to_owned());
            } else {
                lines.push(" | A caller needs | |".to_owned());
                lines.push(" | --- | --- |".to_owned());
                lines.extend(rows);
            }
        }
    }
    if let Some(rate) = &spec.rate_limit {
        lines.push(String::new());
        lines.push(format!(" Not more than {}.", calls(rate)));
    }
    if spec.audit_required {
        lines.push(String::new());
        lines.push(" It runs only once its audit record is written.".to_owned());
    }
    lines
}

/// A rate in words.
fn calls(rate: &Rate) -> String {
    let Rate {
        count,
        unit,
        burst,
        per,
    } = rate;
    let calls = if *count == 1 { "call" } else { "calls" };
    let unit = match unit {
        Unit::Second => "a second",
        Unit::Minute => "a minute",
        Unit::Hour => "an hour",
    };
    let whose = match per {
        Per::Subject => "of each subject of a tenant",
        Per::Client => "of each client of a tenant",
        Per::Tool => "of all callers together",
    };
    let burst = burst.map_or_else(String::new, |burst| format!(", {burst} at once"));
    format!("{count} {calls} {unit} {whose}{burst}")
}

fn rows(demands: &Demands) -> Vec<String> {
    let Demands {
        scopes_all,
        scopes_any,
        inherited: _,
        roles,
        allow,
        acr,
        max_age,
        owner,
        tenant,
        check,
        fresh,
        shadow,
    } = demands;
    let lists = [
        ("all of the scopes", scopes_all),
        ("one of the scopes", scopes_any),
        ("one of the roles", roles),
    ];
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
    let enforced = if *shadow { ", **not enforced**" } else { "" };
    let mut rows: Vec<_> = lists.map(|(what, list)| row(what, &(names(list) + enforced))).collect();
    if let Some(allow) = allow {
        let (what, parts) = match allow.kind {
            RuleKind::Any(_) => ("one of", allow.parts()),
            _ => ("all of", allow.parts()),
        };
        let parts: Vec<_> = parts.iter().map(in_words).collect();
        rows.push(row(what, &(parts.join(", ") + enforced)));
    }
    if !acr.is_empty() {
        let classes: Vec<_> = acr.iter().map(|class| code(&class.value())).collect();
        rows.push(row("a login of one of the classes", &classes.join(", ")));
    }
    if let Some(age) = max_age {
        rows.push(row("a login not older than", &code(&age.text.value())));
    }
    if let Some(owner) = owner {
        let field = code(&owner.field.text);
        let unless = match owner.unless.as_slice() {
            [] => String::new(),
            [only] => format!(", unless the caller has the scope {}", code(&only.text())),
            several => format!(", unless the caller has one of the scopes {}", names(several)),
        };
        rows.push(row("to be the owner", &format!("in {field}{unless}")));
    }
    if let Some(tenant) = tenant {
        let field = code(&tenant.field.text);
        let whose = match &tenant.lookup {
            Some(lookup) => format!("of {field}, as {} finds it", code(&lookup.text)),
            None => format!("in {field}"),
        };
        rows.push(row("the tenant", &whose));
    }
    if let Some(check) = check {
        rows.push(row("to be allowed", &format!("by {}", code(&check.text))));
    }
    if *fresh {
        rows.push(row("a token", "validated anew for each call"));
    }
    rows
}

fn row(what: &str, value: &str) -> String {
    format!(" | {what} | {value} |")
}

/// A part of a rule.
fn in_words(rule: &Rule) -> String {
    let of = |what: &str| {
        let parts: Vec<_> = rule.parts().iter().map(in_words).collect();
        format!("{what} ({})", parts.join(", "))
    };
    match &rule.kind {
        RuleKind::Scope(name) => format!("the scope {}", code(&name.text())),
        RuleKind::Role(name) => format!("the role {}", code(&name.text())),
        RuleKind::All(_) => of("all of"),
        RuleKind::Any(_) => of("one of"),
    }
}

fn names(list: &[Name]) -> String {
    let names: Vec<_> = list.iter().map(|name| code(&name.text())).collect();
    names.join(", ")
}

/// Text in a cell of a table. Neither `|` nor a backtick nor a line break can end it.
fn code(text: &str) -> String {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`` {} ``", text.replace('|', "\\|").replace("``", "` `"))
}
