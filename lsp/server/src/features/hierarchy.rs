//! Who makes or calls whom.

use ci_base::Span;
use ci_ide::calls::{Call, Caller, incoming as calls_to, outgoing as calls_of, prepare as prepare_at};
use tower_lsp_server::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, Position, Range, SymbolKind,
};

use crate::view::View;

pub(crate) fn prepare(view: &View, position: Position) -> Option<Vec<CallHierarchyItem>> {
    Some(vec![item(view, &prepare_at(&view.snapshot, view.cursor(position)?)?)?])
}

fn item(view: &View, caller: &Caller) -> Option<CallHierarchyItem> {
    Some(CallHierarchyItem {
        name: caller.name.clone(),
        kind: if caller.is_function { SymbolKind::FUNCTION } else { SymbolKind::CLASS },
        tags: None,
        detail: Some(caller.detail.clone()),
        uri: view.uri(caller.at.file)?,
        range: view.range(caller.full),
        selection_range: view.range(caller.at),
        data: None,
    })
}

fn named(view: &View, item: &CallHierarchyItem) -> Option<Span> {
    view.span(item.selection_range)
}

fn ranges(view: &View, call: &Call) -> Vec<Range> {
    call.at.iter().map(|at| view.range(*at)).collect()
}

pub(crate) fn incoming(view: &View, of: &CallHierarchyItem) -> Option<Vec<CallHierarchyIncomingCall>> {
    let calls = calls_to(&view.snapshot, named(view, of)?);
    let call = |call: &Call| {
        Some(CallHierarchyIncomingCall { from: item(view, &call.caller)?, from_ranges: ranges(view, call) })
    };
    Some(calls.iter().filter_map(call).collect())
}

pub(crate) fn outgoing(view: &View, of: &CallHierarchyItem) -> Option<Vec<CallHierarchyOutgoingCall>> {
    let calls = calls_of(&view.snapshot, named(view, of)?);
    let call = |call: &Call| {
        Some(CallHierarchyOutgoingCall { to: item(view, &call.caller)?, from_ranges: ranges(view, call) })
    };
    Some(calls.iter().filter_map(call).collect())
}
