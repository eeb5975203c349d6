//! Edits and texts in the words of the protocol.

use std::collections::HashMap;

use ci_base::FileId;
use ci_ide::TextEdit;
use tower_lsp_server::ls_types::{
    self as lsp, AnnotatedTextEdit, ChangeAnnotation, DocumentChanges, MarkupContent, MarkupKind, OneOf,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, Uri, WorkspaceEdit,
};

use crate::view::View;

pub(crate) fn markdown(text: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value: text }
}

pub(crate) fn text_edit(view: &View, edit: &TextEdit) -> lsp::TextEdit {
    lsp::TextEdit { range: view.range(edit.at), new_text: edit.text.clone() }
}

pub(crate) fn text_edits(view: &View, edits: &[TextEdit]) -> Vec<lsp::TextEdit> {
    edits.iter().map(|edit| text_edit(view, edit)).collect()
}

/// Edits to be made together. Those of `asked` are made only after the editor has asked, where it can.
pub(crate) fn workspace_edit(
    view: &View,
    edits: &[TextEdit],
    asked: &[TextEdit],
    question: &str,
) -> Option<WorkspaceEdit> {
    const ANNOTATION: &str = "cleaninfra";
    let mut files: Vec<FileId> = edits.iter().chain(asked).map(|edit| edit.at.file).collect();
    files.sort_unstable();
    files.dedup();
    if !view.abilities.document_changes {
        let mut changes: HashMap<Uri, Vec<lsp::TextEdit>> = HashMap::new();
        for file in files {
            let own = edits.iter().chain(asked).filter(|edit| edit.at.file == file);
            changes.insert(view.uri(file)?, own.map(|edit| text_edit(view, edit)).collect());
        }
        return Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() });
    }
    let mut documents = Vec::new();
    for file in files {
        let plain = edits.iter().filter(|edit| edit.at.file == file);
        let mut own: Vec<OneOf<lsp::TextEdit, AnnotatedTextEdit>> =
            plain.map(|edit| OneOf::Left(text_edit(view, edit))).collect();
        own.extend(asked.iter().filter(|edit| edit.at.file == file).map(|edit| {
            let text_edit = text_edit(view, edit);
            if view.abilities.annotations {
                OneOf::Right(AnnotatedTextEdit { text_edit, annotation_id: ANNOTATION.to_owned() })
            } else {
                OneOf::Left(text_edit)
            }
        }));
        let text_document =
            OptionalVersionedTextDocumentIdentifier { uri: view.uri(file)?, version: view.version(file) };
        documents.push(TextDocumentEdit { text_document, edits: own });
    }
    let annotations = (view.abilities.annotations && !asked.is_empty()).then(|| {
        let annotation = ChangeAnnotation {
            label: question.to_owned(),
            needs_confirmation: Some(true),
            description: None,
        };
        HashMap::from([(ANNOTATION.to_owned(), annotation)])
    });
    Some(WorkspaceEdit {
        changes: None,
        document_changes: Some(DocumentChanges::Edits(documents)),
        change_annotations: annotations,
    })
}
