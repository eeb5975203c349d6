//! Policies as documents: JSON without white space, and its length.

use std::fmt::Write as _;

use crate::policy::{Actions, Effect, Policy, Principals, Resources, Statement};
use crate::{Letter, Pattern, Principal, Symbol, Text};

/// The document of a policy, with a text for each symbol.
///
/// Two conditions of one statement with the same operator and key have no form in JSON: the second one would take the
/// place of the first. [`crate::merge`] joins those that can be joined.
pub fn json(policy: &Policy, mut text_of: impl FnMut(&Symbol) -> String) -> String {
    let statements: Vec<String> =
        policy.statements.iter().map(|statement| write_statement(statement, &mut text_of)).collect();
    document(&statements)
}

/// How long the document of a policy may become, in the characters that AWS counts.
pub fn size(policy: &Policy) -> usize {
    json(policy, |symbol| "x".repeat(usize::from(symbol.max_length))).chars().count()
}

fn document(statements: &[String]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

fn write_statement(statement: &Statement, text_of: &mut dyn FnMut(&Symbol) -> String) -> String {
    let mut fields = Vec::new();
    if let Some(sid) = &statement.sid {
        fields.push(format!(r#""Sid":{}"#, quote(sid)));
    }
    fields.push(format!(
        r#""Effect":"{}""#,
        match statement.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        }
    ));
    match &statement.principals {
        Principals::Attached => {}
        Principals::Of(of) => fields.push(format!(r#""Principal":{}"#, write_principals(of, text_of))),
        Principals::AllBut(of) => fields.push(format!(r#""NotPrincipal":{}"#, write_principals(of, text_of))),
    }
    match &statement.actions {
        Actions::Of(of) => fields.push(format!(r#""Action":{}"#, write_patterns(of, text_of))),
        Actions::AllBut(of) => fields.push(format!(r#""NotAction":{}"#, write_patterns(of, text_of))),
    }
    match &statement.resources {
        Resources::Attached => {}
        Resources::Of(of) => fields.push(format!(r#""Resource":{}"#, write_patterns(of, text_of))),
        Resources::AllBut(of) => fields.push(format!(r#""NotResource":{}"#, write_patterns(of, text_of))),
    }
    if !statement.conditions.is_empty() {
        let mut by_operator: Vec<(String, Vec<String>)> = Vec::new();
        for condition in &statement.conditions {
            let operator = condition.full_operator();
            let values = write_patterns(condition.values(), text_of);
            let entry = format!("{}:{values}", quote(condition.key()));
            match by_operator.iter_mut().find(|(known, _)| *known == operator) {
                Some((_, entries)) => entries.push(entry),
                None => by_operator.push((operator, vec![entry])),
            }
        }
        let operators: Vec<String> = by_operator
            .into_iter()
            .map(|(operator, entries)| format!("{}:{{{}}}", quote(&operator), entries.join(",")))
            .collect();
        fields.push(format!(r#""Condition":{{{}}}"#, operators.join(",")));
    }
    format!("{{{}}}", fields.join(","))
}

fn write_principals(principals: &[Principal], text_of: &mut dyn FnMut(&Symbol) -> String) -> String {
    if principals.contains(&Principal::Everyone) {
        return r#""*""#.to_owned();
    }
    let mut kinds = String::new();
    for kind in ["AWS", "CanonicalUser", "Federated", "Service"] {
        let of_kind = principals.iter().filter_map(Principal::entry).filter(|(known, _)| *known == kind);
        let texts: Vec<String> = of_kind.map(|(_, text)| quote(&write_text(text, text_of))).collect();
        if !texts.is_empty() {
            let comma = if kinds.is_empty() { "" } else { "," };
            let _ = write!(kinds, r#"{comma}"{kind}":{}"#, one_or_many(&texts));
        }
    }
    format!("{{{kinds}}}")
}

fn write_patterns(patterns: &[Pattern], text_of: &mut dyn FnMut(&Symbol) -> String) -> String {
    let texts: Vec<String> = patterns.iter().map(|pattern| quote(&pattern.write(text_of))).collect();
    one_or_many(&texts)
}

fn write_text(text: &Text, text_of: &mut dyn FnMut(&Symbol) -> String) -> String {
    let letter = |letter: &Letter| match letter {
        Letter::Char(char) => char.to_string(),
        Letter::Symbol(symbol) => text_of(symbol),
    };
    text.letters().iter().map(letter).collect()
}

fn one_or_many(texts: &[String]) -> String {
    match texts {
        [one] => one.clone(),
        many => format!("[{}]", many.join(",")),
    }
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
