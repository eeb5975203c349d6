//! Findings by file: the same list as that of `cleaninfra check`.

use std::collections::BTreeMap;

use ci_base::{Code, Diagnostic, FileId};
use ci_project::Snapshot;

/// How an editor shows the text of a finding beside its severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shade {
    /// As usual.
    Plain,
    /// Greyed out: nothing needs it.
    Unnecessary,
    /// Struck through: it should not be used any more.
    Deprecated,
}

/// The page about a kind of finding.
pub fn page(code: Code) -> String {
    format!("{}/blob/main/spec/errors/{}.md", env!("CARGO_PKG_REPOSITORY"), code.number())
}

/// All findings of a project, by the file that each points to.
pub fn diagnostics(snapshot: &Snapshot) -> BTreeMap<FileId, Vec<Diagnostic>> {
    let mut found: BTreeMap<FileId, Vec<Diagnostic>> = BTreeMap::new();
    for diagnostic in snapshot.check() {
        found.entry(diagnostic.primary.at.file).or_default().push(diagnostic);
    }
    found
}

/// The text of a finding as an editor shows it: the message, what stands at the place, why it matters and what to do.
pub fn message(found: &Diagnostic) -> String {
    let mut text = found.message.clone();
    if !found.primary.text.is_empty() {
        text.push_str("\n(");
        text.push_str(&found.primary.text);
        text.push(')');
    }
    for note in &found.notes {
        text.push_str("\nnote: ");
        text.push_str(note);
    }
    if let Some(help) = &found.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    text
}

/// How the text of a finding is shown.
pub fn shade(code: Code) -> Shade {
    match code {
        Code::UnusedImport | Code::UnusedBinding | Code::UnusedAllow => Shade::Unnecessary,
        Code::Deprecated | Code::DeprecatedProperty => Shade::Deprecated,
        _ => Shade::Plain,
    }
}

#[cfg(test)]
mod tests;
