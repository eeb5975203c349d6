//! Secrets that are written out: passwords, keys and tokens that stand in the program itself, and so in its history, in the
//! template, in the console and in every log of a deployment.
//!
//! A secret is known by where it stands, a property or a variable whose name says so, or by its own form, where whoever
//! gives it out has given it one. What a finding says never repeats it.
//!
//! Must not know: the type of any particular resource.

use ci_base::{Code, Diagnostic};
use ci_graph::{Entry, Late, Located, Origin, Resource, Value};

/// What the names of properties end with that hold a secret.
const PROPERTIES: &[&str] = &[
    "AccessToken",
    "AuthToken",
    "ClientSecret",
    "OAuthToken",
    "OauthToken",
    "Password",
    "PreSharedKey",
    "PrivateKey",
    "SecretKey",
    "SecretString",
    "SecretToken",
    "SharedSecret",
];

/// What the names of variables end with that hold a secret.
const VARIABLES: &[&str] = &[
    "ACCESS_TOKEN",
    "API_KEY",
    "APIKEY",
    "AUTH_TOKEN",
    "CLIENT_SECRET",
    "CREDENTIALS",
    "PASSWD",
    "PASSWORD",
    "PRIVATE_KEY",
    "SECRET",
    "SECRET_ACCESS_KEY",
    "SECRET_KEY",
];

/// A form of secrets.
struct Form {
    /// What they start with.
    start: &'static str,
    /// How many letters, digits, `_` and `-` follow at least.
    length: usize,
    /// What it is.
    what: &'static str,
}

/// Forms that those who give secrets out say they have.
///
/// Source: IAM User Guide, "Unique identifiers"; GitHub Docs, "About authentication to GitHub"; GitLab Docs, "Token overview";
/// Slack, "Token types"; Stripe Docs, "API keys"; npm Docs, "About access tokens".
const FORMS: &[Form] = &[
    Form { start: "AKIA", length: 16, what: "an access key of AWS" },
    Form { start: "ASIA", length: 16, what: "an access key of AWS" },
    Form { start: "ghp_", length: 36, what: "a token of GitHub" },
    Form { start: "gho_", length: 36, what: "a token of GitHub" },
    Form { start: "ghu_", length: 36, what: "a token of GitHub" },
    Form { start: "ghs_", length: 36, what: "a token of GitHub" },
    Form { start: "ghr_", length: 36, what: "a token of GitHub" },
    Form { start: "github_pat_", length: 40, what: "a token of GitHub" },
    Form { start: "glpat-", length: 20, what: "a token of GitLab" },
    Form { start: "npm_", length: 36, what: "a token of npm" },
    Form { start: "rk_live_", length: 20, what: "a key of Stripe" },
    Form { start: "sk_live_", length: 20, what: "a key of Stripe" },
    Form { start: "xoxb-", length: 20, what: "a token of Slack" },
    Form { start: "xoxp-", length: 20, what: "a token of Slack" },
];

/// No form is shorter.
const SHORTEST: usize = 20;

/// How the keys of AWS's own examples end.
const EXAMPLE: &str = "EXAMPLE";

/// Finds the secrets that are written in one resource.
pub(crate) fn check(resource: &Resource, findings: &mut Vec<Diagnostic<Origin>>) {
    entries(&resource.properties, findings);
}

fn value(of: &Value, at: Origin, found: &mut Vec<Diagnostic<Origin>>) {
    match of {
        Value::String(text) => {
            if let Some(what) = known_form(text) {
                found.push(secret(at, what));
            }
        }
        Value::List(items) => items.iter().for_each(|item| value(&item.value, item.origin, found)),
        Value::Record(entries) => self::entries(entries, found),
        Value::Late(late) => {
            late.operands().iter().for_each(|operand| value(operand, at, found));
            if let Late::If { then, otherwise, .. } = &**late {
                value(&then.value, then.origin, found);
                value(&otherwise.value, otherwise.origin, found);
            }
        }
        _ => {}
    }
}

fn entries(entries: &[Entry], found: &mut Vec<Diagnostic<Origin>>) {
    // A variable as a name and a value.
    let named = |name: &str| entries.iter().find(|entry| &*entry.name == name).map(|entry| &entry.value);
    let variable = match (named("Name").map(|name| &name.value), named("Value")) {
        (Some(Value::String(name)), Some(_)) => Some(name),
        _ => None,
    };
    for entry in entries {
        let name = match variable {
            Some(name) if &*entry.name == "Value" => name,
            _ => &entry.name,
        };
        let is_property = PROPERTIES.iter().any(|end| name.ends_with(end));
        if is_property || is_secret_variable(name) {
            written(name, &entry.value, is_property, found);
        } else {
            value(&entry.value.value, entry.value.origin, found);
        }
    }
}

/// What is written where a secret belongs.
fn written(name: &str, located: &Located, is_property: bool, found: &mut Vec<Diagnostic<Origin>>) {
    match &located.value {
        Value::String(text) if is_secret(text, is_property) => {
            let finding = secret(located.origin, &format!("the value of `{name}`"));
            let help = if is_property {
                "let Secrets Manager make it and write `secret(password.Id, \"password\")`, or take a \
                 `param password: Secret<String>`"
            } else {
                "give the ARN of a secret and the right to read it: the program asks for it when it starts"
            };
            found.push(finding.help(help));
        }
        Value::Late(late) => {
            if let Late::If { then, otherwise, .. } = &**late {
                written(name, then, is_property, found);
                written(name, otherwise, is_property, found);
            }
        }
        other => value(other, located.origin, found),
    }
}

fn secret(at: Origin, what: &str) -> Diagnostic<Origin> {
    Diagnostic::new(Code::WrittenSecret, at, format!("{what} is written out"))
        .label("whoever reads the program has it")
        .note("it stays in the history of the source, in the template, in the console and in logs")
}

/// Whether a text where a secret belongs is one, and not what a secret is found by.
fn is_secret(text: &str, is_property: bool) -> bool {
    let is_reference = text.starts_with("arn:") || text.contains("{{resolve:");
    let is_name = text.contains('/') || text.parse::<f64>().is_ok() || matches!(text, "true" | "false");
    !text.is_empty() && !is_reference && (is_property || !is_name)
}

/// Whether a variable of this name holds a secret: `DB_PASSWORD` does, `DB_PASSWORD_ARN` and `password` do not.
fn is_secret_variable(name: &str) -> bool {
    let is_variable = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.chars().all(is_variable)
        && VARIABLES
            .iter()
            .any(|end| name.strip_suffix(end).is_some_and(|start| start.is_empty() || start.ends_with('_')))
}

/// What a text is by its form, or holds a part of.
fn known_form(text: &str) -> Option<&'static str> {
    if text.len() < SHORTEST {
        return None;
    }
    if text.split_once("-----BEGIN ").is_some_and(|(_, rest)| {
        rest.split_once("-----").is_some_and(|(kind, _)| kind.ends_with("PRIVATE KEY"))
    }) {
        return Some("a private key");
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let words = text.split(|c| !is_part(c));
    words.filter(|word| !word.ends_with(EXAMPLE)).find_map(|word| {
        let has = |form: &&Form| word.strip_prefix(form.start).is_some_and(|rest| rest.len() >= form.length);
        FORMS.iter().find(has).map(|form| form.what)
    })
}

#[cfg(test)]
mod tests;
