//! Allowing a finding, with a reason.

use ci_base::{Diagnostic, Span};
use ci_project::Snapshot;
use ci_sema::Db;
use ci_sema::item::{item_range, item_span};

use super::{Action, ActionKind};
use crate::TextEdit;
use crate::place::{Body, item_at, source_of};
use crate::symbol::members;

/// `#[allow(name, reason = "…")]` before the member or item that a finding is in.
pub(super) fn allow(db: &dyn Db, snapshot: &Snapshot, finding: &Diagnostic, number: usize) -> Option<Action> {
    if !finding.code.has_level() {
        return None;
    }
    let name = match finding.code {
        // A rule is allowed by its name, which the finding says.
        ci_base::Code::RuleBroken => rule_name(finding)?,
        // What is allowed in vain is taken away, not allowed.
        ci_base::Code::UnusedAllow => return None,
        code => code.name().replace('-', "_"),
    };
    let Span { file, range } = finding.primary.at;
    let source = source_of(db, snapshot, file)?;
    if crate::place::is_std(db, source) {
        return None;
    }
    let (item, start) = item_at(db, source, range.start)?;
    let body = Body::of(db, item);
    let inside = range.start - start.start;
    let member = members(&body.tree.item).iter().find(|member| member.range.touches(inside));
    let at = match member {
        Some(member) => item_span(db, item, member.range).range.start,
        None => {
            // Between the comment of an item and the item itself.
            let first = body.source.tokens().iter().position(|token| !token.kind.is_trivia())?;
            item_range(db, item).start + body.source.token_range(first).start
        }
    };
    let text = snapshot.files().text(file);
    let line = text.get(..at as usize)?.rsplit('\n').next().unwrap_or_default();
    let indent: String = line.chars().take_while(|character| character.is_whitespace()).collect();
    let attribute = format!("#[allow({name}, reason = \"why this may stay\")]\n{indent}");
    Some(Action {
        title: format!("Allow `{name}` here, with a reason"),
        kind: ActionKind::Fix,
        edits: vec![TextEdit::insert(file, at, attribute)],
        mends: Some(number),
        is_preferred: false,
    })
}

/// The name of the rule that a finding is about.
fn rule_name(finding: &Diagnostic) -> Option<String> {
    let texts = finding.notes.iter().chain(&finding.help);
    texts.into_iter().find_map(|text| {
        let (_, rest) = text.split_once("rule `")?;
        rest.split_once('`').map(|(name, _)| name.to_owned())
    })
}
