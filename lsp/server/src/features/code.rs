//! Actions, hints and lenses.

use ci_base::Diagnostic as Finding;
use ci_ide::actions::{Action, ActionKind, actions, fix_all};
use ci_ide::hints::{HintOptions, hints};
use ci_ide::lens::{LensAction, lenses};
use serde_json::json;
use tower_lsp_server::ls_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionResponse, CodeLens, Command, InlayHint,
    InlayHintKind, InlayHintLabel, InlayHintTooltip, Range,
};

use crate::commands;
use crate::convert::{markdown, workspace_edit};
use crate::findings::diagnostic;
use crate::view::View;

pub(crate) fn code_actions(
    view: &View,
    range: Range,
    only: Option<&[CodeActionKind]>,
) -> Option<CodeActionResponse> {
    let findings = view.findings();
    let selected = view.span(range)?;
    let is_wanted = |kind: &CodeActionKind| {
        // A kind stands for those that its name begins.
        let matches = |wanted: &CodeActionKind| {
            kind.as_str() == wanted.as_str() || kind.as_str().starts_with(&format!("{}.", wanted.as_str()))
        };
        only.is_none_or(|only| only.iter().any(matches))
    };
    // On save only this is asked for, and it is about the whole file.
    let is_fix_all = |only: &[CodeActionKind]| only.iter().all(|kind| kind.as_str().starts_with("source"));
    let found = if only.is_some_and(is_fix_all) {
        fix_all(selected.file, &findings).into_iter().collect()
    } else {
        actions(&view.snapshot, selected, &findings)
    };
    let action = |action: &Action| {
        let kind = match action.kind {
            ActionKind::Fix => CodeActionKind::QUICKFIX,
            ActionKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
            ActionKind::Inline => CodeActionKind::REFACTOR_INLINE,
            ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
            ActionKind::FixAll => CodeActionKind::SOURCE_FIX_ALL,
        };
        if !is_wanted(&kind) {
            return None;
        }
        let mended: Option<&Finding> = action.mends.and_then(|number| findings.get(number));
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            title: action.title.clone(),
            kind: Some(kind),
            diagnostics: mended.map(|finding| vec![diagnostic(view, finding)]),
            edit: Some(workspace_edit(view, &action.edits, &[], "")?),
            is_preferred: action.is_preferred.then_some(true),
            ..CodeAction::default()
        }))
    };
    Some(found.iter().filter_map(action).collect())
}

pub(crate) fn inlay_hints(view: &View, range: Range) -> Option<Vec<InlayHint>> {
    let within = view.span(range)?;
    let settings = &view.settings.inlay_hints;
    let options = HintOptions { types: settings.types, rights: settings.rights };
    let found = hints(&view.snapshot, within.file, within.range, options);
    let hint = |hint: &ci_ide::hints::Hint| InlayHint {
        position: view.range(hint.at).start,
        label: InlayHintLabel::String(hint.label.clone()),
        kind: hint.is_type.then_some(InlayHintKind::TYPE),
        text_edits: None,
        tooltip: hint.tooltip.clone().map(|text| InlayHintTooltip::MarkupContent(markdown(text))),
        padding_left: None,
        padding_right: None,
        data: None,
    };
    Some(found.iter().map(hint).collect())
}

pub(crate) fn code_lenses(view: &View) -> Option<Vec<CodeLens>> {
    if !view.settings.code_lens.enabled {
        return Some(Vec::new());
    }
    let file = view.file?;
    let uri = view.uri(file)?;
    let document = json!({ "uri": uri });
    let lens = |lens: &ci_ide::lens::Lens| {
        let range = view.range(lens.at);
        let (command, argument) = match &lens.action {
            LensAction::ShowTemplate => {
                (commands::SHOW_TEMPLATE, json!({ "textDocument": document, "position": range.start }))
            }
            LensAction::AccessTo(name) => {
                (commands::ACCESS_REPORT, json!({ "textDocument": document, "to": name }))
            }
            LensAction::RunTest(name) => {
                (commands::RUN_TEST, json!({ "textDocument": document, "name": name }))
            }
        };
        let command = Command {
            title: lens.title.clone(),
            command: command.to_owned(),
            arguments: Some(vec![argument]),
        };
        CodeLens { range, command: Some(command), data: None }
    };
    Some(lenses(&view.snapshot, file).iter().map(lens).collect())
}
