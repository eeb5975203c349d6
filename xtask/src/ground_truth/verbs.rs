//! The table of `spec/verbs.md`: what each verb grants.
//!
//! Must not know: others' policies.

use std::collections::BTreeSet;

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verb {
    /// `s3::read`.
    pub name: String,
    /// The types it takes, `s3::bucket`, in lower case.
    pub types: Vec<String>,
    /// What it grants, `s3:GetObject`.
    pub actions: BTreeSet<String>,
}

/// The rows between the page's marks.
pub(super) fn parse(page: &str) -> Result<Vec<Verb>, String> {
    let table = page
        .split_once("<!-- verbs -->")
        .and_then(|(_, rest)| rest.split_once("<!-- end -->"))
        .ok_or("spec/verbs.md has no table of verbs")?
        .0;
    table.lines().filter(|line| line.starts_with("| `")).map(row).collect()
}

fn row(line: &str) -> Result<Verb, String> {
    let unreadable = || format!("spec/verbs.md: a row that cannot be read: {line}");
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [verb, types, _, actions] = cells.as_slice() else { return Err(unreadable()) };
    let (name, _) = verb.trim_matches('`').split_once('(').ok_or_else(unreadable)?;
    let types = types.split(", ").map(|name| name.trim_matches('`').to_lowercase());
    let mut granted = BTreeSet::new();
    for of_service in actions.split("; ") {
        let (service, names) = of_service.split_once(": ").ok_or_else(unreadable)?;
        let service = service.trim_matches('`');
        granted.extend(names.split(", ").map(|name| format!("{service}:{name}")));
    }
    Ok(Verb {
        name: name.to_owned(),
        types: types.filter(|name| !name.is_empty()).collect(),
        actions: granted,
    })
}
