//! Formatting and renaming.

use ci_ide::{formatting, rename};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{Position, PrepareRenameResponse, Range, TextEdit, WorkspaceEdit};

use crate::convert::{text_edits, workspace_edit};
use crate::view::View;

pub(crate) fn format(view: &View) -> Option<Vec<TextEdit>> {
    Some(text_edits(view, &formatting::format(&view.snapshot, view.file?)))
}

pub(crate) fn format_range(view: &View, range: Range) -> Option<Vec<TextEdit>> {
    Some(text_edits(view, &formatting::format_range(&view.snapshot, view.span(range)?)))
}

pub(crate) fn format_on_type(view: &View, position: Position) -> Option<Vec<TextEdit>> {
    Some(text_edits(view, &formatting::format_on_type(&view.snapshot, view.cursor(position)?)))
}

pub(crate) fn prepare_rename(view: &View, position: Position) -> Result<Option<PrepareRenameResponse>> {
    let Some(cursor) = view.cursor(position) else { return Ok(None) };
    match rename::prepare(&view.snapshot, cursor) {
        Ok((at, placeholder)) => {
            Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range: view.range(at), placeholder }))
        }
        Err(why) => Err(Error::invalid_params(why)),
    }
}

pub(crate) fn rename(view: &View, position: Position, new: &str) -> Result<Option<WorkspaceEdit>> {
    let Some(cursor) = view.cursor(position) else { return Ok(None) };
    let renamed = rename::rename(&view.snapshot, cursor, new).map_err(Error::invalid_params)?;
    let keeps = if view.settings.rename.keep_logical_ids { renamed.keeps } else { Vec::new() };
    let question = "keep the name in the template, so that the resource is not replaced";
    Ok(workspace_edit(view, &renamed.edits, &keeps, question))
}
