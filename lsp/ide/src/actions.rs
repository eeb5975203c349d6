//! What can be done about the text under the cursor: the fixes of findings, and changes that keep the meaning.

mod allow;
mod extract;
mod needs;
mod required;
mod verbs;

use ci_base::{Applicability, Diagnostic, FileId, Span, TextRange};
use ci_project::Snapshot;

use crate::place::{At, at};
use crate::{Cursor, TextEdit};

/// A sort of action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// It mends a finding.
    Fix,
    /// It gives a part of the text a name.
    Extract,
    /// It puts a value where its name was.
    Inline,
    /// It writes the same in another way.
    Rewrite,
    /// It mends all of a file.
    FixAll,
}

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does, as a command.
    pub title: String,
    /// Of which sort it is.
    pub kind: ActionKind,
    /// What is changed.
    pub edits: Vec<TextEdit>,
    /// The finding that it mends, by its position among those that were given.
    pub mends: Option<usize>,
    /// Whether it is the obvious one.
    pub is_preferred: bool,
}

/// What can be done about a part of a file. `findings` are all of the project.
pub fn actions(snapshot: &Snapshot, selected: Span, findings: &[Diagnostic]) -> Vec<Action> {
    snapshot.attach(|db| {
        let mut found = Vec::new();
        for (number, finding) in findings.iter().enumerate() {
            let Span { file, range } = finding.primary.at;
            let touches = file == selected.file
                && range.start <= selected.range.end
                && selected.range.start <= range.end;
            if touches {
                found.extend(fixes(finding, number));
                found.extend(needs::declare(db, snapshot, finding, number));
                found.extend(allow::allow(db, snapshot, finding, number));
            }
        }
        let cursor = Cursor { file: selected.file, offset: selected.range.start };
        if let Some(place) = at(db, snapshot, cursor) {
            found.extend(required::add_required(&place));
            found.extend(extract::extract(&place, snapshot, selected.range));
            found.extend(extract::component(&place, snapshot, selected.range));
            found.extend(extract::service(&place, snapshot, selected.range));
            found.extend(extract::inline(&place, snapshot));
            found.extend(verbs::use_verb(&place));
        }
        found.extend(fix_all(selected.file, findings));
        found
    })
}

/// The changes that a finding proposes.
fn fixes(finding: &Diagnostic, number: usize) -> impl Iterator<Item = Action> + '_ {
    finding.fixes.iter().map(move |fix| Action {
        title: sentence(&fix.title),
        kind: ActionKind::Fix,
        edits: fix.edits.iter().map(|edit| TextEdit { at: edit.at, text: edit.text.clone() }).collect(),
        mends: Some(number),
        is_preferred: fix.applicability == Applicability::MachineApplicable,
    })
}

/// All changes of a file that need no thought, as one. Of two that are about the same text, the first.
pub fn fix_all(file: FileId, findings: &[Diagnostic]) -> Option<Action> {
    let mut edits: Vec<TextEdit> = Vec::new();
    let mut count = 0;
    let overlaps = |a: TextRange, b: TextRange| a.start < b.end && b.start < a.end || a == b;
    for finding in findings.iter().filter(|finding| finding.primary.at.file == file) {
        let fix = finding.fixes.iter().find(|fix| fix.applicability == Applicability::MachineApplicable);
        let Some(fix) = fix else { continue };
        // What two of them import is imported once.
        let own = fix.edits.iter().map(|edit| TextEdit { at: edit.at, text: edit.text.clone() });
        let own: Vec<TextEdit> = own.filter(|edit| !edits.contains(edit)).collect();
        let is_free = own.iter().all(|edit| {
            edit.at.file == file && edits.iter().all(|other| !overlaps(other.at.range, edit.at.range))
        });
        if is_free {
            count += 1;
            edits.extend(own);
        }
    }
    (count > 0).then(|| Action {
        title: format!("Fix all in this file ({count})"),
        kind: ActionKind::FixAll,
        edits,
        mends: None,
        is_preferred: false,
    })
}

/// With a capital, as editors write commands.
fn sentence(title: &str) -> String {
    let mut characters = title.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + characters.as_str())
}

/// The text of a range of the item, in the file.
fn written<'db>(place: &At<'db>, range: TextRange) -> &'db str {
    range.of(place.body.source.text())
}

#[cfg(test)]
mod tests;
